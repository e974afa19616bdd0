import type { Lab } from './lab.ts';

export interface LabSiteOptions {
  /** `operator` (asked on the screen) where it is not given. */
  readonly approve?: 'operator' | 'when-verified';
  readonly route?: 'console' | 'server';
  readonly onFailure?: 'halt' | 'unwind';
}

function job(method: '6a' | '6b', options: LabSiteOptions): object {
  return {
    class: 'Class1',
    volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
    shadow: { class: 'Class2', disks: { Disk3: 'c1t1d3' } },
    method,
    route: options.route ?? 'console',
    services: { nodes: { node1: { stop: ['umount /app'], resume: ['mount /app'] } } },
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
    jobs: { 'raw-dd': job('6a', options), 'ufs-tar': job('6b', options) },
  };
}
