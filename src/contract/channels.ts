/**
 * The channel map: what a screen may ask of the console, and what it may follow. It types both ends of both hosts, the desktop window and
 * the browser; the preload, the main process and the browser host are loops over it. Errors of the table cross as plain data.
 */
import { z } from 'zod';
import type { KnownDriveHealth } from './tape/drive-health.ts';
import { isFailure, type ErrorInfo } from './errors.ts';
import { labActs, type LabView } from './lab.ts';
import type { CartridgeMove, LibraryView } from './tape/library.ts';
import type { FoundFiles, FoundRuns, TrendSeries } from './history.ts';
import type { CheckLine, Plan } from './plan.ts';
import type { ApprovalView, AuditLine, GivenApproval, SignedRun } from './proof.ts';
import type { ProtectionView } from './protection.ts';
import type { RestorePreview, RestoreView } from './restore-views.ts';
import type { ExportedFile, ReportDocument } from './report.ts';
import type { ActivityPush, ClusterView, RunLine, RunPush, RunView, SiteInfo, TapeView } from './screens.ts';
import type { KnownTapeView, TapeContents } from './tape/tape-views.ts';
import type { FoundSite, NamedHost, ProbedHost, SiteDraft, SiteFileView } from './site-views.ts';
import { phrase } from './text/say.ts';

const name = z.string().min(1).max(200);
const run = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/);
const siteText = z.string().max(1_000_000);
const path = z.string().min(1).max(4096);
const method = z.enum(['6a', '6b', '6c', '6d', '6e']);
const route = z.enum(['console', 'server']);
const nodes = z.enum(['all', 'any']);
const jobChoice = { job: name, method: method.optional(), route: route.optional(), nodes: nodes.optional() };
/** `replace`: masters that may be replaced, and which volumes of a run with several. */
const volumeRestore = {
  run,
  fromProxy: z.boolean().default(false),
  replace: z.array(name).max(100).optional(),
};
/**
 * `what`: a run, paths and patterns, or a run and then those; `host`: undefined for the console's computer; `replace`: the device of that host
 * that may be overwritten, as it was typed.
 */
const fileRestore = {
  what: z.array(path).min(1).max(1000),
  volume: name.optional(),
  host: name.optional(),
  path,
  overwrite: z.enum(['never', 'older', 'always']).default('never'),
  replace: z.array(path).max(1).optional(),
};
/** `ownPart`: the operator says that this run has parted the proxies, which nothing else proves. */
const recovery = { run, takeOverLock: z.boolean().default(false), ownPart: z.boolean().default(false) };

