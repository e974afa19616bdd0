/** The state of the lab: plain data, kept in `model.json` of its folder. Its initial state is in lab-volumes.ts. */

export const nodeNames = ['node1', 'node2', 'node3'] as const;
export type NodeName = (typeof nodeNames)[number];

export const groupTypes = ['mirror', 'stripe', 'concat'] as const;
export type GroupType = (typeof groupTypes)[number];

export interface GdsDisk {
  name: string;
  /** The disk file that it is. */
  physical: string;
  /** Its device as the nodes of the class name it. */
  device: string;
  /** That of its group; `single` if volumes are made on the disk itself, `undef` if it has no use yet. */
  type: GroupType | 'single' | 'undef';
  group: string | null;
  blocks: number;
}

export interface GdsGroup {
  name: string;
  type: GroupType;
  /** Of a stripe: blocks on one member before the next one. */
  width: number | null;
  /** Disks and lower groups, in connection order. */
  members: string[];
  /** The higher group in which this one takes the place of a disk. */
  group: string | null;
}

export interface GdsVolume {
  name: string;
  /** The group, or the single disk, in which it lies. */
  on: string;
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
  /** Of a proxy: the just resynchronization mode that it was parted with; absent if Part did not set it. */
  pjrm?: 'on' | 'off';
  /** Of a master that is rebuilt by RejoinRestore: the proxy that is copied from. */
  restoredFrom?: string;
}

export interface GdsClass {
  name: string;
  scope: NodeName[];
  shadow: boolean;
  disks: GdsDisk[];
  groups: GdsGroup[];
  volumes: GdsVolume[];
}

/** What all three hosts run. */
export type Platform = 'solaris' | 'linux';

/** File systems that are in the lab's volumes. */
export const fileSystemTypes = ['ufs', 'sfxfs', 'ext3'] as const;
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
  /** Path -> text, or where the lab keeps its bytes; earlier labs have bytes in base64. */
  files: Record<string, string | { base64: string } | { stored: string; bytes: number }>;
  /** Symbolic links: path -> where it leads. */
  links?: Record<string, string>;
  /** How often it has rebooted since the lab was made. */
  reboots?: number;
  /** Special files of shadow volumes that a reboot has taken: the files survive it (GDS guide 4.5, A.2.36). */
  staleDevices?: string[];
}

export interface TapePosition {
  /** Byte offset in the tape's file. */
  offset: number;
  file: number;
  block: number;
  /** Data bytes that lie before the head. */
  bytes: number;
}

export interface CartridgeModel {
  name: string;
  /** A number is a slot of the changer, counted from 1; `drive N` a drive of the changer that is another host's. */
  place: 'drive' | 'shelf' | number | `drive ${number}`;
  /** The slot from which the changer moved it into the drive. */
  home: number | null;
  /** Capacity in bytes of data, if it has its own. */
  bytes?: number;
  /** Bytes of data that are recorded on it. */
  written: number;
}

export interface TapeModel {
  cartridges: CartridgeModel[];
  position: TapePosition;
  loaded: boolean;
  /** After an error on a no-rewind device the next open rewinds (Solaris mtio(4I), Close Operation). */
  rewindAtOpen: boolean;
  senseKey: number;
  /**
   * Linux: after spacing back over a file mark, until the next one is met, st does not know how many records are before
   * the head.
   */
  blockUnknown?: boolean;
}

export interface LabModel {
  version: 3;
  /** Solaris by default. */
  platform?: Platform;
  seed: string;
  /** Size of Volume1 and Volume2. */
  volumeBlocks: number;
  classes: GdsClass[];
  hosts: Record<NodeName, HostModel>;
  tape: TapeModel;
  ports: [number, number, number];
}

/** What the hosts of a lab run. */
export const platformOf = ({ platform }: LabModel): Platform => platform ?? 'solaris';

/** GDS counts in blocks of 512 bytes. */
export const blockBytes = 512;

/** Blocks of the private area at the beginning of a disk (the first volume's 1STBLK in the GDS guide's samples). */
export const privateBlocks = 65_536;

export const bytesOf = (blocks: number): number => blocks * blockBytes;
