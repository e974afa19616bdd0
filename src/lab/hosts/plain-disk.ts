/** A disk of one Solaris host outside of every GDS class: c2t0d0. Its bytes exist as long as the machine. */
import { IoError } from '../faults/io-error.ts';

/** The disk that a host of the lab has for itself; the boot disk is the other one, and cannot be opened. */
export const plainDisk = 'c2t0d0';

const blockBytes = 512;
/** 16 MiB. */
const diskBlocks = 32_768;

interface Slice {
  readonly number: number;
  /** As prtvtoc shows it: 2 root, 3 swap, 4 usr, 5 backup. */
  readonly tag: number;
  readonly firstBlock: number;
  readonly blocks: number;
  readonly directory?: string;
}

/** Slice 2 is the whole disk, by custom of Solaris. */
const slicesOf: Readonly<Record<string, readonly Slice[]>> = {
  c0t0d0: [
    { number: 0, tag: 2, firstBlock: 2048, blocks: 24_576, directory: '/' },
    { number: 1, tag: 3, firstBlock: 26_624, blocks: 6144 },
    { number: 2, tag: 5, firstBlock: 0, blocks: diskBlocks },
  ],
  [plainDisk]: [
    { number: 0, tag: 4, firstBlock: 0, blocks: 8192 },
    { number: 2, tag: 5, firstBlock: 0, blocks: diskBlocks },
    { number: 3, tag: 4, firstBlock: 8192, blocks: 24_576 },
  ],
};

/** `/dev/rdsk/c2t0d0s0` -> disk and number of the slice. */
function parse(path: string): { readonly disk: string; readonly number: number } | undefined {
  const [, disk, number] = /^\/dev\/r?dsk\/(c\d+t\d+d\d+)s([0-7])$/.exec(path) ?? [];
  return disk === undefined ? undefined : { disk, number: Number(number) };
}

/** The table of the disk that a path names; a disk of the lab's storage has slice 2 alone. */
export function slicesAt(path: string, blocksOf: (disk: string) => number | undefined): readonly Slice[] {
  const { disk = '' } = parse(path) ?? {};
  const blocks = blocksOf(disk);
  const whole = blocks === undefined ? [] : [{ number: 2, tag: 5, firstBlock: 0, blocks }];
  return slicesOf[disk] ?? whole;
}

/** What is written to the disk of a host. */
export class PlainDisk {
  /** Undefined until it is opened. */
  #bytes: Buffer | undefined;

  /**
   * The bytes of a slice of it, to be read and changed; undefined if the path names another disk. @throws IoError ENXIO
   * where it has no such slice
   */
  sliceAt(path: string): Buffer | undefined {
    const named = parse(path);
    if (named?.disk !== plainDisk) return undefined;
    const slice = slicesOf[plainDisk]?.find(({ number }) => number === named.number);
    if (!slice) throw new IoError('ENXIO');
    const from = slice.firstBlock * blockBytes;
    this.#bytes ??= Buffer.alloc(diskBlocks * blockBytes);
    return this.#bytes.subarray(from, from + slice.blocks * blockBytes);
  }
}
