/**
 * What the lab remembers: plain data, kept in `model.json` of its folder.
 *
 * Names are those of the GDS guide's example: Class1 with Group1 (Disk1, Disk2: master Volume1) and Group2 (Disk3:
 * proxy Volume2) on node1 and node2; Class2 on the backup server node3 once a shadow is made. The guide's methods for sfxfs have a
 * second pair in the same class, an eighth as large: Group3 (Disk4, Disk5: master Volume3) and Group4 (Disk6: proxy Volume4).
 */

export const nodeNames = ['node1', 'node2', 'node3'] as const;
export type NodeName = (typeof nodeNames)[number];

/** GDS counts in blocks of 512 bytes. */
export const blockBytes = 512;
/** Blocks of the private area at the beginning of a disk (the first volume's 1STBLK in the GDS guide's samples). */
export const privateBlocks = 65_536;

export interface GdsDisk {
  name: string;
  /** The disk file that it is. */
  physical: string;
  /** Its device as the nodes of the class name it. */
  device: string;
  type: 'mirror' | 'undef';
  group: string | null;
  blocks: number;
}

export interface GdsGroup {
  name: string;
  type: 'mirror';
  /** In connection order. */
  disks: string[];
}

export interface GdsVolume {
  name: string;
  group: string;
  firstBlock: number;
  blocks: number;
  jrm: 'on' | 'off';
  mode: 'rw' | 'ro';
  runningOn: NodeName[];
  master: string | null;
  proxy: 'Join' | 'Part' | null;
  copy: 'none' | 'copying' | 'invalid';
  /** Bytes that the running (or interrupted) synchronisation has copied. */
  copiedBytes: number;
}

export interface GdsClass {
  name: string;
  scope: NodeName[];
  shadow: boolean;
  disks: GdsDisk[];
  groups: GdsGroup[];
  volumes: GdsVolume[];
}

/** File systems that lie in the lab's volumes. */
export const fileSystemTypes = ['ufs', 'sfxfs'] as const;
export type FileSystemType = (typeof fileSystemTypes)[number];

export interface Mount {
  special: string;
  directory: string;
  type: FileSystemType;
  options: 'ro' | 'rw';
  /** Seconds since 1970. */
  time: number;
}

export interface HostModel {
  mounts: Mount[];
  directories: string[];
  /** Small files: path -> text, or their bytes where those are no text. */
  files: Record<string, string | { base64: string }>;
}

export interface TapePosition {
  /** Byte offset in the tape's file. */
  offset: number;
  file: number;
  block: number;
  /** Data bytes that lie before the head. */
  bytes: number;
}

export interface TapeModel {
  position: TapePosition;
  loaded: boolean;
  /** After an error on a no-rewind device the next open rewinds (Solaris mtio(4I), Close Operation). */
  rewindAtOpen: boolean;
  senseKey: number;
}

export interface LabModel {
  version: 2;
  seed: string;
  /** Size of Volume1 and Volume2. */
  volumeBlocks: number;
  classes: GdsClass[];
  hosts: Record<NodeName, HostModel>;
  tape: TapeModel;
  ports: [number, number, number];
}

/** The physical disks: file name stem and the device names by which each node sees the disk. */
export const physicalDisks = [
  { name: 'Disk1', devices: { node1: 'c1t1d1', node2: 'c1t1d1' } },
  { name: 'Disk2', devices: { node1: 'c1t1d2', node2: 'c1t1d2' } },
  { name: 'Disk3', devices: { node1: 'c1t1d3', node2: 'c1t1d3', node3: 'c1t1d3' } },
  { name: 'Disk4', devices: { node1: 'c1t1d4', node2: 'c1t1d4' } },
  { name: 'Disk5', devices: { node1: 'c1t1d5', node2: 'c1t1d5' } },
  { name: 'Disk6', devices: { node1: 'c1t1d6', node2: 'c1t1d6', node3: 'c1t1d6' } },
] as const satisfies readonly { name: string; devices: Partial<Record<NodeName, string>> }[];

/** The physical disk that a node calls `device`. */
export function physicalDiskOf(node: NodeName, device: string): string | undefined {
  return physicalDisks.find((disk) => (disk.devices as Partial<Record<NodeName, string>>)[node] === device)
    ?.name;
}

/** What a node calls a physical disk; undefined where it does not see it. */
export function deviceOf(node: NodeName, physical: string): string | undefined {
  const devices = physicalDisks.find((disk) => disk.name === physical)?.devices;
  return (devices as Partial<Record<NodeName, string>> | undefined)?.[node];
}

/** A disk's size for a volume size: 1,736,704 blocks for 1,048,576, in proportion otherwise. */
export function diskBlocksFor(volumeBlocks: number): number {
  const free = Math.max(2048, Math.round((volumeBlocks * 622_592) / 1_048_576 / 512) * 512);
  return privateBlocks + volumeBlocks + free;
}

