/**
 * A scenario for each thing that another administrator may do at each step of each kind of run: while the run continues, while it is
 * interrupted, and while it is resumed; alone, or together with a query that fails, falls silent, is cut, or loses its connection.
 *
 * `npm run test:failures` plays all of them, `npm test` a sample. SHADOWTAPE_SEED gives another one.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { isFailure } from '../../src/contract/errors.ts';
import { readRun } from '../../src/main/application/console.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { dying } from './breaks.ts';
import { type KindOfRun } from './kinds-of-run.ts';
import { jobOf, openSceneConsole, runScene, type Scene, type SceneRun, type SiteTree } from './lab-run.ts';
import { locksLeft } from './lab-shell.ts';
import { dyingRun, recoverScene } from './mortal-console.ts';
import { ownSteps, stepsOfPlan } from './places.ts';
import { randomOf, sample } from './random-numbers.ts';
import {
  Administrator,
  objectsOf,
  rivalActs,
  rivalActsWithin,
  type JobObjects,
  type RivalAct,
} from './rival-administrator.ts';
import { Hold, momentsOf, momentsWithin, type Moment } from './rival-moment.ts';
import { commandsNamed, RunWatch, tapeDigests, toldBy, type TapeDigests } from './rival-oracle.ts';
import { standing, type Standing } from './standing.ts';
import { SharedScene } from './shared-scene.ts';

/** What else happens at the moment: to the command that is held back, or to the next query of the backup server. */
const troubles = ['nothing', 'dropped', 'silent', 'cut', 'fails'] as const;
type Trouble = (typeof troubles)[number];

/**
 * `in the run`: the act comes while the run continues. `while it lies`: the console dies at the moment, the act comes, and the run is resumed or
 * rolled back. `in the resumed run`: the console dies at the moment, and the act comes when the resumed run is about to continue there.
 */
const courses = ['in the run', 'while it lies', 'in the resumed run'] as const;
type Course = (typeof courses)[number];

interface Scenario {
  readonly kind: KindOfRun;
  readonly moment: Moment;
  readonly act: RivalAct;
  readonly trouble: Trouble;
  readonly course: Course;
  readonly then: 'resume' | 'unwind';
}

/** One kind of run, and what an undisturbed run of it does and leaves. */
export interface Known {
  readonly kind: KindOfRun;
  readonly job: JobObjects;
  readonly moments: readonly Moment[];
  readonly within: readonly Moment[];
  readonly tape: TapeDigests;
}

/** Prepares the lab for the start of a run of the kind. */
async function begin({ lab }: Scene, { begins, fault }: KindOfRun, { proxies }: JobObjects): Promise<void> {
  if (begins === 'parted')
    await lab.type('node1', `sdxproxy Part -c Class1 -p ${proxies.join(',')} -a pjrm=off`);
  if (fault !== undefined) lab.faults.set(fault);
}

export async function learn(scene: Scene, kind: KindOfRun): Promise<Known> {
  const job = objectsOf(await stepsOfPlan(scene, kind));
  const own = await ownSteps(scene, kind);
  await scene.lab.insertCartridge('tape', { blank: true });
  await begin(scene, kind, job);
  const end = await runScene(scene, { job: kind.job, change: kind.change });
  expect(end, toldBy(end)).toMatchObject({ verdict: 'verified', exitStatus: 0 });
  const tape = await tapeDigests(scene, end.run);
  const moments = momentsOf([...own.values()], end.events);
  return { kind, job, moments, within: momentsWithin(end.events), tape };
}

/** The last command of a dead console identifies the moment: nothing is delayed. */
const coursesOf = ({ when, changes }: Moment): readonly Course[] =>
  when === 'after' && changes ? courses : ['in the run'];

/**
 * Excluded, because nothing can notice it:
 * - While sfxadm or fsck changes blocks, only the watch can tell that the proxy was rejoined, parted and stopped. It
 *   looks more often than disks can be copied, but the lab copies its small volumes in no time. What is changed on
 *   purpose is not compared.
 * - ufsdump or sfxdump reads another file system through a shadow that is not held open, and is over before both sides
 *   are judged (SECURITY.md, "What `verified` means"). The dumps of the campaign are so small. Of a raw device the
 *   records on tape tell, and tar's is mounted.
 */
