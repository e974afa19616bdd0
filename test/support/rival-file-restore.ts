/**
 * A scenario for each thing that somebody else may do to the target or to the tape at each command of each way of a
 * file restore. Their data stays unchanged, and once they have removed it the restore succeeds. `npm test` takes a few;
 * SHADOWTAPE_SEED gives others.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { isFailure } from '../../src/contract/errors.ts';
import { RestoreStage, type FileRestore, type StageResult } from './file-restores.ts';
import { randomOf, sample } from './random-numbers.ts';
import { AtCommand, changes, commandsOf, shortLine, type SentCommand } from './restore-moments.ts';
import { restoreActs, RestoreRival, type RestoreAct } from './restore-rival.ts';

interface Scenario {
  readonly way: FileRestore;
  readonly at: SentCommand;
  readonly when: 'started' | 'ended';
  readonly act: RestoreAct;
}

/** Writes to the target under its own name, or gives it its name; of a drill, removes it. */
const isFinal = ({ goesTo }: FileRestore, { line }: SentCommand): boolean =>
  goesTo === 'scratch'
    ? line.includes('rm -rf ')
    : / exec (tar xpf|\w+restore) |^mv |^mkdir \/var\/tmp\/back$|^dd .*of=\/dev\/rdsk/.test(line);

/**
 * Before each query, and after each command that changes something; for an act that a query must notice, up to the last
 * such query.
 */
function scenariosOf(way: FileRestore, sent: readonly SentCommand[]): Scenario[] {
  const upTo = sent.findIndex((each) => isFinal(way, each));
  return restoreActs
    .filter(({ isFor }) => isFor(way))
    .flatMap((act) => {
      const { seenBy } = act;
      const looks = sent.slice(0, upTo).findLastIndex(({ line }) => seenBy?.test(line));
      const isSeen = seenBy !== undefined && way.host !== undefined;
      return sent
        .slice(0, isSeen ? looks + 1 : undefined)
        .map((at) => ({ way, at, act, when: changes(at) ? ('ended' as const) : ('started' as const) }));
    });
}

/** What it says is true of the disk; what somebody else made there is left out. */
async function expectTrue(
  stage: RestoreStage,
  way: FileRestore,
  { he, told }: { readonly he: RestoreRival; readonly told: StageResult | Error },
): Promise<void> {
  const words = told instanceof Error ? told.message : [told.error?.message, ...told.notes].join('\n');
  if (told instanceof Error && !isFailure(told)) throw told;
  expect(await he.missed(), words).toEqual([]);
  if (he.isMounted) return;
  const all = await stage.contents(way);
  const now = Object.fromEntries(Object.entries(all).filter(([path]) => !he.paths.includes(path)));
  if (told instanceof Error) return;
  if (told.exitStatus === 0) return expect(now, words).toEqual(stage.backupOf(way).wanted);
  const files = told.files.filter(({ what, sha256 }) => what === 'written' && sha256 !== undefined);
  for (const { path, sha256 } of way.goesTo === 'folder' ? files : [])
    expect(now[path.replace('./', '')], `${path}: ${words}`).toBe(sha256);
  if (told.exitStatus === 1 && way.goesTo === 'folder') expect(now, words).toEqual({});
}

async function perform(stage: RestoreStage, { way, at, when, act }: Scenario): Promise<string> {
  await stage.prepare(way);
  const he = new RestoreRival(stage, way);
  const moment = new AtCommand(stage.scene.lab, at, when, () => act.act(he));
  try {
    const told = await stage
      .restore(way)
      .catch((error: unknown) => error as Error)
      .finally(moment.stop);
    expect(moment.isReached).toBe(true);
    await expectTrue(stage, way, { he, told });
    await he.undo();
    await stage.prepare(way);
    const again = await stage.restore(way);
    expect(again, again.error?.message).toMatchObject({ exitStatus: 0, notes: [] });
    expect(await stage.contents(way)).toEqual(stage.backupOf(way).wanted);
    expect(await stage.harm(way)).toEqual([]);
    return told instanceof Error ? 'refused' : `ended with ${told.exitStatus}`;
  } catch (error) {
    await he.undo().catch(() => undefined);
    throw error;
  }
}

/** Registers the scenarios. @param sampled how many `npm test` plays */
export async function rivalFileRestores(ways: readonly FileRestore[], sampled: number): Promise<void> {
  const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
  const random = randomOf(Number(process.env['SHADOWTAPE_SEED'] ?? 17));
  const played = isWhole ? ways : sample(ways, 2, random);
  let stage = await RestoreStage.open(played);
  afterAll(() => stage.close());
  const all: Scenario[] = [];
  for (const way of played) all.push(...scenariosOf(way, await commandsOf(stage, way)));
  const chosen = isWhole ? all : sample(all, sampled, random);
  describe.each([...new Set(chosen.map(({ way }) => way))])(
    'somebody else, at a restore of $name,',
    (way) => {
      for (const scenario of chosen.filter((each) => each.way === way)) {
        const { at, when, act } = scenario;
        const place = at.nth > 0 ? `, number ${at.nth + 1}` : '';
        const moment = when === 'ended' ? 'after' : 'before';
        it(`${act.name} ${moment} ${at.host}: ${shortLine(at)}${place}`, async ({ task }) => {
          task.meta.failureScenario = 'failed';
          try {
            task.meta.failureScenario = await perform(stage, scenario);
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