/** Channel -> schema of its request, checked on the main side. */
export const requestSchemas = {
  site: z.strictObject({}),
  /** `fresh`: something that happened just now is to be seen. */
  look: z.strictObject({ fresh: z.boolean().optional() }),
  check: z.strictObject({}),
  /** Measures the rates of ssh and of digests, for the plans that follow. */
  measureRates: z.strictObject({}),
  plan: z.strictObject(jobChoice),
  start: z.strictObject(jobChoice),
  resume: z.strictObject(recovery),
  unwind: z.strictObject(recovery),
  /** Judges a run as `resume` and `unwind` do, before one of them is offered. */
  recoveryRefusals: z.strictObject({ run }),
  /** Gives an interrupted run up; what it left on the hosts stays. */
  discard: z.strictObject({ run }),
  /** The dump stops after a record, or continues. */
  pause: z.strictObject({ run, paused: z.boolean() }),
  /** Rolls the cluster back to its normal state. */
  cancel: z.strictObject({ run }),
  /** Ends everything at once, as it is. */
  halt: z.strictObject({ run }),
  answer: z.strictObject({
    run,
    number: z.int().positive(),
    choice: name,
    reason: z.string().max(2000).optional(),
  }),
  /** What a second person is to sign. */
  approval: z.strictObject({ run }),
  /** `signature`: what `ssh-keygen -Y sign` made of the statement. */
  approve: z.strictObject({ run, signature: z.string().max(100_000) }),
  /** `answer`: the secret, or yes and no for a host key; absent: refused. */
  login: z.strictObject({
    number: z.int().positive(),
    answer: z.string().max(10_000).optional(),
    keep: z.boolean().default(false),
  }),
  runs: z.strictObject({}),
  /** Whether each volume pair of the site is protected, and which runs need a person. */
  protection: z.strictObject({}),
  /** Sends the digest of the last week, and of those before that did not reach everybody. */
  sendDigest: z.strictObject({}),
  run: z.strictObject({ run }),
  /** `query`: words and `key:value`, as of `shadowtape runs`; `before`: only runs older than this one. */
  searchRuns: z.strictObject({
    query: z.string().max(2000),
    limit: z.int().min(1).max(10_000).default(100),
    before: run.optional(),
  }),
  /** `file`: a path, a base name, or a pattern with * and ?. */
  whereFile: z.strictObject({ file: path, limit: z.int().min(1).max(10_000).default(100) }),
  trends: z.strictObject({ volume: name.optional() }),
  verifyTape: z.strictObject({ run }),
  /** The steps of a restore to the cluster; changes nothing. */
  restorePlan: z.strictObject(volumeRestore),
  restore: z.strictObject(volumeRestore),
  /** What a restore of files or of an image will do; reads no tape. */
  restorePreview: z.strictObject(fileRestore),
  restoreFiles: z.strictObject(fileRestore),
  /** Reads the tapes of a run and compares them; with a path, below which the backup is extracted and removed again. */
  drill: z.strictObject({
    run,
    volume: name.optional(),
    host: name.optional(),
    path: path.optional(),
  }),
  /** Copies the tapes of a run. `to`: names of the tapes of the copy; drives are `HOST:DEVICE`, that of the site by default. */
  copyRun: z.strictObject({
    run,
    to: z.array(name).min(1).max(100),
    drive: path.optional(),
    from: path.optional(),
    keep: name.optional(),
  }),
  /** `restore`: the name of the record of a restore of files, or of a drill. */
  restoreRecord: z.strictObject({ restore: run }),
  stopRestore: z.strictObject({ restore: run }),
  report: z.strictObject({ run }),
  exportRun: z.strictObject({
    run,
    what: z.enum(['pdf', 'journal', 'commands', 'rates']),
    paper: z.enum(['A4', 'Letter']).default('A4'),
  }),
  tape: z.strictObject({}),
  identify: z.strictObject({}),
  label: z.strictObject({ name, overwrite: name.optional() }),
  driveCheck: z.strictObject({ overwrite: name.optional() }),
  /** The last known health of the drive. Contacts no host. */
  driveHealth: z.strictObject({}),
  /** What is in the library of the site, as its changer shows it now. */
  library: z.strictObject({}),
  /** Has the library move a tape into the drive; what is in the drive returns to its slot first. */
  loadTape: z.strictObject({ name }),
  /** Has the library return the tape in the drive to its slot. */
  unloadTape: z.strictObject({}),
  /** Notes where a person put a tape; with `found`, also that one that was declared lost is there. */
  placeTape: z.strictObject({ name, location: z.string().max(200), found: z.boolean().default(false) }),
  /** Declares that a tape cannot be found. */
  loseTape: z.strictObject({ name }),
  tapes: z.strictObject({}),
  siteFile: z.strictObject({ file: path.optional() }),
  draftSite: z.strictObject({ text: siteText }),
  saveSite: z.strictObject({ file: path, text: siteText, digest: z.string().length(64).optional() }),
  /** Goes over to another site; without a file to the embedded lab. */
  openSite: z.strictObject({ file: path.optional() }),
  draftPlan: z.strictObject({ text: siteText, job: name }),
  probeHost: z.strictObject({ text: siteText, host: name }),
  /** `shown`: the fingerprint that the operator has compared; no other key takes the place of the known one. */
  replaceHostKey: z.strictObject({
    text: siteText,
    host: name,
    shown: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
  }),
  findPairs: z.strictObject({ text: siteText }),
  /** Hosts that ~/.ssh/config names, on the machine that runs Shadowtape. */
  sshHosts: z.strictObject({}),
  /** Of one run, or of all of them and the list of seals. */
  audit: z.strictObject({ run: run.optional() }),
  /** The embedded lab: its shelf and its faults. */
  lab: z.strictObject({}),
  /** `name`: the host that reboots, the cartridge that is loaded. Acts on faults switch them on and off. */
  labAct: z.strictObject({ act: z.enum(labActs), name: name.optional() }),
  /** Signs the journal of a run that has ended, with the key of the site file, or of the operator. */
  sign: z.strictObject({ run }),
} as const;

export type Channel = keyof typeof requestSchemas;
/** A request as the screen writes it. */
export type RequestOf<Name extends Channel> = z.input<(typeof requestSchemas)[Name]>;
/** A request as its handler gets it: checked, defaults filled in. */
export type CheckedRequest<Name extends Channel> = z.output<(typeof requestSchemas)[Name]>;