const isPossible = ({ moment: { step, when, line }, act }: Scenario): boolean => {
  // The number of polls of the copy differs from run to run.
  if (step === 'synchronise' && when === 'amid') return false;
  // What the master then holds is what the run parts and backs up: a different backup than that of the undisturbed run,
  // and as good.
  if (step === 'synchronise' && act.name === 'rejoins, parts and stops the proxy') return false;
  const changesBlocks = /^(fsck|sfxadm) /.test(line);
  if (act.name === 'rejoins, parts and stops the proxy')
    return when === 'amid' || when === 'before' || !changesBlocks;
  const isUnbound = changesBlocks || (when === 'within' && /^6[ce]/.test(step));
  return !(act.name.includes('over another file system') && isUnbound);
};

function everything({ kind, moments }: Known): Scenario[] {
  return moments.flatMap((moment, place) =>
    coursesOf(moment).flatMap((course, nth) =>
      rivalActs.flatMap((act, index) => {
        const turn = place + nth + index;
        const then = turn % 2 === 0 ? ('resume' as const) : ('unwind' as const);
        const other = troubles[1 + (turn % (troubles.length - 1))] as Trouble;
        const among = course === 'in the run' ? (['nothing', other] as const) : (['nothing'] as const);
        return among.map((trouble) => ({ kind, moment, act, trouble, course, then }));
      }),
    ),
  );
}

/** What may be done to a shadow that the backup server does not allow to be held open, while one command uses it. */
function everythingWithin({ kind, within }: Known): Scenario[] {
  const common = { kind, trouble: 'nothing', course: 'in the run', then: 'unwind' } as const;
  return within.flatMap((moment) => rivalActsWithin.map((act) => ({ ...common, moment, act })));
}

function strike({ lab }: Scene, trouble: Trouble, host: NodeName): void {
  if (trouble === 'dropped') lab.breakConnections(host);
  if (trouble === 'silent') lab.faults.set('ignore-once=node3:sdxinfo');
  if (trouble === 'cut') lab.faults.set('cut-once=node3:sdxinfo');
  if (trouble === 'fails') lab.faults.set('fail-once=node3:sdxinfo');
}

const clearFaults = ({ lab }: Scene): void => {
  for (const fault of lab.faults.list()) lab.faults.clear(fault);
};

/** A failed run is rolled back. */
export const rollingBack =
  (kind: KindOfRun) =>
  (site: SiteTree): void => {
    kind.change(site);
    jobOf(site, kind.job)['onFailure'] = 'unwind';
  };

/** A resume may be refused; what is left is then rolled back. */
async function resumed(
  scene: Scene,
  mode: 'resume' | 'unwind',
  run: string,
  setting: Parameters<typeof recoverScene>[3],
): Promise<SceneRun | undefined> {
  try {
    return await recoverScene(scene, mode, run, setting);
  } catch (error) {
    if (!isFailure(error, 'RESUME_IMPOSSIBLE', 'UNWIND_IMPOSSIBLE', 'RUN_ALREADY_ENDED')) throw error;
    return undefined;
  }
}

const doingWithoutHolder = (kind: KindOfRun) => (site: SiteTree) => {
  rollingBack(kind)(site);
  for (const job of Object.values(site.jobs))
    job['verify'] = { ...(job['verify'] as object), unheld: 'allow' };
};

/** The backup server does not let a shadow be held open. */
const noHolder = 'fail=node3:sh -c : shadowtape-holder';

/** A scenario as it is played in a lab. */
class Play {
  readonly #scene: Scene;
  readonly #scenario: Scenario;
  readonly #administrator: Administrator;
  readonly #watch: RunWatch;

  constructor(scene: Scene, scenario: Scenario, job: JobObjects) {
    this.#scene = scene;
    this.#scenario = scenario;
    this.#administrator = new Administrator(scene, job);
    this.#watch = new RunWatch(scene, job);
  }

  get watch(): RunWatch {
    return this.#watch;
  }

