/** What the steps of one run share: the assignment, the ways to the hosts, the journal, and who can be asked. */
import { setTimeout as wait } from 'node:timers/promises';
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { RunTrouble } from '../../../contract/run-outcome.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { Job } from '../../site/site-schema.ts';
import type { MediaEvent } from '../../tape/media-catalogue.ts';
import type { MediaFile } from '../../tape/media-file.ts';
import type { PauseSwitch } from '../../../streams/pause-switch.ts';
import type { Assignment } from '../model/assignment.ts';
import { CommandRunner } from './command-runner.ts';
import type { KnownRecords } from '../model/dump-sections.ts';
import type { Fingerprints, SampledBlock } from '../model/samples/fingerprint.ts';
import type { Hosts } from './hosts.ts';
import { noJournal, type Journal } from '../../journal/journal.ts';
import { Observer } from './observe.ts';
import {
  outageSecondsWithoutServices,
  QueryRetry,
  realClock,
  repeatableCommands,
  usualOutageSeconds,
  type RetryClock,
} from './query-retry.ts';
import type { Answer, Ask, Question } from './questions.ts';
import type { LockKnowledge } from './left-lock.ts';
import { LockGuard } from './lock-guard.ts';
import type { LiveProgress } from './remote-data.ts';
import type { ShadowHolder } from './shadow-holder.ts';
import { ownerName, thisOwner } from '../model/lock.ts';
import type { TakenLock } from './remote-lock.ts';
import {
  lockPlaces,
  placesHeld,
  type KeptLocks,
  type LockMarks,
  type LockPlace,
} from '../model/lock-places.ts';
import { missingEvents } from '../model/missing-node.ts';
import { NodeSight } from './node-sight.ts';
import type { KnownRun } from '../model/restore-source.ts';
import { marksOf, type RunMarks } from '../model/run-marks.ts';
import { Steadiness } from './steadiness.ts';
import { dumpStepsOf, type Performance, type Step, timeLimitsOf } from '../model/step.ts';
import type { MissingNode } from '../model/world.ts';

export interface RunOptions extends LockKnowledge {
  readonly assignment: Assignment;
  readonly steps: readonly Step[];
  readonly journal: Journal;
  readonly hosts: Hosts;
  readonly ask: Ask;
  /** What a second person signs to approve; left out where the operator approves. */
  readonly statementOf?: ((question: string) => string) | undefined;
  readonly operator: string;
  readonly version: string;
  /** Which run of the state folder this is; see the event `run-started`. */
  readonly order?: number | undefined;
  /** True where somebody can be asked what to do when a step fails. */
  readonly canAsk?: boolean | undefined;
  /** True where somebody can be asked whether a node is down. */
  readonly canAskDown?: boolean | undefined;
  /** Nodes of which the operator says that they are down. */
  readonly nodesDown?: readonly string[] | undefined;
  /** Ends what is going on, and unwinds. */
  readonly cancel: AbortSignal;
  /** Ends everything at once, where it stands. */
  readonly halt: AbortSignal;
  /** The file beside the journal that lists what a tar archive holds. */
  readonly catalogueFile: string;
  /** The list of all tapes that were seen; a run in layout `labelled` writes into it. */
  readonly media?: MediaFile | undefined;
  /** Called more often than the journal is written. */
  readonly onProgress?: ((progress: LiveProgress) => void) | undefined;
  /** Measures outages of hosts, and the pauses between retries; that of the machine where it is left out. */
  readonly retryClock?: RetryClock | undefined;
  /** Lets a dump through the console pause. */
  readonly pause?: PauseSwitch | undefined;
  /** Bytes between two digests of a dump that is being read; see model/dump-sections. */
  readonly checkpointBytes?: number | undefined;
  /**
   * The run that is running or interrupted and has its data on a tape: see InterruptedRuns. Where it is left out, nobody knows.
   */
  readonly openRunOn?: OpenRunOn | undefined;
  /**
   * The tape of the job's pool that a dump continues on, by the names of those that the run has written; undefined for a job without a pool.
   */
  readonly furtherTape?: ((job: Job, written: readonly string[]) => string | undefined) | undefined;
  /** Of a restore: the run that wrote the backup. */
  readonly backup?: KnownRun | undefined;
  /** Of a restore: earlier ones of the same volumes that did not finish, and are replaced by this one. */
  readonly supersedes?: readonly string[] | undefined;
}

