/** Makes the assignment of a run from the job and from what the primary nodes show. Pure. */
import { failure } from '../../../contract/errors.ts';
import { findVolume } from '../../gds/report-lookup.ts';
import { shadowLayout, type ShadowLayout } from '../../gds/shadow-layout.ts';
import type { NodeReport, SdxinfoReport } from '../../gds/sdxinfo-objects.ts';
import type { NamedJob } from '../../site/site-file.ts';
import type { Job, Method, Route, Site } from '../../site/site-schema.ts';
import { existsOn, fileSystemOf, whyMethodDoesNotFit } from '../../site/file-system.ts';
import { whyNotOverReadErrors } from '../../site/read-errors.ts';
import { whyNotAll } from '../../site/whole-fingerprint.ts';
import type { Library } from '../../tape/library.ts';
import { type Assignment, type VolumeAssignment } from './assignment.ts';
import { listed } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { OutsideNode } from './class-scope.ts';
import type { World } from './world.ts';

/** Values from the command line or the screen that override the job's. */
export interface JobOverrides {
  readonly method?: Method | undefined;
  readonly route?: Route | undefined;
  readonly nodes?: Job['nodes'] | undefined;
  /** The tape of its pool that a run began with. */
  readonly tapeName?: string | undefined;
}

/** The job as it is run, with its overrides. */
export function withOverrides({ name, job }: NamedJob, overrides: JobOverrides): NamedJob {
  const { method, route, nodes, tapeName } = overrides;
  const volumes = method === undefined ? job.volumes : job.volumes.map((pair) => ({ ...pair, method }));
  return {
    name,
    job: {
      ...job,
      volumes,
      method: method ?? job.method,
      route: route ?? job.route,
      nodes: nodes ?? job.nodes,
      media: tapeName === undefined ? job.media : { ...job.media, name: tapeName },
    },
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

/** Where to query before anything is known of the volume. */
export function observedOf(site: Site, job: Job) {
  return {
    platform: site.platform,
    class: job.class,
    primaryNodes: hostsOfRole(site, 'primary'),
    nodes: job.nodes,
    tapeHost: site.tape.host,
    backupServer: backupServerOf(site),
    noObjectsMessage: site.gds.noObjectsMessage,
  };
}

/** The devices of exactly the disks that the layout has. */
function shadowDevices({ name, job }: NamedJob, { disks }: ShadowLayout): Readonly<Record<string, string>> {
  const wanted = disks.map((disk) => disk.name);
  const named = Object.keys(job.shadow.disks);
  if (wanted.length !== named.length || !wanted.every((disk) => Object.hasOwn(job.shadow.disks, disk))) {
    throw failure('JOB_DISKS_DIFFER', {
      job: name,
      proxy: listed(job.volumes.map(({ proxy }) => proxy)),
      actual: wanted.join(', ') || phrase('no disk'),
      named: named.join(', '),
    });
  }
  return job.shadow.disks;
}

/** @throws VOLUME_MISSING, VOLUME_SIZE_UNKNOWN */
function requireVolumes({ node, report }: NodeReport, job: Job): void {
  for (const { master, proxy } of job.volumes) {
    for (const volume of [master, proxy])
      if (!findVolume(report, job.class, volume))
        throw failure('VOLUME_MISSING', { host: node, volume, class: job.class });
    // Without a size there is no shadow, and without a whole plan no run.
    if (!findVolume(report, job.class, proxy)?.blocks)
      throw failure('VOLUME_SIZE_UNKNOWN', { host: node, volume: proxy });
  }
}

/** Names that the site file gives: allowed for a job of one volume. */
function givenNames(report: SdxinfoReport, { class: className, shadow, volumes }: Job) {
  const [pair] = volumes;
  const group = pair && findVolume(report, className, pair.proxy)?.group;
  return {
    groupNames: group !== undefined && shadow.group !== undefined ? { [group]: shadow.group } : {},
    volumeNames: pair && shadow.volume !== undefined ? { [pair.proxy]: shadow.volume } : {},
  };
}

function layoutOf({ report }: NodeReport, job: Job): ShadowLayout {
  return shadowLayout(report, {
    class: job.class,
    proxies: job.volumes.map(({ proxy }) => proxy),
    shadowClass: job.shadow.class,
    ...givenNames(report, job),
    ...(job.shadow.stripeWidth ? { stripeWidth: job.shadow.stripeWidth } : {}),
  });
}

function volumesOf(job: Job, layout: ShadowLayout): VolumeAssignment[] {
  // After a label, the data begins with file 1.
  const first = job.media.layout === 'labelled' ? 1 : 0;
  return job.volumes.map(({ master, proxy, method }, index) => {
    const made = layout.volumes.find((volume) => volume.proxy === proxy);
    if (!made) throw new Error(`the layout has a shadow volume for ${proxy}`);
    return {
      master,
      proxy,
      method: method ?? job.method,
      blocks: made.blocks,
      shadow: {
        class: layout.class,
        group: 'group' in made.on ? made.on.group : undefined,
        volume: made.name,
      },
      tapeFile: first + index,
    };
  });
}

/** How a dump of the site gets to its next tape. */
export function tapeChangeOf(site: Site): Assignment['tapeChange'] {
  const { tape, platform } = site;
  // Solaris: rmtlib.c; Linux: where tar and dump look for it.
  const rmt = tape.rmt ?? (platform === 'solaris' ? '/etc/rmt' : '/usr/sbin/rmt');
  const { changer, changerDrive, nextTape } = tape;
  const library = libraryOf(site);
  const change = { rmt, dialect: tape.rmtDialect ?? platform, changer, changerDrive, nextTape };
  return library ? { ...change, library } : change;
}

/** The library of the site file, with the tapes that are reserved. */
export function libraryOf({ library, pools = {}, jobs }: Site): Library | undefined {
  if (!library) return undefined;
  const ofPools = Object.values(pools).flatMap(({ tapes }) => tapes);
  const ofJobs = Object.values(jobs).flatMap(({ media }) => media.name ?? []);
  return { ...library, named: [...new Set([...ofPools, ...ofJobs])] };
}

/** How commands get their rights on hosts where the login lacks them. */
function becomeOf({ hosts }: Site): Pick<Assignment, 'become'> {
  const ways = Object.entries(hosts).flatMap(([name, { become }]) =>
    become === 'none' ? [] : [[name, become] as const],
  );
  return ways.length === 0 ? {} : { become: Object.fromEntries(ways) };
}

/** What is seen of the cluster, as far as a job needs it. */
export interface ClusterSeen extends Pick<World, 'primaries' | 'missing'> {
  readonly outside?: readonly OutsideNode[];
}

/**
 * @param seen what sdxinfo shows on each primary node that answers, and which nodes do not answer or do not share the class
 * @param seed which records the fingerprint samples depends on it; the run's name
 * @throws VOLUME_MISSING, VOLUME_SIZE_UNKNOWN, JOB_DISKS_DIFFER, GDS_NAME_FORBIDDEN, and what cannot be shadowed (SHADOW_…)
 */
export function assign(
  site: Site,
  named: NamedJob,
  { primaries, missing = [], outside = [] }: ClusterSeen,
  seed: string,
): Assignment {
  const { name, job } = named;
  const observed = observedOf(site, job);
  const [shown] = primaries;
  if (!shown) throw new Error('a site has at least one primary node');
  requireVolumes(shown, job);
  const layout = layoutOf(shown, job);
  return {
    ...observed,
    primaryNodes: observed.primaryNodes.filter((node) => outside.every((each) => each.node !== node)),
    ...(outside.length > 0 ? { outside } : {}),
    jobName: name,
    siteName: site.site,
    job,
    method: job.method,
    route: job.route,
    ...(missing.length > 0 ? { missing } : {}),
    ...becomeOf(site),
    tapeDevice: site.tape.device,
    drive: site.tape.drive,
    onCriticalAlert: site.tape.onCriticalAlert,
    tapeChange: tapeChangeOf(site),
    volumes: volumesOf(job, layout),
    shadow: { class: job.shadow.class, layout, devices: shadowDevices(named, layout) },
    fingerprintSeed: seed,
    ...(site.fileNames === undefined ? {} : { fileNames: site.fileNames }),
  };
}

/**
 * A job of several volumes as if it had only some of them, with the disks that these are on.
 * @throws what cannot be shadowed (SHADOW_…)
 */
export function onlyVolumes(
  { name, job }: NamedJob,
  { primaries: [shown] }: Pick<ClusterSeen, 'primaries'>,
  proxies: readonly string[],
): NamedJob {
  if (!shown) throw new Error('a site has at least one primary node');
  const only = { ...job, volumes: job.volumes.filter(({ proxy }) => proxies.includes(proxy)) };
  const { disks } = layoutOf(shown, only);
  const isUsed = (disk: string) => disks.some((each) => each.name === disk);
  const devices = Object.entries(job.shadow.disks).filter(([disk]) => isUsed(disk));
  return { name, job: { ...only, shadow: { ...job.shadow, disks: Object.fromEntries(devices) } } };
}

/** The method of each volume of a job. */
export function methodsOf({ method, volumes }: Job): Method[] {
  return volumes.map((volume) => volume.method ?? method);
}

/**
 * Refuses what cannot be run at this site.
 * @throws ROUTE_SERVER_ELSEWHERE, METHOD_NOT_ON_PLATFORM, METHOD_NOT_FOR_FILE_SYSTEM, FINGERPRINT_ALL_IMPOSSIBLE, READ_ERRORS_NOT_PASSED, LIMIT_NEEDS_CONSOLE, DUMP_HOURS_NEED_CONSOLE
 */
export function requireRunnable(site: Site, job: Job): void {
  const backupServer = backupServerOf(site);
  if (job.route === 'server' && site.tape.host !== backupServer)
    throw failure('ROUTE_SERVER_ELSEWHERE', { host: site.tape.host, backupServer });
  // The site file was checked without the overrides.
  const reason = whyNotAll(job);
  if (reason !== undefined) throw failure('FINGERPRINT_ALL_IMPOSSIBLE', { reason });
  if (job.limit !== undefined && job.route === 'server') throw failure('LIMIT_NEEDS_CONSOLE');
  if (job.dumpHours !== undefined && job.route === 'server') throw failure('DUMP_HOURS_NEED_CONSOLE');
  const readErrors = whyNotOverReadErrors(job);
  if (readErrors !== undefined) throw failure('READ_ERRORS_NOT_PASSED', { reason: readErrors });
  const misfit = whyMethodDoesNotFit(job, site.platform);
  if (misfit !== undefined) throw failure('METHOD_NOT_FOR_FILE_SYSTEM', { reason: misfit });
  requireMethods(site, job);
}

/**
 * Refuses a job with a method that the site's platform does not have: even a plan of it would be meaningless.
 * @throws METHOD_NOT_ON_PLATFORM
 */
export function requireMethods({ platform }: Site, job: Job): void {
  const missing = methodsOf(job).find((method) => !existsOn(method, platform));
  if (missing === undefined) return;
  const fileSystem = fileSystemOf(missing, platform) ?? 'raw';
  throw failure('METHOD_NOT_ON_PLATFORM', { method: missing, fileSystem, platform: 'Linux' });
}
