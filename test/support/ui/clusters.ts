/** Clusters to draw: the guide's pair joined, parted and shadowed, and a large one. */
import type {
  ByNode,
  Domain,
  Status,
  Topology,
  TopologyDisk,
  TopologyExtent,
  TopologyGroup,
  TopologySlice,
  TopologyVolume,
} from '../../../src/contract/topology.ts';

const nodes = { primary: ['node1', 'node2'], backup: ['node3'] } as const;

const onNodes = <T>(domain: Domain, value: T): ByNode<T> =>
  Object.fromEntries(nodes[domain].map((node) => [node, value]));
const status = (word: string): Status => ({ word, known: true });

const privateBlocks = 65_536;

interface Place {
  readonly domain: Domain;
  readonly class: string;
}

export function disk(place: Place, name: string, group: string | null, device: string): TopologyDisk {
  return {
    ...place,
    name,
    type: group === null ? 'single' : 'mirror',
    group,
    blocks: 1_736_704,
    deviceOn: onNodes(place.domain, device),
    statusOn: onNodes(place.domain, status('ENABLE')),
  };
}

export function group(place: Place, name: string, disks: readonly string[]): TopologyGroup {
  return {
    ...place,
    name,
    type: 'mirror',
    disks,
    lowerGroups: [],
    upperGroup: null,
    width: null,
    blocks: 1_736_704,
    freeBlocks: 622_592,
  };
}

export function volume(
  place: Place,
  name: string,
  given: Partial<TopologyVolume> & { readonly word?: string } = {},
): TopologyVolume {
  const { word = 'ACTIVE', ...rest } = given;
  return {
    ...place,
    name,
    type: 'mirror',
    group: null,
    disk: null,
    firstBlock: privateBlocks,
    blocks: 1_048_576,
    mode: 'rw',
    master: null,
    proxyOn: {},
    joined: false,
    proxies: [],
    statusOn: onNodes(place.domain, status(word)),
    ...rest,
  };
}

function slices({ domain, class: name, ...of }: TopologyVolume, disks: readonly string[]): TopologySlice[] {
  return disks.map((disk) => ({
    domain,
    class: name,
    disk,
    volume: of.name,
    group: of.group,
    statusOn: of.statusOn,
  }));
}

function extents(place: Place, group: string, from: number): TopologyExtent[] {
  return [
    { ...place, group, disk: null, firstBlock: 0, blocks: privateBlocks, status: status('PRIVATE') },
    { ...place, group, disk: null, firstBlock: from, blocks: 1_736_704 - from, status: status('FREE') },
  ];
}

export type GuideState = 'joined' | 'parted' | 'shadowed' | 'copying';

/** The cluster of the guide's 6.6.3.7: Volume1 on Group1, its proxy Volume2 on Group2, and the shadow on node3. */
export function guideCluster(state: GuideState, shift = 0): Topology {
  const primary = { domain: 'primary', class: 'Class1' } as const;
  const backup = { domain: 'backup', class: 'Class2' } as const;
  const joined = state === 'joined' || state === 'copying';
  const master = volume(primary, 'Volume1', { group: 'Group1', proxies: ['Volume2'] });
  const proxy = volume(primary, 'Volume2', {
    group: 'Group2',
    master: 'Volume1',
    joined,
    proxyOn: onNodes('primary', status(joined ? 'Join' : 'Part')),
    word: state === 'copying' ? 'COPY' : 'STOP',
  });
  const shadow = volume(backup, 'Volume2', {
    group: 'Group2',
    mode: 'ro',
    firstBlock: privateBlocks + shift,
  });
  const end = privateBlocks + 1_048_576;
  const isShadowed = state === 'shadowed';
  return {
    nodes: [
      { name: 'node1', domain: 'primary' },
      { name: 'node2', domain: 'primary' },
      { name: 'node3', domain: 'backup' },
    ],
    classes: [
      { ...primary, name: 'Class1', nodes: nodes.primary },
      ...(isShadowed ? [{ ...backup, name: 'Class2', nodes: nodes.backup }] : []),
    ],
    disks: [
      disk(primary, 'Disk1', 'Group1', 'c1t1d1'),
      disk(primary, 'Disk2', 'Group1', 'c1t1d2'),
      disk(primary, 'Disk3', 'Group2', 'c1t1d3'),
      ...(isShadowed ? [disk(backup, 'Disk3', 'Group2', 'c1t1d3')] : []),
    ],
    groups: [
      group(primary, 'Group1', ['Disk1', 'Disk2']),
      group(primary, 'Group2', ['Disk3']),
      ...(isShadowed ? [group(backup, 'Group2', ['Disk3'])] : []),
    ],
    volumes: [master, proxy, ...(isShadowed ? [shadow] : [])],
    extents: [
      ...extents(primary, 'Group1', end),
      ...extents(primary, 'Group2', end),
      ...(isShadowed ? extents(backup, 'Group2', end + shift) : []),
    ],
    slices: [
      ...slices(master, ['Disk1', 'Disk2']),
      ...slices(proxy, ['Disk3']),
      ...(isShadowed ? slices(shadow, ['Disk3']) : []),
    ],
    shadows: isShadowed
      ? [
          {
            shadow: { class: 'Class2', volume: 'Volume2' },
            of: { class: 'Class1', volume: 'Volume2' },
            by: shift === 0 ? 'extent' : 'name',
          },
        ]
      : [],
    disagreements: [],
  };
}

