/**
 * A console that dies in the middle of a run, within this process: from one moment on nothing more is journaled or sent
 * to its hosts, as after SIGKILL. (Genuine kills take a process each: see killed-console.test.ts.)
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NewEvent, RunEvent } from '../../src/contract/events.ts';
import { assign, observedOf } from '../../src/main/procedure/model/assign.ts';
import { CommandRunner } from '../../src/main/procedure/hosts/command-runner.ts';
import { performRun } from '../../src/main/procedure/run/engine.ts';
import type { HostSession, Hosts } from '../../src/main/procedure/hosts/hosts.ts';
import { Journal, noJournal } from '../../src/main/journal/journal.ts';
import { mountTablesOf } from '../../src/main/procedure/hosts/node-mounts.ts';
import { mountedOf } from '../../src/main/procedure/plan/service-checks.ts';
import { Observer } from '../../src/main/procedure/hosts/observe.ts';
import { stepsOf } from '../../src/main/procedure/plan/steps.ts';
import type { Step } from '../../src/main/procedure/model/step.ts';
import { hostProfiles } from '../../src/main/site/host-profiles.ts';
import { chooseJob, readSite } from '../../src/main/site/site-file.ts';
import { SshHosts } from '../../src/main/ssh/ssh-hosts.ts';
import { runName } from '../../src/main/journal/state-folder.ts';
import { nextOrder } from '../../src/main/journal/run-history.ts';
import { FastClock } from './fast-clock.ts';
import { openSceneConsole, type Scene, type SceneRun, type SiteTree } from './lab-run.ts';

/** Decides for each event that is about to be written whether the console dies before it, after it, or not. */
export type Death = (event: NewEvent) => 'before' | 'after' | undefined;

class ConsoleDied extends Error {}

class Life {
  #dead = false;
  onDeath: () => void = () => undefined;

  get isOver(): boolean {
    return this.#dead;
  }

  end(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.onDeath();
  }
}

class MortalJournal extends Journal {
  readonly #life: Life;
  readonly #death: Death;

  constructor(file: string, run: string, life: Life, death: Death) {
    super({ file, run });
    this.#life = life;
    this.#death = death;
  }

  override append(event: NewEvent): number {
    if (this.#life.isOver) return 0;
    const when = this.#death(event);
    if (when === 'before') {
      this.#life.end();
      throw new ConsoleDied('the console is dead');
    }
    const seq = super.append(event);
    if (when === 'after') this.#life.end();
    return seq;
  }
}

/** Hosts that a dead console no longer reaches. */
function mortalHosts(hosts: SshHosts, life: Life): Hosts {
  const alive = <Value>(work: () => Promise<Value>): Promise<Value> =>
    life.isOver ? Promise.reject(new ConsoleDied('the console is dead')) : work();
  return {
    session(name): HostSession {
      const session = hosts.session(name);
      return {
        exec: (argv, options) => alive(() => session.exec(argv, options)),
        exclusive: (key, work) => session.exclusive(key, work),
        openRead: (argv, options) => alive(() => session.openRead(argv, options)),
        openWrite: (argv, options) => alive(() => session.openWrite(argv, options)),
        openTalk: (argv, options) => alive(() => session.openTalk(argv, options)),
        seen: () => alive(() => session.seen()),
        pin: (hostKey) => session.pin(hostKey),
      };
    },
  };
}

export interface DeadRun {
  readonly run: string;
  readonly steps: readonly Step[];
}

let born = 0;

/**
 * Starts a run whose console dies at one moment.
 * @throws if it did not die
 */
export async function dyingRun(
  scene: Scene,
  job: string,
  death: Death,
  change?: (site: SiteTree) => void,
): Promise<DeadRun> {
  const site = await readSite(await scene.writeSite(change));
  const life = new Life();
  const hosts = new SshHosts({
    profiles: hostProfiles(site, undefined),
    knownHostsFile: join(scene.folder, 'known_hosts_of_the_dead'),
    userKnownHostsFiles: [scene.lab.knownHostsFile],
    confirmHostKey: () => Promise.resolve(false),
    askSecret: () => Promise.resolve(undefined),
  });
  const never = new AbortController().signal;
  const looking = new CommandRunner(noJournal(), hosts, () => ({ cancel: never, halt: never }));
  const named = chooseJob('the scene', site, job, false);
  const world = await new Observer(looking, observedOf(site, named.job)).look('assign', ['primaries']);
  const run = runName(new Date(), `volume2-of-the-dead-${(born += 1)}`);
  const assigned = assign(site, named, world, run);
  const { primaryNodes, platform } = assigned;
  const tables = await mountTablesOf(looking, 'assign', primaryNodes, platform);
  const assignment = { ...assigned, ...mountedOf(assigned, tables) };
  const steps = stepsOf(assignment);
  const order = await nextOrder(scene.state);
  const journal = new MortalJournal(scene.state.journalFile(run), run, life, death);
  const halt = new AbortController();
  const closed = new Promise<void>((resolve) => {
    life.onDeath = () => {
      // As when a process ends: its connections break, whatever they carry.
      resolve(hosts.close().then(() => halt.abort()));
    };
  });
  await performRun({
    assignment,
    steps,
    journal,
    order,
    hosts: mortalHosts(hosts, life),
    ask: () => Promise.reject(new Error('nobody is asked')),
    operator: 'the one who died',
    version: '0',
    cancel: never,
    halt: halt.signal,
    catalogueFile: scene.state.catalogueFile(run),
    retryClock: new FastClock(scene.pausesCount),
    checkpointBytes: scene.checkpointBytes,
  }).catch((error: unknown) => {
    if (!(error instanceof ConsoleDied)) throw error;
  });
  journal.close();
  if (!life.isOver) {
    await hosts.close();
    throw new Error('the run ended before its console died');
  }
  await closed;
  return { run, steps };
}

/** Half a line, as a console leaves it that dies while it writes. */
export function tearLastLine(scene: Scene, run: string): void {
  appendFileSync(scene.state.journalFile(run), '{"seq":999,"at":"2026-11-22T0');
}

/** Resumes a run as the command line does. */
export async function recoverScene(
  scene: Scene,
  mode: 'resume' | 'unwind',
  run: string,
  setting: {
    readonly change?: ((site: SiteTree) => void) | undefined;
    readonly takeOverLock?: boolean;
    readonly ownPart?: boolean;
    readonly onEvent?: (event: RunEvent) => void;
    readonly cancel?: AbortSignal;
    readonly halt?: AbortSignal;
  } = {},
): Promise<SceneRun> {
  const console = await openSceneConsole(scene, setting.change);
  const events: RunEvent[] = [];
  const never = new AbortController().signal;
  try {
    const end = await console[mode]({
      run,
      ask: undefined,
      approveVerified: true,
      // The dead console was in this process, which keeps running.
      takeOverLock: setting.takeOverLock ?? true,
      ownPart: setting.ownPart,
      cancel: setting.cancel ?? never,
      halt: setting.halt ?? never,
      onEvent(event) {
        events.push(event);
        setting.onEvent?.(event);
      },
    });
    return { ...end, events };
  } finally {
    await console.close();
  }
}

/** The error with which a run's resume or rollback would be refused, as checked before one of them is suggested. */
export async function refusalScene(
  scene: Scene,
  mode: 'resume' | 'unwind',
  run: string,
  change?: (site: SiteTree) => void,
): Promise<{ readonly message: string } | undefined> {
  const console = await openSceneConsole(scene, change);
  try {
    return await console.recoveryRefusal(mode, run);
  } finally {
    await console.close();
  }
}
