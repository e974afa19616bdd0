/**
 * Runs in which the connection with a host drops around a query, and comes back. A query that fails and later succeeds never changes the
 * verdict; and nothing that changes something is sent a second time.
 *
 * `npm test` drops it once around each query of each step, all of them in one run; a dump of one raw device meets each moment, the other
 * kinds of runs one in turn. `npm run test:failures` meets all, and gives each query a run of its own.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { EventOf, RunEvent } from '../../src/contract/events.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import type { KindOfRun } from './kinds-of-run.ts';
import { jobsOfKinds } from './kinds-of-run.ts';
import { expectHanded } from './deaths.ts';
import { openScene, runScene, type Scene, type SceneRun } from './lab-run.ts';
import { standing, type Standing } from './standing.ts';
import { filesOfTape } from './tap-file.ts';

/** When the connection drops: before the query is sent, while it runs, or before its end is received. */
const moments = ['before', 'during', 'after'] as const;
type Moment = (typeof moments)[number];

type Intent = EventOf<'intent'>;

/** The reader of a dump: its data is written to tape as it arrives, and cannot be requested again. */
const isDump = ({ step, line }: Intent) =>
  /^6[a-e]/.test(step) && /^(dd if=\/dev\/sfdsk|tar |ufsdump |sfxdump |cd )/.test(line);

const isQuery = (event: RunEvent): event is Intent =>
  event.type === 'intent' && !event.changes && !isDump(event);

/** Without what is different in every run. */
const lineOf = (line: string) => line.replaceAll(/\d{8}-\d{6}-[\w-]+(,\S*)?/g, 'RUN');

/** Drops the connection of one host around a query that was announced. */
function dropper({ lab }: Scene, moment: Moment) {
  let armed: Intent | undefined;
  const phase = moment === 'during' ? 'started' : 'ended';
  const stop = lab.onCommand((event) => {
    if (event.phase !== phase || armed?.host !== event.host || armed.line !== event.line) return;
    armed = undefined;
    lab.breakConnections(event.host);
  });
  const drop = (intent: Intent): void => {
    if (moment === 'before') lab.breakConnections(intent.host as NodeName);
    else armed = intent;
  };
  return { drop, stop };
}

/** @returns the run, and how often the connection was planned to drop */
async function droppedRun(
  scene: Scene,
  kind: KindOfRun,
  moment: Moment,
  isPlace: (intent: Intent) => boolean,
): Promise<{ end: SceneRun; drops: number }> {
  await scene.lab.insertCartridge('tape', { blank: true });
  const { drop, stop } = dropper(scene, moment);
  let drops = 0;
  try {
    const end = await runScene(scene, {
      job: kind.job,
      change: kind.change,
      onEvent(event) {
        if (!isQuery(event) || !isPlace(event)) return;
        drops += 1;
        drop(event);
      },
    });
    return { end, drops };
  } finally {
    stop();
  }
}

/** The commands that reached the hosts, except queries: from the lab, since the run's journal has only its intents. */
function changesSince({ lab }: Scene, from: number, { events }: SceneRun): string[] {
  const queries = new Set(events.filter(isQuery).map(({ host, line }) => `${host}: ${line}`));
  const sent = new Set(
    events.flatMap((event) => (event.type === 'intent' ? [`${event.host}: ${event.line}`] : [])),
  );
  return lab.commands
    .slice(from)
    .map(({ host, line }) => `${host}: ${line}`)
    .filter((line) => sent.has(line) && !queries.has(line))
    .map(lineOf);
}

async function expectTape({ lab }: Scene, { events }: SceneRun): Promise<void> {
  const files = await filesOfTape(lab.tapeFile);
  const [start] = events;
  for (const { proxy, tapeFile = 0 } of start?.type === 'run-started' ? start.volumes : []) {
    const handed = events.findLast(
      (event) => event.type === 'digest' && event.hop === 'handed' && event.volume === proxy,
    );
    expectHanded(handed, Buffer.concat(files[tapeFile] ?? []));
  }
}

/** Rewinding between reads is not a change: a sequence of reads that is repeated begins with it. */
const isRewind = (line: string) => / rewind$/.test(line);

