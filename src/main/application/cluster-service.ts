/** Both domains, the mounts of the backup server and the drive, as they are now. An unreachable host hides only itself. */
import { changedHostKeyOf } from '../../contract/changed-host-key.ts';
import { errorInfoOf } from '../../contract/channels.ts';
import { failure, type ErrorInfo } from '../../contract/errors.ts';
import type { JobRefusal } from '../../contract/job-refusal.ts';
import type { ClusterView, HostLook, TapeView } from '../../contract/screens.ts';
import type { ShadowLink } from '../../contract/topology.ts';
import { buildTopology } from '../gds/topology.ts';
import { nodesOutside } from '../procedure/hosts/class-scope.ts';
import { CommandRunner } from '../procedure/hosts/command-runner.ts';
import { driveStatus } from '../procedure/drive/drive-ready.ts';
import { Observer } from '../procedure/hosts/observe.ts';
import { noJournal } from '../journal/journal.ts';
import { observedOf } from '../procedure/model/assign.ts';
import type { BackupReport } from '../procedure/model/world.ts';
import type { NamedJob } from '../site/site-file.ts';
import type { Job, Platform, Site } from '../site/site-schema.ts';
import type { SshHosts } from '../ssh/ssh-hosts.ts';
import { jobRefusals, type LockRefusal } from './job-refusals.ts';

interface HostLookOptions {
  readonly platform: Platform;
  /** What sdxinfo prints on a host without any object; undefined if that is not known. */
  readonly noObjectsMessage: string | undefined;
}

/**
 * What sdxinfo shows on one host, of every class: a shadow may lie in any of them, and a site that is just being
 * written has no job yet.
 * @throws SDXINFO_…, and errors of a session
 */
export async function lookAtHost(
  runner: CommandRunner,
  host: string,
  { platform, noObjectsMessage }: HostLookOptions,
): Promise<BackupReport> {
  // The observer queries the backup server without a class, and for its mounts: exactly what is needed of any host
  // here.
  const observed = { platform, class: '', primaryNodes: [], backupServer: host, noObjectsMessage };
  const { backup } = await new Observer(runner, observed).look('look', ['backup']);
  if (!backup) throw new Error('the backup server needs a report of its own');
  return backup;
}

/**
 * A host whose login takes longer is shown without an answer, so that the rest is visible. The login continues up to
 * the limit of its session (twice that, and as long as a person is asked): sshd may wait for a name server, a machine
 * may be busy.
 */
const secondsToConnect = 10;

export interface LookRequest {
  readonly abort: AbortSignal;
  /** What uses the drive, in words: it is then not queried, since on some hosts mt and dd cannot have it open at once. */
  readonly driveUse?: string | undefined;
  /** Called for each host that the query did not wait for, once its login succeeded: another query shows it. */
  readonly onArrival?: (() => void) | undefined;
}

interface Seen {
  readonly look: HostLook;
  readonly report: BackupReport | undefined;
}

async function inTime(host: string, connecting: Promise<void>, onArrival?: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const giveUp = () => {
      reject(failure('HOST_NO_ANSWER_YET', { host, seconds: secondsToConnect }));
      connecting.then(onArrival, () => undefined);
    };
    timer = setTimeout(giveUp, secondsToConnect * 1000);
  });
  try {
    await Promise.race([connecting, late]);
  } finally {
    clearTimeout(timer);
  }
}

function lookOf(host: string, reached: boolean, error?: ErrorInfo): HostLook {
  const changedKey = error && changedHostKeyOf(error);
  return {
    ...{ host, reached, trouble: error?.sentence, hint: error?.onScreen ?? error?.hint },
    ...(error === undefined ? {} : { code: error.code }),
    ...(changedKey ? { changedKey } : {}),
  };
}

/** A shadow volume has the name of its proxy unless the job gives it another (GDS guide 6.6.3.7, step 5). */
function declaredShadows(jobs: readonly Job[]): ShadowLink[] {
  return jobs.flatMap((job) =>
    job.volumes.map(({ proxy }) => ({
      shadow: { class: job.shadow.class, volume: job.shadow.volume ?? proxy },
      of: { class: job.class, volume: proxy },
      by: 'plan' as const,
    })),
  );
}

