/**
 * The application: one site, its hosts, its jobs and runs. Knows no screen; desktop, browser host and command line are its guests.
 */
import { userInfo, hostname } from 'node:os';
import { isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import type { CheckLine, Plan } from '../../contract/plan.ts';
import type { Lab } from '../../lab/lab.ts';
import { answering, requireDownNodes, requireSomebodyToAsk, type Asking } from './asking.ts';
import { ClusterService } from './cluster-service.ts';
import { openEmbeddedLab, type EmbeddedLab } from './embedded-lab.ts';
import { dumpsUnderWay, InterruptedRuns } from './interrupted-runs.ts';
import { LockService } from './lock-service.ts';
import { tryWays } from '../notify/try-ways.ts';
import {
  assign,
  observedOf,
  requireMethods,
  requireRunnable,
  tapeChangeOf,
  withOverrides,
  type JobOverrides,
} from '../procedure/model/assign.ts';
import type { Assignment } from '../procedure/model/assignment.ts';
import { checkSite } from './check-site.ts';
import { CommandRunner, type RunnerOptions } from '../procedure/hosts/command-runner.ts';
import { driveName } from '../procedure/hosts/drive-name.ts';
import { whileDriveLocked } from '../procedure/hosts/drive-lock.ts';
import type { LockOwner } from '../procedure/model/lock.ts';
import { driveLockedBy, drivePlace, type LockPlace } from '../procedure/model/lock-places.ts';
import { performRun, type RunEnd } from '../procedure/run/engine.ts';
import { Journal, noJournal } from '../journal/journal.ts';
import { Observer } from '../procedure/hosts/observe.ts';
import type { RetryClock } from '../procedure/hosts/query-retry.ts';
import { openHosts, userKnownHostsFiles } from './open-hosts.ts';
import { planOf } from '../procedure/plan/plan.ts';
import type { Ask } from '../procedure/hosts/questions.ts';
import type { LiveProgress } from '../procedure/hosts/run-context.ts';
import { beginningOf, overridesOf } from '../procedure/run/run-began.ts';
import { fingerprintSeedOf } from '../procedure/model/fingerprint.ts';
import { stepsOf } from '../procedure/plan/steps.ts';
import { lookAtDumps, takeUp, takeUpRefusal, type TakeUpMode } from '../procedure/recover/take-up.ts';
import { timeLimitsOf } from '../procedure/model/time-limits.ts';
import { verifyRun, type VerifiedFile } from '../procedure/run/verify-run.ts';
import { markLive, removeMarkOf } from '../proof/live-runs.ts';
import { unpackJournal } from '../proof/packed-runs.ts';
import { ProofService } from './proof-service.ts';
import { RateService } from './rate-service.ts';
import { laterRuns, readRun } from '../journal/run-history.ts';
import { nextOrder } from '../journal/run-order.ts';
import { RunNotices } from './run-notices.ts';
import { chooseJob, readSite, siteOf, type NamedJob } from '../site/site-file.ts';
import type { Site } from '../site/site-schema.ts';
import { sshConfiguration } from '../ssh/config-files.ts';
import type { AskSecret, ConfirmHostKey, OnBanner } from '../ssh/host-profile.ts';
import { commandLine } from '../ssh/quoting.ts';
import type { SshHosts } from '../ssh/ssh-hosts.ts';
import { loadPages } from './report-service.ts';
import { defaultStateFolder, runName, type StateFolder } from '../journal/state-folder.ts';
import type { KnownTape } from '../tape/media-catalogue.ts';
import { MediaFile } from '../tape/media-file.ts';
import { noteReadTape, TapeService } from './tape-service.ts';
import { version } from './version.ts';

export { faultTable } from '../../lab/faults/faults.ts';
export { openEmbeddedLab, siteFileOf } from './embedded-lab.ts';
export type { Platform } from '../site/site-schema.ts';
export { defaultStateFolder, StateFolder } from '../journal/state-folder.ts';
export { quoteArgument as shellWord } from '../ssh/quoting.ts';
export { version } from './version.ts';
export type { Ask, AskSecret, ConfirmHostKey, JobOverrides, LiveProgress };
export type { SecretQuestion } from '../ssh/host-profile.ts';
export { readRun } from '../journal/run-history.ts';
export { listTapes, lostTapesOf, type IdentifiedTape, type ImportedTape } from './tape-service.ts';
export { ReportService } from './report-service.ts';
export { driveSpeed } from '../tape/drive-speeds.ts';
export type { Site };
export { doingWords, isOfCommand, ownerWords, type HeldLock, type UnseenHost } from './lock-service.ts';

export interface ConsoleOptions {
  readonly state: StateFolder;
  /** Without one the embedded lab is the site. */
  readonly siteFile?: string | undefined;
  /** How the embedded lab begins; of use only where there is no site file. */
  readonly lab: { readonly fresh: boolean; readonly faults: readonly string[] };
  readonly confirmHostKey: ConfirmHostKey;
  readonly askSecret: AskSecret;
  /** Hears what a host shows before the login, once for each host. */
  readonly onBanner?: OnBanner | undefined;
  /** Measures outages of hosts in runs; that of the machine where it is left out. */
  readonly retryClock?: RetryClock | undefined;
  /** See SshHostsOptions. */
  readonly threadsFromBytes?: number | undefined;
  /** See RunOptions. */
  readonly checkpointBytes?: number | undefined;
}

export interface JobRequest extends JobOverrides {
  readonly job?: string | undefined;
}

/** How a run is followed while it continues. */
export interface Following extends Asking {
  readonly cancel: AbortSignal;
  readonly halt: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  readonly onProgress?: ((progress: LiveProgress) => void) | undefined;
  /** Hears what is going to be done, before the first event. */
  readonly onPlan?: ((plan: Plan) => void) | undefined;
  /** Hears of what cannot be written to the journal: that nobody could be told of the end of the run. It may come after that end. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/** Who says which nodes are down. */
interface NodesDown {
  /** Primary nodes of which the operator says that they are down (--node-down). */
  readonly nodesDown?: readonly string[] | undefined;
}

export interface RunRequest extends JobRequest, NodesDown, Following {}

export interface TakeUpRequest extends NodesDown, Following {
  readonly run: string;
  /** In the place of what the run began with. */
  readonly nodes?: JobOverrides['nodes'];
  /** Takes the lock of the run over though its process may live (--take-over-lock). */
  readonly takeOverLock?: boolean | undefined;
  /** Hosts of which the operator says that they are the same machines (--same-machine). */
  readonly sameMachines?: readonly string[] | undefined;
}

export interface EndedRun extends RunEnd {
  readonly run: string;
  readonly journalFile: string;
  /** True where the end of the run could not be written to the journal. */
  readonly journalBroken: boolean;
}

const labSiteName = 'the embedded lab';

/** Whoever follows the run hears each event first. */
function toldOf({ onEvent }: Following, notices: RunNotices): (event: RunEvent) => void {
  return (event) => {
    onEvent(event);
    notices.listen(event);
  };
}

export class ShadowtapeConsole {
  readonly site: Site;
  /** The site file's path, or words for the embedded lab. */
  readonly siteName: string;
  readonly lab: Lab | undefined;
  readonly #isLab: boolean;
  readonly #state: StateFolder;
  readonly #hosts: SshHosts;
  readonly #askSecret: AskSecret;
  readonly #retryClock: RetryClock | undefined;
  readonly #checkpointBytes: number | undefined;
  readonly #notices = new Set<RunNotices>();

  private constructor(options: ConsoleOptions, site: Site, embedded: EmbeddedLab | undefined) {
    this.site = site;
    this.siteName = options.siteFile ?? labSiteName;
    this.lab = embedded?.lab;
    this.#isLab = embedded !== undefined;
    this.#state = options.state;
    this.#askSecret = options.askSecret;
    this.#retryClock = options.retryClock;
    this.#checkpointBytes = options.checkpointBytes;
    this.#hosts = openHosts(site, {
      knownHostsFile: embedded?.knownHostsFile ?? options.state.knownHostsFile,
      otherKnownHostsFiles: embedded ? [] : userKnownHostsFiles(),
      configuration: embedded ? undefined : sshConfiguration(),
      login: options,
      threadsFromBytes: options.threadsFromBytes,
    });
  }

  /**
   * Reads the site file, or starts the embedded lab. Connects to nothing yet.
   * @throws what a wrong site file ends with (SITE_…), and what keeps a lab from starting (LAB_…)
   */
  static async open(options: ConsoleOptions): Promise<ShadowtapeConsole> {
    await options.state.prepare();
    if (options.siteFile !== undefined) {
      const site = await readSite(options.siteFile);
      return new ShadowtapeConsole(options, site, undefined);
    }
    const embedded = await openEmbeddedLab({ folder: options.state.labFolder, ...options.lab });
    return new ShadowtapeConsole(options, siteOf(labSiteName, embedded.site), embedded);
  }

  /** True where the site is the embedded lab. */
  get isLab(): boolean {
    return this.#isLab;
  }

  /** Ends all sessions, and the embedded lab where this process runs it; waits until everybody was told of its runs. */
  async close(): Promise<void> {
    await Promise.all([this.#hosts.close(), ...[...this.#notices].map((notices) => notices.settled())]);
    await this.lab?.close();
  }

  /**
   * Every step of a job with its command lines. Looks at the cluster, changes nothing.
   * @throws JOB_UNKNOWN, JOB_NOT_CHOSEN, VOLUME_MISSING, JOB_DISKS_DIFFER, TIME_LIMIT_UNKNOWN, and what looking can end with
   */
  async plan(request: JobRequest): Promise<Plan> {
    const named = this.#job(request);
    requireMethods(this.site, named.job);
    const assignment = await this.#assign(named, 'plan');
    timeLimitsOf(assignment.job, stepsOf(assignment));
    const routes = await this.rateService.expect(assignment);
    return planOf(assignment, routes, await this.rateService.hashed(assignment));
  }

  async check(listener: (line: CheckLine) => void): Promise<CheckLine[]> {
    return checkSite({
      site: this.site,
      runner: this.#onlyLooking(),
      whyLockStays: this.#whyLockStays,
      knownTapes: this.#knownTapes(),
      listener,
    });
  }

  /** Sends a test message over each way that the site file names. */
  tryNotifications(listener: (line: CheckLine) => void): Promise<CheckLine[]> {
    return tryWays(this.site, listener);
  }

  /**
   * Runs a job to its end. Whatever goes wrong once the journal is begun is in the end, not thrown.
   * @throws what is refused before that: JOB_…, …_NOT_RUN, TIME_LIMIT_UNKNOWN, OPERATOR_NEEDED, hosts that cannot be reached, JOURNAL_UNWRITABLE
   */
  async run(request: RunRequest): Promise<EndedRun> {
    const named = this.#job(request);
    const notices = this.#noticesOf(named, request);
    try {
      return await this.#run(named, request, notices);
    } catch (error) {
      notices.refused(error, request.cancel);
      throw error;
    }
  }

  async #run(named: NamedJob, request: RunRequest, notices: RunNotices): Promise<EndedRun> {
    requireRunnable(this.site, named.job);
    requireSomebodyToAsk(named.job, request);
    const name = runName(new Date(), named.job.volumes[0]?.proxy ?? 'volume');
    await this.#interrupted.requireNone(named.job.class);
    const planned = await this.#assign(named, name);
    requireDownNodes(planned, request.nodesDown);
    timeLimitsOf(planned.job, stepsOf(planned));
    const order = await nextOrder(this.#state);
    const journal = this.#newJournal(name);
    const { run } = journal;
    // Another run may have taken the name: the journal's is the one that a resumed run knows.
    const assignment = { ...planned, fingerprintSeed: run };
    const steps = stepsOf(assignment);
    request.onPlan?.(planOf(assignment));
    notices.writeTo(journal);
    const ended = journal.listen(toldOf(request, notices));
    const unmark = await markLive(this.#state, run);
    try {
      const end = await performRun({
        assignment,
        steps,
        journal,
        order,
        ...this.#follow(request, run),
      });
      journal.close();
      await this.#closed(run, request, notices);
      return { ...end, run, journalFile: journal.file, journalBroken: journal.isBroken };
    } finally {
      ended();
      journal.close();
      await unmark('removed');
    }
  }

  /**
   * Goes on with a run whose console died, or that was left where it stood.
   * @throws RUN_UNKNOWN, JOURNAL_BROKEN, RUN_ALREADY_ENDED, RESUME_IMPOSSIBLE, RUN_SUPERSEDED, RUN_BUSY, CLASS_LOCKED, OPERATOR_NEEDED, and
   *   what looking can end with
   */
  resume(request: TakeUpRequest): Promise<EndedRun> {
    return this.#takeUp('resume', request);
  }

  /**
   * Brings the cluster back from a run whose console died, or that was left where it stood.
   * @throws as resume, with UNWIND_IMPOSSIBLE instead of RESUME_IMPOSSIBLE
   */
  unwind(request: TakeUpRequest): Promise<EndedRun> {
    return this.#takeUp('unwind', request);
  }

  /**
   * Judges a run as resume and unwind do, for whoever suggests one of them. Only looks.
   * @returns what the command would refuse with; undefined where it would not, or where nobody can tell now
   */
  async takeUpRefusal(mode: TakeUpMode, run: string): Promise<ShadowtapeError | undefined> {
    try {
      const begun = await this.#begunRun(run);
      const assignment = await begun.assign();
      const { journalFile, read, later } = begun;
      const question = {
        mode,
        run,
        journalFile,
        read,
        laterRuns: later,
        sameMachines: [],
        assignment,
        steps: stepsOf(assignment),
        hosts: this.#hosts,
      };
      return await takeUpRefusal(question, this.#onlyLooking());
    } catch (error) {
      if (isFailure(error)) return undefined;
      throw error;
    }
  }

  /** What the journal of a run tells of how it began. @throws RUN_UNKNOWN, JOURNAL_BROKEN, JOB_UNKNOWN */
  async #begunRun(run: string, nodes?: JobOverrides['nodes']) {
    const journalFile = this.#state.journalFile(run);
    const read = () => readRun(this.#state, run);
    const { events } = await read();
    const start = beginningOf(events, journalFile);
    const began = overridesOf(start);
    const named = this.#job({ job: start.job, ...began, nodes: nodes ?? began.nodes });
    const { host, device } = this.site.tape;
    const isSameDrive = start.tape.host === host && start.tape.device === device;
    const drive = isSameDrive ? driveLockedBy(events, host) : undefined;
    const assign = () => this.#assign(named, fingerprintSeedOf(events) ?? run, drive);
    return { journalFile, read, events, named, assign, later: () => laterRuns(this.#state, run) };
  }

  async #takeUp(mode: TakeUpMode, request: TakeUpRequest): Promise<EndedRun> {
    const { run } = request;
    const { journalFile, read, events, named, assign, later } = await this.#begunRun(run, request.nodes);
    if (mode === 'resume') requireSomebodyToAsk(named.job, request);
    const assignment = await assign();
    requireDownNodes(assignment, request.nodesDown);
    const notices = this.#noticesOf(named, request, events);
    request.onPlan?.(planOf(assignment));
    const unmark = await markLive(this.#state, run);
    // Who is refused leaves the run as it was: interrupted, and kept from being passed over by the next run.
    let mark: 'removed' | 'found' = 'found';
    try {
      await unpackJournal(this.#state, run);
      const taken = await takeUp({
        mode,
        run,
        journalFile,
        read,
        laterRuns: later,
        takeOverLock: request.takeOverLock ?? false,
        sameMachines: request.sameMachines ?? [],
        assignment,
        steps: stepsOf(assignment),
        onEvent: toldOf(request, notices),
        ...this.#follow(request, run),
      });
      mark = 'removed';
      // Whoever performed the run before holds neither its lock nor its mark any more.
      await removeMarkOf(this.#state, run);
      await this.#closed(run, request, notices);
      return { ...taken.end, run, journalFile, journalBroken: taken.journalBroken };
    } finally {
      await unmark(mark);
    }
  }

  #closed(run: string, { onNotice }: Following, notices: RunNotices): Promise<void> {
    return this.proofService.closed(
      run,
      (sentence) => onNotice?.(sentence),
      (head) => notices.sealed(head),
    );
  }

  #noticesOf(named: NamedJob, { onNotice }: Following, before: readonly RunEvent[] = []): RunNotices {
    const notices = new RunNotices({ site: this.site, state: this.#state, named, before, onNotice });
    if (this.site.report) void loadPages().catch(() => undefined);
    this.#notices.add(notices);
    return notices;
  }

  /** What a run and its taking up have in common. */
  #follow(request: Following & NodesDown, run: string) {
    return {
      hosts: this.#hosts,
      whyLockStays: this.#whyLockStays,
      ask: answering(request),
      canAsk: request.ask !== undefined,
      // Who has said yes to everything has not said that a node is down.
      canAskDown: request.ask !== undefined && !request.approveVerified,
      nodesDown: request.nodesDown,
      operator: `${userInfo().username}@${hostname()}`,
      version,
      cancel: request.cancel,
      halt: request.halt,
      catalogueFile: this.#state.catalogueFile(run),
      media: new MediaFile(this.#state.tapesFile),
      onProgress: request.onProgress,
      retryClock: this.#retryClock,
      checkpointBytes: this.#checkpointBytes,
    };
  }

  /**
   * Reads the tape of an ended run back and compares it with that run's digests.
   * @param ask where the run has several tapes, asked for each of them
   * @param onNotice told where the tape cannot be remembered; it holds the backup nevertheless
   * @throws RUN_UNKNOWN, JOURNAL_BROKEN, and what reading a tape can end with
   */
  async verify(
    run: string,
    abort: AbortSignal,
    onProgress: (progress: LiveProgress) => void,
    ask?: Ask,
    onNotice: (sentence: string) => void = () => undefined,
  ): Promise<VerifiedFile[]> {
    const { events } = await readRun(this.#state, run);
    const runner = this.#onlyLooking(abort);
    const [start] = events;
    const tape = start?.type === 'run-started' ? start.tape : this.site.tape;
    const place = drivePlace(tape.host, await driveName(runner, 'verify', tape));
    const lock = { runner: this.#onlyLooking(), place, command: 'verify', whyLockStays: this.#whyLockStays };
    return whileDriveLocked(lock, () =>
      verifyRun({
        run,
        events,
        runner,
        abort,
        onProgress,
        platform: this.site.platform,
        change: tapeChangeOf(this.site),
        ask: ask && ((question) => ask(question, abort)),
        onPlainTape: (tape) => noteReadTape(this.#state, run, tape, onNotice),
      }),
    );
  }

  /** The drive, outside of any run. */
  get tapeService(): TapeService {
    return new TapeService({
      site: this.site,
      state: this.#state,
      runnerOf: (abort, beforeChange) => this.#onlyLooking(abort, beforeChange),
      whyLockStays: this.#whyLockStays,
    });
  }

  /** The hosts as they are now. */
  get clusterService(): ClusterService {
    return new ClusterService(this.site, this.#hosts);
  }

  /** The locks of the site's classes. */
  get lockService(): LockService {
    return new LockService({
      site: this.site,
      runner: this.#onlyLooking(),
      interrupted: this.#interrupted,
    });
  }

  /** What is done with journals once their runs are over. */
  get proofService(): ProofService {
    return new ProofService({ site: this.site, state: this.#state, askSecret: this.#askSecret });
  }

  /** How fast the hosts are. */
  get rateService(): RateService {
    return new RateService({ site: this.site, state: this.#state, hosts: this.#hosts });
  }

  readonly #whyLockStays = (owner: LockOwner, place: LockPlace) =>
    this.#interrupted.whyLockStays(owner, place);

  get #interrupted(): InterruptedRuns {
    const hosts = Object.entries(this.site.hosts);
    return new InterruptedRuns({
      state: this.#state,
      site: this.site.site,
      backupServer: hosts.find(([, { role }]) => role === 'backup')?.[0] ?? '',
      program: commandLine([
        'shadowtape',
        ...(this.#isLab ? [] : ['--site', this.siteName]),
        ...(this.#state.path === defaultStateFolder() ? [] : ['--state', this.#state.path]),
      ]),
      hostKeys: () => this.#hostKeys(),
      dumpWords: (run, events) => this.#dumpWords(run, events),
      takeUpRefusal: (mode, run) => this.takeUpRefusal(mode, run),
    });
  }

  async #hostKeys(): Promise<string[]> {
    const seen = Object.keys(this.site.hosts).map((name) => this.#hosts.session(name).seen());
    return (await Promise.all(seen)).map(({ hostKey }) => hostKey);
  }

  /** How far the detached dumps of a run are. What cannot be seen may still run. */
  async #dumpWords(run: string, events: readonly RunEvent[]): Promise<string[]> {
    const works = dumpsUnderWay(events);
    if (works.length === 0) return [];
    try {
      const start = beginningOf(events, run);
      const assignment = await this.#assign(this.#job({ job: start.job, ...overridesOf(start) }), run);
      const states = await lookAtDumps(this.#onlyLooking(), assignment, run, { works });
      return [...states].flatMap(([volume, state]) =>
        state === 'running' ? [`its dump of ${volume} still runs on ${assignment.backupServer}`] : [],
      );
    } catch {
      return works.map(({ volume, host }) => `its dump of ${volume} may still run on ${host}`);
    }
  }

  #job(request: JobRequest): NamedJob {
    return withOverrides(chooseJob(this.siteName, this.site, request.job, this.#isLab), request);
  }

  /** Tapes that cannot be read are told by `tapes`; without them a tape without a label is only not named by its run. */
  #knownTapes(): readonly KnownTape[] {
    try {
      return new MediaFile(this.#state.tapesFile).list().tapes;
    } catch (error) {
      if (!isFailure(error, 'TAPES_UNREADABLE')) throw error;
      return [];
    }
  }

  /** Sends commands without a journal: for plan, check and verify. */
  #onlyLooking(
    abort: AbortSignal = new AbortController().signal,
    beforeChange?: RunnerOptions['beforeChange'],
  ): CommandRunner {
    const signals = () => ({ cancel: abort, halt: abort });
    return new CommandRunner(noJournal(), this.#hosts, signals, beforeChange ? { beforeChange } : {});
  }

  /** @param drive the drive by the name that its lock has, where that is known; else its host is asked */
  async #assign(named: NamedJob, seed: string, drive?: string): Promise<Assignment> {
    const observer = new Observer(this.#onlyLooking(), observedOf(this.site, named.job));
    const world = await observer.look('assign', ['primaries']);
    const assignment = assign(this.site, named, world.primaries, seed, world.missing);
    return { ...assignment, driveName: drive ?? (await this.#driveName()) };
  }

  /** A host that does not answer refuses the run when it is locked: in its journal. */
  async #driveName(): Promise<string | undefined> {
    try {
      return await driveName(this.#onlyLooking(), 'assign', this.site.tape);
    } catch (error) {
      if (!isFailure(error)) throw error;
      return undefined;
    }
  }

  /** Runs that begin in the same second get different names. @throws JOURNAL_UNWRITABLE */
  #newJournal(name: string): Journal {
    for (let number = 1; ; number += 1) {
      const run = number === 1 ? name : `${name}-${number}`;
      try {
        return new Journal({ file: this.#state.journalFile(run), run });
      } catch (error) {
        if (!isFailure(error, 'JOURNAL_EXISTS')) throw error;
      }
    }
  }
}

/** Opens the console of a site, or of the embedded lab. See ShadowtapeConsole.open. */
export const openConsole = (options: ConsoleOptions): Promise<ShadowtapeConsole> =>
  ShadowtapeConsole.open(options);
