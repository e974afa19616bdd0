import { dataSpaceOf } from './gds-mapping.ts';
import { hasGroup, refuse, volumesOn } from './gds-model.ts';
import { blockBytes, type GdsClass, type GdsVolume, privateBlocks } from './lab-model.ts';

/** What is on which blocks of a group or a single disk: volumes, and what is free between and after them. */

export interface Extent {
  readonly first: number;
  readonly blocks: number;
  /** None: free. */
  readonly volume: GdsVolume | undefined;
}

/** Blocks of a group or a disk, the private area among them. */
export function blocksOf(owner: GdsClass, name: string): number {
  return privateBlocks + dataSpaceOf(owner, name).bytes / blockBytes;
}

/** Everything after the private area, in order and without gaps. */
export function extentsOn(owner: GdsClass, name: string): Extent[] {
  const extents: Extent[] = [];
  let next = privateBlocks;
  const addFree = (end: number): void => {
    if (end > next) extents.push({ first: next, blocks: end - next, volume: undefined });
  };
  for (const volume of volumesOn(owner, name)) {
    addFree(volume.firstBlock);
    extents.push({ first: volume.firstBlock, blocks: volume.blocks, volume });
    next = volume.firstBlock + volume.blocks;
  }
  addFree(blocksOf(owner, name));
  return extents;
}

function freeExtents(owner: GdsClass, name: string): Extent[] {
  return extentsOn(owner, name).filter(({ volume }) => volume === undefined);
}

export function freeBlocks(owner: GdsClass, name: string): number {
  return freeExtents(owner, name).reduce((sum, { blocks }) => sum + blocks, 0);
}

/** The first block after the last volume of a group or a single disk. */
export function endOfVolumes(owner: GdsClass, name: string): number {
  const last = volumesOn(owner, name).at(-1);
  return last ? last.firstBlock + last.blocks : privateBlocks;
}

/**
 * Where a new volume begins: in the first free extent that holds it.
 * @param volume its name, for the refusal
 * @param blocks its size
 * @throws GdsRefusal where no free extent is large enough
 */
export function placeFor(owner: GdsClass, name: string, volume: string, blocks: number): number {
  const free = freeExtents(owner, name);
  const found = free.find((extent) => extent.blocks >= blocks);
  if (found) return found.first;
  const largest = Math.max(0, ...free.map((extent) => extent.blocks));
  const where = hasGroup(owner, name) ? `in group ${name}` : `on disk ${name}`;
  throw refuse(`${volume}: not enough free space ${where}, ${largest} blocks are free`);
}
