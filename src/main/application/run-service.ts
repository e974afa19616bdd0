/** Performs the runs of an open site, resumes them and rolls them back. */
import { isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import type { Plan } from '../../contract/plan.ts';
import { phrase } from '../../contract/text/say.ts';
import { laterRuns, nextOrder, readRun } from '../journal/run-history.ts';
import { defaultStateFolder, runName, type StateFolder } from '../journal/state-folder.ts';
import type { RetryClock } from '../procedure/hosts/query-retry.ts';
import type { LiveProgress } from '../procedure/hosts/remote-data.ts';
import { requireRunnable, type JobOverrides } from '../procedure/model/assign.ts';
import type { Assignment } from '../procedure/model/assignment.ts';
import type { RunOptions } from '../procedure/hosts/run-context.ts';
import { fingerprintSeedOf } from '../procedure/model/samples/fingerprint.ts';
import type { LockKnowledge } from '../procedure/hosts/left-lock.ts';
import { driveLockedBy, type LockPlace } from '../procedure/model/lock-places.ts';
import type { LockOwner } from '../procedure/model/lock.ts';
import { timeLimitsOf } from '../procedure/model/step.ts';
import { planOf } from '../procedure/plan/plan.ts';
import { stepsOf } from '../procedure/plan/steps.ts';
import { recoverRun } from '../procedure/recover/recover-run.ts';
import { lookAtDumps, recoveryRefusal, type RecoveryMode } from '../procedure/recover/recovery-judgement.ts';
import { performRun, type RunEnd } from '../procedure/run/engine.ts';
import { beginningOf, overridesOf } from '../procedure/run/run-began.ts';
import { endedMarkOf, markLive, removeMarkOf, type LiveMark } from '../proof/live-runs.ts';
import { unpackJournal } from '../proof/packed-runs.ts';
import { sealRun } from '../proof/seals-file.ts';
import type { NamedJob } from '../site/site-file.ts';
import { commandLine } from '../ssh/quoting.ts';
import { MediaFile } from '../tape/media-file.ts';
import { requireDownNodes, type Asking } from './asking.ts';
import { dumpsUnderWay, InterruptedRuns } from './interrupted-runs.ts';
import type { JobAssigner, JobRequest, SiteAtHand } from './job-assigner.ts';
import type { ProofService } from './proof-service.ts';
import { loadPages } from './report-service.ts';
import { atTapeFiles, backupOf, restoreJob, type ReadyRestore } from './restore-job.ts';
import { dumpHoursOf } from '../../contract/time/dump-hours.ts';
import { watchPause } from './pause-service.ts';
import { withTapeOfPool } from './media/next-tape.ts';
import { tapeKnowledge } from './media/tape-knowledge.ts';
import { answersOf, operatorHere, requireAnswers } from './second-person.ts';
import { newJournal } from './new-journal.ts';
import { RunNotices } from './run-notices.ts';
import { version } from './version.ts';

/** How a run is followed while it continues. */
export interface Following extends Asking {
  readonly cancel: AbortSignal;
  readonly halt: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  readonly onProgress?: ((progress: LiveProgress) => void) | undefined;
  /** Called with the plan, before the first event. */
  readonly onPlan?: ((plan: Plan) => void) | undefined;
  /** Called with warnings that cannot be journaled, such as a failed notification of the end. It may be called after that end. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/** The confirmation of nodes that are down. */
interface NodesDown {
  /** Primary nodes that the operator confirms to be down (--node-down). */
  readonly nodesDown?: readonly string[] | undefined;
}

export interface RunRequest extends JobRequest, NodesDown, Following {}

export interface RecoveryRequest extends NodesDown, Following {
  readonly run: string;
  /** Replaces what the run began with. */
  readonly nodes?: JobOverrides['nodes'];
  /** Takes the lock of the run over although its process may be running (--take-over-lock). */
  readonly takeOverLock?: boolean | undefined;
  /** Hosts that the operator confirms to be the same machines (--same-machine). */
  readonly sameMachines?: readonly string[] | undefined;
  /** The operator confirms that this run has parted the proxies (--own-part). */
  readonly ownPart?: boolean | undefined;
}

export interface EndedRun extends RunEnd {
  readonly run: string;
  readonly journalFile: string;
  /** True if the end of the run could not be written to the journal. */
  readonly journalBroken: boolean;
}

export interface RunServiceOptions extends SiteAtHand {
  readonly assigner: JobAssigner;
  readonly state: StateFolder;
  /** Called for each run that has ended. */
  readonly proof: ProofService;
  readonly retryClock: RetryClock | undefined;
  readonly checkpointBytes: number | undefined;
}

export class RunService {
  readonly #at: RunServiceOptions;
  readonly #assigner: JobAssigner;
  readonly #notices = new Set<RunNotices>();

  constructor(options: RunServiceOptions) {
    this.#at = options;
    this.#assigner = options.assigner;
  }

  /** Resolves when the notifications of all runs so far are sent. */
  async settled(): Promise<void> {
    await Promise.all([...this.#notices].map((notices) => notices.settled()));
  }

  /**
   * Runs a job. Errors after the journal is begun are in the end, not thrown.
   * @throws before that: JOB_…, …_NOT_RUN, TIME_LIMIT_UNKNOWN, OPERATOR_NEEDED, HOST_…, JOURNAL_UNWRITABLE
   */
  async run(request: RunRequest): Promise<EndedRun> {
    const asked = this.#assigner.job(request);
    const notices = this.#noticesOf(asked, request);
    try {
      const inventory = new MediaFile(this.#at.state.tapesFile);
      return await this.#run(withTapeOfPool(this.#at.site, asked, inventory, new Date()), request, notices);
    } catch (error) {
      notices.refused(error, request.cancel);
      throw error;
    }
  }

  async #run(named: NamedJob, request: RunRequest, notices: RunNotices): Promise<EndedRun> {
    requireRunnable(this.#at.site, named.job);
    await requireAnswers(named.job, request);
    const name = runName(new Date(), named.job.volumes[0]?.proxy ?? 'volume');
    await this.interrupted.requireNone(named.job.class);
    const planned = await this.#assigner.assign(named, name);
    requireDownNodes(planned, request.nodesDown);
    return this.#perform(planned, name, request, notices);
  }

  /**
   * Restores what a run has backed up, after VolumeRestoreService has checked it. Later errors are in the end, not
   * thrown.
   * @throws JOURNAL_UNWRITABLE if its journal cannot be begun
   */
  async restore(ready: ReadyRestore, request: Following): Promise<EndedRun> {
    const { named, assignment, backup, pending, supersedes } = ready;
    const name = runName(new Date(), `${assignment.volumes[0]?.proxy ?? 'volume'}-restore`);
    const notices = this.#noticesOf(named, request);
    const ended = await this.#perform(assignment, name, request, notices, { backup, supersedes });
    // The remains of an earlier restore are no longer waited for.
    if (pending !== undefined && (ended.exitStatus === 0 || ended.exitStatus === 3))
      await this.interrupted.giveUp(pending, `restore ${ended.run}`, true);
    return ended;
  }

  /** @param restore of a restore: what it restores */
  async #perform(
    planned: Assignment,
    name: string,
    request: Following & NodesDown,
    notices: RunNotices,
    restore: Pick<RunOptions, 'backup' | 'supersedes'> = {},
  ): Promise<EndedRun> {
    timeLimitsOf(planned.job, stepsOf(planned));
    const order = await nextOrder(this.#at.state);
    const journal = newJournal(this.#at.state, name);
    const { run } = journal;
    // Another run may have taken the name: a resumed run has the one in its journal.
    const assignment = { ...planned, fingerprintSeed: run };
    request.onPlan?.(planOf(assignment));
    notices.writeTo(journal);
    const told = notices.after(request.onEvent);
    // If the process stops working on the run without an end, it is not known what it has left. A run whose first line
    // could not be written has left nothing.
    let mark: 'removed' | 'ended' = 'removed';
    const ended = journal.listen((event) => {
      mark = 'ended';
      told(event);
    });
    const unmark = await markLive(this.#at.state, run);
    const { pause, unwatch } = await watchPause(this.#at.state, run, dumpHoursOf(planned.job));
    try {
      const end = await performRun({
        assignment,
        steps: stepsOf(assignment),
        journal,
        order,
        pause,
        ...restore,
        ...this.#follow(request, run, assignment),
      });
      journal.close();
      mark = end.hasLocks ? 'ended' : 'removed';
      await this.#closed(run, request, notices);
      return { ...end, run, journalFile: journal.file, journalBroken: journal.isBroken };
    } finally {
      ended();
      journal.close();
      await unwatch();
      await unmark(mark);
    }
  }

  /**
   * Continues a run whose console died, or that was halted.
   * @throws RUN_UNKNOWN, JOURNAL_BROKEN, RUN_ALREADY_ENDED, RESUME_IMPOSSIBLE, RUN_SUPERSEDED, RUN_BUSY, CLASS_LOCKED,
   *   OPERATOR_NEEDED, and errors of the queries
   */
  resume(request: RecoveryRequest): Promise<EndedRun> {
    return this.#recoverRun('resume', request);
  }

  /**
   * Rolls the cluster back from a run whose console died, or that was halted.
   * @throws as resume, with UNWIND_IMPOSSIBLE instead of RESUME_IMPOSSIBLE
   */
  unwind(request: RecoveryRequest): Promise<EndedRun> {
    return this.#recoverRun('unwind', request);
  }

  /**
   * Judges a run as resume and unwind do, for callers that suggest one of them. Only queries.
   * @returns the error with which the command would refuse; undefined if it would not, or if that is not known now
   */
  async recoveryRefusal(mode: RecoveryMode, run: string): Promise<ShadowtapeError | undefined> {
    try {
      const { journalFile, read, later, assign } = await this.#begunRun(run);
      const assignment = await assign();
      const question = {
        mode,
        run,
        journalFile,
        read,
        laterRuns: later,
        sameMachines: [],
        assignment,
        steps: stepsOf(assignment),
        hosts: this.#at.hosts,
      };
      return await recoveryRefusal(question, this.#assigner.runner());
    } catch (error) {
      if (!isFailure(error)) throw error;
      return undefined;
    }
  }

  /** How a run began, according to its journal. @throws RUN_UNKNOWN, JOURNAL_BROKEN, JOB_UNKNOWN */
  async #begunRun(run: string, nodes?: JobOverrides['nodes']) {
    const journalFile = this.#at.state.journalFile(run);
    const read = () => readRun(this.#at.state, run);
    const { events } = await read();
    const start = beginningOf(events, journalFile);
    const began = overridesOf(start);
    const given = this.#assigner.job({ job: start.job, ...began, nodes: nodes ?? began.nodes });
    const { restore } = start;
    const named = restore ? restoreJob(given, start, restore) : given;
    const { host, device } = this.#at.site.tape;
    const isSameDrive = start.tape.host === host && start.tape.device === device;
    const drive = isSameDrive ? driveLockedBy(events, host) : undefined;
    const assign = async (): Promise<Assignment> => {
      const assignment = await this.#assigner.assign(named, fingerprintSeedOf(events) ?? run, drive);
      return restore ? { ...atTapeFiles(assignment, start), restore } : assignment;
    };
    return { journalFile, read, events, named, assign, later: () => laterRuns(this.#at.state, run) };
  }

  async #recoverRun(mode: RecoveryMode, request: RecoveryRequest): Promise<EndedRun> {
    const { run } = request;
    const { journalFile, read, events, named, assign, later } = await this.#begunRun(run, request.nodes);
    if (mode === 'resume') await requireAnswers(named.job, request);
    const assignment = await assign();
    requireDownNodes(assignment, request.nodesDown);
    const notices = this.#noticesOf(named, request, events);
    request.onPlan?.(planOf(assignment));
    const left = await endedMarkOf(this.#at.state, run);
    const unmark = await markLive(this.#at.state, run);
    const { pause, unwatch } = await watchPause(this.#at.state, run, dumpHoursOf(assignment.job));
    // A refused resume leaves the run as it was: interrupted, and not skipped by the next run.
    let mark: 'removed' | 'found' | 'ended' = 'found';
    const told = notices.after(request.onEvent);
    try {
      await unpackJournal(this.#at.state, run);
      const taken = await recoverRun({
        mode,
        run,
        journalFile,
        read,
        laterRuns: later,
        takeOverLock: request.takeOverLock ?? false,
        sameMachines: request.sameMachines ?? [],
        ownPart: request.ownPart,
        pause,
        assignment,
        steps: stepsOf(assignment),
        ...(mode === 'resume' ? await backupOf(this.#at.state, assignment) : {}),
        onEvent(event) {
          if (event.type === 'run-resumed') mark = 'ended';
          told(event);
        },
        ...this.#follow(request, run, assignment),
        ...this.lockKnowledge(left),
      });
      mark = taken.end.hasLocks ? 'ended' : 'removed';
      // The process that performed the run before no longer holds its lock or its mark.
      await removeMarkOf(this.#at.state, run);
      await this.#closed(run, request, notices);
      return { ...taken.end, run, journalFile, journalBroken: taken.journalBroken };
    } finally {
      await unwatch();
      await unmark(mark);
    }
  }

  #closed(run: string, { onNotice }: Following, notices: RunNotices): Promise<void> {
    return this.#at.proof.closed(
      run,
      (sentence) => onNotice?.(sentence),
      (head) => notices.sealed(head),
    );
  }

  #noticesOf(named: NamedJob, { onNotice }: Following, before: readonly RunEvent[] = []): RunNotices {
    const notices = new RunNotices({ site: this.#at.site, state: this.#at.state, named, before, onNotice });
    if (this.#at.site.report) void loadPages().catch(() => undefined);
    this.#notices.add(notices);
    return notices;
  }

  /** What a run and its resumption have in common. */
  #follow(request: Following & NodesDown, run: string, assignment: Assignment) {
    return {
      hosts: this.#at.hosts,
      ...this.lockKnowledge(),
      ...answersOf(this.#at, { run, assignment, request }),
      canAsk: request.ask !== undefined,
      // --yes does not confirm that a node is down.
      canAskDown: request.ask !== undefined && !request.approveVerified,
      nodesDown: request.nodesDown,
      operator: operatorHere(),
      version,
      cancel: request.cancel,
      halt: request.halt,
      catalogueFile: this.#at.state.catalogueFile(run),
      ...tapeKnowledge(this.#at.site, this.#at.state, this.interrupted),
      onProgress: request.onProgress,
      retryClock: this.#at.retryClock,
      checkpointBytes: this.#at.checkpointBytes,
    };
  }

  /** @param left the mark of the ended run: this process replaces it by its own before it asks */
  lockKnowledge(left?: LiveMark): Required<LockKnowledge> {
    return {
      whyLockStays: (owner: LockOwner, place: LockPlace) => this.interrupted.whyLockStays(owner, place),
      hasEnded: (owner: LockOwner) => this.interrupted.hasEnded(owner, left),
    };
  }

  /** Interrupted runs of the state folder. */
  get interrupted(): InterruptedRuns {
    const hosts = Object.entries(this.#at.site.hosts);
    return new InterruptedRuns({
      state: this.#at.state,
      site: this.#at.site.site,
      backupServer: hosts.find(([, { role }]) => role === 'backup')?.[0] ?? '',
      program: commandLine([
        'shadowtape',
        ...(this.#at.isLab ? [] : ['--site', this.#at.siteName]),
        ...(this.#at.state.path === defaultStateFolder() ? [] : ['--state', this.#at.state.path]),
      ]),
      hostKeys: () => this.#hostKeys(),
      dumpWords: (run, events) => this.#dumpWords(run, events),
      recoveryRefusal: (mode, run) => this.recoveryRefusal(mode, run),
      seal: (run) => sealRun(this.#at.state, run).then(() => undefined),
    });
  }

  async #hostKeys(): Promise<string[]> {
    const seen = Object.keys(this.#at.site.hosts).map((name) => this.#at.hosts.session(name).seen());
    return (await Promise.all(seen)).map(({ hostKey }) => hostKey);
  }

  /** The progress of a run's detached dumps. One that cannot be queried may still run. */
  async #dumpWords(run: string, events: readonly RunEvent[]): Promise<string[]> {
    const works = dumpsUnderWay(events);
    if (works.length === 0) return [];
    try {
      const start = beginningOf(events, run);
      const job = this.#assigner.job({ job: start.job, ...overridesOf(start) });
      const assignment = await this.#assigner.assign(job, run);
      const states = await lookAtDumps(this.#assigner.runner(), assignment, run, { works });
      const { backupServer: host } = assignment;
      const running = [...states].filter(([, state]) => state === 'running');
      return running.map(([volume]) => phrase('its dump of {volume} still runs on {host}', { volume, host }));
    } catch {
      return works.map(({ volume, host }) =>
        phrase('its dump of {volume} may still run on {host}', { volume, host }),
      );
    }
  }
}
