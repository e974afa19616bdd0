/** What screens are shown: plain data that crosses to them as JSON. Times are ISO 8601 in UTC, sizes are bytes unless they say blocks. */
import type { ChangedHostKey } from './changed-host-key.ts';
import type { CopyView } from './tape/copied-tape.ts';
import type { ErrorCode, ErrorInfo } from './errors.ts';
import type { EventOf, RunEvent } from './events.ts';
import type { Hop } from './data-events.ts';
import type { JobRefusal } from './job-refusal.ts';
import type { CheckLine, Plan } from './plan.ts';
import type { DrillProof } from './drill-level.ts';
import type { RestoreKind } from './restore-views.ts';
import type { Omissions, RunVerdict } from './run-outcome.ts';
import type { TapeLoss } from './tape/tape-loss.ts';
import type { Topology } from './topology.ts';

export interface HostInfo {
  readonly name: string;
  readonly role: 'primary' | 'backup' | 'tape';
}

export interface JobInfo {
  readonly name: string;
  readonly class: string;
  readonly volumes: readonly { readonly master: string; readonly proxy: string; readonly method: string }[];
  readonly shadowClass: string;
  readonly method: string;
  readonly route: 'console' | 'server';
  readonly layout: 'plain' | 'labelled';
  readonly approve: 'operator' | 'other' | 'when-verified';
}

export interface DriveInfo {
  readonly host: string;
  readonly device: string;
  /** As the site file names it. */
  readonly drive: string | undefined;
  /** Bytes a second; undefined if the drive is not known. */
  readonly speed: { readonly floor: number; readonly top: number } | undefined;
  /** The device of its changer; absent if it has none. */
  readonly changer?: string | undefined;
  /** True if the changer is a library that finds tapes by their bar codes. */
  readonly isLibrary?: boolean | undefined;
}

/** What a screen shows of the site. */
export interface SiteInfo {
  readonly name: string;
  /** Path of the site file; undefined for the embedded lab. */
  readonly file: string | undefined;
  readonly isLab: boolean;
  readonly platform: 'solaris' | 'linux';
  readonly hosts: readonly HostInfo[];
  readonly jobs: readonly JobInfo[];
  readonly tape: DriveInfo;
  readonly version: string;
  /** Desktop window or browser: what a screen may offer. */
  readonly guest: 'desktop' | 'browser';
  /** Where the console serves metrics: the file of their token, which no page is given. */
  readonly metricsTokenFile?: string | undefined;
}

/** How a host was found; `trouble` says why it was not reached. */
export interface HostLook {
  readonly host: string;
  readonly reached: boolean;
  /** Of its trouble; absent if there is none. */
  readonly code?: ErrorCode | undefined;
  /** Where it shows another host key than the known one. */
  readonly changedKey?: ChangedHostKey | undefined;
  readonly trouble: string | undefined;
  readonly hint: string | undefined;
}

interface MountInfo {
  readonly device: string;
  readonly mountPoint: string;
}

/** Both domains and the drive as they are now. */
export interface ClusterView {
  readonly at: string;
  readonly hosts: readonly HostLook[];
  readonly topology: Topology;
  /** On the backup server. */
  readonly mounts: readonly MountInfo[];
  readonly tape: TapeView;
  /** Jobs whose backup would be refused as things are. */
  readonly refusals?: readonly JobRefusal[] | undefined;
}

export interface TapeView {
  readonly host: string;
  readonly device: string;
  readonly state: 'ready' | 'no-cartridge' | 'busy' | 'unknown' | 'unreached';
  /** In words, as mt or the trouble has it. */
  readonly said: string;
  readonly writeProtected: boolean | undefined;
  readonly file: number | undefined;
  readonly record: number | undefined;
}