  get administrator(): Administrator {
    return this.#administrator;
  }

  #hold(): Hold {
    const { moment, act, trouble } = this.#scenario;
    const { later } = act;
    return new Hold(this.#scene.lab, moment, {
      act: async (host) => {
        await act.act(this.#administrator);
        strike(this.#scene, trouble, host);
      },
      later: later && (() => later(this.#administrator)),
    });
  }

  async #inTheRun(): Promise<SceneRun> {
    const hold = this.#hold();
    const { kind, moment } = this.#scenario;
    const isUnheld = moment.when === 'within';
    const change = isUnheld ? doingWithoutHolder(kind) : rollingBack(kind);
    const { onEvent } = hold;
    if (isUnheld) this.#scene.lab.faults.set(noHolder);
    const end = await runScene(this.#scene, { job: kind.job, change, onEvent }).finally(() => hold.stop());
    expect(hold.isUsed, `the run never came to: ${this.#scenario.moment.line}`).toBe(true);
    return end;
  }

  async #die(when: 'before' | 'after'): Promise<string> {
    const { kind, moment } = this.#scenario;
    const death = dying(moment, when);
    const { run } = await dyingRun(this.#scene, kind.job, death, rollingBack(this.#scenario.kind));
    return run;
  }

  /** @returns the end that the run came to, and its name; no end where a resume was refused */
  async perform(): Promise<{ readonly run: string; readonly end: SceneRun | undefined }> {
    const { course, then, act } = this.#scenario;
    if (course === 'in the run') {
      const end = await this.#inTheRun();
      return { run: end.run, end };
    }
    const change = rollingBack(this.#scenario.kind);
    if (course === 'while it lies') {
      const run = await this.#die(then === 'resume' ? 'after' : 'before');
      await act.act(this.#administrator);
      return { run, end: await resumed(this.#scene, then, run, { change }) };
    }
    const run = await this.#die('before');
    const hold = this.#hold();
    const setting = { change, onEvent: hold.onEvent };
    return { run, end: await resumed(this.#scene, 'resume', run, setting).finally(() => hold.stop()) };
  }

  /** What was parted when the run began, and what it has not parted itself, is not its to rejoin. */
  async #rejoinUnparted(run: string): Promise<void> {
    const { lab, state } = this.#scene;
    if (this.#scenario.kind.begins !== 'parted') return;
    const { events } = await readRun(state, run);
    if (events.some((event) => event.type === 'intent' && event.step === '3-3' && event.changes)) return;
    for (const { proxy } of lab.world().pairs)
      if (proxy.state === 'Part') await lab.type('node1', `sdxproxy Rejoin -c Class1 -p ${proxy.name}`);
    await lab.copyingFinished();
  }

  /** Everything was done by hand: the run keeps its locks until it is discarded. */
  async #discard(run: string): Promise<void> {
    const console = await openSceneConsole(this.#scene, this.#scenario.kind.change);
    try {
      await console.lockService.discard(run);
    } finally {
      await console.close();
    }
  }

  /**
   * Where the answer of the part was lost, nothing proves that the run has parted the proxies, and a person has to say
   * so. Here nobody else has: the administrator has undone the change.
   * @returns the end of what the run has asked for; undefined if it has not
   */
  async #ownPart(run: string, { exitStatus, sentence }: SceneRun): Promise<SceneRun | undefined> {
    const asksFor = `roll it back with shadowtape rollback ${run} --own-part`;
    if (exitStatus !== 3 || !sentence.includes(asksFor)) return undefined;
    const parted = (await readRun(this.#scene.state, run)).events.flatMap((event) =>
      event.type === 'intent' && event.step === '3-3' && event.changes ? [event.seq] : [],
    );
    expect(parted, 'the run itself has sent a part').not.toEqual([]);
    return recoverScene(this.#scene, 'unwind', run, { change: this.#scenario.kind.change, ownPart: true });
  }

  /** The administrator undoes the change; then what the run has named is done, or the run is rolled back. */
  async bringBack(run: string, end: SceneRun | undefined): Promise<void> {
    const { then, kind } = this.#scenario;
    await this.#administrator.undo();
    await this.#rejoinUnparted(run);
    if (end && end.exitStatus !== 3) return;
    if (end && then === 'resume') {
      // What the administrator has undone is refused.
      for (const { host, line } of commandsNamed(end)) await this.#scene.lab.type(host as NodeName, line);
      await this.#discard(run);
      return;
    }
    const last = await recoverScene(this.#scene, 'unwind', run, { change: kind.change });
    const ended = (await this.#ownPart(run, last)) ?? last;
    expect([0, 2, 4], toldBy(ended)).toContain(ended.exitStatus);
  }
}

async function perform(scene: Scene, before: Standing, known: Known, scenario: Scenario): Promise<string> {
  await scene.lab.insertCartridge('tape', { blank: true });
  await begin(scene, scenario.kind, known.job);
  const play = new Play(scene, scenario, known.job);
  try {
    const { run, end } = await play.perform();
    clearFaults(scene);
    await scene.lab.copyingFinished();
    // When it releases its locks, a run has queried both sides for the last time.
    const isLookedAt = scenario.moment.step !== 'unlock';
    if (end) await play.watch.expectTrue(end, known.tape, isLookedAt);
    const told = end ? toldBy(end) : 'the resume was refused';
    await play.bringBack(run, end);
    play.watch.expectSafe(told);
    await expectAsBefore(scene, before, told);
    expect((await readRun(scene.state, run)).truncated).toBe(false);
    if (play.administrator.done === 0) return 'undisturbed';
    return end ? `${end.verdict}, ${end.exitStatus}` : 'refused';
  } finally {
    play.watch.stop();
  }
}

/** Only locks and work folders of an ended run may remain, and only if that was reported. */
export async function expectAsBefore(scene: Scene, before: Standing, told: string): Promise<void> {
  const now = await standing(scene);
  const left = now.directories.node3.filter((folder) => !before.directories.node3.includes(folder));
  expect(
    left.filter((folder) => !told.includes(folder.replace(/\.lock\/.*/, '.lock'))),
    told,
  ).toEqual([]);
  const directories = { ...now.directories, node3: before.directories.node3 };
  expect({ ...now, directories }, told).toEqual(before);
}

const titleOf = ({ moment, act, trouble, course, then }: Scenario) => {
  const { when } = moment;
  const how = course === 'in the run' ? course : `${course}, then ${then}`;
  const also =
    when === 'within' ? ', which is not held open' : trouble === 'nothing' ? '' : `, and ${trouble}`;
  return `${moment.step}, ${when} ${moment.line}: ${act.name}${also}; ${how}`;
};

/**
 * Registers the scenarios of kinds of runs.
 * @param sampled how many of each kind `npm test` plays
 */
export async function rivalCampaign(kinds: readonly KindOfRun[], sampled: number): Promise<void> {
  const stage = new SharedScene();
  const isWhole = process.env['SHADOWTAPE_FAILURES'] === 'all';
  const random = randomOf(Number(process.env['SHADOWTAPE_SEED'] ?? 6_637));
  for (const kind of kinds) {
    const known = await learn((await stage.take()).scene, kind);
    const all = everything(known).filter(isPossible);
    const within = everythingWithin(known).filter(isPossible);
    // A truncated answer is waited for, three seconds long.
    const quick = all.filter(({ trouble }) => trouble !== 'cut');
    // One of each file.
    const ofWithin = kind === kinds.at(-1) ? 1 : 0;
    const chosen = isWhole
      ? [...all, ...within]
      : [...sample(quick, sampled, random), ...sample(within, ofWithin, random)];
    describe(`another administrator and a run of kind ${kind.name}`, () => {
      for (const scenario of chosen)
        it(titleOf(scenario), async ({ task }) => {
          task.meta.failureScenario = 'failed';
          const { scene, before } = await stage.take();
          try {
            task.meta.failureScenario = await perform(scene, before, known, scenario);
          } finally {
            if (task.meta.failureScenario === 'failed' || locksLeft(scene).length > 0) await stage.close();
          }
        });
    });
  }
  afterAll(() => stage.close());
}
