/**
 * What is on a group, or on a single disk, up to a volume and with it.
 *
 * `sdxshadowvolume -M` takes no first block: a volume is placed after what is there already. So everything before
 * a volume has to be made, too (GDS guide (Linux) 4.2, 2.7.2.4).
 */

import { extentsOfPlace, isSamePlace, placeOf } from './report-lookup.ts';
import { blocksText } from './rule-verdict.ts';
import type { SdxinfoReport, SdxVolume } from './sdxinfo-objects.ts';

/** Blocks of one volume, or free blocks. */
export interface Stretch {
  /** Undefined: free. */
  readonly volume: string | undefined;
  readonly firstBlock: number;
  readonly blocks: number;
}

export interface BlocksUpTo {
  /** Ascending and without a hole, reserved blocks left out; the volume itself comes last. */
  readonly stretches: readonly Stretch[];
  /** Why the stretches cannot be relied on, each in words. */
  readonly obstacles: readonly string[];
}

const reserved = 'reserved blocks';

type Found = Stretch & { readonly isReserved: boolean };

/** Volumes of the same group or disk; a volume whose place is not shown may be one of a single disk. */
function neighbours(report: SdxinfoReport, volume: SdxVolume): SdxVolume[] {
  const place = placeOf(volume);
  return report.volumes.filter((other) => other.class === volume.class && isSamePlace(placeOf(other), place));
}

function placeless(report: SdxinfoReport, volume: SdxVolume): string[] {
  if (volume.group !== undefined) return [];
  const others = report.volumes.filter(
    (other) => other.class === volume.class && placeOf(other) === undefined,
  );
  return others.map(({ name }) => `volume ${name} on an unknown disk`);
}

function foundUpTo(
  report: SdxinfoReport,
  volume: SdxVolume,
  last: number,
): { found: Found[]; obstacles: string[] } {
  const found: Found[] = [];
  const obstacles: string[] = placeless(report, volume);
  for (const { name, firstBlock, blocks } of neighbours(report, volume)) {
    if (firstBlock === undefined) obstacles.push(`volume ${name} at an unknown block`);
    else if (firstBlock > last) continue;
    else if (blocks === undefined) obstacles.push(`volume ${name} of unknown size`);
    else found.push({ volume: name, firstBlock, blocks, isReserved: false });
  }
  const place = placeOf(volume);
  const extents = place === undefined ? [] : extentsOfPlace(report, volume.class, place);
  for (const { firstBlock, blocks, status } of extents) {
    if (firstBlock !== undefined && firstBlock > last) continue;
    const word = status?.word;
    if (word !== 'PRIVATE' && word !== 'FREE')
      obstacles.push(`blocks that are ${word ?? 'of unknown state'}`);
    else if (firstBlock === undefined || blocks === undefined) continue;
    else found.push({ volume: undefined, firstBlock, blocks, isReserved: word === 'PRIVATE' });
  }
  return { found, obstacles };
}

/**
 * The volumes and free blocks up to a volume and with it.
 * @param report of the whole class: what is not in it cannot be seen to be in the way
 */
export function blocksUpTo(report: SdxinfoReport, volume: SdxVolume): BlocksUpTo {
  const last = volume.firstBlock;
  if (last === undefined) return { stretches: [], obstacles: [`volume ${volume.name} at an unknown block`] };
  const { found, obstacles } = foundUpTo(report, volume, last);
  // What no row tells of is as free as what a row calls FREE.
  const occupied = found.filter(({ volume: name, isReserved }) => name !== undefined || isReserved);
  occupied.sort((one, other) => one.firstBlock - other.firstBlock);
  const stretches: Stretch[] = [];
  let next = Math.min(...found.map(({ firstBlock }) => firstBlock));
  let before = reserved;
  for (const { volume: name, firstBlock, blocks, isReserved } of occupied) {
    const what = isReserved ? reserved : `volume ${name}`;
    const isBothReserved = isReserved && before === reserved;
    if (firstBlock < next && !isBothReserved) obstacles.push(`${before} and ${what} overlap`);
    if (firstBlock > next) stretches.push({ volume: undefined, firstBlock: next, blocks: firstBlock - next });
    if (!isReserved) stretches.push({ volume: name, firstBlock, blocks });
    if (firstBlock + blocks > next) before = what;
    next = Math.max(next, firstBlock + blocks);
  }
  return { stretches, obstacles };
}

/** A stretch as a person names it: `volume Volume4`, `1,024 free blocks`. */
export function stretchText({ volume, blocks }: Stretch): string {
  return volume === undefined ? blocksText(blocks).replace(' ', ' free ') : `volume ${volume}`;
}