/** A process that performs a run. */
export interface RunProcess {
  /** Host name of the machine that it runs on. */
  readonly host: string;
  /** True if that is not the console's machine: only that one can tell whether the process is alive. */
  readonly isOtherMachine: boolean;
  readonly process: number;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** A line of the history. */
export interface RunLine extends Omissions {
  readonly run: string;
  /** Why the journal cannot be read; the fields below are then empty. */
  readonly trouble: string | undefined;
  readonly job: string;
  readonly site: string;
  readonly method: string;
  readonly class: string;
  readonly volumes: readonly string[];
  readonly tape: { readonly host: string; readonly device: string };
  /** Names of the tapes that it labeled. */
  readonly tapeNames: readonly string[];
  readonly operator: string;
  readonly startedAt: string;
  readonly finishedAt: string | undefined;
  /** How long it took; absent in lines that an earlier release has kept. */
  readonly seconds?: number | undefined;
  /** `unfinished`: the run has no end. It is running, or was interrupted. */
  readonly verdict: RunVerdict | 'unfinished';
  readonly exitStatus: number | undefined;
  readonly sentence: string | undefined;
  readonly currentStep: string | undefined;
  /** True while this console performs it. */
  readonly live: boolean;
  /** True while another process performs it. */
  readonly elsewhere?: boolean;
  /** That process, where `elsewhere` is true. */
  readonly performedBy?: RunProcess;
  readonly bytes: number | undefined;
  /** Its tapes that were overwritten since; absent if none is known. */
  readonly lost?: readonly TapeLoss[] | undefined;
  /** What the drive reported when the run asked it last, one phrase each; absent if it reported nothing. */
  readonly driveAlerts?: readonly string[] | undefined;
  readonly digests: Readonly<Partial<Record<Hop, EventOf<'digest'>>>>;
  /** Of a restore: the run whose backup it restores. Absent in a backup. */
  readonly restores?: string | undefined;
  /** Of a backup: the last restore of it that came to a proven end. Absent if none is known. */
  readonly restored?:
    | {
        readonly run: string;
        readonly at: string;
        /** Proxy volumes, where the backup has others that this restore left alone. */
        readonly volumes?: readonly string[];
      }
    | undefined;
  /** Of a backup. Absent if none is known. */
  readonly drilled?: DrillProof | undefined;
}

/** A run opened: all of its journal, progress lines included. */
export interface RunView {
  readonly line: RunLine;
  readonly events: readonly RunEvent[];
  readonly journalFile: string;
  readonly lastHash: string;
  readonly chain: 'intact' | 'torn';
  /** The plan that the job had, or has now, for the steps that are still to come. */
  readonly plan: Plan | undefined;
  /** Second copies of its tapes, the latest first; absent if there are none. */
  readonly copies?: readonly CopyView[] | undefined;
}

export interface ChoiceView {
  readonly id: string;
  readonly label: string;
  readonly asksReason: boolean;
  /** True if who chooses it types `id`: it names what is lost. */
  readonly byWord?: boolean | undefined;
}

/** What the operator is asked in a run. */
export interface QuestionView {
  readonly run: string;
  /** Of this asking; an answer names it. */
  readonly number: number;
  readonly id:
    | 'approve-shadow'
    | 'services-stopped'
    | 'services-resumed'
    | 'step-failed'
    | 'next-tape'
    | 'node-down'
    | 'approve-overwrite'
    | 'approve-replace';
  readonly step: string;
  readonly text: string;
  /** None where a second person answers. */
  readonly choices: readonly ChoiceView[];
  /** True if a second person answers, with a signature; see the channels `approval` and `approve`. */
  readonly bySignature?: boolean | undefined;
}

/** Live progress, at most ten a second. */
export interface ProgressView {
  readonly step: string;
  readonly what: 'dump' | 'read-back' | 'resynchronisation' | 'fingerprint';
  readonly bytes: number;
  readonly total?: number | undefined;
  readonly records?: number | undefined;
  readonly rate?: number | undefined;
  readonly bufferFill?: number | undefined;
  readonly words?: string | undefined;
  readonly elapsedSeconds?: number | undefined;
}

/** What is pushed to those who follow a run: first all that was, then what comes. */
export type RunPush =
  | { readonly kind: 'events'; readonly events: readonly RunEvent[] }
  | { readonly kind: 'progress'; readonly progress: ProgressView }
  | { readonly kind: 'question'; readonly question: QuestionView | undefined }
  /** Nothing more comes. */
  | {
      readonly kind: 'end';
      readonly exitStatus: number;
      readonly error: ErrorInfo | undefined;
    };

/** A run that this console performs now. */
export interface ActiveRun {
  readonly run: string;
  readonly job: string;
  readonly volumes: readonly string[];
  /** How many events its journal holds. */
  readonly events: number;
  /** The phase of the guide that the current step belongs to. */
  readonly phase: string | undefined;
  readonly step: string | undefined;
  readonly title: string | undefined;
  /** True while the current step is part of a rollback. */
  readonly unwinding: boolean;
  readonly asking: boolean;
  /** 0 to 1, of the current dump or reading back; undefined if it is not known. */
  readonly done: number | undefined;
  /** The last progress of the current step. */
  readonly progress: ProgressView | undefined;
  /** What the screens derive its situation from. */
  readonly pulse?: RunPulse | undefined;
}

/** A host that leaves the commands of a run without an answer. */
export interface SilentHost {
  readonly host: string;
  readonly since: string;
  /** What its last command ended with. */
  readonly sentence: string;
}

/** What the events of a run that continues say of it now. */
export interface RunPulse {
  readonly class: string;
  /** When the present step began, the question was asked, or the rollback began. */
  readonly since: string;
  /** The last step that failed, until it is tried again. */
  readonly failure:
    | { readonly step: string; readonly sentence: string; readonly hint: string; readonly at: string }
    | undefined;
  readonly question: QuestionView['id'] | undefined;
  /** True if a second person answers it, with a signature. */
  readonly bySignature?: boolean | undefined;
  /** Hosts that do not answer now, the first to fall silent first. */
  readonly silent: readonly SilentHost[];
}

/** A restore or drill that this console performs now. */
export interface ActiveRestore {
  readonly name: string;
  readonly kind: RestoreKind;
  /** The run that is read; the first of several. */
  readonly run: string | undefined;
  readonly startedAt: string;
  readonly progress: ProgressView | undefined;
  /** Entries so far. */
  readonly written: number;
  readonly notWritten: number;
  /** A tape is wanted. */
  readonly question: QuestionView | undefined;
}

/** A question of the ssh sessions: a host key that is not known, a password, a passphrase. */
export interface LoginQuestion {
  readonly number: number;
  readonly kind: 'host-key' | 'password' | 'passphrase';
  readonly host: string;
  readonly text: string;
  /** SHA256:… of a host key. */
  readonly fingerprint: string | undefined;
  /** True if the answer may be kept in the system's keystore. */
  readonly mayKeep: boolean;
  /** True if the answer before was not accepted. */
  readonly wasWrong?: boolean | undefined;
}

/** How far the index lags behind the journals, while it is brought up to date. */
export interface IndexProgress {
  readonly what: 'runs' | 'catalogues';
  readonly done: number;
  /** Journals, or entries of catalogues. */
  readonly total: number;
}

/** What the console as a whole does: pushed whenever it changes. */
export interface ActivityPush {
  readonly runs: readonly ActiveRun[];
  /** Restores of files and drills; absent if there are none. */
  readonly restores?: readonly ActiveRestore[] | undefined;
  readonly logins: readonly LoginQuestion[];
  /** The lines so far of a check or a drive check that continues. */
  readonly checking?:
    | { readonly what: 'check' | 'driveCheck'; readonly lines: readonly CheckLine[] }
    | undefined;
  /** What no journal has any more, such as a notification that could not be sent; the last ones of this session. */
  readonly notices?: readonly string[];
  /** Rises with each host that has let somebody log in after a look had given it up: looking again shows it. */
  readonly arrivals?: number | undefined;
  /** While the index of the history lags behind the journals. */
  readonly indexing?: IndexProgress | undefined;
}
