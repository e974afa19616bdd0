/**
 * A scenario for each thing that a second console may try at each step of a run: run the same job, resume the run, roll
 * it back, unlock the class; and the same once somebody has removed the locks by hand. While the first run has its
 * locks, the second console changes nothing, and the first run ends as if it were alone. Two consoles never write to
 * one class in turn.
 *
 * `npm run test:failures` plays all of them, `npm test` a sample. SHADOWTAPE_SEED gives another one.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { StateFolder } from '../../src/main/application/console.ts';
import { join } from 'node:path';
import type { KindOfRun } from './kinds-of-run.ts';
import { runScene, type Scene, type SceneRun } from './lab-run.ts';
import { allLocks, removeLocksByHand } from './lab-shell.ts';
import { recoverScene } from './mortal-console.ts';
import { randomOf, sample } from './random-numbers.ts';
import { expectAsBefore, learn, rollingBack, type Known } from './rival-campaign.ts';
import { Hold, type Moment } from './rival-moment.ts';
import { tapeDigests, toldBy } from './rival-oracle.ts';
import { SecondConsole, type ConsoleAnswer, type ConsoleOrder } from './second-console.ts';
import type { Standing } from './standing.ts';
import { SharedScene } from './shared-scene.ts';

interface ConsoleAct {
  readonly name: string;
  readonly what: ConsoleOrder['what'];
  /** It uses the state folder of the first console, and so the journal of its run. */
  readonly isSameFolder: boolean;
  readonly backupServer: string;
  /** Somebody has removed every lock by hand before. */
  readonly isForced: boolean;
}

const usual = { isSameFolder: false, backupServer: 'node3', isForced: false } as const;

const consoleActs: readonly ConsoleAct[] = [
  { ...usual, name: 'runs the job', what: 'run' },
  {
    ...usual,
    name: 'runs the job, with another name for the backup server',
    what: 'run',
    backupServer: 'backup2',
  },
  { ...usual, name: 'resumes the run', what: 'resume', isSameFolder: true },
  { ...usual, name: 'rolls the run back', what: 'unwind', isSameFolder: true },
  { ...usual, name: 'unlocks the class', what: 'unlock' },
  { ...usual, name: 'runs the job, after the locks were removed by hand', what: 'run', isForced: true },
  {
    ...usual,
    name: 'rolls the run back, after the locks were removed by hand',
    what: 'unwind',
    isSameFolder: true,
    isForced: true,
  },
];

interface Scenario {
  readonly moment: Moment;
  readonly act: ConsoleAct;
}

/** Commands that change a class, its shadow, or the tape. */
const writes = (line: string): boolean =>
  /^(sdxproxy|sdxvolume|sdxshadow(disk|group|volume)|fsck|sfxadm|mount|umount) /.test(line) ||
  /^dd .*\bof=\/dev\/rmt/.test(line) ||
  (line.startsWith('sh -c ') && line.includes('nohup'));

type Writer = 'first' | 'second';

/** Which console sent which command that changes something, as the lab received them. */
class WriterWatch {
  readonly #sent: { readonly writer: Writer; readonly line: string }[] = [];
  /** Command -> who sent it: its connection may be gone when it ends. */
  readonly #running = new Map<string, Writer>();
  readonly #wrong: string[] = [];
  readonly stop: () => void;

  constructor(lab: Lab, second: SecondConsole) {
    this.stop = lab.onCommand(({ phase, host, line, client }) => {
      if (!writes(line)) return;
      const key = `${client} ${host} ${line}`;
      const writer = this.#running.get(key) ?? (second.isOwn(client) ? 'second' : 'first');
      if (phase === 'started') this.#begin(writer, line);
      if (phase === 'started') this.#running.set(key, writer);
      else this.#running.delete(key);
    });
  }

