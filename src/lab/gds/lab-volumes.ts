import { privateBlocks } from './lab-model.ts';
import type {
  FileSystemType,
  GdsClass,
  GdsDisk,
  GdsGroup,
  GdsVolume,
  GroupType,
  HostModel,
  LabModel,
  Mount,
  NodeName,
  Platform,
} from './lab-model.ts';

/**
 * The disks, groups and volumes with which a lab begins.
 *
 * Names are those of the GDS guide's example: Class1 with Group1 (Disk1, Disk2: master Volume1) and Group2 (Disk3:
 * proxy Volume2) on node1 and node2; Class2 on the backup server node3 once a shadow is made. The guide's methods for
 * sfxfs have a second pair in the same class, an eighth as large. After them are pairs of every other kind that GDS can
 * snapshot, each a thirty-second as large: volumes that are not the first of their group, volumes on stripes and on a
 * concatenation below a mirror (GDS guide (Linux) 4.3, 2.3.12), volumes on single disks.
 */

/** A file system that is in a pair of volumes. */
interface PairFileSystem {
  readonly type: FileSystemType;
  /** Where node1 has the master mounted. */
  readonly directory: string;
  /** What distinguishes its files from those of the other file systems; those without it hold the same files. */
  readonly files?: string;
}

/** A master and its proxy. */
export interface VolumePair {
  readonly master: string;
  /** The group, or the single disk, on which the master is. */
  readonly masterOn: string;
  readonly proxy: string;
  readonly proxyOn: string;
  /** Its volumes have this part of the blocks of Volume1. */
  readonly part: number;
  /** None: raw data. */
  readonly fileSystem?: PairFileSystem;
}

export type MountedPair = VolumePair & { readonly fileSystem: PairFileSystem };

/** The guide's own pair comes first. Volumes of one group are in this order. */
const pairsOfSolaris: readonly VolumePair[] = [
  {
    master: 'Volume1',
    masterOn: 'Group1',
    proxy: 'Volume2',
    proxyOn: 'Group2',
    part: 1,
    fileSystem: { type: 'ufs', directory: '/app' },
  },
  {
    master: 'Volume3',
    masterOn: 'Group3',
    proxy: 'Volume4',
    proxyOn: 'Group4',
    part: 1 / 8,
    fileSystem: { type: 'sfxfs', directory: '/data' },
  },
  {
    master: 'Volume5',
    masterOn: 'Group3',
    proxy: 'Volume6',
    proxyOn: 'Group4',
    part: 1 / 32,
    fileSystem: { type: 'ufs', directory: '/home', files: 'home' },
  },
  { master: 'Volume7', masterOn: 'Group5', proxy: 'Volume8', proxyOn: 'Group6', part: 1 / 32 },
  { master: 'Volume9', masterOn: 'Group7', proxy: 'Volume10', proxyOn: 'Group8', part: 1 / 32 },
  { master: 'Volume11', masterOn: 'Disk16', proxy: 'Volume12', proxyOn: 'Disk17', part: 1 / 32 },
];

/** On Linux every file system is an ext3. */
const pairsOfLinux: readonly VolumePair[] = pairsOfSolaris.map((pair) =>
  pair.fileSystem ? { ...pair, fileSystem: { ...pair.fileSystem, type: 'ext3' } } : pair,
);

/** The masters of a lab with their proxies. */
export const volumePairs = (platform: Platform = 'solaris'): readonly VolumePair[] =>
  platform === 'linux' ? pairsOfLinux : pairsOfSolaris;

/** The pairs that hold a file system. */
export const mountedPairs = (platform: Platform = 'solaris'): readonly MountedPair[] =>
  volumePairs(platform).filter((pair): pair is MountedPair => pair.fileSystem !== undefined);

function group(name: string, type: GroupType, ...members: string[]): GdsGroup {
  return { name, type, width: type === 'stripe' ? 32 : null, members, group: null };
}