/** A mirror of two stripes, each of two disks, with one volume; its proxy is on a single disk of no group. */
export function nestedCluster(): Topology {
  const place = { domain: 'primary', class: 'Class1' } as const;
  const lower = (name: string, disks: readonly string[]): TopologyGroup => ({
    ...group(place, name, disks),
    type: 'stripe',
    upperGroup: 'Group0',
    width: 32,
    blocks: 3_473_408,
  });
  const master = volume(place, 'Volume1', { group: 'Group0', proxies: ['Volume9'], blocks: 2_097_152 });
  const proxy = volume(place, 'Volume9', {
    disk: 'Disk9',
    type: 'single',
    master: 'Volume1',
    joined: true,
    proxyOn: onNodes('primary', status('Join')),
    word: 'STOP',
    blocks: 1_048_576,
  });
  const names = ['Disk1', 'Disk2', 'Disk3', 'Disk4'];
  return {
    nodes: [
      { name: 'node1', domain: 'primary' },
      { name: 'node2', domain: 'primary' },
    ],
    classes: [{ ...place, name: 'Class1', nodes: nodes.primary }],
    disks: [
      ...names.map((name, at) => ({
        ...disk(place, name, at < 2 ? 'Group1' : 'Group2', `c1t1d${at + 1}`),
        type: 'stripe',
      })),
      disk(place, 'Disk9', null, 'c1t1d9'),
    ],
    groups: [
      {
        ...group(place, 'Group0', ['Group1', 'Group2']),
        lowerGroups: ['Group1', 'Group2'],
        blocks: 3_473_408,
      },
      lower('Group1', ['Disk1', 'Disk2']),
      lower('Group2', ['Disk3', 'Disk4']),
    ],
    volumes: [master, proxy],
    extents: [],
    slices: [...slices(master, ['Group1', 'Group2']), ...slices(proxy, ['Disk9'])],
    shadows: [],
    disagreements: [],
  };
}

/**
 * A large cluster of one class: mirror groups of two disks that hold masters, each followed by a group of one disk that
 * holds their proxies.
 * @param count of volumes, masters and proxies together
 */
export function largeCluster(count: number, volumesOfGroup = 10): Topology {
  const place = { domain: 'primary', class: 'Class1' } as const;
  const disks: TopologyDisk[] = [];
  const groups: TopologyGroup[] = [];
  const volumes: TopologyVolume[] = [];
  const inSlices: TopologySlice[] = [];
  const blocks = Math.floor((1_736_704 - privateBlocks) / volumesOfGroup);
  const pairs = Math.floor(count / 2);
  for (let from = 0; from < pairs; from += volumesOfGroup) {
    const at = from / volumesOfGroup;
    const names = [`Disk${at * 3 + 1}`, `Disk${at * 3 + 2}`, `Disk${at * 3 + 3}`] as const;
    const [masters, proxies] = [`Group${at * 2 + 1}`, `Group${at * 2 + 2}`] as const;
    groups.push(group(place, masters, names.slice(0, 2)), group(place, proxies, names.slice(2)));
    names.forEach((name, index) =>
      disks.push(disk(place, name, index < 2 ? masters : proxies, `c${at + 1}t1d${index + 1}`)),
    );
    for (let pair = from; pair < Math.min(from + volumesOfGroup, pairs); pair += 1) {
      const extent = { firstBlock: privateBlocks + (pair - from) * blocks, blocks };
      const [name, proxyName] = [`Data${pair + 1}`, `Copy${pair + 1}`];
      const master = volume(place, name, { group: masters, proxies: [proxyName], ...extent });
      const proxy = volume(place, proxyName, {
        group: proxies,
        master: name,
        joined: true,
        proxyOn: onNodes('primary', status('Join')),
        word: pair % 37 === 5 ? 'INVALID' : 'STOP',
        ...extent,
      });
      volumes.push(master, proxy);
      inSlices.push(...slices(master, names.slice(0, 2)), ...slices(proxy, names.slice(2)));
    }
  }
  return {
    ...guideCluster('joined'),
    disks,
    groups,
    volumes,
    extents: [],
    slices: inSlices,
  };
}
