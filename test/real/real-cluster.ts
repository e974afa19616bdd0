/** The cluster of the real hosts as their stand-ins keep it, and the site file that describes it: the example of the GDS guide, 6.6.3.7. */
import type { RealHostName, RealHosts, RealHostsOptions } from './real-hosts.ts';

/** Blocks of a disk before its first volume (GDS guide 4.5, F.1.3). */
const privateBlocks = 65_536;
export const privateBytes = privateBlocks * 512;

const primaries = ['node1', 'node2'];

function volume(on: string, blocks: number, pair: { master: string | null; proxy: 'Join' | null }): object {
  return {
    on,
    first: privateBlocks,
    blocks,
    jrm: 'on',
    mode: 'rw',
    running: {},
    pjrm: null,
    state: 'STOP',
    ...pair,
  };
}

const mirror = (...members: string[]) => ({ type: 'mirror', width: null, members });

/** What state.json of the stand-ins begins with. */
export function newCluster({
  blocks,
  diskBlocks = privateBlocks + blocks + 10_240,
  stripeBlocks,
}: RealHostsOptions) {
  const isStriped = stripeBlocks !== undefined;
  const device = (file: string, seen: readonly string[]) => ({ file, seen, blocks: diskBlocks });
  const disk = (name: string, type = 'mirror') => ({ device: name, type });
  const stripe = { type: 'stripe', width: stripeBlocks, members: ['Disk3', 'Disk4'] };
  return {
    devices: {
      sdb: device('disk1', primaries),
      sdc: device('disk2', primaries),
      sdd: device('disk3', [...primaries, 'node3']),
      sde: device('disk4', isStriped ? [...primaries, 'node3'] : ['node3']),
    },
    classes: {
      Class1: {
        scope: primaries,
        shadow: false,
        disks: {
          ...{ Disk1: disk('sdb'), Disk2: disk('sdc') },
          ...(isStriped
            ? { Disk3: disk('sdd', 'stripe'), Disk4: disk('sde', 'stripe') }
            : { Disk3: disk('sdd') }),
        },
        groups: {
          Group1: mirror('Disk1', 'Disk2'),
          ...(isStriped ? { Group2: mirror('Group3'), Group3: stripe } : { Group2: mirror('Disk3') }),
        },
        volumes: {
          Volume1: volume('Group1', blocks, { master: null, proxy: null }),
          Volume2: volume('Group2', blocks, { master: 'Volume1', proxy: 'Join' }),
        },
      },
    },
  };
}

export interface RealSiteOptions {
  readonly tapeHost: 'node3' | 'tape1';
  /** Wins over the usual values of the job. */
  readonly job?: object;
  /** Wins over the usual values of each host. */
  readonly hosts?: Readonly<Partial<Record<RealHostName, object>>>;
}

/** The site file, as the plain object that its YAML would give. */
export function realSite({ hosts }: RealHosts, { tapeHost, job, hosts: own }: RealSiteOptions): object {
  const roles = { node1: 'primary', node2: 'primary', node3: 'backup', tape1: 'tape' } as const;
  const names = (['node1', 'node2', 'node3', 'tape1'] as const).filter(
    (name) => name !== 'tape1' || tapeHost === 'tape1',
  );
  return {
    site: 'real',
    platform: 'linux',
    hosts: Object.fromEntries(
      names.map((name) => {
        const { relay, server } = hosts[name];
        const login = { user: server.user, key: server.identityFile };
        const usual = { role: roles[name], address: '127.0.0.1', port: relay.port, ...login };
        return [name, { ...usual, ...own?.[name] }];
      }),
    ),
    tape: { host: tapeHost, device: '/dev/st0' },
    connections: { everySeconds: 0.1 },
    jobs: {
      nightly: {
        class: 'Class1',
        volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
        shadow: { class: 'Class2', disks: { Disk3: 'sdd' } },
        services: 'not-needed',
        verify: { fingerprint: 2, readback: true },
        approve: 'when-verified',
        onFailure: 'unwind',
        resynchronisation: { everySeconds: 0.1 },
        ...job,
      },
    },
  };
}
