/**
 * The output of sdxinfo as typed objects. Plain data, one interface a kind of object.
 *
 * A field is undefined if sdxinfo printed `*` (not applicable) and also where the column was not printed at all;
 * `columns` distinguishes the two. Blocks are 512 bytes and counted from the start of the group (GDS guide 4.5,
 * glossary).
 */

import type { SdxinfoMessage } from './sdxinfo-table.ts';
import type { Status } from './status-words.ts';

export interface ShownObject {
  /** The columns that sdxinfo printed for this object. */
  readonly columns: readonly string[];
  /** Cells of columns that are not known here, as printed. */
  readonly unknownColumns: Readonly<Record<string, string>>;
}

export interface SdxClass extends ShownObject {
  readonly name: string;
  readonly type: string | undefined;
  readonly scope: string | undefined;
  readonly spare: string | undefined;
}

export interface SdxDisk extends ShownObject {
  readonly name: string;
  readonly type: string;
  readonly class: string;
  readonly group: string | undefined;
  /** DEVNAM: the device as this node names it. */
  readonly device: string | undefined;
  /** DEVBLKS: the size of the device. */
  readonly blocks: number | undefined;
  /** DEVCONNECT: the nodes that reach the device. */
  readonly connectedTo: readonly string[] | undefined;
  readonly status: Status;
}

export interface SdxGroup extends ShownObject {
  readonly name: string;
  readonly type: string | undefined;
  readonly class: string;
  /** Disks, or lower-level groups, in the order of DISKS. */
  readonly disks: readonly string[];
  readonly blocks: number | undefined;
  readonly freeBlocks: number | undefined;
  readonly spare: string | undefined;
  /** Stripe width in blocks. The column is presumed: no sample of a group's long form could be read. */
  readonly width: number | undefined;
}

export interface Extent {
  /** 1STBLK. */
  readonly firstBlock: number | undefined;
  readonly lastBlock: number | undefined;
  readonly blocks: number | undefined;
}

export interface SdxVolume extends ShownObject, Extent {
  readonly name: string;
  readonly type: string | undefined;
  readonly class: string;
  readonly group: string | undefined;
  readonly disk: string | undefined;
  readonly master: string | undefined;
  /** PROXY: undefined if the volume is not a proxy. */
  readonly proxy: Status | undefined;
  readonly skip: string | undefined;
  readonly jrm: string | undefined;
  readonly mode: string | undefined;
  readonly status: Status | undefined;
}

/** A row `*` of the volume table: blocks that belong to no volume, reserved (PRIVATE) or not allocated. */
export interface SdxExtent extends ShownObject, Extent {
  readonly type: string | undefined;
  readonly class: string;
  readonly group: string | undefined;
  readonly disk: string | undefined;
  readonly status: Status | undefined;
}

export interface SdxSlice extends ShownObject {
  readonly class: string;
  readonly group: string | undefined;
  /** A disk, or a lower-level group that replaces it. */
  readonly disk: string;
  readonly volume: string;
  readonly status: Status;
}

export interface SdxinfoReport {
  readonly classes: readonly SdxClass[];
  readonly disks: readonly SdxDisk[];
  readonly groups: readonly SdxGroup[];
  readonly volumes: readonly SdxVolume[];
  readonly extents: readonly SdxExtent[];
  readonly slices: readonly SdxSlice[];
  readonly messages: readonly SdxinfoMessage[];
}

/** What one host's sdxinfo showed. */
export interface NodeReport {
  readonly node: string;
  readonly report: SdxinfoReport;
}

export const emptyReport: SdxinfoReport = {
  classes: [],
  disks: [],
  groups: [],
  volumes: [],
  extents: [],
  slices: [],
  messages: [],
};

/** Field -> the column it comes from, for each kind of object. Every other column is kept as unknown. */
export const columnsOfFields = {
  class: { name: 'NAME', type: 'TYPE', scope: 'SCOPE', spare: 'SPARE' },
  disk: {
    name: 'NAME',
    type: 'TYPE',
    class: 'CLASS',
    group: 'GROUP',
    device: 'DEVNAM',
    blocks: 'DEVBLKS',
    connectedTo: 'DEVCONNECT',
    status: 'STATUS',
  },
  group: {
    name: 'NAME',
    type: 'TYPE',
    class: 'CLASS',
    disks: 'DISKS',
    blocks: 'BLKS',
    freeBlocks: 'FREEBLKS',
    spare: 'SPARE',
    width: 'WIDTH',
  },
  volume: {
    name: 'NAME',
    type: 'TYPE',
    class: 'CLASS',
    group: 'GROUP',
    disk: 'DISK',
    master: 'MASTER',
    proxy: 'PROXY',
    skip: 'SKIP',
    jrm: 'JRM',
    mode: 'MODE',
    firstBlock: '1STBLK',
    lastBlock: 'LASTBLK',
    blocks: 'BLOCKS',
    status: 'STATUS',
  },
  slice: { class: 'CLASS', group: 'GROUP', disk: 'DISK', volume: 'VOLUME', status: 'STATUS' },
} as const;

export type ObjectKind = keyof typeof columnsOfFields;
