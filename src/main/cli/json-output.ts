/**
 * What each command prints with --json: one object per line. docs/json has these types as JSON schemas (`npm run
 * docs`).
 *
 * Fields are never renamed once released; more may be added.
 */
import type { ComparedVolume } from '../../contract/tape/copied-tape.ts';
import type { WeekDigest } from '../../contract/digest.ts';
import type { ErrorInfo } from '../../contract/errors.ts';
import type { RunEvent } from '../../contract/events.ts';
import type { FileHit, TrendSeries } from '../../contract/history.ts';
import type { LibraryElement } from '../../contract/tape/library.ts';
import type { CheckLine, PlannedStep } from '../../contract/plan.ts';
import type { AuditLine, SignatureFacts } from '../../contract/proof.ts';
import type { ServiceState, UnsentDigest } from '../../contract/protection.ts';
import type { RunLine } from '../../contract/screens.ts';
import type { TapeLoss } from '../../contract/tape/tape-loss.ts';
import type {
  CopyResult,
  IdentifiedTape,
  ImportedTape,
  listTapes,
  PreparedCopy,
  PreparedRestore,
  PreviewedDump,
  RestoredFile,
  RestoreResult,
  ShadowtapeConsole,
} from '../application/console.ts';
import type { HeldLock } from '../application/lock-service.ts';
import type { Starter } from '../application/schedule/schedule-install.ts';
import type { NextOfJob } from '../application/schedule/schedule-service.ts';
import type { VolumeStatus } from '../application/protection/status-service.ts';
import type { compareTwo } from '../history/history.ts';
import type { ProvenDrill } from '../journal/drill-records.ts';

/** A primary node that does not answer, or whose GDS does not, and what is not checked on it. */
interface MissingNode {
  readonly missing: string;
  readonly since: string;
  readonly unchecked: readonly string[];
  /** If the node answers, and its GDS does not: the message of sdxinfo, a sentence. */
  readonly gds?: string;
}

/** A primary node of the site that does not share the class: nothing is sent there. */
interface OutsideNode {
  readonly outside: string;
  readonly why: string;
}

/** A tape of the run that was overwritten since: not from the journal. */
interface LostTape extends TapeLoss {
  readonly type: 'tape-lost';
  readonly run: string;
}

/** The last drill that verified the backup: not from the journal. */
interface DrilledRun extends ProvenDrill {
  readonly type: 'drilled';
  readonly run: string;
}

interface ListedRun extends RunLine {
  /** The verdict; `running` or `interrupted` for a run without an end; `action required` after exit status 3. */
  readonly state: string;
}

type Comparison = Awaited<ReturnType<typeof compareTwo>>;

/** Two runs, by their names, and what differs; with --all what is equal, too. */
interface ComparedRuns extends Pick<Comparison, 'facts' | 'steps' | 'checks'> {
  readonly one: string;
  readonly other: string;
}

/** A host that could not be checked: it may have locks. */
interface UnseenHost {
  readonly host: string;
  readonly unseen: ErrorInfo;
}

type Manifest = NonNullable<IdentifiedTape['manifest']>;

/** The journal in a manifest is omitted, except its digest. */
interface ShownTape extends Omit<IdentifiedTape, 'manifest'> {
  readonly manifest:
    | (Omit<Manifest, 'journal'> & { readonly journal: { readonly sha256: string } })
    | undefined;
}

type Labelled = Awaited<ReturnType<ShadowtapeConsole['tapeService']['label']>>;

interface LabelledTape extends Pick<Labelled['label'], keyof Labelled['label']> {
  readonly host: string;
  readonly device: string;
  /** What the tape held. */
  readonly before: string;
}

interface SignedJournal extends SignatureFacts {
  readonly run: string;
  /** The signature's file. */
  readonly file: string;
}

/** What would be read. */
interface RestorePreview extends PreviewedDump {
  /** Folder, file or place on a host. */
  readonly to: PreparedRestore['target'];
}

/** The last line of a restore of files: each file has a line of its own before it. */
interface RestoreEnd extends Omit<RestoreResult, 'files' | 'error'> {
  readonly error: ErrorInfo | undefined;
}