/** What tells of a tape whose data it is. */
export interface TapeOwners {
  /** Runs one of which has written it. */
  readonly writers: readonly string[];
  /** True where it holds data of which no label says whose it is, and no run is known. */
  readonly isForeign: boolean;
  /** The drive that it is in. */
  readonly host: string;
  readonly device: string;
}

/** @returns a run other than `own`, or undefined where nobody needs the tape */
export type OpenRunOn = (tape: TapeOwners, own: string | undefined) => Promise<string | undefined>;

/**
 * @param abort its reason says why, where the cancel was not an operator's
 * @param cause what the step failed with then
 * @returns RUN_CANCELLED
 */
export function cancelled(step: string, abort: AbortSignal, cause?: unknown): ShadowtapeError {
  const reason: unknown = abort.reason;
  const why = reason instanceof Error && reason.name !== 'AbortError' ? `: ${reason.message}` : '';
  return failure('RUN_CANCELLED', { step, why }, {}, cause);
}

/** What asks a person may not notice that the answer is no longer wanted; the run goes on without it. */
function unlessAborted<Value>(work: Promise<Value>, abort: AbortSignal, step: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    // Whether it was cancelled or halted the engine knows.
    const stop = () => reject(cancelled(step, abort));
    if (abort.aborted) stop();
    abort.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => abort.removeEventListener('abort', stop));
  });
}

/** Steps that write to the tape, or change it. */
const movesTape = new Set<Performance>([
  'load-tape',
  'unload-tape',
  'label',
  'dump',
  'dump-ended',
  'manifest',
  'read-back',
  'restore-tape',
  'restore-write',
]);

/** The journal keeps at most one progress line a second. */
const millisecondsBetweenProgress = 1000;

/** Enough for a reader to notice that nobody listens to it any more; each wait is ten seconds at most. */
export const triesWhileHeldOpen = 6;

export class RunContext {
  readonly options: RunOptions;
  readonly assignment: Assignment;
  readonly journal: Journal;
  readonly runner: CommandRunner;
  readonly observer: Observer;
  readonly lockGuard: LockGuard;
  /** The ids of the steps that write to the tape, or change it. */
  readonly tapeSteps: readonly string[];
  /** Which primary nodes answer. */
  readonly nodes: NodeSight;
  /** Nodes that did not answer when the locks were taken: the run has none there. */
  readonly unlocked = new Set<string>();
  /** True while the run is brought back: a cancel then no longer ends anything. */
  unwinding = false;
  /** True where steps may have been performed before: the run was taken up again, or a step is tried once more. */
  again = false;
  /** How often a command is tried again that fails while a reader that nobody listens to any more holds the shadow open. */
  patience = 0;
  /** What the operator chose when a step failed; the job's onFailure where he was not asked. */
  afterFailure: 'unwind' | 'halt' | undefined;
  /** What kept the run from its plain end; the step that failed decides. */
  trouble: RunTrouble = 'none';
  /** Judges both sides of the shadow again; set while a step needs it. @throws where it is not as it was verified */
  judgeAgain: (() => Promise<void>) | undefined;
  /** Judges the checks before the present step anew: to be called after a wait, before its command is sent once more. */
  judgeBefore: (() => Promise<void>) | undefined;
  /** Watches for lost connections: what was judged before one is judged again before the next command. */
  readonly steadiness: Steadiness;
  /** True where the tape was refused right before the first write: the job's onFailure then decides, as after a failed dump. */
  dumpRefused = false;
  /** Entries of the media catalogue for what the write in progress destroys. */
  lossNoted: readonly MediaEvent[] = [];
  /** Proxy volume -> the process that holds its shadow open. */
  readonly holders = new Map<string, ShadowHolder>();
  /** True where a dump that was broken off may be continued, once its tape is proven to hold what was written. */
  mayContinue = false;
  /** Proxy volume -> the records that stay on its tape. */
  readonly continued = new Map<string, KnownRecords>();
  /** Locks that were taken over from an earlier restore, as they were found. */
  readonly replacedLocks: TakenLock[] = [];
  /** Of a restore: node -> its boot when the master was stopped. */
  nodeBoots: ReadonlyMap<string, string> = new Map();
  /** Which locks the run keeps at its end; those of the class are needed as long as it leaves something. */
  keeps: KeptLocks = 'none';
  #finishing = false;
  fingerprints: Fingerprints | undefined;
  /** Proxy volume -> the sampled records that its shadow must show, where the run has changed blocks on purpose. */
  readonly rewritten = new Map<string, readonly SampledBlock[]>();
  /** The step whose detached dump is taken up instead of being started; for the first time that it is performed. */
  underWay: string | undefined;
  /** Step id -> when its last progress was written, in milliseconds. */
  readonly #progressAt = new Map<string, number>();
  readonly #cancelOrHalt: AbortSignal;
  #waitsLeft = 60;

