/** Makes the assignment of a run out of the job and of what the primary nodes show. Pure. */
import { failure } from '../../contract/errors.ts';
import { disksOfGroup, findGroup, findVolume } from '../gds/report-lookup.ts';
import { gdsName } from '../gds/gds-name.ts';
import type { NodeReport } from '../gds/sdxinfo-objects.ts';
import type { NamedJob } from '../site/site-file.ts';
import type { Job, Method, Route, Site } from '../site/site-schema.ts';
import { fileSystemOf, type Assignment, type ShadowDisk } from './assignment.ts';

/** What the command line, or the screen, lays over the job. */
export interface JobOverrides {
  readonly method?: Method | undefined;
  readonly route?: Route | undefined;
}

/** The job as it is run: overrides laid over it. */
export function withOverrides({ name, job }: NamedJob, overrides: JobOverrides): NamedJob {
  return {
    name,
    job: { ...job, method: overrides.method ?? job.method, route: overrides.route ?? job.route },
  };
}

function hostsOfRole(site: Site, role: string): string[] {
  return Object.entries(site.hosts).flatMap(([name, host]) => (host.role === role ? [name] : []));
}

function backupServerOf(site: Site): string {
  const [name] = hostsOfRole(site, 'backup');
  if (name === undefined) throw new Error('the rules of a site file ask for a backup server');
  return name;
}

/** Where to look, before anything is known of the volume. */
export function observedOf(site: Site, job: Job) {
  return {
    platform: site.platform,
    class: job.class,
    primaryNodes: hostsOfRole(site, 'primary'),
    backupServer: backupServerOf(site),
    noObjectsMessage: site.gds.noObjectsMessage,
  };
}

function onlyVolume(job: Job) {
  const [pair] = job.volumes;
  if (!pair || job.volumes.length > 1) throw failure('VOLUMES_NOT_RUN', { count: job.volumes.length });
  return pair;
}

/** The group's disks in its own order, each with its device on the backup server. */
function shadowDisks({ name, job }: NamedJob, proxy: string, shown: NodeReport, group: string): ShadowDisk[] {
  const inOrder = findGroup(shown.report, job.class, group)?.disks;
  const disks = inOrder ?? disksOfGroup(shown.report, job.class, group).map((disk) => disk.name);
  const named = Object.keys(job.shadow.disks);
  if (disks.length !== named.length || !disks.every((disk) => Object.hasOwn(job.shadow.disks, disk))) {
    throw failure('JOB_DISKS_DIFFER', {
      job: name,
      proxy,
      actual: disks.join(', ') || 'no disk',
      named: named.join(', '),
    });
  }
  return disks.map((disk) => ({ name: disk, device: job.shadow.disks[disk] ?? '' }));
}

/**
 * @param primaries what sdxinfo shows on each primary node
 * @param seed which records the fingerprint samples depends on it; the run's name
 * @throws VOLUME_MISSING, VOLUME_SIZE_UNKNOWN, PROXY_WITHOUT_GROUP, JOB_DISKS_DIFFER, VOLUMES_NOT_RUN, GDS_NAME_FORBIDDEN
 */
export function assign(
  site: Site,
  named: NamedJob,
  primaries: readonly NodeReport[],
  seed: string,
): Assignment {
  const { name, job } = named;
  const { master, proxy } = onlyVolume(job);
  const observed = observedOf(site, job);
  const [shown] = primaries;
  if (!shown) throw new Error('a site has at least one primary node');
  for (const volume of [master, proxy]) {
    if (!findVolume(shown.report, job.class, volume)) {
      throw failure('VOLUME_MISSING', { host: shown.node, volume, class: job.class });
    }
  }
  const volume = findVolume(shown.report, job.class, proxy);
  const group = volume?.group;
  if (group === undefined) throw failure('PROXY_WITHOUT_GROUP', { host: shown.node, proxy });
  // Without a size there is no shadow, and without a whole plan no run.
  if (!volume?.blocks) throw failure('VOLUME_SIZE_UNKNOWN', { host: shown.node, volume: proxy });
  return {
    ...observed,
    jobName: name,
    siteName: site.site,
    job,
    method: job.method,
    route: job.route,
    tapeHost: site.tape.host,
    tapeDevice: site.tape.device,
    master,
    proxy,
    blocks: volume.blocks,
    shadow: {
      class: job.shadow.class,
      group: job.shadow.group ?? gdsName('group', group),
      volume: job.shadow.volume ?? proxy,
      disks: shadowDisks(named, proxy, shown, group),
    },
    fingerprintSeed: seed,
  };
}

/**
 * Refuses what is planned but not run.
 * @throws ROUTE_NOT_RUN, METHOD_NOT_ON_PLATFORM, VOLUMES_NOT_RUN
 */
export function requireRunnable(site: Site, job: Job): void {
  if (job.route === 'server') throw failure('ROUTE_NOT_RUN');
  const fileSystem = fileSystemOf(job.method);
  if (fileSystem !== undefined && site.platform === 'linux') {
    throw failure('METHOD_NOT_ON_PLATFORM', { method: job.method, fileSystem, platform: 'Linux' });
  }
  onlyVolume(job);
}
