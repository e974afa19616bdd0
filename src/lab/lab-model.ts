/**
 * What the lab remembers: plain data, kept in `model.json` of its folder.
 *
 * Names are those of the GDS guide's example: Class1 with Group1 (Disk1, Disk2: master Volume1) and Group2 (Disk3:
 * proxy Volume2) on node1 and node2; Class2 on the backup server node3 once a shadow is made.
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

export interface Mount {
  special: string;
  directory: string;
  type: 'ufs';
  options: 'ro' | 'rw';
  /** Seconds since 1970. */
  time: number;
}

export interface HostModel {
  mounts: Mount[];
  directories: string[];
  /** Small files: path -> text. */
  files: Record<string, string>;
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
  version: 1;
  seed: string;
  volumeBlocks: number;
  diskBlocks: number;
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
] as const satisfies readonly { name: string; devices: Partial<Record<NodeName, string>> }[];

/** The physical disk that a node calls `device`. */
export function physicalDiskOf(node: NodeName, device: string): string | undefined {
  return physicalDisks.find((disk) => (disk.devices as Partial<Record<NodeName, string>>)[node] === device)
    ?.name;
}

/** A disk's size for a volume size: 1,736,704 blocks for 1,048,576, in proportion otherwise. */
export function diskBlocksFor(volumeBlocks: number): number {
  const free = Math.max(2048, Math.round((volumeBlocks * 622_592) / 1_048_576 / 512) * 512);
  return privateBlocks + volumeBlocks + free;
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

function primaryClass(volumeBlocks: number, diskBlocks: number): GdsClass {
  const disk = (name: string, device: string, group: string): GdsDisk => ({
    name,
    physical: name,
    device,
    type: 'mirror',
    group,
    blocks: diskBlocks,
  });
  return {
    name: 'Class1',
    scope: ['node1', 'node2'],
    shadow: false,
    disks: [
      disk('Disk1', 'c1t1d1', 'Group1'),
      disk('Disk2', 'c1t1d2', 'Group1'),
      disk('Disk3', 'c1t1d3', 'Group2'),
    ],
    groups: [
      { name: 'Group1', type: 'mirror', disks: ['Disk1', 'Disk2'] },
      { name: 'Group2', type: 'mirror', disks: ['Disk3'] },
    ],
    volumes: [
      volume('Volume1', 'Group1', volumeBlocks),
      { ...volume('Volume2', 'Group2', volumeBlocks), runningOn: [], master: 'Volume1', proxy: 'Join' },
    ],
  };
}

/**
 * A lab as it is on its first day: proxy joined, /app mounted on node1, a blank tape.
 * @param volumeBlocks size of Volume1 and Volume2 in 512-byte blocks
 */
export function newModel(seed: string, volumeBlocks: number): LabModel {
  const diskBlocks = diskBlocksFor(volumeBlocks);
  const host = (mounts: Mount[]): HostModel => ({ mounts, directories: [], files: {} });
  const app: Mount = {
    special: '/dev/sfdsk/Class1/dsk/Volume1',
    directory: '/app',
    type: 'ufs',
    options: 'rw',
    time: Math.floor(Date.now() / 1000),
  };
  return {
    version: 1,
    seed,
    volumeBlocks,
    diskBlocks,
    classes: [primaryClass(volumeBlocks, diskBlocks)],
    hosts: { node1: host([app]), node2: host([]), node3: host([]) },
    tape: {
      position: { offset: 0, file: 0, block: 0, bytes: 0 },
      loaded: true,
      rewindAtOpen: false,
      senseKey: 0,
    },
    ports: [0, 0, 0],
  };
}