/** A master, its proxy, and the file system in them. */
export interface VolumePair {
  readonly master: string;
  readonly masterGroup: string;
  readonly masterDisks: readonly string[];
  readonly proxy: string;
  readonly proxyGroup: string;
  readonly proxyDisk: string;
  readonly fileSystem: FileSystemType;
  /** Where node1 has the master mounted. */
  readonly directory: string;
  /** Its volumes have this part of the blocks of Volume1. */
  readonly part: number;
}

/** The guide's own pair comes first. */
export const volumePairs = [
  {
    master: 'Volume1',
    masterGroup: 'Group1',
    masterDisks: ['Disk1', 'Disk2'],
    proxy: 'Volume2',
    proxyGroup: 'Group2',
    proxyDisk: 'Disk3',
    fileSystem: 'ufs',
    directory: '/app',
    part: 1,
  },
  {
    master: 'Volume3',
    masterGroup: 'Group3',
    masterDisks: ['Disk4', 'Disk5'],
    proxy: 'Volume4',
    proxyGroup: 'Group4',
    proxyDisk: 'Disk6',
    fileSystem: 'sfxfs',
    directory: '/data',
    part: 1 / 8,
  },
] as const satisfies readonly VolumePair[];

/** The block device of a pair's master on the primary nodes. */
export function masterDevice({ master }: VolumePair): string {
  return `/dev/sfdsk/Class1/dsk/${master}`;
}

/** Blocks of the pair's volumes; never fewer than hold the files of the lab. */
export function pairBlocks({ part }: VolumePair, volumeBlocks: number): number {
  return part === 1 ? volumeBlocks : Math.max(2048, Math.round((volumeBlocks * part) / 64) * 64);
}

/** The disks on which a pair lies. */
export function disksOfPair({ masterDisks, proxyDisk }: VolumePair): string[] {
  return [...masterDisks, proxyDisk];
}

/** Blocks of a physical disk. */
export function physicalBlocks(physical: string, volumeBlocks: number): number {
  const pair = volumePairs.find((entry) => disksOfPair(entry).includes(physical));
  if (!pair) throw new Error(`there is no disk ${physical} in the lab`);
  return diskBlocksFor(pairBlocks(pair, volumeBlocks));
}

function volume(name: string, group: string, blocks: number): GdsVolume {
  return {
    name,
    group,
    firstBlock: privateBlocks,
    blocks,
    jrm: 'on',
    mode: 'rw',
    runningOn: ['node1', 'node2'],
    master: null,
    proxy: null,
    copy: 'none',
    copiedBytes: 0,
  };
}

function disksOfClass(pair: VolumePair, volumeBlocks: number): GdsDisk[] {
  return disksOfPair(pair).map((name) => ({
    name,
    physical: name,
    device: deviceOf('node1', name) ?? '',
    type: 'mirror',
    group: name === pair.proxyDisk ? pair.proxyGroup : pair.masterGroup,
    blocks: physicalBlocks(name, volumeBlocks),
  }));
}

function volumesOfPair(pair: VolumePair, volumeBlocks: number): GdsVolume[] {
  const blocks = pairBlocks(pair, volumeBlocks);
  const { master, masterGroup, proxy, proxyGroup } = pair;
  return [
    volume(master, masterGroup, blocks),
    { ...volume(proxy, proxyGroup, blocks), runningOn: [], master, proxy: 'Join' },
  ];
}

function primaryClass(volumeBlocks: number): GdsClass {
  return {
    name: 'Class1',
    scope: ['node1', 'node2'],
    shadow: false,
    disks: volumePairs.flatMap((pair) => disksOfClass(pair, volumeBlocks)),
    groups: volumePairs.flatMap(({ masterGroup, masterDisks, proxyGroup, proxyDisk }): GdsGroup[] => [
      { name: masterGroup, type: 'mirror', disks: [...masterDisks] },
      { name: proxyGroup, type: 'mirror', disks: [proxyDisk] },
    ]),
    volumes: volumePairs.flatMap((pair) => volumesOfPair(pair, volumeBlocks)),
  };
}

/**
 * A lab as it is on its first day: proxies joined, /app and /data mounted on node1, a blank tape.
 * @param volumeBlocks size of Volume1 and Volume2 in 512-byte blocks
 */
export function newModel(seed: string, volumeBlocks: number): LabModel {
  const host = (mounts: Mount[]): HostModel => ({ mounts, directories: [], files: {} });
  const time = Math.floor(Date.now() / 1000);
  const mounts = volumePairs.map((pair): Mount => {
    const { directory, fileSystem: type } = pair;
    return { special: masterDevice(pair), directory, type, options: 'rw', time };
  });
  return {
    version: 2,
    seed,
    volumeBlocks,
    classes: [primaryClass(volumeBlocks)],
    hosts: { node1: host(mounts), node2: host([]), node3: host([]) },
    tape: {
      position: { offset: 0, file: 0, block: 0, bytes: 0 },
      loaded: true,
      rewindAtOpen: false,
      senseKey: 0,
    },
    ports: [0, 0, 0],
  };
}