type Drilled = Awaited<ReturnType<ShadowtapeConsole['fileRestoreService']['drill']>>;

/** What a drill has read and compared. */
interface DrillEnd {
  readonly run: string;
  readonly exitStatus: number;
  /** What is proven. */
  readonly volumes: Drilled['volumes'];
  /** How far; absent where nothing is proven. */
  readonly level?: Drilled['level'];
  /** Other errors, one sentence each. */
  readonly notes?: Drilled['notes'];
  /** The file that records the drill. */
  readonly record: string;
  readonly error: ErrorInfo | undefined;
}

/** What would be copied. */
interface CopyPreview extends Pick<PreparedCopy, 'run' | 'from' | 'drive' | 'keepUntil'> {
  readonly tapes: PreparedCopy['plan']['tapes'];
}

/** What was copied. */
interface CopyEnd extends Omit<CopyResult, 'error'> {
  readonly error: ErrorInfo | undefined;
}

/** A second copy of a run that was proven: not from the journal. */
interface CopiedRun {
  readonly type: 'copied';
  readonly run: string;
  readonly at: string;
  /** True if another console has written it. */
  readonly isImported: boolean;
  /** Names of the tapes. */
  readonly tapes: readonly string[];
  /** What was read back from them, and matches the run; none if the copy was imported. */
  readonly volumes: readonly ComparedVolume[];
}

interface ServedVolume extends VolumeStatus {
  readonly service: ServiceState;
  /** SHA-256 (hex) of the last line of the list of seals. */
  readonly sealsHead: string | undefined;
  /** A digest of the site that did not reach all receivers; absent if there is none. */
  readonly unsentDigest?: (UnsentDigest & { readonly sentence: string }) | undefined;
}

interface InstalledJob {
  readonly job: string;
  /** Present if it is the drill of the job. */
  readonly task?: 'drill';
  readonly installed: readonly {
    readonly starter: Starter;
    /** False if the site file was changed since. */
    readonly current: boolean;
  }[];
}

/** Name of a command -> a line of it. */
export interface JsonOutput {
  /** Something that was checked: a journal, a file list, a signature, a report, the list of seals. */
  audit: AuditLine;
  /** Something that was checked on a host. */
  check: CheckLine;
  /** With --dry-run, what would be copied; otherwise what was. */
  copy: CopyPreview | CopyEnd;
  /** The differences between two runs. */
  compare: ComparedRuns;
  /** The digest of a week. */
  digest: WeekDigest;
  /** A check of the drive. */
  'drive-check': CheckLine;
  /** The contents of the tape in the drive; with --import, the result for a tape. */
  identify: ShownTape | ImportedTape;
  /** The new label. */
  label: LabelledTape;
  /** A lock, or a host that could not be checked. */
  locks: HeldLock | UnseenHost;
  /** A step; before the steps, nodes that do not answer. */
  plan: PlannedStep | MissingNode | OutsideNode;
  /** An event of the run that restores; with --to, what would be read, a file, or the end; with --drill, what is proven. */
  restore: RunEvent | RestorePreview | RestoredFile | RestoreEnd | DrillEnd;
  /** An event of the run. */
  resume: RunEvent;
  /** An event of the run. */
  rollback: RunEvent;
  /** An event of the run. */
  run: RunEvent;
  /** A run. */
  runs: ListedRun;
  /** An event of the journal; after them, tapes of the run that were overwritten since, the last drill, and second copies. */
  show: RunEvent | LostTape | DrilledRun | CopiedRun;
  /** A job with a schedule. */
  'schedule list': InstalledJob;
  /** A job with a schedule. */
  'schedule next': NextOfJob;
  /** The signature that was made. */
  sign: SignedJournal;
  /** A volume. */
  status: ServedVolume;
  /** A tape with a label. */
  tapes: ReturnType<typeof listTapes>['tapes'][number];
  /** A drive, a slot or an import/export element. */
  'tapes library': LibraryElement;
  /** A volume with its runs, oldest first. */
  trends: TrendSeries;
  /** A file on tape. */
  where: FileHit;
}