function newGroups(): GdsGroup[] {
  const groups = [
    group('Group1', 'mirror', 'Disk1', 'Disk2'),
    group('Group2', 'mirror', 'Disk3'),
    group('Group3', 'mirror', 'Disk4', 'Disk5'),
    group('Group4', 'mirror', 'Disk6'),
    group('Group5', 'mirror', 'Group5a', 'Group5b'),
    group('Group5a', 'stripe', 'Disk7', 'Disk8'),
    group('Group5b', 'stripe', 'Disk9', 'Disk10'),
    group('Group6', 'mirror', 'Group6a'),
    group('Group6a', 'stripe', 'Disk11', 'Disk12'),
    group('Group7', 'mirror', 'Disk13'),
    group('Group8', 'mirror', 'Group8a'),
    group('Group8a', 'concat', 'Disk14', 'Disk15'),
  ];
  for (const lower of groups) lower.group = groupWith(groups, lower.name)?.name ?? null;
  return groups;
}

function groupWith(groups: readonly GdsGroup[], member: string): GdsGroup | undefined {
  return groups.find(({ members }) => members.includes(member));
}

interface PhysicalDisk {
  /** Stem of its file's name, and its name in Class1. */
  readonly name: string;
  /** The blocks that it holds of its volume, as a part of the blocks of Volume1. */
  readonly part: number;
  /** Of a volume that is spread over several disks, how much of it is on this one. */
  readonly share?: number;
  /** True if all of its blocks are the volume's. */
  readonly isFull?: true;
  readonly isSeenByBackupServer: boolean;
}

function disk(number: number, part: number, more: Partial<PhysicalDisk> = {}): PhysicalDisk {
  return { name: `Disk${number}`, part, isSeenByBackupServer: false, ...more };
}

const shared = { isSeenByBackupServer: true };

/** Every node names a disk alike: Disk3 is c1t1d3, on Linux sdd. */
const physicalDiskTable: readonly PhysicalDisk[] = [
  disk(1, 1),
  disk(2, 1),
  disk(3, 1, shared),
  disk(4, 1 / 8),
  disk(5, 1 / 8),
  disk(6, 1 / 8, shared),
  disk(7, 1 / 32, { share: 1 / 2 }),
  disk(8, 1 / 32, { share: 1 / 2 }),
  disk(9, 1 / 32, { share: 1 / 2 }),
  disk(10, 1 / 32, { share: 1 / 2 }),
  disk(11, 1 / 32, { share: 1 / 2, ...shared }),
  disk(12, 1 / 32, { share: 1 / 2, ...shared }),
  disk(13, 1 / 32),
  // neither of the two holds the volume alone
  disk(14, 1 / 32, { share: 3 / 4, isFull: true, ...shared }),
  disk(15, 1 / 32, { share: 3 / 4, isFull: true, ...shared }),
  disk(16, 1 / 32),
  disk(17, 1 / 32, shared),
];

/** The names of all physical disks. */
export const physicalDisks: readonly string[] = physicalDiskTable.map(({ name }) => name);

/** `c1t1d3`; on Linux, where the boot disk is sda, `sdd`. */
function diskName(number: number, platform: Platform): string {
  return platform === 'linux' ? `sd${String.fromCharCode('a'.charCodeAt(0) + number)}` : `c1t1d${number}`;
}

/** What a node calls a physical disk; undefined if it does not see it. */
export function deviceOf(
  node: NodeName,
  physical: string,
  platform: Platform = 'solaris',
): string | undefined {
  const found = physicalDiskTable.find(({ name }) => name === physical);
  const isSeen = found && (node !== 'node3' || found.isSeenByBackupServer);
  return isSeen ? diskName(Number(physical.replace('Disk', '')), platform) : undefined;
}

/** The physical disk that a node calls `device`. */
export function physicalDiskOf(
  node: NodeName,
  device: string,
  platform: Platform = 'solaris',
): string | undefined {
  return physicalDisks.find((physical) => deviceOf(node, physical, platform) === device);
}

/** Blocks that belong to no volume on a disk for so many: 622,592 for 1,048,576, in proportion otherwise. */
function freeBlocksFor(volumeBlocks: number): number {
  return Math.max(2048, Math.round((volumeBlocks * 622_592) / 1_048_576 / 512) * 512);
}

