/** The slices of a Solaris disk: which of them share blocks, and which of them a text names. Pure. */

/** A raw device that can be a target, in its parts. */
export interface SliceName {
  /** `c1t1d0`. */
  readonly disk: string;
  readonly number: number;
}

/** One line of prtvtoc(1M). */
export interface Slice {
  readonly number: number;
  /** What it is for: 2 root, 3 swap, 5 backup, … */
  readonly tag: number;
  /** In sectors. */
  readonly first: number;
  readonly count: number;
  /** Where it is mounted, according to prtvtoc. */
  readonly directory: string | undefined;
}

export interface SliceTable {
  readonly sectorBytes: number;
  readonly slices: readonly Slice[];
}

/** `/dev/rdsk/c1t1d0s0`; undefined for any other name, including block devices. */
export function rawSlice(path: string): SliceName | undefined {
  const [, disk, number] = /^\/dev\/rdsk\/(c\d+(?:t[0-9A-F]+)?d\d+)s(\d+)$/.exec(path) ?? [];
  return disk === undefined ? undefined : { disk, number: Number(number) };
}

/** @returns undefined if the text is not the output of prtvtoc */
export function parseSliceTable(text: string): SliceTable | undefined {
  const sectorBytes = Number(/^\*\s+(\d+) bytes\/sector$/m.exec(text)?.[1]);
  const slices = text.split('\n').flatMap((line): Slice[] => {
    const [, number, tag, first, count, directory] =
      /^\s*(\d+)\s+(\d+)\s+[0-9a-f]+\s+(\d+)\s+(\d+)\s+\d+(?:\s+(\/\S*))?\s*$/.exec(line) ?? [];
    return number === undefined
      ? []
      : [
          {
            ...{ number: Number(number), tag: Number(tag), directory },
            ...{ first: Number(first), count: Number(count) },
          },
        ];
  });
  return sectorBytes > 0 && slices.length > 0 ? { sectorBytes, slices } : undefined;
}

/** Tags of the public and the private region of a disk of Veritas Volume Manager (Veritas, article 100015338). */
const veritasTags: readonly number[] = [14, 15];

/** A slice by which Veritas Volume Manager has the disk; undefined if none shows that. */
export const sliceOfVeritas = ({ slices }: SliceTable): Slice | undefined =>
  slices.find(({ tag }) => veritasTags.includes(tag));

/** The slices that share blocks with this one, including itself. */
export function sharingBlocks({ slices }: SliceTable, { first, count }: Slice): Slice[] {
  return slices.filter((other) => other.first < first + count && first < other.first + other.count);
}

/**
 * The devices in a text - a mount table, a list of swap files - that have blocks of the disk's slices. A disk without a
 * slice number means all of it.
 * @param shared numbers of the slices that count
 */
export function namedIn(text: string, disk: string, shared: readonly number[]): string[] {
  const words = text.match(/[^\s:,="']+/g) ?? [];
  return [...new Set(words)].filter((word) => {
    const [, named, slice] = /(?:^|\/)(c\d+(?:t[0-9A-F]+)?d\d+)(?:s(\d+))?$/.exec(word) ?? [];
    return named === disk && (slice === undefined || shared.includes(Number(slice)));
  });
}
