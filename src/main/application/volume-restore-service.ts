/** Checks a request to restore volumes, and makes the run that RunService performs. */
import { failure, isFailure } from '../../contract/errors.ts';
import type { RestoreOrder } from '../../contract/restore-events.ts';
import type { Plan } from '../../contract/plan.ts';
import { listed } from '../../contract/words.ts';
import { phrase, phrases } from '../../contract/text/say.ts';
import { findVolume } from '../gds/report-lookup.ts';
import { provenCopies } from '../journal/copy-records.ts';
import { readRun, type ReadRuns } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { whileDriveLocked } from '../procedure/hosts/drive-lock.ts';
import { driveName } from '../procedure/hosts/drive-name.ts';
import type { OpenRunOn } from '../procedure/hosts/run-context.ts';
import { drivePlace } from '../procedure/model/lock-places.ts';
import { requireRunnable } from '../procedure/model/assign.ts';
import { mastersOf, proxiesOf, type Assignment } from '../procedure/model/assignment.ts';
import { restorableOf, type KnownRun, type RestorableRun } from '../procedure/model/restore-source.ts';
import { areSamePairs } from '../procedure/model/restore-volume.ts';
import { runsNeeded } from '../procedure/model/several-runs.ts';
import { tapesToRead } from '../procedure/model/tape/run-tapes.ts';
import type { World } from '../procedure/model/world.ts';
import { isProxyJoined } from '../procedure/plan/cluster-checks.ts';
import { planOf } from '../procedure/plan/plan.ts';
import { otherSources } from '../procedure/plan/restore/restore-checks.ts';
import { makerOf } from '../procedure/plan/restore/steps-write-files.ts';
import { beginningFields, overridesOf } from '../procedure/run/run-began.ts';
import type { NamedJob } from '../site/site-file.ts';
import { restoreStep } from '../restore/target/host-place.ts';
import { MediaFile } from '../tape/media-file.ts';
import { onCopy } from './media/copy-in-drive.ts';
import { tapesOfRestore, type TapesToRead } from './media/tapes-of-restore.ts';
import { requireSomebodyToAsk } from './asking.ts';
import { requireSamePair } from '../procedure/plan/restore/restore-pair.ts';
import { partedBy, runsInOrder } from '../procedure/recover/parted-by.ts';
import type { JobAssigner, SiteAtHand } from './job-assigner.ts';
import type { LockRefusal } from './job-refusals.ts';
import { atTapeFiles, restoreJob, type ReadyRestore } from './restore-job.ts';
import type { EndedRun, Following, RunService } from './run-service.ts';

export interface RestoreSource {
  /** The run that wrote the backup. */
  readonly run: string;
  /** True: the parted proxy still holds the backup, and the tape is not read. */
  readonly fromProxy?: boolean | undefined;
  /** Runs that were also named: they are restored one after the other. */
  readonly further?: readonly string[] | undefined;
  /** Masters that may be replaced: they select the volumes if the run has several. */
  readonly replace?: readonly string[] | undefined;
}

export type RestoreRequest = RestoreSource & Following;

export interface VolumeRestoreOptions extends SiteAtHand {
  readonly assigner: JobAssigner;
  readonly state: StateFolder;
  readonly runs: RunService;
  /** See LockService. */
  readonly lockRefusals: (hosts: ReadonlySet<string>) => Promise<readonly LockRefusal[]>;
}

/**
 * Nodes on which the masters are ACTIVE.
 * @throws RESTORE_UNSUPPORTED if they differ between masters
 */