/** Blocks of a pair's volumes; never fewer than hold the files of the lab. */
function partBlocks(part: number, volumeBlocks: number): number {
  return part === 1 ? volumeBlocks : Math.max(2048, Math.round((volumeBlocks * part) / 64) * 64);
}

/** Blocks of a physical disk. @param volumeBlocks those of Volume1 */
export function physicalBlocks(physical: string, volumeBlocks: number): number {
  const found = physicalDiskTable.find(({ name }) => name === physical);
  if (!found) throw new Error(`there is no disk ${physical} in the lab`);
  const held = partBlocks(found.part, volumeBlocks) * (found.share ?? 1);
  return privateBlocks + held + (found.isFull ? 0 : freeBlocksFor(held));
}

/** The block device of a pair's master on the primary nodes. */
export function masterDevice({ master }: VolumePair): string {
  return `/dev/sfdsk/Class1/dsk/${master}`;
}

function newVolumes(volumeBlocks: number): GdsVolume[] {
  const volumes: GdsVolume[] = [];
  const add = (name: string, on: string, part: number): GdsVolume => {
    const last = volumes.filter((entry) => entry.on === on).at(-1);
    const volume: GdsVolume = {
      name,
      on,
      firstBlock: last ? last.firstBlock + last.blocks : privateBlocks,
      blocks: partBlocks(part, volumeBlocks),
      jrm: 'on',
      mode: 'rw',
      runningOn: ['node1', 'node2'],
      master: null,
      proxy: null,
      copy: 'none',
      copiedBytes: 0,
    };
    volumes.push(volume);
    return volume;
  };
  for (const { master, masterOn, proxy, proxyOn, part } of volumePairs()) {
    add(master, masterOn, part);
    Object.assign(add(proxy, proxyOn, part), { runningOn: [], master, proxy: 'Join' });
  }
  return volumes;
}

function newDisks(groups: readonly GdsGroup[], volumeBlocks: number, platform: Platform): GdsDisk[] {
  return physicalDisks.map((name) => {
    const own = groupWith(groups, name);
    return {
      name,
      physical: name,
      device: deviceOf('node1', name, platform) ?? '',
      type: own?.type ?? 'single',
      group: own?.name ?? null,
      blocks: physicalBlocks(name, volumeBlocks),
    };
  });
}

/** The class of the primary domain with every proxy joined. @param volumeBlocks blocks of Volume1 */
export function primaryClass(volumeBlocks: number, platform: Platform = 'solaris'): GdsClass {
  const groups = newGroups();
  return {
    name: 'Class1',
    scope: ['node1', 'node2'],
    shadow: false,
    disks: newDisks(groups, volumeBlocks, platform),
    groups,
    volumes: newVolumes(volumeBlocks),
  };
}

/**
 * A lab in its initial state: proxies joined, /app, /data and /home mounted on node1, a blank tape.
 * @param volumeBlocks size of Volume1 and Volume2 in 512-byte blocks
 */
export function newModel(seed: string, volumeBlocks: number, platform: Platform = 'solaris'): LabModel {
  const host = (mounts: Mount[]): HostModel => ({ mounts, directories: [], files: {} });
  const time = Math.floor(Date.now() / 1000);
  const mounts = mountedPairs(platform).map((pair): Mount => {
    const { directory, type } = pair.fileSystem;
    return { special: masterDevice(pair), directory, type, options: 'rw', time };
  });
  return {
    version: 3,
    ...(platform === 'solaris' ? {} : { platform }),
    seed,
    volumeBlocks,
    classes: [primaryClass(volumeBlocks, platform)],
    hosts: { node1: host(mounts), node2: host([]), node3: host([]) },
    tape: {
      cartridges: [{ name: 'tape', place: 'drive', home: null, written: 0 }],
      position: { offset: 0, file: 0, block: 0, bytes: 0 },
      loaded: true,
      rewindAtOpen: false,
      senseKey: 0,
    },
    ports: [0, 0, 0],
  };
}
