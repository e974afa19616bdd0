/**
 * Both domains in one picture: nodes, classes, disks, groups, volumes, slices, and which shadow shows which volume.
 *
 * Plain data without undefined: it crosses process boundaries as JSON. What every node of a domain must see alike is
 * listed once, taken from the first node that shows it, and what nodes tell otherwise is listed as a disagreement;
 * device names and statuses are listed by node.
 */

/** A status as sdxinfo printed it. */
export interface Status {
  readonly word: string;
  /** False if the word is in no table that is known. */
  readonly known: boolean;
}

export type Domain = 'primary' | 'backup';

/** Node name -> what that node reports. */
export type ByNode<T> = Readonly<Record<string, T>>;

interface InClass {
  readonly domain: Domain;
  readonly class: string;
}

export interface TopologyClass {
  readonly domain: Domain;
  readonly name: string;
  /** The nodes that show objects of the class. */
  readonly nodes: readonly string[];
}

export interface TopologyDisk extends InClass {
  readonly name: string;
  readonly type: string;
  readonly group: string | null;
  readonly blocks: number | null;
  readonly deviceOn: ByNode<string>;
  readonly statusOn: ByNode<Status>;
}

export interface TopologyGroup extends InClass {
  readonly name: string;
  /** The type that it, its disks or its volumes are shown with; null where none is. */
  readonly type: string | null;
  /** Disks and lower groups, in the order of DISKS. */
  readonly disks: readonly string[];
  /** Those of them that are groups themselves. */
  readonly lowerGroups: readonly string[];
  /** The group that this one is a lower group of. */
  readonly upperGroup: string | null;
  /** Stripe width in blocks, where it is shown. */
  readonly width: number | null;
  readonly blocks: number | null;
  readonly freeBlocks: number | null;
}

export interface TopologyVolume extends InClass {
  readonly name: string;
  readonly type: string | null;
  readonly group: string | null;
  /** The disk of a volume that is on a single disk. */
  readonly disk: string | null;
  readonly firstBlock: number | null;
  readonly blocks: number | null;
  readonly mode: string | null;
  /** The master of a proxy volume. */
  readonly master: string | null;
  readonly proxyOn: ByNode<Status>;
  /** True if every node that shows the proxy shows `Join`. */
  readonly joined: boolean;
  /** The proxies of a master volume. */
  readonly proxies: readonly string[];
  readonly statusOn: ByNode<Status>;
}

/** Blocks that belong to no volume. */
export interface TopologyExtent extends InClass {
  readonly group: string | null;
  /** Of a single disk, where it is reported. */
  readonly disk: string | null;
  readonly firstBlock: number;
  readonly blocks: number;
  readonly status: Status | null;
}

export interface TopologySlice extends InClass {
  /** A disk, or a lower group that replaces it. */
  readonly disk: string;
  readonly volume: string;
  readonly group: string | null;
  readonly statusOn: ByNode<Status>;
}

/** Something that must be the same on every node of a domain and is not. */
export interface Disagreement {
  readonly object: string;
  readonly field: string;
  readonly on: ByNode<string>;
}

/** Which volume of the cluster a shadow volume shows. */
export interface ShadowLink {
  readonly shadow: { readonly class: string; readonly volume: string };
  readonly of: { readonly class: string; readonly volume: string };
  /** `plan`: said by a job. `extent`: same disk names, same blocks. `name`: same disk names, same volume name. */
  readonly by: 'plan' | 'extent' | 'name';
}

export interface Topology {
  readonly nodes: readonly { readonly name: string; readonly domain: Domain }[];
  readonly classes: readonly TopologyClass[];
  readonly disks: readonly TopologyDisk[];
  readonly groups: readonly TopologyGroup[];
  readonly volumes: readonly TopologyVolume[];
  readonly extents: readonly TopologyExtent[];
  readonly slices: readonly TopologySlice[];
  readonly shadows: readonly ShadowLink[];
  readonly disagreements: readonly Disagreement[];
}
