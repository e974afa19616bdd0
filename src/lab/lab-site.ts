import { deviceOf, volumePairs } from './lab-model.ts';
import type { VolumePair } from './lab-model.ts';
import type { Lab } from './lab.ts';

export interface LabSiteOptions {
  /** `operator` (asked on the screen) where it is not given. */
  readonly approve?: 'operator' | 'when-verified';
  readonly route?: 'console' | 'server';
  readonly onFailure?: 'halt' | 'unwind';
}

/** The GDS guide's methods, each on the pair that has its file system. */
const [ufsPair, sfxfsPair] = volumePairs;
const sampleJobs = {
  'raw-dd': ['6a', ufsPair],
  'ufs-tar': ['6b', ufsPair],
  ufsdump: ['6c', ufsPair],
  'sfxfs-tar': ['6d', sfxfsPair],
  sfxdump: ['6e', sfxfsPair],
} as const;

function job(method: string, pair: VolumePair, options: LabSiteOptions): object {
  const { master, proxy, proxyDisk, directory } = pair;
  return {
    class: 'Class1',
    volumes: [{ master, proxy }],
    shadow: { class: 'Class2', disks: { [proxyDisk]: deviceOf('node3', proxyDisk) } },
    method,
    route: options.route ?? 'console',
    services: { nodes: { node1: { stop: [`umount ${directory}`], resume: [`mount ${directory}`] } } },
    media: { layout: 'plain', overwrite: false },
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
    platform: 'solaris',
    hosts: Object.fromEntries(hosts) as object,
    tape: { host: 'node3', device: '/dev/rmt/0', drive: 'LTO-4' },
    jobs: Object.fromEntries(
      Object.entries(sampleJobs).map(([name, [method, pair]]) => [name, job(method, pair, options)]),
    ),
  };
}
