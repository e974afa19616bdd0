/** A site to show, without any host. */
import type { ClusterView, SiteInfo } from '../../../src/contract/screens.ts';
import type { Topology } from '../../../src/contract/topology.ts';

export const guideSite: SiteInfo = {
  name: 'payroll',
  file: '/etc/shadowtape/payroll.yaml',
  isLab: false,
  platform: 'solaris',
  hosts: [
    { name: 'node1', role: 'primary' },
    { name: 'node2', role: 'primary' },
    { name: 'node3', role: 'backup' },
  ],
  jobs: [],
  tape: {
    host: 'node3',
    device: '/dev/rmt/0',
    drive: 'LTO-4',
    speed: { floor: 40_000_000, top: 120_000_000 },
  },
  version: '0.1.0',
  guest: 'browser',
};

/** All hosts reached, the drive ready. */
export const seenCluster = (topology: Topology): ClusterView => ({
  at: new Date().toISOString(),
  hosts: guideSite.hosts.map(({ name }) => ({
    host: name,
    reached: true,
    trouble: undefined,
    hint: undefined,
  })),
  topology,
  mounts: [],
  tape: {
    host: 'node3',
    device: '/dev/rmt/0',
    state: 'ready',
    said: 'file no= 0 block no= 0',
    writeProtected: false,
    file: 0,
    record: 0,
  },
});
