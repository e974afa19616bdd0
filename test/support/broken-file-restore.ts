/**
 * A restore of files or of an image is interrupted at each of its commands: its command fails, a connection drops, it
 * is canceled, the console is killed, or its output is closed. It is repeated, and then everything is there. `npm test`
 * takes a few of the scenarios; SHADOWTAPE_SEED gives others.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { isFailure } from '../../src/contract/errors.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { startCommand } from './command-line.ts';
import { RestoreStage, type Contents, type FileRestore, type StageResult } from './file-restores.ts';
import { randomOf, sample } from './random-numbers.ts';
import { AtCommand, commandsOf, shortLine, type SentCommand } from './restore-moments.ts';

/** `dropped`: the connection of its host; `other dropped`: that of the other host, while the command runs. */
const breaks = [
  'fails',
  'dropped during',
  'dropped after',
  'other dropped',
  'cancelled during',
  'cancelled after',
] as const;
/** In a process of its own. */
const endings = ['killed during', 'killed after', 'output closed'] as const;
type Break = (typeof breaks)[number] | (typeof endings)[number];

interface Scenario {
  readonly way: FileRestore;
  readonly at: SentCommand;
  readonly how: Break;
}

const whenOf = (how: Break): 'started' | 'ended' => (how.endsWith('after') ? 'ended' : 'started');

const isInProcess = ({ how }: Scenario): boolean => breaks.some((each) => each === how);

/** This computer cannot lose itself; builtins of the shell do not fail. */
const isPossible = ({ way, at, how }: Scenario): boolean => {
  if (how === 'other dropped') return way.host !== undefined;
  return !(how === 'fails' && at.line.includes('QUESTION'));
};

const otherHost = ({ way, at }: Scenario): NodeName =>
  at.host === 'node3' ? (way.host ?? 'node3') : 'node3';

/** The fault that makes a command fail, once; a script is recognized by its beginning. */
const failing = (host: NodeName, line: string): string =>
  `fail-once=${host}:${line
    .replace(/^LC_ALL=C /, '')
    .replaceAll("'\\!'", '!')
    .replaceAll("'", '')}`;

/** Restores, and interrupts it. @returns its refusal, or its result */
async function brokenHere(stage: RestoreStage, scenario: Scenario): Promise<StageResult | Error> {
  const { way, at, how } = scenario;
  const { lab } = stage.scene;
  const cancel = new AbortController();
  const strike = (line: string): void => {
    if (how === 'fails') lab.faults.set(failing(at.host, line));
    else if (how.startsWith('cancelled')) cancel.abort();
    else lab.breakConnections(how === 'other dropped' ? otherHost(scenario) : at.host);
  };
  const moment = new AtCommand(lab, at, whenOf(how), strike);
  try {
    return await stage.restore(way, cancel.signal).catch((error: unknown) => error as Error);
  } finally {
    moment.stop();
    expect(moment.isReached).toBe(true);
    expect(lab.faults.list()).toEqual([]);
  }
}

/** True if nothing is left for the operator to remove: the hosts still answered then, or a drill said so. */
function leavesNothing({ goesTo }: FileRestore, how: Break, told: StageResult | Error): boolean {
  const isLeft = !(told instanceof Error) && told.exitStatus > 1;
  return how.startsWith('cancelled') || (goesTo === 'scratch' && !isLeft);
}

/** What it reports matches the disk. */
async function expectTold(
  stage: RestoreStage,
  { way, how }: Scenario,
  before: Contents,
  told: StageResult | Error,
): Promise<void> {
  const { wanted } = stage.backupOf(way);
  if (leavesNothing(way, how, told)) expect(await stage.leftBeside(way)).toEqual([]);
  const now = await stage.contents(way);
  if (told instanceof Error) {
    if (!isFailure(told)) throw told;
    return expect(now, told.message).toEqual(before);
  }
  const { exitStatus, error, files, notes } = told;
  const words = [error?.message, ...notes].join('\n');
  if (exitStatus === 0) return expect(now, words).toEqual(wanted);
  expect(error ?? files.find(({ what }) => what !== 'written'), words).toBeDefined();
  if (exitStatus === 1) expect(now, words).toEqual(before);
  // An image has its name only once it is complete; whether it has may be unknown.
  const isUnknown = notes.some((note) => note.includes('may be the whole image'));
  if (way.goesTo === 'file') expect(isUnknown ? [{}, wanted] : [{}], words).toContainEqual(now);
  for (const { path, what, sha256 } of files)
    if (what === 'written' && sha256 !== undefined && way.goesTo === 'folder')
      expect(now[path.replace('./', '')], `${path}: ${words}`).toBe(sha256);
  const untold = (await stage.leftBeside(way)).filter((path) => !words.includes(path));
  expect(untold, words).toEqual([]);
}

