/** What the steps of one run share: the assignment, the connections to the hosts, the journal, and the operator's questions. */
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
  /** What a second person signs to approve; absent if the operator approves. */
  readonly statementOf?: ((question: string) => string) | undefined;
  readonly operator: string;
  readonly version: string;
  /** Which run of the state folder this is; see the event `run-started`. */
  readonly order?: number | undefined;
  /** True if an operator can be asked what to do when a step fails. */
  readonly canAsk?: boolean | undefined;
  /** True if an operator can be asked whether a node is down. */
  readonly canAskDown?: boolean | undefined;
  /** Nodes that the operator confirms to be down. */
  readonly nodesDown?: readonly string[] | undefined;
  /** Ends what is in progress, and rolls back. */
  readonly cancel: AbortSignal;
  /** Ends everything immediately, and leaves it as it is. */
  readonly halt: AbortSignal;
  /** The file next to the journal that lists the contents of a tar archive. */
  readonly catalogueFile: string;
  /** The tape inventory; a run in layout `labelled` writes to it. */
  readonly media?: MediaFile | undefined;
  /** Called more often than the journal is written. */
  readonly onProgress?: ((progress: LiveProgress) => void) | undefined;
  /** Measures outages of hosts, and the pauses between retries; that of the machine by default. */
  readonly retryClock?: RetryClock | undefined;
  /** Lets a dump through the console pause. */
  readonly pause?: PauseSwitch | undefined;
  /** Bytes between two digests of a dump that is being read; see model/dump-sections. */
  readonly checkpointBytes?: number | undefined;
  /** The run that is running or interrupted and has its data on a tape: see InterruptedRuns. By default, this is not known. */
  readonly openRunOn?: OpenRunOn | undefined;
  /**
   * The tape of the job's pool on which a dump continues, from the names of those that the run has written; undefined
   * for a job without a pool.
   */
  readonly furtherTape?: ((job: Job, written: readonly string[]) => string | undefined) | undefined;
  /** Of a restore: the run that wrote the backup. */
  readonly backup?: KnownRun | undefined;
  /** Of a restore: earlier, unfinished ones of the same volumes that this one replaces. */
  readonly supersedes?: readonly string[] | undefined;
}

/** Evidence of whose data is on a tape. */
export interface TapeOwners {
  /** Runs one of which has written it. */
  readonly writers: readonly string[];
  /** True if it holds data without a label, of no known run. */
  readonly isForeign: boolean;
  /** The drive that it is in. */
  readonly host: string;
  readonly device: string;
}

/** @returns a run other than `own`, or undefined if no run needs the tape */
export type OpenRunOn = (tape: TapeOwners, own: string | undefined) => Promise<string | undefined>;

/**
 * @param abort its reason says why if the cancel was not an operator's
 * @param cause the failure of the step
 * @returns RUN_CANCELLED
 */
export function cancelled(step: string, abort: AbortSignal, cause?: unknown): ShadowtapeError {
  const reason: unknown = abort.reason;
  const why = reason instanceof Error && reason.name !== 'AbortError' ? `: ${reason.message}` : '';
  return failure('RUN_CANCELLED', { step, why }, {}, cause);
}

/** A pending question may not notice that its answer is no longer needed; the run continues without it. */
function unlessAborted<Value>(work: Promise<Value>, abort: AbortSignal, step: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    // The engine knows whether it was canceled or halted.
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

/** Enough for a reader to notice that its output is closed; each wait is ten seconds at most. */
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
  /** True during a rollback: a cancel then no longer ends anything. */
  unwinding = false;
  /** True if steps may have been performed before: the run was resumed, or a step is retried. */
  again = false;
  /** True if the rollback has left the proxies parted, since nothing proves that the run has parted them. */
  isPartUnproven = false;
  /** How often a command is retried that fails while a reader with closed output holds the shadow open. */
  patience = 0;
  /** What the operator chose when a step failed; the job's onFailure if nobody was asked. */
  afterFailure: 'unwind' | 'halt' | undefined;
  /** What kept the run from success; the failed step decides. */
  trouble: RunTrouble = 'none';
  /** Checks both sides of the shadow again; set while a step needs it. @throws if it is not as it was verified */
  judgeAgain: (() => Promise<void>) | undefined;
  /** Makes the checks before the current step again: to be called after a wait, before its command is sent again. */
  judgeBefore: (() => Promise<void>) | undefined;
  /** Watches for lost connections: checks from before one are made again before the next command. */
  readonly steadiness: Steadiness;
  /** True if the tape was refused right before the first write: the job's onFailure then decides, as after a failed dump. */
  dumpRefused = false;
  /** Entries of the tape inventory for what the write in progress destroys. */
  lossNoted: readonly MediaEvent[] = [];
  /** Proxy volume -> the process that holds its shadow open. */
  readonly holders = new Map<string, ShadowHolder>();
  /** True if an interrupted dump may be continued, once its tape is proven to hold what was written. */
  mayContinue = false;
  /** Proxy volume -> the records that stay on its tape. */
  readonly continued = new Map<string, KnownRecords>();
  /** Locks that were taken over from an earlier restore, as they were found. */
  readonly replacedLocks: TakenLock[] = [];
  /** Of a restore: node -> its boot when the master was stopped. */
  nodeBoots: ReadonlyMap<string, string> = new Map();
  /** Which locks the run keeps when it ends; those of the class are needed as long as anything of it remains. */
  keeps: KeptLocks = 'none';
  #finishing = false;
  fingerprints: Fingerprints | undefined;
  /** Proxy volume -> the sampled records that its shadow must show, if the run has changed blocks on purpose. */
  readonly rewritten = new Map<string, readonly SampledBlock[]>();
  /** The step whose detached dump is reattached instead of started, the first time that it is performed. */
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

  /** Everything is done except the cleanup: neither a cancel nor a full disk of the console stops the run any more. */
  finish(): void {
    this.#finishing = true;
    this.journal.carryOn();
  }

  /**
   * Journals that a node does not answer, or that its GDS does not, and what is not checked on it. Checks that relied
   * on it are made again.
   * @param locks those of the run; by default, from its events
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

  /** Checks that were made without the node are made again with it. */
  #tellGds(step: string, { node, since }: MissingNode): void {
    this.journal.append({ type: 'node', step, node, what: 'gds-back', since });
    this.journal.append({
      type: 'warning',
      step,
      text: phrase('GDS on {node} answers again: it is checked like any other node', { node }),
    });
    this.steadiness.disturb();
  }

  /** During a rollback, an unusable node prevents nothing; a lost lock does. */
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
      // The caller may be in the middle of a stream. The next event that counts throws the same.
      if (!isFailure(error, 'JOURNAL_UNWRITABLE')) throw error;
    }
  }

  /**
   * Asks the operator, and journals question and answer.
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
    // Hours may have passed: observations from before the question are no longer valid.
    this.observer.forget();
    await this.judgeAgain?.();
    return answer;
  }

  /**
   * Waits a little for an unreachable host during a rollback: each time as long as the interval of the resync watch,
   * ten seconds at most; sixty times in a run, which is enough for a server to reboot.
   * @returns false if the limit is reached
   * @throws if the shadow, which the step needs, is no longer as it was verified
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
