/**
 * The application: one site, its hosts, its jobs and runs. Knows no screen; desktop, browser host and command line are
 * its front ends.
 */
import { isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import type { CheckLine, Plan } from '../../contract/plan.ts';
import { phrase } from '../../contract/text/say.ts';
import type { Lab } from '../../lab/lab.ts';
import { provenCopies } from '../journal/copy-records.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { tryWays } from '../notify/try-ways.ts';
import { whileDriveLocked } from '../procedure/hosts/drive-lock.ts';
import { driveName } from '../procedure/hosts/drive-name.ts';
import type { RetryClock } from '../procedure/hosts/query-retry.ts';
import type { Ask } from '../procedure/hosts/questions.ts';
import type { LiveProgress } from '../procedure/hosts/remote-data.ts';
import { requireMethods, tapeChangeOf } from '../procedure/model/assign.ts';
import { drivePlace } from '../procedure/model/lock-places.ts';
import { timeLimitsOf } from '../procedure/model/step.ts';
import { planOf } from '../procedure/plan/plan.ts';
import { stepsOf } from '../procedure/plan/steps.ts';
import type { RecoveryMode } from '../procedure/recover/recovery-judgement.ts';
import { verifyRun, type VerifiedFile } from '../procedure/run/tape/verify-run.ts';
import { readSite, siteOf } from '../site/site-file.ts';
import type { Site } from '../site/site-schema.ts';
import { sshConfiguration } from '../ssh/config/config-files.ts';
import type { AskSecret, ConfirmHostKey, OnBanner } from '../ssh/host-profile.ts';
import type { SshHosts } from '../ssh/ssh-hosts.ts';
import type { KnownTape } from '../tape/media-catalogue.ts';
import { MediaFile } from '../tape/media-file.ts';
import { checkSite } from './site/check-site.ts';
import { ClusterService } from './cluster-service.ts';
import { openEmbeddedLab, type EmbeddedLab } from './embedded-lab.ts';
import { FileRestoreService } from './file-restore-service.ts';
import { copyInDrive, copyNames, onCopy } from './media/copy-in-drive.ts';
import { CopyService } from './media/copy-service.ts';
import { keepCheckedHealth } from './media/known-health.ts';
import type { NamedJob } from '../site/site-file.ts';
import { withTapeOfPool } from './media/next-tape.ts';
import { JobAssigner, type JobRequest } from './job-assigner.ts';
import { LabService } from './lab-service.ts';
import { LockService } from './lock-service.ts';
import { openHosts, userKnownHostsFiles } from './open-hosts.ts';
import { ProofService } from './proof-service.ts';
import { RateService } from './rate-service.ts';
import { checkRights } from './rights/rights-service.ts';
import { RunService, type EndedRun, type RunRequest, type RecoveryRequest } from './run-service.ts';
import { noteReadTape, TapeService } from './tape-service.ts';
import { VolumeRestoreService } from './volume-restore-service.ts';

export { openEmbeddedLab, siteFileOf } from './embedded-lab.ts';
export { readSite } from '../site/site-file.ts';
export type { Platform } from '../site/site-schema.ts';
export { defaultStateFolder, StateFolder } from '../journal/state-folder.ts';
export { version } from './version.ts';
export type { Ask, AskSecret, ConfirmHostKey, LiveProgress };
export type { SecretQuestion } from '../ssh/host-profile.ts';
export { readRun } from '../journal/run-history.ts';
export { copiesOf, listTapes, lostTapesOf } from './known-tapes.ts';
export type { IdentifiedTape, ImportedTape } from './tape-service.ts';
export type { CopyResult, PreparedCopy } from './media/copy-service.ts';
export { ReportService } from './report-service.ts';
export { driveSpeed } from '../tape/drive-speeds.ts';
export type {
  Overwrite,
  PreparedRestore,
  PreviewedDump,
  RestoredFile,
  DrillResult,
  RestoreResult,
  Where,
} from './file-restore-service.ts';
export type { RestoreHooks as FileRestoreHooks } from './media/restore-drives.ts';
export type { Site };
export type { JobRequest } from './job-assigner.ts';
export type { EndedRun, Following, RunRequest, RecoveryRequest } from './run-service.ts';

export interface ConsoleOptions {
  readonly state: StateFolder;
  /** Without one the embedded lab is the site. */
  readonly siteFile?: string | undefined;
  /** How the embedded lab begins; of use only where there is no site file. */
  readonly lab: { readonly fresh: boolean; readonly faults: readonly string[] };
  readonly confirmHostKey: ConfirmHostKey;
  readonly askSecret: AskSecret;
  /** Called with the banner of a host before the login, once for each host. */
  readonly onBanner?: OnBanner | undefined;
  /** Measures outages of hosts in runs; that of the machine by default. */
  readonly retryClock?: RetryClock | undefined;
  /** See SshHostsOptions. */
  readonly threadsFromBytes?: number | undefined;
  /** See RunOptions. */
  readonly checkpointBytes?: number | undefined;
}

const labSiteName = phrase('the embedded lab');

export class ShadowtapeConsole {
  readonly site: Site;
  /** The site file's path, or words for the embedded lab. */
  readonly siteName: string;
  readonly lab: Lab | undefined;
  readonly #isLab: boolean;
  readonly #state: StateFolder;
  readonly #hosts: SshHosts;
  readonly #askSecret: AskSecret;
  readonly #assigner: JobAssigner;
  readonly #runs: RunService;

  private constructor(options: ConsoleOptions, site: Site, embedded: EmbeddedLab | undefined) {
    this.site = site;
    this.siteName = options.siteFile ?? labSiteName;
    this.lab = embedded?.lab;
    this.#isLab = embedded !== undefined;
    this.#state = options.state;
    this.#askSecret = options.askSecret;
    this.#hosts = openHosts(site, {
      knownHostsFile: embedded?.knownHostsFile ?? options.state.knownHostsFile,
      otherKnownHostsFiles: embedded ? [] : userKnownHostsFiles(),
      configuration: embedded ? undefined : sshConfiguration(),
      login: options,
      threadsFromBytes: options.threadsFromBytes,
    });
    const { state, retryClock, checkpointBytes } = options;
    const at = { site, siteName: this.siteName, isLab: this.#isLab, hosts: this.#hosts };
    this.#assigner = new JobAssigner(at);
    this.#runs = new RunService({
      ...at,
      assigner: this.#assigner,
      state,
      proof: this.proofService,
      retryClock,
      checkpointBytes,
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

  /** True if the site is the embedded lab. */
  get isLab(): boolean {
    return this.#isLab;
  }

  /** Ends all sessions, and the embedded lab where this process runs it; waits until the notifications of its runs are sent. */
  async close(): Promise<void> {
    await Promise.all([this.#hosts.close(), this.#runs.settled()]);
    await this.lab?.close();
  }

  /**
   * Every step of a job with its command lines. Queries the cluster, changes nothing.
   * @throws JOB_UNKNOWN, JOB_NOT_CHOSEN, VOLUME_MISSING, JOB_DISKS_DIFFER, TIME_LIMIT_UNKNOWN, and errors of the
   *   queries
   */
  async plan(request: JobRequest): Promise<Plan> {
    const asked = this.#assigner.job(request);
    const named = this.#withTape(asked);
    requireMethods(this.site, named.job);
    const assignment = await this.#assigner.assign(named, 'plan');
    timeLimitsOf(assignment.job, stepsOf(assignment));
    const routes = await this.rateService.expect(assignment);
    return planOf(assignment, routes, await this.rateService.hashed(assignment));
  }

  async check(listener: (line: CheckLine) => void): Promise<CheckLine[]> {
    return checkSite({
      site: this.site,
      runner: this.#assigner.runner(),
      lockKnowledge: this.#runs.lockKnowledge(),
      knownTapes: this.#knownTapes(),
      inventory: new MediaFile(this.#state.tapesFile),
      onHealth: (health) => keepCheckedHealth(this.#state, this.site, health),
      listener,
    });
  }

  /** What the hosts must allow logins that are not root. See checkRights. */
  async checkRights(
    listener: (line: CheckLine) => void,
    drives: readonly string[] = [],
  ): Promise<CheckLine[]> {
    const assigner = this.#assigner;
    return checkRights({ site: this.site, runner: assigner.runner(), assigner, drives, listener });
  }

  /** Sends a test message over each way that the site file names. */
  tryNotifications(listener: (line: CheckLine) => void): Promise<CheckLine[]> {
    return tryWays(this.site, listener);
  }

  /** See RunService. */
  run(request: RunRequest): Promise<EndedRun> {
    return this.#runs.run(request);
  }

  /** Volumes, from tape or from the parted proxy. */
  get volumeRestoreService(): VolumeRestoreService {
    return new VolumeRestoreService({
      site: this.site,
      siteName: this.siteName,
      isLab: this.#isLab,
      hosts: this.#hosts,
      assigner: this.#assigner,
      state: this.#state,
      runs: this.#runs,
      lockRefusals: (hosts) => this.lockService.refusals(hosts),
    });
  }

  /** See RunService. */
  resume(request: RecoveryRequest): Promise<EndedRun> {
    return this.#runs.resume(request);
  }

  /** See RunService. */
  unwind(request: RecoveryRequest): Promise<EndedRun> {
    return this.#runs.unwind(request);
  }

  /** See RunService. */
  recoveryRefusal(mode: RecoveryMode, run: string): Promise<ShadowtapeError | undefined> {
    return this.#runs.recoveryRefusal(mode, run);
  }

  /**
   * Reads the tape of an ended run back and compares it with that run's digests.
   * @param ask called for each tape if the run has several
   * @param onNotice called if a second copy is read, or if the tape cannot be recorded
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
    const runner = this.#assigner.runner(abort);
    const [start] = events;
    const tape = start?.type === 'run-started' ? start.tape : this.site.tape;
    const place = drivePlace(tape.host, await driveName(runner, 'verify', tape));
    const lock = {
      runner: this.#assigner.runner(),
      place,
      command: 'verify',
      ...this.#runs.lockKnowledge(),
    };
    return whileDriveLocked(lock, async () => {
      const drive = { tapeHost: tape.host, tapeDevice: tape.device, platform: this.site.platform };
      const copies = provenCopies(this.#state.restoresFolder, run);
      const copy = await copyInDrive(runner, 'verify', drive, copies);
      if (copy)
        onNotice(phrase('reading the second copy of run {run}: {names}', { run, names: copyNames(copy) }));
      return verifyRun({
        ...onCopy({ run, events }, copy),
        runner,
        abort,
        onProgress,
        platform: this.site.platform,
        change: tapeChangeOf(this.site),
        ask: ask && ((question) => ask(question, abort)),
        onPlainTape: (tape) => noteReadTape(this.#state, run, tape, onNotice),
      });
    });
  }

  /** The drive, outside of any run. */
  get tapeService(): TapeService {
    return new TapeService({
      site: this.site,
      state: this.#state,
      runnerOf: (abort, beforeChange) => this.#assigner.runner(abort, beforeChange),
      lockKnowledge: this.#runs.lockKnowledge(),
      openRunOn: (tape, own) => this.#runs.interrupted.openRunOn(tape, own),
    });
  }

  /** Files and images from tape. */
  get fileRestoreService(): FileRestoreService {
    const { site } = this;
    const lockKnowledge = this.#runs.lockKnowledge();
    return new FileRestoreService({
      ...{ site, state: this.#state, hosts: this.#hosts, lockKnowledge },
      openRunOn: (tape, own) => this.#runs.interrupted.openRunOn(tape, own),
    });
  }

  /** Second copies of tapes. */
  get copyService(): CopyService {
    const { site } = this;
    const lockKnowledge = this.#runs.lockKnowledge();
    return new CopyService({ site, state: this.#state, hosts: this.#hosts, lockKnowledge });
  }

  /** @throws POOL_EXHAUSTED, TAPES_UNREADABLE */
  #withTape(named: NamedJob): NamedJob {
    return withTapeOfPool(this.site, named, new MediaFile(this.#state.tapesFile), new Date());
  }

  /** The hosts as they are now. */
  get clusterService(): ClusterService {
    return new ClusterService(this.site, this.#hosts, {
      lockRefusals: (hosts) => this.lockService.refusals(hosts),
      withTape: (named) => this.#withTape(named),
    });
  }

  /** The shelf and the faults of the embedded lab. */
  get labService(): LabService {
    return new LabService(this.lab, this.#isLab);
  }

  /** The locks of the site's classes. */
  get lockService(): LockService {
    return new LockService({
      site: this.site,
      runner: this.#assigner.runner(),
      interrupted: this.#runs.interrupted,
    });
  }

  /** What is done with journals once their runs are over. */
  get proofService(): ProofService {
    return new ProofService({ site: this.site, state: this.#state, askSecret: this.#askSecret });
  }

  /** True if the next run of a class is refused until an operator resumes this run, rolls it back or discards it. */
  async holdsClass(run: string): Promise<boolean> {
    return (await this.#runs.interrupted.openClassOf(run)) !== undefined;
  }

  /** How fast the hosts are. */
  get rateService(): RateService {
    return new RateService({ site: this.site, state: this.#state, hosts: this.#hosts });
  }

  /** `tapes` reports an unreadable inventory; without it, only the run of an unlabeled tape is unknown. */
  #knownTapes(): readonly KnownTape[] {
    try {
      return new MediaFile(this.#state.tapesFile).list().tapes;
    } catch (error) {
      if (!isFailure(error, 'TAPES_UNREADABLE')) throw error;
      return [];
    }
  }
}

/** Opens the console of a site, or of the embedded lab. See ShadowtapeConsole.open. */
export const openConsole = (options: ConsoleOptions): Promise<ShadowtapeConsole> =>
  ShadowtapeConsole.open(options);