/** A lock without an owner is removed, as the hint says. */
async function restoreAgain(stage: RestoreStage, way: FileRestore): Promise<StageResult> {
  const again = await stage.restore(way);
  if (again.error?.code !== 'DRIVE_LOCKED_NAMELESS') return again;
  expect(again).toMatchObject({ exitStatus: 1, files: [] });
  await stage.removeDriveLock();
  return stage.restore(way);
}

/** It is restored again: at once, or once the folder is empty, as the refusal says. */
async function expectRestorable(stage: RestoreStage, way: FileRestore): Promise<void> {
  const isFull = way.goesTo === 'folder' && Object.keys(await stage.contents(way)).length > 0;
  if (isFull && way.host !== undefined) {
    const refused = await stage.restore(way).catch((error: unknown) => error);
    expect(isFailure(refused, 'RESTORE_FOLDER_NOT_EMPTY')).toBe(true);
  }
  await stage.prepare(way);
  const again = await restoreAgain(stage, way);
  expect(again, again.error?.message).toMatchObject({ exitStatus: 0, notes: [] });
  expect(await stage.contents(way)).toEqual(stage.backupOf(way).wanted);
  expect(await stage.harm(way)).toEqual([]);
}

async function performHere(stage: RestoreStage, scenario: Scenario): Promise<void> {
  const { way } = scenario;
  await stage.prepare(way);
  const before = await stage.contents(way);
  await expectTold(stage, scenario, before, await brokenHere(stage, scenario));
  await expectRestorable(stage, way);
}

/** The process is gone when the command continues. */
async function performKill(stage: RestoreStage, { way, at, how }: Scenario): Promise<void> {
  await stage.prepare(way);
  const command = startCommand(await stage.words(way));
  const kill = async () => {
    command.process.kill('SIGKILL');
    await command.end;
  };
  const moment = new AtCommand(stage.scene.lab, at, whenOf(how), kill);
  const { exitStatus, stderr } = await command.end.finally(moment.stop);
  expect(moment.isReached, stderr).toBe(true);
  expect(exitStatus, stderr).toBe(null);
  const now = await stage.contents(way);
  const { wanted } = stage.backupOf(way);
  if (way.goesTo === 'file') expect([{}, wanted]).toContainEqual(now);
  await expectRestorable(stage, way);
}

async function performClosed(stage: RestoreStage, { way, at }: Scenario): Promise<void> {
  await stage.prepare(way);
  const command = startCommand(await stage.words(way));
  const close = () => {
    command.process.stdout.destroy();
    command.process.stderr.destroy();
  };
  const moment = new AtCommand(stage.scene.lab, at, 'started', close);
  const { exitStatus, stderr } = await command.end.finally(moment.stop);
  expect(moment.isReached, stderr).toBe(true);
  expect(exitStatus, stderr).toBe(0);
  expect(await stage.contents(way)).toEqual(stage.backupOf(way).wanted);
  expect(await stage.harm(way)).toEqual([]);
}

function perform(stage: RestoreStage, scenario: Scenario): Promise<void> {
  if (isInProcess(scenario)) return performHere(stage, scenario);
  return scenario.how === 'output closed' ? performClosed(stage, scenario) : performKill(stage, scenario);
}

/**
 * Registers the scenarios.
 * @param sampled how many `npm test` plays in this process, and in a process of its own
 */
export async function brokenFileRestores(
  ways: readonly FileRestore[],
  sampled: { readonly here: number; readonly processes: number },
): Promise<void> {
  const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
  const seed = Number(process.env['SHADOWTAPE_SEED'] ?? 17);
  const random = randomOf(seed);
  const played = isWhole ? ways : sample(ways, 2, random);
  let stage = await RestoreStage.open(played);
  afterAll(() => stage.close());
  const all: Scenario[] = [];
  for (const way of played)
    for (const [index, at] of (await commandsOf(stage, way)).entries()) {
      // A process takes seconds: one of the three at each command, depending on the seed.
      const ending = endings[(index + seed) % endings.length] as Break;
      all.push(...[...breaks, ending].map((how) => ({ way, at, how })).filter(isPossible));
    }
  const here = all.filter(isInProcess);
  const others = all.filter((scenario) => !isInProcess(scenario));
  const chosen = isWhole
    ? all
    : [...sample(here, sampled.here, random), ...sample(others, sampled.processes, random)];
  describe.each([...new Set(chosen.map(({ way }) => way))])(
    'a restore of $name that is interrupted',
    (way) => {
      for (const scenario of chosen.filter((each) => each.way === way)) {
        const { at, how } = scenario;
        const place = at.nth > 0 ? `, number ${at.nth + 1}` : '';
        it(`at ${at.host}: ${shortLine(at)}${place}: ${how}`, async ({ task }) => {
          task.meta.failureScenario = 'failed';
          try {
            await perform(stage, scenario);
            task.meta.failureScenario = how;
          } finally {
            if (task.meta.failureScenario === 'failed') {
              await stage.close();
              stage = await RestoreStage.open(played);
            }
          }
        });
      }
    },
  );
}
