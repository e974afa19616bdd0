/**
 * A scenario for each way in which a run can be interrupted at each of its places; then it is resumed, or unwound, and everything must be as
 * it was before, or as the program has said.
 *
 * Not every way is tried with both endings at every place: that takes a quarter of an hour (`npm run test:failures`). `npm test` keeps to
 * a fixed rule, see `chosen`.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { isFailure } from '../../src/contract/errors.ts';
import { nodeNames } from '../../src/lab/gds/lab-model.ts';
import { readRun } from '../../src/main/application/console.ts';
import { breaks, brokenRun, silences, type Break, type BrokenRun } from './breaks.ts';
import { watchRejoins } from './failures.ts';
import { kindsOfRuns, type KindOfRun } from './kinds-of-run.ts';
import type { Scene, SceneRun } from './lab-run.ts';
import { expectHanded } from './deaths.ts';
import { refusalScene, recoverScene } from './mortal-console.ts';
import { placesOf, type Place } from './places.ts';
import { failureOf } from './refusals.ts';
import { runningOnServer } from './server-run.ts';
import { standing, type Standing } from './standing.ts';
import { filesOfTape } from './tap-file.ts';
import { SharedScene } from './shared-scene.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The result of a scenario; the reporter counts them. */
    failureScenario?: string;
  }
}

/** `nothing`: the run rolls the cluster back automatically (onFailure: unwind). */
type Ending = 'resume' | 'unwind' | 'nothing';

interface Scenario {
  readonly place: Place;
  readonly how: Break;
  readonly then: Ending;
}

const isKill = (how: Break) => how.startsWith('killed');

/** Builtins of the shell do not fail. */
const isPossible = ({ place, how }: Scenario) => how !== 'fails' || !place.line.startsWith('cd ');

/** Every way with every ending. A killed console rolls nothing back itself. */
function everything(places: readonly Place[]): Scenario[] {
  return places.flatMap((place) =>
    (place.isQuery ? silences : breaks).flatMap((how) =>
      (['resume', 'unwind', 'nothing'] as const)
        .filter((then) => then !== 'nothing' || !(isKill(how) || how === 'silent from there on'))
        .map((then) => ({ place, how, then })),
    ),
  );
}

const drops = ['dropped before', 'dropped during', 'dropped after'] as const;
const kills = ['killed before', 'killed after'] as const;
const endings = ['resume', 'unwind', 'nothing'] as const;
const recoveredBy = ['resume', 'unwind'] as const;

/**
 * At every third command that changes something: it fails, the connection drops in one of the three ways, or the
 * console is killed before or after it, in turn. At every fifth query: it fails, or the connection drops. With a dump
 * of one raw device, by either route, every fourth query of the backup server falls silent. The ways and the endings
 * rotate from place to place.
 */
function chosen(places: readonly Place[], withQueries: boolean): Scenario[] {
  const queries = places.filter(({ isQuery, host }) => isQuery && host === 'node3');
  return [
    ...chosenCommands(places.filter(({ isQuery }) => !isQuery)),
    ...(withQueries ? chosenQueries(queries.filter((_, index) => index % 4 === 0)) : []),
  ];
}

/** Each of these queries falls silent, once or for good; at every fourth the output is cut, which takes three seconds. */
function chosenQueries(places: readonly Place[]): Scenario[] {
  const turn = <Value>(values: readonly Value[], index: number) => values[index % values.length] as Value;
  return places.flatMap((place, index): Scenario[] => [
    {
      place,
      how: turn(['silent from there on', 'silent'] as const, index),
      then: turn(recoveredBy, index >> 1),
    },
    ...(index % 4 === 0 ? [{ place, how: 'cut', then: turn(endings, index) } as const] : []),
  ]);
}

function chosenCommands(places: readonly Place[]): Scenario[] {
  return places.flatMap((place, index): Scenario[] => {
    if (place.changes) return index % 3 === 0 ? [chosenChange(place, index / 3)] : [];
    const turn = <Value>(values: readonly Value[]) => values[index % values.length] as Value;
    const drop = drops[(index + Math.floor(index / 3)) % drops.length] as (typeof drops)[number];
    return index % 5 === 0 ? [{ place, how: turn(['fails', drop] as const), then: turn(endings) }] : [];
  });
}