  #begin(writer: Writer, line: string): void {
    this.#sent.push({ writer, line });
    const other = writer === 'first' ? 'second' : 'first';
    if ([...this.#running.values()].includes(other))
      this.#wrong.push(`${writer} sent ${line} while the other wrote`);
  }

  by(writer: Writer): string[] {
    return this.#sent.filter((sent) => sent.writer === writer).map(({ line }) => line);
  }

  /** One has written after the other, if both have: never in turn. */
  expectApart(told: string): void {
    const turns = this.#sent.filter(({ writer }, index) => this.#sent[index - 1]?.writer !== writer);
    expect(turns.map(({ writer, line }) => `${writer} from ${line}`).slice(2), told).toEqual([]);
    expect(this.#wrong, told).toEqual([]);
  }
}

interface Played {
  readonly end: SceneRun;
  readonly answer: ConsoleAnswer;
  /** The first run had its locks when the second console acted. */
  readonly isLocked: boolean;
}

async function play(
  scene: Scene,
  second: SecondConsole,
  kind: KindOfRun,
  { moment, act }: Scenario,
): Promise<Played> {
  let run = '';
  let isLocked = false;
  let answer: ConsoleAnswer | undefined;
  const hold = new Hold(scene.lab, moment, {
    async act() {
      isLocked = allLocks(scene).some((path) => path.includes(`/${run},`));
      if (act.isForced) removeLocksByHand(scene);
      answer = await second.do({ what: act.what, job: kind.job, run }, rollingBack(kind), act);
    },
  });
  const end = await runScene(scene, {
    job: kind.job,
    change: rollingBack(kind),
    onEvent(event) {
      run = event.run;
      hold.onEvent(event);
    },
  }).finally(() => hold.stop());
  if (!answer) throw new Error(`the run never came to: ${moment.line}`);
  return { end, answer, isLocked };
}

function expectNormal({ lab }: Scene, { job }: Known, told: string): void {
  const { pairs, mounts, shadowDisks } = lab.world();
  const parted = pairs.filter(({ proxy }) => job.proxies.includes(proxy.name) && proxy.state !== 'Join');
  const shadows = shadowDisks.filter((disk) => job.disks.includes(disk));
  expect({ parted, shadows, mounted: mounts.node3 }, told).toEqual({ parted: [], shadows: [], mounted: [] });
}

/** The report of a run is true, as far as the lab shows. */
async function expectTrue(
  scene: Scene,
  known: Known,
  end: { readonly run: string; readonly verdict: string; readonly exitStatus: number },
  written: readonly string[],
  told: string,
): Promise<void> {
  if (end.exitStatus === 0) expect(end.verdict, told).toBe('verified');
  if (end.verdict === 'verified') expect(await tapeDigests(scene, end.run), told).toEqual(known.tape);
  if (end.exitStatus === 1) expect(written, told).toEqual([]);
}

async function expectRight(
  scene: Scene,
  known: Known,
  watch: WriterWatch,
  { act }: Scenario,
  played: Played,
): Promise<string> {
  const { end, answer, isLocked } = played;
  const told = `${toldBy(end)}\nsecond console: ${answer.refused ?? answer.exitStatus ?? ''} ${answer.told}`;
  watch.expectApart(told);
  expect(answer.refused, told).not.toBe('UNEXPECTED');
  await expectTrue(scene, known, end, watch.by('first'), told);
  if (answer.refused !== undefined || answer.exitStatus === 1) expect(watch.by('second'), told).toEqual([]);
  if (answer.run !== undefined && !act.isSameFolder) {
    const { run, verdict = '', exitStatus = 3 } = answer;
    const state = new StateFolder(join(scene.folder, 'second'));
    await expectTrue({ ...scene, state }, known, { run, verdict, exitStatus }, watch.by('second'), told);
  }
  if (isLocked && !act.isForced) {
    // As if there were no other console.
    expect(watch.by('second'), told).toEqual([]);
    expect(end, told).toMatchObject({ exitStatus: 0, verdict: 'verified' });
  }
  if (end.exitStatus !== 3 && answer.exitStatus !== 3) expectNormal(scene, known, told);
  return told;
}

/** A console whose journal another one has written to has no answer of its part: an operator says whose part it is. */
async function rolledBack(scene: Scene, { change }: KindOfRun, run: string): Promise<SceneRun> {
  const end = await recoverScene(scene, 'unwind', run, { change });
  if (!end.sentence.includes('nothing proves that this run parted')) return end;
  expect(end.exitStatus, toldBy(end)).toBe(3);
  return recoverScene(scene, 'unwind', run, { change, ownPart: true });
}

async function perform(
  { scene, before }: { readonly scene: Scene; readonly before: Standing },
  second: SecondConsole,
  known: Known,
  scenario: Scenario,
): Promise<string> {
  const { kind } = known;
  await scene.lab.insertCartridge('tape', { blank: true });
  const watch = new WriterWatch(scene.lab, second);
  try {
    const played = await play(scene, second, kind, scenario);
    await scene.lab.copyingFinished();
    const told = await expectRight(scene, known, watch, scenario, played);
    watch.stop();
    const { end, answer } = played;
    // What a second console has rolled back is over.
    if (end.exitStatus === 3) {
      const last = await rolledBack(scene, kind, end.run);
      expect([0, 2, 4], toldBy(last)).toContain(last.exitStatus);
    }
    await expectAsBefore(scene, before, told);
    return `${end.verdict}, ${end.exitStatus}; second ${answer.refused ?? answer.exitStatus ?? 'done'}`;
  } finally {
    watch.stop();
  }
}

/**
 * Registers the scenarios of kinds of runs.
 * @param sampled of how many kinds `npm test` plays one
 */
export async function consoleCampaign(kinds: readonly KindOfRun[], sampled: number): Promise<void> {
  const stage = new SharedScene();
  const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
  const random = randomOf(Number(process.env['SHADOWTAPE_SEED'] ?? 6_637));
  let second: { readonly scene: Scene; readonly console: SecondConsole } | undefined;
  const secondOf = async (scene: Scene): Promise<SecondConsole> => {
    if (second?.scene !== scene) {
      await second?.console.close();
      second = { scene, console: await SecondConsole.open(scene) };
    }
    return second.console;
  };
  for (const [index, kind] of kinds.entries()) {
    if (!isWhole && index >= sampled) continue;
    const known = await learn((await stage.take()).scene, kind);
    const all = known.moments.flatMap((moment) => consoleActs.map((act): Scenario => ({ moment, act })));
    describe(`a second console and a run of kind ${kind.name}`, () => {
      for (const scenario of isWhole ? all : sample(all, 1, random)) {
        const { moment, act } = scenario;
        it(`${moment.step}, ${moment.when} ${moment.line}: it ${act.name}`, async ({ task }) => {
          task.meta.failureScenario = 'failed';
          const opened = await stage.take();
          try {
            task.meta.failureScenario = await perform(opened, await secondOf(opened.scene), known, scenario);
          } finally {
            if (task.meta.failureScenario === 'failed' || allLocks(opened.scene).length > 0)
              await stage.close();
          }
        });
      }
    });
  }
  afterAll(async () => {
    await second?.console.close();
    await stage.close();
  });
}
