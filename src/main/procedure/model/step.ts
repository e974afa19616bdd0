/**
 * A step of the procedure is data: the guide's number, its reason, its risk, its command lines, the checks before and
 * after it. The same data is planned, performed, rolled back and reported.
 */
import type { RuleVerdict } from '../../../contract/checks.ts';
import { failure } from '../../../contract/errors.ts';
import type { RestorePlace } from '../../../contract/restore-events.ts';
import type { Job } from '../../site/site-schema.ts';
import type { RunMarks } from './run-marks.ts';
import type { World } from './world.ts';

const phases = ['prepare', 'part', 'view', 'shadow', 'verify', 'dump', 'remove', 'rejoin', 'finish'] as const;
export type Phase = (typeof phases)[number];

export interface StepCommand {
  readonly host: string;
  readonly argv: readonly string[];
  /** True for a line that the guide has; false for what Shadowtape adds. */
  readonly guide: boolean;
  /** True if the command changes something on the host. Such a command may finish when the run is canceled. */
  readonly changes: boolean;
  /** True for a command of the site file: it keeps the language of the login. */
  readonly ofSite?: boolean;
  /**
   * True for a command that is only sent to the node that has a file system of the masters mounted; each node has its
   * own.
   */
  readonly whereMounted?: true;
  /** True if any primary node may run it ("Node1 or Node2"); `host` is tried first. */
  readonly anyNode?: true;
  /** True if nothing is left to do for this command; evaluated when a step is rolled back or resumed. */
  readonly isDone?: (world: World, marks: RunMarks) => boolean;
}

/** What must be queried before a step's checks can be judged. */
export type Look = 'primaries' | 'backup';

export interface StepChecks {
  readonly looks: readonly Look[];
  /**
   * Query again even if nothing was sent since the last query: what comes next must not rely on an older state.
   * `disks`: identify them again, since a path may lead to another disk without a reboot.
   */
  readonly fresh?: readonly (Look | 'disks')[];
  /**
   * The side that must not have changed when the step's first command is sent: it is queried last, right before that
   * command.
   */
  readonly last?: Look;
  /** True if the checks hold during the whole step; otherwise only until its first command that changes something. */
  readonly holdThroughout?: true;
  /** Pure: facts in, verdicts out. */
  readonly judge: (world: World) => readonly RuleVerdict[];
}

export interface Unwinding {
  readonly looks: readonly Look[];
  readonly isDone: (world: World, marks: RunMarks) => boolean;
  /** False if the step could only fail because an earlier one has not succeeded. */
  readonly isDue?: (world: World) => boolean;
  /** False if the run never got far enough to need it; used where the hosts cannot be queried. */
  readonly mayBeNeeded?: (marks: RunMarks) => boolean;
  /**
   * False if nothing proves that what the step would undo is this run's: it is not performed, and an operator must act.
   * Evaluated if something is left to undo.
   */
  readonly isOwn?: (marks: RunMarks) => boolean;
  /** What must be made certain before it is done by hand, in words; undefined if it already is. */
  readonly provided?: (world: World, marks: RunMarks) => string | undefined;
}

/** How a step is performed; most steps only send their commands one after the other. */
export type Performance =
  | 'commands'
  | 'synchronise'
  | 'part'
  | 'lock'
  | 'unlock'
  | 'tape-check'
  | 'load-tape'
  | 'health-before'
  | 'health-after'
  | 'unload-tape'
  | 'tools-check'
  | 'mount-point-check'
  | 'stop-services'
  | 'resume-services'
  | 'activate'
  | 'check-file-system'
  | 'fingerprint'
  | 'verification'
  | 'label'
  | 'dump'
  | 'dump-ended'
  | 'clear-work'
  | 'manifest'
  | 'read-back'
  | 'whole-hash'
  | 'stop-hashed'
  | 'watch'
  | 'restore-tape'
  | 'restore-mark'
  | 'approve-overwrite'
  | 'restore-write'
  | 'make-file-system'
  | 'restore-files'
  | 'read-volume'
  | 'approve-replace'
  | 'stop-master'
  | 'rejoin-restore'
  | 'watch-restore';

export interface Step {
  /** The guide's number ("3-3", "6b-4"), or a word for a step that Shadowtape adds. */
  readonly id: string;
  readonly phase: Phase;
  readonly title: string;
  readonly why: string;
  /** What goes wrong when this step is done wrongly or at the wrong time. */
  readonly endangers?: string;
  /** Further notes on the step for an operator, one sentence each; none of them is a risk. */
  readonly notes?: readonly string[];
  /** The source of the step. */
  readonly source: string;
  readonly performance: Performance;
  readonly commands: readonly StepCommand[];
  /** What is read around the commands: before a dump, the tape that is about to be written, and sampled records. */
  readonly around?: { readonly before: readonly StepCommand[]; readonly after: readonly StepCommand[] };
  /** The proxy volumes that the step concerns, if not all of the job. */
  readonly volumes?: readonly string[];
  /** Of a step that reads all of a restored volume: where. */
  readonly reads?: RestorePlace;
  /** Why the step is skipped in this run. It is planned and printed all the same. */
  readonly leftOut?: string;
  readonly before?: StepChecks;
  readonly after?: StepChecks;
  /**
   * Set if the step reads or writes through the shadow, or writes the tape for it: both sides are checked again before
   * it, after each wait in it, and with `around` also after it.
   */
  readonly guarded?: 'before' | 'around';
  /** The proxies whose shadows are held open from this step on, where the backup server allows it. */
  readonly holds?: readonly string[];
  /** The proxies whose shadows are released before the commands are sent: these need exclusive use of the volume. */
  readonly needsClosed?: readonly string[];
  /** The proxy volume whose blocks the step changes on purpose, through the shadow. */
  readonly writesThrough?: string;
  /**
   * Set on the steps that roll the cluster back to its normal state; `isDone` is true if there is nothing to roll back.
   */
  readonly unwinds?: Unwinding;
}

/** The ids of the steps that copy the data: one per volume. */
export const dumpStepsOf = (steps: readonly Step[]): string[] =>
  steps.flatMap(({ id, performance }) => (performance === 'dump' ? [id] : []));

/** Steps of the dump methods (GDS guide 6.6.3.7, steps 6a to 6e): a job may set limits for methods that are not run. */
const ofSomeMethod = /^6[a-e](-\d+)?$/;

/**
 * How long a command of a step may take, according to the job.
 * @param job its `timeLimits`: step id or phase -> seconds. A step's own limit takes precedence over that of its phase.
 * @param steps all steps of the run
 * @returns the limit of a step in seconds; undefined if the job sets none
 * @throws TIME_LIMIT_UNKNOWN for a name that is neither a phase nor a step
 */
export function timeLimitsOf(
  { timeLimits = {} }: Pick<Job, 'timeLimits'>,
  steps: readonly Pick<Step, 'id' | 'phase'>[],
): (step: string) => number | undefined {
  const known = new Set<string>([...phases, ...steps.map(({ id }) => id)]);
  for (const name of Object.keys(timeLimits)) {
    if (known.has(name) || ofSomeMethod.test(name)) continue;
    throw failure('TIME_LIMIT_UNKNOWN', { name, known: [...known].join(', ') });
  }
  const phaseOf = new Map(steps.map(({ id, phase }) => [id, phase]));
  return (step) => timeLimits[step] ?? timeLimits[phaseOf.get(step) ?? ''];
}