/** What keeps a run from beginning, and is not shown by GDS. */
export interface StartRoom {
  /** @param hosts those that answer */
  readonly lockRefusals: (hosts: ReadonlySet<string>) => Promise<readonly LockRefusal[]>;
  /** See RefusalRoom. */
  readonly withTape: (named: NamedJob) => NamedJob;
}

export class ClusterService {
  readonly #site: Site;
  readonly #hosts: SshHosts;
  readonly #start: StartRoom;

  constructor(site: Site, hosts: SshHosts, start: StartRoom) {
    this.#site = site;
    this.#hosts = hosts;
    this.#start = start;
  }

  /** Queries every host once, all at the same time. Errors of a host are in its result. */
  async look({ abort, driveUse, onArrival }: LookRequest): Promise<ClusterView> {
    const runner = new CommandRunner(noJournal(), this.#hosts, () => ({ cancel: abort, halt: abort }));
    const hosts = Object.entries(this.#site.hosts);
    const [tape, ...seen] = await Promise.all([
      this.#tape(runner, driveUse),
      ...hosts.map(([host, { role }]) => this.#see(runner, host, role !== 'tape', onArrival)),
    ]);
    const reportsOf = (wanted: string) =>
      seen.flatMap(({ report }) =>
        report && this.#site.hosts[report.node]?.role === wanted ? [report] : [],
      );
    const [backup] = reportsOf('backup');
    const mounts = backup?.mounts ?? [];
    return {
      at: new Date().toISOString(),
      hosts: seen.map(({ look }) => look),
      topology: buildTopology({
        primaries: reportsOf('primary'),
        backup,
        shadowOf: declaredShadows(Object.values(this.#site.jobs)),
      }),
      mounts: mounts.map(({ device, mountPoint }) => ({ device, mountPoint })),
      tape,
      refusals: await this.#refusals(runner, seen),
    };
  }

  async #refusals(runner: CommandRunner, seen: readonly Seen[]): Promise<JobRefusal[]> {
    const site = this.#site;
    const { lockRefusals, withTape } = this.#start;
    const looks = seen.map(({ look }) => look);
    const reached = new Set(looks.flatMap(({ host, reached: is }) => (is ? [host] : [])));
    return jobRefusals({
      site,
      seen: {
        looks,
        reports: seen.flatMap(({ report }) => report ?? []),
        locks: await lockRefusals(reached),
      },
      outsideOf: (job) => nodesOutside(runner, 'look', observedOf(site, job)),
      withTape,
    });
  }

  async #see(
    runner: CommandRunner,
    host: string,
    hasGds: boolean,
    onArrival: (() => void) | undefined,
  ): Promise<Seen> {
    let reached = false;
    try {
      await inTime(host, this.#hosts.session(host).connect(), onArrival);
      reached = true;
      const { platform, gds } = this.#site;
      const report = hasGds
        ? await lookAtHost(runner, host, { platform, noObjectsMessage: gds.noObjectsMessage })
        : undefined;
      return { look: lookOf(host, reached), report };
    } catch (error) {
      return { look: lookOf(host, reached, errorInfoOf(error)), report: undefined };
    }
  }

  async #tape(runner: CommandRunner, driveUse: string | undefined): Promise<TapeView> {
    const { host, device } = this.#site.tape;
    const nothing = { host, device, writeProtected: undefined, file: undefined, record: undefined };
    if (driveUse !== undefined) return { ...nothing, state: 'busy', said: driveUse };
    try {
      await inTime(host, this.#hosts.session(host).connect());
      const { state, said, writeProtected, file, record } = await driveStatus(runner, 'look', {
        tapeHost: host,
        tapeDevice: device,
      });
      return { host, device, state, said, writeProtected, file, record };
    } catch (error) {
      return { ...nothing, state: 'unreached', said: errorInfoOf(error).sentence };
    }
  }

  /** The drive alone. */
  async tape({ abort, driveUse }: LookRequest): Promise<TapeView> {
    const runner = new CommandRunner(noJournal(), this.#hosts, () => ({ cancel: abort, halt: abort }));
    return this.#tape(runner, driveUse);
  }
}
