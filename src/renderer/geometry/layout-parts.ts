/** The elements of the topology's picture: boxes and lines with what they show. Lengths are pixels at scale 1. */
import type { State } from '../../folds/states.ts';
import type { ObjectKey, VolumeRole } from './cluster-index.ts';
import type { Box } from './viewport.ts';

interface Item extends Box {
  /** Unique in the picture. */
  readonly id: string;
  /** What it shows; several items can show one object. */
  readonly key: ObjectKey;
  readonly name: string;
}

export interface NodeItem extends Item {
  readonly kind: 'node';
  readonly note: string;
}

export interface ClassItem extends Item {
  readonly kind: 'class';
  readonly note: string;
  /** Where lines pass the boxes of a column, from left to right: next to each one. */
  readonly gutters: readonly number[];
  readonly ghost: boolean;
}

export interface GroupItem extends Item {
  readonly kind: 'group';
  readonly note: string;
  readonly depth: number;
  readonly folded: boolean;
  /** Expected here, but not existing yet. */
  readonly ghost: boolean;
}

export interface DiskItem extends Item {
  readonly kind: 'disk';
  /** The strip of its blocks; the box has its label above. */
  readonly strip: Box;
  readonly device: string;
  readonly status: string;
  readonly state: State;
  readonly ghost: boolean;
  /** False if its size is not known: nothing is to scale then. */
  readonly scaled: boolean;
}

export interface ExtentItem extends Item {
  readonly kind: 'extent';
  readonly role: VolumeRole | 'private' | 'free';
  readonly status: string;
  readonly state: State;
  /** Drawn in the strip of a folded group, without words. */
  readonly thin: boolean;
}

export interface TapeItem extends Item {
  readonly kind: 'tape';
}

export type PictureItem = NodeItem | ClassItem | GroupItem | DiskItem | ExtentItem | TapeItem;

export interface Columns {
  readonly nodes: Box;
  readonly classes: Box;
  readonly backup: Box;
}

/** A line between two items. */
export interface Tie {
  readonly id: string;
  /**
   * `copy`: master to proxy. `same-disk`: one disk in both domains. `shadow`: the same, with a shadow on it. `node`: a
   * node has the class.
   */
  readonly kind: 'copy' | 'same-disk' | 'shadow' | 'node';
  /** As SVG has it. */
  readonly path: string;
  readonly box: Box;
  readonly keys: readonly ObjectKey[];
  readonly label: { readonly text: string; readonly x: number; readonly y: number } | undefined;
  readonly state: State;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly columns: Columns;
  readonly items: readonly PictureItem[];
  readonly ties: readonly Tie[];
  /** Group key -> whether it is drawn folded. */
  readonly folded: ReadonlySet<ObjectKey>;
}

/** The lengths of a picture. */
export type Metrics = Readonly<Record<keyof typeof tight, number>>;

const tight = {
  margin: 16,
  nodeWidth: 112,
  nodeHeight: 46,
  classHead: 38,
  classPad: 12,
  groupHead: 30,
  groupPad: 12,
  groupGap: 14,
  /** Between a master's group and its proxy's: room for the line and its label. */
  tiedGap: 56,
  foldedGap: 20,
  diskLabel: 18,
  strip: 36,
  diskGap: 12,
  foldedStrip: 12,
  tapeHeight: 120,
};

/** @param stretch 1 and more: a small cluster uses a large window; boxes with only text keep their size */
export function metricsFor(stretch: number): Metrics {
  const grown = (length: number) => Math.round(length * stretch);
  return {
    ...tight,
    strip: grown(tight.strip),
    diskGap: grown(tight.diskGap),
    groupGap: grown(tight.groupGap),
    tiedGap: grown(tight.tiedGap),
  };
}