/** Why resume and unwind would refuse a run, one sentence each; absent if they would not, or where that is not known now. */
interface RecoveryRefusals {
  readonly resume?: string | undefined;
  readonly unwind?: string | undefined;
}

export interface Responses {
  readonly site: SiteInfo;
  readonly look: ClusterView;
  readonly check: readonly CheckLine[];
  readonly measureRates: readonly CheckLine[];
  readonly plan: Plan;
  readonly start: { readonly run: string };
  readonly resume: { readonly run: string };
  readonly unwind: { readonly run: string };
  readonly recoveryRefusals: RecoveryRefusals;
  readonly discard: null;
  readonly pause: null;
  readonly cancel: null;
  readonly halt: null;
  readonly answer: null;
  readonly approval: ApprovalView;
  readonly approve: GivenApproval;
  readonly login: null;
  readonly runs: readonly RunLine[];
  readonly protection: ProtectionView;
  /** The day on which each week begins. */
  readonly sendDigest: readonly { readonly week: string; readonly outcome: 'sent' | 'sent before' }[];
  readonly run: RunView;
  readonly searchRuns: FoundRuns;
  readonly whereFile: FoundFiles;
  readonly trends: readonly TrendSeries[];
  readonly verifyTape: readonly {
    readonly volume: string;
    readonly bytes: number;
    readonly records: number;
    readonly sha256: string | undefined;
    readonly cksum: number | undefined;
  }[];
  readonly restorePlan: Plan;
  readonly restore: { readonly run: string };
  readonly restorePreview: RestorePreview;
  readonly restoreFiles: { readonly restore: string };
  readonly drill: { readonly restore: string };
  readonly copyRun: { readonly restore: string };
  readonly restoreRecord: RestoreView;
  readonly stopRestore: null;
  readonly report: ReportDocument;
  readonly exportRun: ExportedFile;
  readonly tape: TapeView;
  readonly identify: TapeContents;
  readonly label: { readonly name: string; readonly uuid: string };
  readonly driveCheck: readonly CheckLine[];
  /** Null where neither a run nor a check has asked it. */
  readonly driveHealth: KnownDriveHealth | null;
  readonly library: LibraryView;
  /** None where it was in the drive. */
  readonly loadTape: readonly CartridgeMove[];
  /** None where the drive is empty. */
  readonly unloadTape: readonly CartridgeMove[];
  readonly placeTape: null;
  /** Runs that no other tape holds. */
  readonly loseTape: readonly string[];
  readonly tapes: readonly KnownTapeView[];
  readonly siteFile: SiteFileView;
  readonly draftSite: SiteDraft;
  /** `file`: the full path. */
  readonly saveSite: { readonly file: string; readonly digest: string };
  readonly openSite: SiteInfo;
  readonly draftPlan: Plan;
  readonly probeHost: ProbedHost;
  readonly replaceHostKey: ProbedHost;
  readonly findPairs: FoundSite;
  readonly sshHosts: readonly NamedHost[];
  readonly audit: readonly AuditLine[];
  readonly lab: LabView;
  readonly labAct: LabView;
  readonly sign: SignedRun;
}

export type Reply<Name extends Channel> =
  | { readonly result: Responses[Name] }
  | { readonly error: ErrorInfo };

/** Topic -> schema of what is followed. */
export const topicSchemas = {
  run: z.strictObject({ run }),
  activity: z.strictObject({}),
} as const;

export type Topic = keyof typeof topicSchemas;
export type TopicRequest<Name extends Topic> = z.input<(typeof topicSchemas)[Name]>;

export interface Pushes {
  readonly run: RunPush;
  readonly activity: ActivityPush;
}

/** What the page is given: the same in the window and in the browser. */
export interface Bridge {
  /** @param signal aborted when the answer is not wanted any more */
  request<Name extends Channel>(
    channel: Name,
    request: RequestOf<Name>,
    signal?: AbortSignal,
  ): Promise<Reply<Name>>;
  /** @param listener is also called when following has failed. @returns ends the following */
  follow<Name extends Topic>(
    topic: Name,
    request: TopicRequest<Name>,
    listener: (push: { readonly push: Pushes[Name] } | { readonly error: ErrorInfo }) => void,
  ): () => void;
}

/** The plain form of whatever was thrown. */
export function errorInfoOf(error: unknown): ErrorInfo {
  if (isFailure(error)) return error.toInfo();
  const sentence = error instanceof Error ? error.message : String(error);
  return {
    code: 'UNEXPECTED',
    sentence: phrase('likely a bug in shadowtape: {sentence}', { sentence }),
    hint: phrase('report it'),
    evidence: {},
  };
}