class GoodRun {
  readonly changes: readonly string[];
  readonly queries: readonly Intent[];
  readonly before: Standing;

  private constructor(changes: readonly string[], queries: readonly Intent[], before: Standing) {
    this.changes = changes;
    this.queries = queries;
    this.before = before;
  }

  static async of(scene: Scene, kind: KindOfRun): Promise<GoodRun> {
    const before = await standing(scene);
    const from = scene.lab.commands.length;
    const { end } = await droppedRun(scene, kind, 'before', () => false);
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(await standing(scene)).toEqual(before);
    return new GoodRun(changesSince(scene, from, end), end.events.filter(isQuery), before);
  }

  async expectSame(scene: Scene, from: number, end: SceneRun): Promise<void> {
    expect(end, [end.sentence, ...end.stands].join('\n')).toMatchObject({
      verdict: 'verified',
      exitStatus: 0,
    });
    await expectTape(scene, end);
    expect(await standing(scene)).toEqual(this.before);
    const changes = changesSince(scene, from, end);
    // Which records are sampled, and kept when the tape is read back, depends on the run's name.
    const named = (line: string) =>
      line.replace(/ iseek=\d+ /, ' iseek=N ').replace(/^set -- [\d ]+$/gm, 'set -- RECORDS');
    // A shadow whose holder was lost with the connection is read again while the dump's reader has it open.
    const isSample = (line: string) => / iseek=N count=1$/.test(line);
    const steady = (lines: readonly string[]) =>
      lines
        .filter((line) => !isRewind(line))
        .map(named)
        .filter((line) => !isSample(line));
    expect(steady(changes)).toEqual(steady(this.changes));
  }
}

/** Which records are sampled depends on the run's name. */
const placeOf = ({ step, host, line }: Intent): string =>
  `${step} ${host} ${lineOf(line).replace(/ iseek=\d+ /, ' iseek=N ')}`;

/** True for the first query of a line in a step. */
function firstOfStep(): (intent: Intent) => boolean {
  const seen = new Set<string>();
  return (intent) => {
    const place = placeOf(intent);
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  };
}

/** How many equal queries of the successful run come before one of its queries. */
const equalsBefore = (queries: readonly Intent[], nth: number): number => {
  const place = placeOf(queries[nth] as Intent);
  return queries.slice(0, nth).filter((query) => placeOf(query) === place).length;
};

/** A query of the successful run, by its place among equal ones: the number of others before it differs from run to run. */
function sameQuery(queries: readonly Intent[], nth: number): (intent: Intent) => boolean {
  const place = placeOf(queries[nth] as Intent);
  const before = equalsBefore(queries, nth);
  let passed = -1;
  return (intent) => placeOf(intent) === place && (passed += 1) === before;
}

/** Registers the scenarios of kinds of runs: a lab for all of a kind. */
export async function droppedQueries(kinds: readonly KindOfRun[]): Promise<void> {
  const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
  for (const [index, kind] of kinds.entries()) {
    const some =
      isWhole || index === 0 ? moments : moments.filter((_, nth) => nth === index % moments.length);
    const scene = await openScene({ blocks: 4096, jobs: jobsOfKinds });
    const good = await GoodRun.of(scene, kind);
    /** @param isSure false if a run may have fewer queries of that kind: the number of polls of a copy differs */
    const perform = async (moment: Moment, isPlace: (intent: Intent) => boolean, isSure = true) => {
      const from = scene.lab.commands.length;
      const { end, drops } = await droppedRun(scene, kind, moment, isPlace);
      if (isSure) expect(drops).toBeGreaterThan(0);
      await good.expectSame(scene, from, end);
    };
    describe(`a run of kind ${kind.name} is verified although the connection drops`, () => {
      it.each(some)('%s each query of each step', (moment) => perform(moment, firstOfStep()));
      if (isWhole)
        for (const [nth, { step, line }] of good.queries.entries())
          it.each(moments)(`%s query ${nth + 1}, step ${step}: ${lineOf(line)}`, (moment) =>
            perform(moment, sameQuery(good.queries, nth), equalsBefore(good.queries, nth) === 0),
          );
      afterAll(() => scene.close());
    });
  }
}
