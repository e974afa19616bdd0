import { disksBelow, groupsFrom } from './gds/gds-model.ts';
import type { Platform } from './gds/lab-model.ts';
import type { Lab } from './lab.ts';
import { deviceOf, primaryClass, volumePairs } from './gds/lab-volumes.ts';
import type { VolumePair } from './gds/lab-volumes.ts';

export interface LabSiteOptions {
  /** `operator` (asked on the screen) by default. */
  readonly approve?: 'operator' | 'when-verified';
  readonly route?: 'console' | 'server';
  readonly onFailure?: 'halt' | 'unwind';
}

interface SampleJob {
  readonly method: string;
  /** Proxy volumes. */
  readonly proxies: readonly string[];
  readonly layout?: 'plain' | 'labelled';
}

/** The GDS guide's methods, each on a volume that has its file system; then every kind of volume that can be shadowed. */
const methodJobs: Readonly<Record<Platform, Readonly<Record<string, SampleJob>>>> = {
  solaris: {
    'raw-dd': { method: '6a', proxies: ['Volume2'] },
    'ufs-tar': { method: '6b', proxies: ['Volume2'] },
    ufsdump: { method: '6c', proxies: ['Volume2'] },
    'sfxfs-tar': { method: '6d', proxies: ['Volume4'] },
    sfxdump: { method: '6e', proxies: ['Volume4'] },
  },
  linux: {
    'raw-dd': { method: '6a', proxies: ['Volume2'] },
    'ext3-tar': { method: '6b', proxies: ['Volume2'] },
    'ext3-dump': { method: '6c', proxies: ['Volume2'] },
  },
};

const layoutJobs: Readonly<Record<string, SampleJob>> = {
  'three-volumes': { method: '6a', proxies: ['Volume2', 'Volume4', 'Volume6'], layout: 'labelled' },
  striped: { method: '6a', proxies: ['Volume8'] },
  concatenated: { method: '6a', proxies: ['Volume10'] },
  'single-disk': { method: '6a', proxies: ['Volume12'] },
  'stand-in': { method: '6c', proxies: ['Volume6'] },
};

/** Only names: the size of the volumes does not matter here. */
const known = primaryClass(0);

/** The device on node3 of every disk below the proxies. */
function devicesOf(pairs: readonly VolumePair[], platform: Platform): object {
  const disks = pairs.flatMap(({ proxyOn }) => disksBelow(known, proxyOn));
  return Object.fromEntries(disks.map(({ physical }) => [physical, deviceOf('node3', physical, platform)]));
}

/** The stripe width of each stripe group below the proxies, in blocks; nothing where there is none. */
function widthsOf(pairs: readonly VolumePair[]): object {
  const groups = pairs.flatMap(({ proxyOn }) => groupsFrom(known, proxyOn));
  const widths = groups.flatMap(({ name, width }) => (width === null ? [] : [[name, width]]));
  return widths.length === 0 ? {} : { stripeWidth: Object.fromEntries(widths) as object };
}

/** node1 unmounts what is in the masters, and mounts it again; raw data needs nothing. */
function servicesOf(pairs: readonly VolumePair[]): object | string {
  const directories = pairs.flatMap(({ fileSystem }) => fileSystem?.directory ?? []);
  if (directories.length === 0) return 'not-needed';
  const stop = directories.map((directory) => `umount ${directory}`);
  // The last resumes what the first stopped.
  const resume = directories.map((directory) => `mount ${directory}`).reverse();
  return { nodes: { node1: { stop, resume } } };
}

function job(
  { method, proxies, layout = 'plain' }: SampleJob,
  platform: Platform,
  options: LabSiteOptions,
): object {
  const pairs = volumePairs(platform).filter(({ proxy }) => proxies.includes(proxy));
  return {
    class: 'Class1',
    volumes: pairs.map(({ master, proxy }) => ({ master, proxy })),
    shadow: { class: 'Class2', disks: devicesOf(pairs, platform), ...widthsOf(pairs) },
    method,
    route: options.route ?? 'console',
    services: servicesOf(pairs),
    media: { layout, overwrite: false },
    protect: { every: '24 hours' },
    verify: { fingerprint: 64, readback: true },
    approve: options.approve ?? 'operator',
    onFailure: options.onFailure ?? 'unwind',
    resynchronisation: { everySeconds: 0.25 },
  };
}

/** The site file of a lab, as the plain object that its YAML would give. */
export function labSite(lab: Lab, options: LabSiteOptions = {}): object {
  const hosts = lab.hosts.map(({ name, address, port, user }) => [
    name,
    { role: name === 'node3' ? 'backup' : 'primary', address, port, user, key: lab.identityFile },
  ]);
  return {
    site: 'lab',
    platform: lab.platform,
    hosts: Object.fromEntries(hosts) as object,
    tape: { host: 'node3', device: lab.platform === 'linux' ? '/dev/st0' : '/dev/rmt/0', drive: 'LTO-4' },
    jobs: Object.fromEntries(
      Object.entries({ ...methodJobs[lab.platform], ...layoutJobs }).map(([name, sample]) => [
        name,
        job(sample, lab.platform, options),
      ]),
    ),
  };
}