function activeOn(run: string, { class: className, volumes }: Assignment, { primaries }: World): string[] {
  const nodesOf = (master: string) =>
    primaries
      .filter(({ report }) => findVolume(report, className, master)?.status?.word === 'ACTIVE')
      .map(({ node }) => node);
  const [first, ...others] = volumes.map(({ master }) => ({ master, nodes: nodesOf(master) }));
  const words = (nodes: readonly string[]) => nodes.join(', ') || phrase('no node');
  const other = others.find(({ nodes }) => words(nodes) !== words(first?.nodes ?? []));
  if (first && other) {
    const reason = phrase(
      '{master} is active on {nodes}, and {otherMaster} on {otherNodes}. Start them on the same nodes, or restore one at a time',
      {
        master: first.master,
        nodes: words(first.nodes),
        otherMaster: other.master,
        otherNodes: words(other.nodes),
      },
    );
    throw failure('RESTORE_UNSUPPORTED', { run, reason });
  }
  return first?.nodes ?? [];
}

interface Ordering {
  readonly backup: KnownRun;
  readonly restorable: RestorableRun;
  readonly runs: ReadRuns;
  readonly assignment: Assignment;
  readonly world: World;
  readonly fromProxy: boolean;
}

/** @throws RESTORE_PROXIES_DIFFER */
function areJoined(assignment: Assignment, world: World): boolean {
  const joined = assignment.volumes.filter((volume) => isProxyJoined(assignment, world, [volume]));
  const parted = assignment.volumes.filter((volume) => !joined.includes(volume));
  if (joined.length > 0 && parted.length > 0) {
    const names = (volumes: Assignment['volumes']) => listed(proxiesOf({ volumes }));
    throw failure('RESTORE_PROXIES_DIFFER', { joined: names(joined), parted: names(parted) });
  }
  return parted.length === 0;
}

/** The runs that have parted the proxies, with pjrm=off. @throws RESTORE_PROXY_PARTED, RESTORE_PART_UNREAD */
function partingRuns({ runs, backup, assignment }: Ordering): string {
  const parting = proxiesOf(assignment).map((proxy) => partedBy(runs, backup, assignment, proxy));
  return [...new Set(parting)].join(', ');
}

/** @throws RESTORE_PROXIES_DIFFER, RESTORE_PROXY_PARTED, RESTORE_PART_UNREAD, RESTORE_PROXY_JOINED, RESTORE_UNSUPPORTED */
function orderOf(ordering: Ordering): RestoreOrder {
  const { backup, restorable, assignment, world, fromProxy } = ordering;
  const { run } = backup;
  const [proxy, master] = [listed(proxiesOf(assignment)), listed(mastersOf(assignment))];
  const isJoined = areJoined(assignment, world);
  const otherProxies = otherSources(assignment, world);
  const common = {
    ...{ run, activeOn: activeOn(run, assignment, world), ...restorable.order },
    ...(otherProxies.length > 0 ? { otherProxies } : {}),
  };
  if (isJoined && fromProxy) throw failure('RESTORE_PROXY_JOINED', { proxy, master, run });
  if (isJoined) return { ...common, from: 'tape', begins: 'joined' };
  return {
    ...common,
    from: fromProxy ? 'proxy' : 'tape',
    begins: 'parted',
    partedBy: partingRuns(ordering),
  };
}

/** What can only be restored from tape, or not at all. @throws RESTORE_UNSUPPORTED */
function requireFilesRestorable(
  run: string,
  { name, job }: NamedJob,
  { volumes, platform }: Assignment,
  fromProxy: boolean,
): void {
  const files = volumes.filter(({ method }) => method !== '6a');
  const [first] = files;
  if (first && fromProxy) {
    const reason = phrase(
      'its backup has the files of {proxy}, so nothing proves that the parted proxy still holds them. Restore from tape',
      { proxy: first.proxy },
    );
    throw failure('RESTORE_UNSUPPORTED', { run, reason });
  }
  const unmade = files.find((volume) => !makerOf({ job, platform }, volume));
  if (unmade) {
    const reason = phrase(
      'the files of {proxy} need a new file system, and only the site knows how its sfxfs is made. Set jobs.{name}.restore.makeFileSystem.sfxfs',
      { proxy: unmade.proxy, name },
    );
    throw failure('RESTORE_UNSUPPORTED', { run, reason });
  }
}