  constructor(options: RunOptions) {
    this.options = options;
    this.assignment = options.assignment;
    this.journal = options.journal;
    this.#cancelOrHalt = AbortSignal.any([options.cancel, options.halt]);
    const signals = () => ({ cancel: this.abort, halt: options.halt });
    const { primaryNodes, backupServer, tapeHost } = options.assignment;
    this.steadiness = new Steadiness(options.hosts, [...primaryNodes, backupServer, tapeHost]);
    this.nodes = new NodeSight({
      hosts: options.hosts,
      nodes: primaryNodes,
      mode: options.assignment.job.nodes,
      needed: [backupServer, tapeHost],
      missing: options.assignment.missing ?? [],
      onMissing: (step, missing) => this.tellMissing(step, missing),
      onGds: (step, missing) => this.#tellGds(step, missing),
      onTrouble: (step, missing, error) => this.#refuseNode(step, missing, error),
    });
    const timeLimitOf = timeLimitsOf(options.assignment.job, options.steps);
    const retry = new QueryRetry({
      clock: options.retryClock ?? realClock,
      isRepeatable: repeatableCommands(options.assignment.tapeDevice),
      outageSeconds: () => this.#outageSeconds,
      mayGo: (host) => this.nodes.mayGo(host),
      onRetry: (step, text) => {
        this.steadiness.disturb();
        options.journal.append({ type: 'warning', step, text });
      },
    });
    this.tapeSteps = options.steps.flatMap(({ id, performance: kind }) => (movesTape.has(kind) ? [id] : []));
    this.lockGuard = new LockGuard({
      patient: new CommandRunner(noJournal(), options.hosts, signals, { timeLimitOf, retry }),
      quick: new CommandRunner(noJournal(), options.hosts, signals, { timeLimitOf }),
      places: () => this.#placesToWatch,
      own: ownerName(thisOwner(options.journal.run)),
      run: options.journal.run,
      needsDrive: (step) => this.tapeSteps.includes(step),
    });
    this.runner = new CommandRunner(options.journal, options.hosts, signals, {
      timeLimitOf,
      retry,
      nodes: this.nodes,
      onReconnect: () => this.steadiness.disturb(),
      beforeSend: (command, connect) => this.steadiness.ensure(command, connect),
      beforeChange: this.lockGuard.check.bind(this.lockGuard),
    });
    this.observer = new Observer(this.runner, options.assignment, () => options.journal.events, this.nodes);
  }

  /** Ends what may be ended at any time: data, waiting, questions. */
  get abort(): AbortSignal {
    return this.unwinding || this.#finishing ? this.options.halt : this.#cancelOrHalt;
  }

  /** All is done but the clearing away: neither a cancel nor a full disk of the console keeps the run from its end any more. */
  finish(): void {
    this.#finishing = true;
    this.journal.carryOn();
  }

  /**
   * Writes down that a node does not answer, or that its GDS does not, and what is not checked on it. What was judged with it is judged again.
   * @param locks those of the run; as its events tell them where they are left out
   */
  tellMissing(step: string, missing: MissingNode, locks: LockMarks = this.marks.locks): void {
    const { node } = missing;
    const isLocked = placesHeld(lockPlaces(this.assignment), locks).some(
      ({ what, host }) => what === 'class' && host === node,
    );
    const events = missingEvents(this.assignment, step, missing, isLocked, this.nodes.standIn(node));
    for (const event of events) this.journal.append(event);
    this.steadiness.disturb();
    this.observer.forgetSide('primaries');
  }

