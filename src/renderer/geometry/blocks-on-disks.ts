/**
 * Where the blocks of a volume lie on the disks below it. Addresses of volumes and of free blocks count in their group; a
 * mirror has them on each member, a concatenation one member after the other, a stripe spread over all.
 */
import type { TopologyDisk, TopologyVolume } from '../../contract/topology.ts';
import { diskOf, groupOf, type ClusterIndex, type Place } from './cluster-index.ts';

/** Blocks of one disk, counted from its first. */
export interface Span {
  readonly disk: string;
  readonly first: number;
  readonly blocks: number;
}

interface Range {
  readonly first: number;
  readonly blocks: number;
}

const sizeOf = (index: ClusterIndex, place: Place, member: string): number | null =>
  (groupOf(index, place, member) ?? diskOf(index, place, member))?.blocks ?? null;

/** The part of a range in a member that begins at `from`; undefined if there is none. */
function cut({ first, blocks }: Range, from: number, size: number): Range | undefined {
  const begin = Math.max(first, from);
  const end = Math.min(first + blocks, from + size);
  return end > begin ? { first: begin - from, blocks: end - begin } : undefined;
}

function concatenated(
  index: ClusterIndex,
  place: Place,
  members: readonly string[],
  range: Range,
): [string, Range][] {
  let from = 0;
  const parts: [string, Range][] = [];
  for (const member of members) {
    const size = sizeOf(index, place, member);
    // Nothing can be placed after a member of unknown size.
    if (size === null) break;
    const part = cut(range, from, size);
    if (part !== undefined) parts.push([member, part]);
    from += size;
  }
  return parts;
}

function partsOf(
  index: ClusterIndex,
  place: Place,
  type: string | null,
  members: readonly string[],
  range: Range,
): [string, Range][] {
  if (type === 'concat') return concatenated(index, place, members, range);
  const by = type === 'stripe' ? members.length : 1;
  const part = { first: range.first / by, blocks: range.blocks / by };
  return members.map((member) => [member, part]);
}

function spansBelow(index: ClusterIndex, place: Place, holder: string, range: Range, depth: number): Span[] {
  const group = groupOf(index, place, holder);
  if (group === undefined) return [{ disk: holder, ...range }];
  // A group that contains itself would be an error in the output: the recursion ends here.
  if (depth > 8) return [];
  return partsOf(index, place, group.type, group.disks, range).flatMap(([member, part]) =>
    spansBelow(index, place, member, part, depth + 1),
  );
}

/**
 * @param of the group or the single disk of the range
 * @returns one span per disk; none if the place is not known
 */
export function spansOnDisks(
  index: ClusterIndex,
  place: Place,
  of: { readonly group: string | null; readonly disk: string | null },
  range: { readonly firstBlock: number | null; readonly blocks: number | null },
): Span[] {
  const holder = of.group ?? of.disk;
  if (holder === null || range.firstBlock === null || range.blocks === null) return [];
  return spansBelow(index, place, holder, { first: range.firstBlock, blocks: range.blocks }, 0);
}

/** The disks below a group, including those of lower groups, in order. */
export function disksBelow(index: ClusterIndex, place: Place, name: string, depth = 0): string[] {
  const group = groupOf(index, place, name);
  if (group === undefined || depth > 8) return group === undefined ? [name] : [];
  return group.disks.flatMap((member) => disksBelow(index, place, member, depth + 1));
}

/** The disks that a volume lies on. */
export function disksOfVolume(index: ClusterIndex, volume: TopologyVolume): TopologyDisk[] {
  const names = volume.group === null ? [volume.disk ?? ''] : disksBelow(index, volume, volume.group);
  return names.flatMap((name) => diskOf(index, volume, name) ?? []);
}