/** @param nth counts from one selected command to the next, so that ways and endings rotate */
function chosenChange(place: Place, nth: number): Scenario {
  const turn = <Value>(values: readonly Value[], by = 0) => values[(nth + by) % values.length] as Value;
  const fails: Scenario = { place, how: 'fails', then: turn(endings) };
  const dropped: Scenario = { place, how: turn(drops, Math.floor(nth / 3)), then: turn(endings, 1) };
  const killed: Scenario = { place, how: turn(kills, nth >> 2), then: turn(recoveredBy, nth >> 3) };
  return [fails, dropped, fails, killed][nth % 4] as Scenario;
}

/** Why a run cannot be resumed, and after which steps that may be so. */
const allowedRefusals: readonly RegExp[] = [
  /^(fsck|sfxadm) wrote to the shadow: the fingerprint no longer proves it$/,
];

/** Every file of a volume holds what was sent to tape last. */
async function expectTape(scene: Scene, run: string): Promise<void> {
  const { events } = await readRun(scene.state, run);
  const start = events.find((event) => event.type === 'run-started');
  const files = await filesOfTape(scene.lab.tapeFile);
  for (const { proxy, tapeFile = 0 } of start?.volumes ?? []) {
    const handed = events.findLast(
      (event) => event.type === 'digest' && event.hop === 'handed' && event.volume === proxy,
    );
    expectHanded(handed, Buffer.concat(files[tapeFile] ?? []));
  }
}

const told = ({ sentence, stands }: Pick<SceneRun, 'sentence' | 'stands'>) =>
  [sentence, ...stands].join('\n');

/**
 * Everything is as it was; remaining folders of an ended run were reported.
 * @returns true if something remained
 */
async function expectOver(scene: Scene, before: Standing, run: string, last: SceneRun): Promise<boolean> {
  const now = await standing(scene);
  const left = nodeNames.flatMap((node) =>
    now.directories[node]
      .filter((folder) => !before.directories[node].includes(folder))
      .map((folder) => `${node} ${folder}`),
  );
  const isTold = (folder: string) => {
    const [host = '', path = ''] = folder.replace(/\.lock\/.*/, '.lock').split(' ');
    return last.stands.some((line) => line.startsWith(`${host}: `) && line.includes(path));
  };
  expect(
    left.filter((folder) => !isTold(folder)),
    told(last),
  ).toEqual([]);
  expect({ ...now, directories: before.directories }, told(last)).toEqual(before);
  const { truncated, events } = await readRun(scene.state, run);
  if (events.some(({ type }) => type === 'work')) expect(await runningOnServer(scene)).toEqual([]);
  expect(truncated).toBe(false);
  return left.length > 0;
}

/** If the answer to the part was lost, nothing proves whose it is: an operator must confirm it. */
const isUnheardPart = ({ place, how }: Scenario): boolean =>
  place.step === '3-3' && place.changes && how !== 'fails';

const isParted = ({ lab }: Scene): boolean => lab.world().pairs.some(({ proxy }) => proxy.state === 'Part');

/** The read-back cannot read the tape, and the run is rolled back: the tape proves nothing. */
const isUnreadTape = ({ place, how }: Scenario): boolean =>
  place.step === 'read-back' && how === 'fails' && place.line.startsWith('dd ');

/** How the broken run itself may end. */
function expectEnd(scenario: Scenario, end: SceneRun): void {
  const { place, how, then } = scenario;
  const isHalted = then !== 'nothing' && end.exitStatus === 3;
  // A failed query may report something nevertheless; a failed cleanup does no harm; an unreadable tape is a mismatch.
  const mayGoOn = !place.changes || place.phase === 'finish';
  if (how === 'fails') expect([1, 2, 3, ...(mayGoOn ? [0, 4] : [])], told(end)).toContain(end.exitStatus);
  if (how === 'fails' && place.phase === 'prepare') expect([0, 1], told(end)).toContain(end.exitStatus);
  if (then === 'nothing' && !isUnheardPart(scenario))
    expect([0, 1, 2, 4], told(end)).toContain(end.exitStatus);
  if (end.exitStatus === 3)
    expect(
      isUnheardPart(scenario) || (isHalted && end.stands.some((line) => line.startsWith('run by hand'))),
      told(end),
    ).toBe(true);
}

/**
 * The dump is on tape, and begins like the tape of an earlier run: nothing shows which of the two is in the drive. The
 * operator follows the hint.
 */
async function withAnotherTape({ place }: Scenario, scene: Scene, resumed: SceneRun): Promise<SceneRun> {
  const isEither =
    resumed.sentence.includes('written by one of the runs') && resumed.sentence.includes(resumed.run);
  if (resumed.exitStatus !== 3 || resumed.error?.code !== 'TAPE_NOT_BLANK' || !isEither) return resumed;
  expect(resumed.error.hint).toMatch(/^insert a blank tape;/);
  await scene.lab.insertCartridge('tape', { blank: true });
  return recoverScene(scene, 'resume', resumed.run, { change: place.kind.change });
}

