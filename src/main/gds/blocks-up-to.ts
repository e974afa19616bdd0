/**
 * What is on a group, or on a single disk, up to a volume and with it.
 *
 * `sdxshadowvolume -M` takes no first block: a volume is placed after what is there already. So everything before
 * a volume has to be made, too (GDS guide (Linux) 4.2, 2.7.2.4).
 */

import { extentsOfPlace, isSamePlace, placeOf } from './report-lookup.ts';
import type { VolumePlace } from './report-lookup.ts';
import { blocksText } from './rule-verdict.ts';
import type { SdxinfoReport, SdxVolume } from './sdxinfo-objects.ts';
import { phrase } from '../../contract/text/say.ts';

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

const reserved = phrase('reserved blocks');

type Found = Stretch & { readonly isReserved: boolean };

/** A volume whose place is not shown may be one of a single disk. */
function placeless(volumes: readonly SdxVolume[], place: VolumePlace): string[] {
  if ('group' in place) return [];
  const others = volumes.filter((other) => placeOf(other) === undefined);
  return others.map(({ name }) => phrase('volume {name} on an unknown disk', { name }));
}

function foundUpTo(
  report: SdxinfoReport,
  className: string,
  place: VolumePlace,
  last: number,
): { found: Found[]; obstacles: string[] } {
  const volumes = report.volumes.filter((volume) => volume.class === className);
  const found: Found[] = [];
  const obstacles: string[] = placeless(volumes, place);
  for (const { name, firstBlock, blocks } of volumes.filter((volume) =>
    isSamePlace(placeOf(volume), place),
  )) {
    if (firstBlock === undefined) obstacles.push(phrase('volume {name} at an unknown block', { name }));
    else if (firstBlock > last) continue;
    else if (blocks === undefined) obstacles.push(phrase('volume {name} of unknown size', { name }));
    else found.push({ volume: name, firstBlock, blocks, isReserved: false });
  }
  for (const { firstBlock, blocks, status } of extentsOfPlace(report, className, place)) {
    if (firstBlock !== undefined && firstBlock > last) continue;
    const word = status?.word;
    if (word !== 'PRIVATE' && word !== 'FREE')
      obstacles.push(phrase('blocks that are {word}', { word: word ?? phrase('of unknown state') }));
    else if (firstBlock !== undefined && blocks !== undefined)
      found.push({ volume: undefined, firstBlock, blocks, isReserved: word === 'PRIVATE' });
    else if (word === 'PRIVATE') obstacles.push(phrase('{reserved} of unknown place or size', { reserved }));
  }
  return { found, obstacles };
}

/**
 * The volumes and free blocks up to a volume and with it.
 * @param report of the whole class: what is not in it cannot be seen to be in the way
 * @param place of the volume
 */
export function blocksUpTo(report: SdxinfoReport, volume: SdxVolume, place: VolumePlace): BlocksUpTo {
  const last = volume.firstBlock;
  if (last === undefined)
    return { stretches: [], obstacles: [phrase('volume {name} at an unknown block', { name: volume.name })] };
  const { found, obstacles } = foundUpTo(report, volume.class, place, last);
  // What is in no row is as free as what a row calls FREE.
  const occupied = found.filter(({ volume: name, isReserved }) => name !== undefined || isReserved);
  occupied.sort((one, other) => one.firstBlock - other.firstBlock);
  const stretches: Stretch[] = [];
  let next = Math.min(...found.map(({ firstBlock }) => firstBlock));
  let before: string = reserved;
  for (const { volume: name, firstBlock, blocks, isReserved } of occupied) {
    const what = isReserved ? reserved : phrase('volume {name}', { name: name ?? '' });
    const isBothReserved = isReserved && before === reserved;
    if (firstBlock < next && !isBothReserved)
      obstacles.push(phrase('{before} and {what} overlap', { before, what }));
    if (firstBlock > next) stretches.push({ volume: undefined, firstBlock: next, blocks: firstBlock - next });
    if (!isReserved) stretches.push({ volume: name, firstBlock, blocks });
    if (firstBlock + blocks > next) before = what;
    next = Math.max(next, firstBlock + blocks);
  }
  return { stretches, obstacles };
}

/** A stretch as a person names it: `volume Volume4`, `1,024 free blocks`. */
export function stretchText({ volume, blocks }: Stretch): string {
  return volume === undefined
    ? blocksText(blocks).replace(' ', ' free ')
    : phrase('volume {volume}', { volume });
}
