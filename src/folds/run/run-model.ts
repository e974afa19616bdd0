/** What the screens show of a run, folded from its events. Plain data; times are milliseconds since 1970, sizes are bytes. */
import type { EventOf } from '../../contract/events.ts';
import type { Hop } from '../../contract/data-events.ts';
import type { ProgressView } from '../../contract/screens.ts';

/** `unheard`: its end is not known, since the console died. */
/** `answered`: with another exit status than 0, which the program expected as an answer. */
type CommandState = 'running' | 'good' | 'answered' | 'bad' | 'unheard';

export interface CommandModel {
  /** `seq` of the intent. */
  readonly seq: number;
  readonly host: string;
  readonly line: string;
  /** False for a command that only looks. */
  readonly changes: boolean;
  readonly state: CommandState;
  readonly startedAt: number;
  readonly outcome: EventOf<'outcome'> | undefined;
}

export interface AskedModel {
  readonly asked: EventOf<'asked'>;
  readonly answered: EventOf<'answered'> | undefined;
}

export interface StepError {
  readonly code: string;
  readonly sentence: string;
  readonly hint: string;
}

/** `broken-off`: the console died while it was performed. */
export type PassState = 'running' | 'done' | 'skipped' | 'failed' | 'broken-off';

/** A step performed once; a step that was tried again, or that a resumed run performed again, has several. */
export interface PassModel {
  /** `seq` of its first event. */
  readonly key: number;
  readonly step: string;
  readonly title: string;
  readonly phase: string;
  readonly unwinding: boolean;
  readonly state: PassState;
  readonly startedAt: number;
  /** The same by the monotonic clock: durations are counted from it. */
  readonly since: number;
  readonly milliseconds: number | undefined;
  /** Why it was left out. */
  readonly reason: string | undefined;
  readonly error: StepError | undefined;
  readonly commands: readonly CommandModel[];
  readonly checks: readonly EventOf<'check'>[];
  readonly warnings: readonly string[];
  readonly questions: readonly AskedModel[];
  /** How far its long work is, or was. */
  readonly progress: ProgressView | undefined;
  /** Health of the drive; absent if the step does not query it. */
  readonly health?: EventOf<'drive-health'> | undefined;
}

/** Throughput at a moment. */
export interface Sample {
  /** Seconds since the leg began. */
  readonly seconds: number;
  readonly bytes: number;
  /** Bytes a second. */
  readonly rate: number;
}

/** One way of the data: a volume's dump, or its reading back. */
export interface LegModel {
  /** `seq` of the pass that it belongs to. */
  readonly pass: number;
  readonly step: string;
  readonly what: 'dump' | 'read-back';
  readonly startedAt: number;
  /** The same by the monotonic clock. */
  readonly since: number;
  readonly samples: readonly Sample[];
  readonly latest: ProgressView;
  /** How long it has taken so far. */
  readonly seconds: number;
  /** Bytes a second over that time; undefined while nothing has passed. */
  readonly average: number | undefined;
}

export type HopDigests = Readonly<Partial<Record<Hop, EventOf<'digest'>>>>;

/** A volume that is backed up, and the bytes at each hop. */
export interface VolumeModel {
  readonly master: string;
  readonly proxy: string;
  readonly method: string;
  readonly bytes: number | undefined;
  readonly tapeFile: number | undefined;
  readonly digests: HopDigests;
}

export interface FingerprintPair {
  readonly volume: string;
  readonly primary: EventOf<'fingerprint'> | undefined;
  readonly backup: EventOf<'fingerprint'> | undefined;
}

/** A tape of the run, as far as it is known. */
export interface TapeModel {
  readonly number: number;
  /** Undefined in layout `plain`. */
  readonly name: string | undefined;
  readonly uuid: string | undefined;
  readonly keepUntil: string | undefined;
  readonly slot: number | undefined;
  /** What was found on it before it was written to. */
  readonly found: string | undefined;
  readonly parts: readonly EventOf<'tape-part'>[];
  readonly manifestFile: number | undefined;
}

/** A process that performed the run, or a part of it. */
export interface SessionModel {
  readonly at: number;
  readonly by: string;
  readonly mode: 'run' | 'resume' | 'unwind';
  readonly reason: string | undefined;
  readonly findings: readonly string[];
}

/** A time in which a dump did not read; times are milliseconds since 1970. */
export interface PauseModel {
  readonly step: string;
  readonly from: number;
  /** Undefined where it was not continued. */
  readonly until: number | undefined;
  /** Who asked for it: a person, or the hours of the job. */
  readonly by: string;
}

export interface RunModel {
  readonly run: string;
  readonly start: EventOf<'run-started'> | undefined;
  readonly startedAt: number | undefined;
  /** In the order in which they were begun. */
  readonly passes: readonly PassModel[];
  /** The pass that continues; undefined between steps and after the end. */
  readonly current: PassModel | undefined;
  readonly legs: readonly LegModel[];
  /** Who has paused the dump, and when (ISO 8601); undefined if it is not paused. */
  readonly paused:
    | { readonly by: string; readonly at: string; readonly continuesByItself: boolean }
    | undefined;
  /** All pauses of its dumps, in order. */
  readonly pauses: readonly PauseModel[];
  readonly volumes: readonly VolumeModel[];
  readonly fingerprints: readonly FingerprintPair[];
  readonly tapes: readonly TapeModel[];
  readonly sessions: readonly SessionModel[];
  /** Of a restore: where all bytes of a volume were read, the last time at each place. */
  readonly restoreDigests: readonly EventOf<'restore-digest'>[];
  /** Of the journal; `at` is milliseconds since 1970. */
  readonly warnings: readonly { readonly step: string; readonly text: string; readonly at: number }[];
  /** Sent outside of any step: looks before a step is unwound, and the last look at the hosts. */
  readonly otherCommands: readonly CommandModel[];
  readonly end: EventOf<'run-finished'> | undefined;
  /** Of the latest event. */
  readonly at: number | undefined;
  /** How long the run took, or has been going, whether the clock was set meanwhile or not. */
  readonly milliseconds: number | undefined;
  readonly eventCount: number;
  readonly lastSeq: number;
}