/** The final result of a run: the last end, and whether a resume was refused. */
async function finalEnd(scene: Scene, scenario: Scenario, broken: BrokenRun): Promise<SceneRun> {
  const { place, then } = scenario;
  const { run, end } = broken;
  const { change } = place.kind;
  if (isUnheardPart(scenario) && isParted(scene)) {
    const refused = await recoverScene(scene, 'unwind', run, { change });
    expect(refused.exitStatus, told(refused)).toBe(3);
    expect(isParted(scene), told(refused)).toBe(true);
    const mode = then === 'resume' ? 'resume' : 'unwind';
    return recoverScene(scene, mode, run, { change, ownPart: true });
  }
  const isOpen = end === undefined || end.exitStatus === 3;
  if (then === 'nothing') return end as SceneRun;
  if (!isOpen && (then === 'resume' || end.exitStatus === 0)) {
    const { code } = await failureOf(recoverScene(scene, then, run, { change }));
    expect(code).toBe('RUN_ALREADY_ENDED');
    return end;
  }
  if (then === 'unwind') return recoverScene(scene, 'unwind', run, { change });
  const suggested = await refusalScene(scene, 'resume', run, change);
  const resumed = await recoverScene(scene, 'resume', run, { change }).catch((error: unknown) => error);
  // A suggestion makes the same checks as the command.
  expect(suggested?.message).toBe(resumed instanceof Error ? resumed.message : undefined);
  if (!(resumed instanceof Error)) return withAnotherTape(scenario, scene, resumed as SceneRun);
  if (!isFailure(resumed, 'RESUME_IMPOSSIBLE')) throw resumed;
  expect(await refusalScene(scene, 'unwind', run, change)).toBeUndefined();
  const reason = resumed.message.replace(/^.*? cannot be resumed: /, '');
  expect(
    allowedRefusals.some((allowed) => allowed.test(reason)),
    reason,
  ).toBe(true);
  return recoverScene(scene, 'unwind', run, { change });
}

async function perform(shared: SharedScene, scenario: Scenario): Promise<string> {
  const { scene, before } = await shared.take();
  await scene.lab.insertCartridge('tape', { blank: true });
  const expectNoRejoinUnderShadow = watchRejoins(scene);
  const { place, how, then } = scenario;
  const broken = await brokenRun(scene, place, how, then === 'nothing' ? 'unwind' : 'halt');
  await scene.lab.copyingFinished();
  if (broken.end) expectEnd(scenario, broken.end);
  const last = await finalEnd(scene, scenario, broken);
  const isResumed = last !== broken.end && last.exitStatus === 0;
  const rolledBack = isUnreadTape(scenario) ? 4 : 2;
  if (last !== broken.end)
    expect([then === 'resume' ? 0 : rolledBack, rolledBack], told(last)).toContain(last.exitStatus);
  if (last.verdict === 'verified') await expectTape(scene, last.run);
  const isLeft = await expectOver(scene, before, last.run, last);
  expectNoRejoinUnderShadow();
  if (isLeft) await shared.close();
  return isResumed
    ? 'resumed'
    : last === broken.end
      ? last.exitStatus === 0
        ? 'continued'
        : 'rolled back'
      : 'unwound';
}

const isPlain = (kind: KindOfRun) =>
  [...kindsOfRuns.rawDevice, ...kindsOfRuns.rawByServer].some((each) => each === kind);

/** Registers the scenarios of kinds of runs: one lab for them all, as long as they leave it as it was. */
export async function brokenOff(kinds: readonly KindOfRun[]): Promise<void> {
  const shared = new SharedScene();
  const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
  for (const kind of kinds) {
    const { scene } = await shared.take();
    const places = await placesOf(scene, kind);
    describe(`a run of kind ${kind.name} that is interrupted`, () => {
      const scenarios = isWhole ? everything(places) : chosen(places, isPlain(kind));
      for (const scenario of scenarios.filter(isPossible)) {
        const { place, how, then } = scenario;
        it(`at step ${place.step}: ${place.line}, ${how}, then ${then}`, async ({ task }) => {
          task.meta.failureScenario = 'failed';
          try {
            task.meta.failureScenario = await perform(shared, scenario);
          } finally {
            if (task.meta.failureScenario === 'failed') await shared.close();
          }
        });
      }
    });
  }
  afterAll(() => shared.close());
}
