/** GDS counts in blocks of 512 bytes. */
export const blockBytes = 512;
/** Blocks of the private area at the beginning of a disk (the first volume's 1STBLK in the GDS guide's samples). */
export const privateBlocks = 65_536;

export const bytesOf = (blocks: number): number => blocks * blockBytes;