  /** What was judged without the node is judged again with it. */
  #tellGds(step: string, { node, since }: MissingNode): void {
    this.journal.append({ type: 'node', step, node, what: 'gds-back', since });
    this.journal.append({
      type: 'warning',
      step,
      text: phrase('GDS on {node} answers again: it is checked like any other node', { node }),
    });
    this.steadiness.disturb();
  }

  /** While the run is brought back, a node that cannot be used keeps nothing from being tried; a lost lock does. */
  #refuseNode(step: string, { node }: MissingNode, error: unknown): void {
    if (!this.unwinding || this.lockGuard.lost || !isFailure(error)) throw error;
    this.journal.append({
      type: 'warning',
      step,
      text: phrase('{node} answers again: {reason}', { node, reason: error.message }),
    });
  }

  get #placesToWatch(): LockPlace[] {
    const isElsewhere = ({ what, host }: LockPlace) =>
      what === 'class' && (this.unlocked.has(host) || this.nodes.isMissing(host));
    return lockPlaces(this.assignment).filter((place) => !isElsewhere(place));
  }

  /** How long a host may be silent before a query fails. */
  get #outageSeconds(): number {
    const { servicesStopped, operatorStopped } = this.marks;
    return servicesStopped.length > 0 || operatorStopped ? outageSecondsWithoutServices : usualOutageSeconds;
  }

  get marks(): RunMarks {
    return marksOf(this.journal.events, dumpStepsOf(this.options.steps), this.assignment.job.mountPoint);
  }

  progress(progress: LiveProgress): void {
    this.options.onProgress?.(progress);
    const now = performance.now();
    const last = this.#progressAt.get(progress.step);
    if (last !== undefined && now - last < millisecondsBetweenProgress) return;
    this.#progressAt.set(progress.step, now);
    try {
      this.journal.append({ type: 'progress', ...progress });
    } catch (error) {
      // The caller may stand in the middle of a stream. The next event that counts throws the same.
      if (!isFailure(error, 'JOURNAL_UNWRITABLE')) throw error;
    }
  }

  /**
   * Asks the operator, and writes question and answer into the journal.
   * @param abort withdraws the question
   */
  async ask(question: Question, abort = this.abort): Promise<Answer> {
    const choices = question.choices.map(({ id }) => id);
    this.journal.append({
      type: 'asked',
      step: question.step,
      question: question.id,
      text: question.text,
      choices,
      ...(question.statement === undefined ? {} : { statement: question.statement }),
    });
    const answer = await unlessAborted(this.options.ask(question, abort), abort, question.step);
    this.journal.append({
      type: 'answered',
      step: question.step,
      question: question.id,
      choices,
      answer: answer.choice,
      by: answer.by,
      ...(answer.reason === undefined ? {} : { reason: answer.reason }),
      ...(answer.signed === undefined ? {} : { signed: answer.signed }),
    });
    // Hours may have passed: what was seen before the question counts no more.
    this.observer.forget();
    await this.judgeAgain?.();
    return answer;
  }

  /**
   * Waits a little for a host that is away while the run is brought back: each time as long as between two looks at the
   * resynchronisation, ten seconds at most; sixty times in a run, which is enough for a server to reboot.
   * @returns false where it has been waited for long enough
   * @throws where the shadow, which the step needs, is no longer as it was verified
   */
  async waitForHost(atLeastSeconds = 0): Promise<boolean> {
    if (this.#waitsLeft === 0) return false;
    this.#waitsLeft -= 1;
    const seconds = Math.min(this.assignment.job.resynchronisation.everySeconds, 10);
    const milliseconds = Math.max(seconds, atLeastSeconds) * 1000;
    try {
      await wait(milliseconds, undefined, { signal: this.options.halt });
    } catch {
      return false;
    }
    await this.judgeAgain?.();
    return true;
  }

  /** @throws RUN_CANCELLED */
  async pause(step: string, seconds: number): Promise<void> {
    try {
      await wait(seconds * 1000, undefined, { signal: this.abort });
    } catch {
      throw cancelled(step, this.abort);
    }
  }

  throwIfCancelled(step: string): void {
    if (this.abort.aborted) throw cancelled(step, this.abort);
  }
}