const proxiesIn = ({ start }: RestorableRun): string[] => start.volumes.map(({ proxy }) => proxy);

export class VolumeRestoreService {
  readonly #at: VolumeRestoreOptions;

  constructor(options: VolumeRestoreOptions) {
    this.#at = options;
  }

  /**
   * Every step of a restore with its command lines. Queries the cluster and changes nothing.
   * @throws the refusals of restore, except those of the approval
   */
  async plan(source: RestoreSource): Promise<Plan> {
    const { assignment } = await this.#ready(source);
    return planOf(assignment);
  }

  /**
   * Restores a volume. Errors after the journal is begun are in the end, not thrown.
   * @throws RUN_UNKNOWN, JOURNAL_BROKEN, RUN_HAS_NO_TAPE, RUN_HAS_NO_DIGEST, RESTORE_…, RUN_INTERRUPTED,
   *   OPERATOR_NEEDED, JOB_UNKNOWN, and errors of the queries
   */
  async restore(request: RestoreRequest): Promise<EndedRun> {
    const ready = await this.#ready(request);
    this.#requireConfirmed(ready, request);
    return this.#at.runs.restore(ready, request);
  }

  /** @throws RESTORE_NOT_CONFIRMED, RESTORE_REPLACES_FEWER, OPERATOR_NEEDED */
  #requireConfirmed({ named, assignment, backup }: ReadyRestore, request: RestoreRequest): void {
    const { replace = [], ask, approveVerified } = request;
    const masters = assignment.volumes.map(({ master }) => master);
    const unnamed = masters.find((master) => !replace.includes(master));
    const isGiven = replace.length > 0 || approveVerified || !ask;
    const { run } = backup;
    if (isGiven && unnamed !== undefined) throw failure('RESTORE_NOT_CONFIRMED', { run, master: unnamed });
    const others = replace.filter((name) => !masters.includes(name));
    if (others.length > 0)
      throw failure('RESTORE_REPLACES_FEWER', {
        ...{ run, masters: listed(masters), others: listed(others) },
        option: masters.join(' '),
      });
    requireSomebodyToAsk({ ...named.job, approve: 'operator' }, request);
  }

  /** @throws as restore */
  async #ready({ run, further, fromProxy = false, replace }: RestoreSource): Promise<ReadyRestore> {
    const { assigner, site, runs, state } = this.#at;
    const written = await this.#known(run);
    const all = await runsInOrder(state);
    const { known } = all;
    await this.#requireOneRun(written, known, { further, replace });
    const { copy, ...seen } = fromProxy ? {} : await this.#tapesToRead(written, replace);
    const backup = onCopy(written, copy);
    const restorable = restorableOf(backup, replace);
    const [tape] = fromProxy ? [] : tapesToRead(backup.events, proxiesIn(restorable));
    const named = this.#job(run, restorable, tape?.name);
    requireRunnable(site, named.job);
    const pending = await runs.interrupted.replaceableRestore(named.job.class, restorable.start.volumes);
    await runs.interrupted.requireNone(named.job.class, pending);
    const { assignment: assigned, world } = await assigner.assignSeen(named, run);
    const assignment = { ...atTapeFiles(assigned, restorable.start), ...seen };
    requireSamePair(run, restorable.start, beginningFields(assignment));
    requireFilesRestorable(run, named, assignment, fromProxy);
    const order = await this.#order({ backup, restorable, runs: all, assignment, world, fromProxy });
    const read = {
      ...order,
      ...(copy?.tapes[0] ? { copy: copy.tapes[0].uuid } : {}),
      ...(tape ? { tape: tape.name } : {}),
    };
    const restore = pending === undefined ? read : { ...read, replaces: pending };
    const supersedes = known.flatMap(({ run: name, events: [start] }) =>
      start?.type === 'run-started' &&
      start.restore &&
      start.class === assignment.class &&
      areSamePairs(start.volumes, assignment.volumes)
        ? [name]
        : [],
    );
    return { named, assignment: { ...assignment, restore }, backup, pending, supersedes };
  }

  /**
   * A proxy may be parted by a run of another console, which is still at work or needs a person: then its lock is named, not the proxy.
   * @throws as orderOf; CLASS_LOCKED, RESTORE_PENDING
   */
  async #order(ordering: Ordering): Promise<RestoreOrder> {
    try {
      return orderOf(ordering);
    } catch (error) {
      if (!isFailure(error, 'RESTORE_PROXY_PARTED')) throw error;
      const { class: className, primaryNodes, backupServer } = ordering.assignment;
      const refusals = await this.#at.lockRefusals(new Set([backupServer, ...primaryNodes]));
      const locked = refusals.find(({ what, name }) => what === 'class' && name === className);
      throw locked?.error ?? error;
    }
  }

  async #known(run: string): Promise<KnownRun> {
    return { run, events: (await readRun(this.#at.state, run)).events };
  }

  /** @throws RESTORE_SEVERAL_RUNS */
  async #requireOneRun(
    first: KnownRun,
    known: readonly KnownRun[],
    { further = [], replace = [] }: Pick<RestoreSource, 'further' | 'replace'>,
  ): Promise<void> {
    const others = await Promise.all(further.map((run) => this.#known(run)));
    const needed = runsNeeded(first, others, replace, known);
    if (needed.length < 2) return;
    throw failure('RESTORE_SEVERAL_RUNS', {
      runs: phrases(
        needed.map(({ run, masters }) => phrase('{masters} in run {run}', { masters: listed(masters), run })),
        ', ',
      ),
      commands: needed
        .map(({ run, masters }) => ['shadowtape restore', run, '--replace', ...masters].join(' '))
        .reduce((first, next) => phrase('{first}; then {next}', { first, next })),
    });
  }

  /** What is read: the tapes of the run, or a copy. If the drive is in use, this is not known: the restore is refused later. */
  async #tapesToRead(written: KnownRun, replace: readonly string[] | undefined): Promise<TapesToRead> {
    const { assigner, site, state, runs } = this.#at;
    const copies = provenCopies(state.restoresFolder, written.run);
    if (copies.length === 0 && !site.library) return {};
    const proxies = proxiesIn(restorableOf(written, replace));
    const runner = assigner.runner();
    const knownTapes = () => new MediaFile(state.tapesFile).list().tapes;
    const looking = {
      ...{ site, runner, knownTapes },
      openRunOn: (...asked: Parameters<OpenRunOn>) => runs.interrupted.openRunOn(...asked),
    };
    try {
      const place = drivePlace(site.tape.host, await driveName(runner, restoreStep, site.tape));
      const lock = { runner, place, command: 'restore', ...runs.lockKnowledge() };
      return await whileDriveLocked(lock, () => tapesOfRestore(looking, { written, copies, proxies }));
    } catch (error) {
      if (!isFailure(error, 'DRIVE_IN_USE')) throw error;
      return {};
    }
  }

  /** @throws JOB_UNKNOWN, RESTORE_UNSUPPORTED */
  #job(run: string, { start, order }: RestorableRun, tape: string | undefined): NamedJob {
    const { assigner, site } = this.#at;
    if (site.platform === 'linux')
      throw failure('RESTORE_UNSUPPORTED', {
        run,
        reason: phrase('restoring volumes of Linux hosts is not supported'),
      });
    const given = assigner.job({ job: start.job, ...overridesOf(start) });
    const named = restoreJob(given, start, { ...order, tape });
    if (named.job.services === 'not-needed') {
      const reason = phrase(
        'the job says services: not-needed, and a boot or a failover would start the half-copied master. Name the commands that stop the cluster application',
      );
      throw failure('RESTORE_UNSUPPORTED', { run, reason });
    }
    return named;
  }
}
