import { diskOf, groupOf, hasGroup } from './gds-model.ts';
import { bytesOf, type GdsClass, type GdsGroup, privateBlocks } from './lab-model.ts';

/**
 * On which bytes of which disks the blocks of a group lie.
 *
 * Every disk keeps a private area at its beginning; what is after it is its data area. A group puts the data areas of
 * its members together (GDS guide 4.5, 2.1.3): a mirror lays them over each other, a concatenation one after the other,
 * a stripe in turn, `width` blocks each. Blocks of a group, too, are counted with a private area before its data: that
 * 1STBLK of the first volume in a stripe or a concatenation is the same as in a mirror is presumed.
 */

interface DiskSpace {
  readonly kind: 'disk';
  readonly physical: string;
  readonly bytes: number;
}

interface LaidSpace {
  readonly kind: 'mirror' | 'concat';
  readonly members: readonly DataSpace[];
  readonly bytes: number;
}

interface StripedSpace {
  readonly kind: 'stripe';
  /** Bytes. */
  readonly width: number;
  readonly members: readonly DataSpace[];
  readonly bytes: number;
}

/** The data area of a disk or of a group. */
export type DataSpace = DiskSpace | LaidSpace | StripedSpace;

/** A piece of what is read or written, and where it lies. All numbers in bytes. */
export interface DiskPiece {
  readonly physical: string;
  /** From the beginning of the disk. */
  readonly position: number;
  /** From the beginning of what is read or written. */
  readonly offset: number;
  readonly length: number;
}

interface Stretch {
  readonly position: number;
  readonly offset: number;
  readonly length: number;
}

/** How a group lays the data areas of its members together. @param width of a stripe, in blocks */
export function layTogether(
  type: GdsGroup['type'],
  width: number | null,
  members: readonly DataSpace[],
): DataSpace {
  const sizes = members.map(({ bytes }) => bytes);
  const smallest = Math.min(...sizes);
  if (type === 'mirror') return { kind: type, members, bytes: smallest };
  if (type === 'concat') return { kind: type, members, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  const unit = bytesOf(width ?? 1);
  return { kind: type, width: unit, members, bytes: Math.floor(smallest / unit) * unit * members.length };
}

/**
 * The data area of a group or a disk.
 * @throws GdsRefusal if the class has neither with that name
 */
export function dataSpaceOf(owner: GdsClass, name: string): DataSpace {
  if (hasGroup(owner, name)) {
    const { type, width, members } = groupOf(owner, name);
    return layTogether(
      type,
      width,
      members.map((member) => dataSpaceOf(owner, member)),
    );
  }
  const { physical, blocks } = diskOf(owner, name);
  return { kind: 'disk', physical, bytes: bytesOf(blocks - privateBlocks) };
}

function ofConcatenation(members: readonly DataSpace[], stretch: Stretch): [DataSpace, Stretch][] {
  const end = stretch.position + stretch.length;
  let start = 0;
  return members.flatMap((member): [DataSpace, Stretch][] => {
    const from = Math.max(start, stretch.position);
    const to = Math.min(start + member.bytes, end);
    const part = {
      position: from - start,
      offset: stretch.offset + from - stretch.position,
      length: to - from,
    };
    start += member.bytes;
    return part.length > 0 ? [[member, part]] : [];
  });
}

function ofStripe({ members, width }: StripedSpace, stretch: Stretch): [DataSpace, Stretch][] {
  const parts: [DataSpace, Stretch][] = [];
  for (let done = 0; done < stretch.length;) {
    const at = stretch.position + done;
    const unit = Math.floor(at / width);
    const inside = at % width;
    const length = Math.min(width - inside, stretch.length - done);
    const position = Math.floor(unit / members.length) * width + inside;
    const member = members[unit % members.length];
    if (member) parts.push([member, { position, offset: stretch.offset + done, length }]);
    done += length;
  }
  return parts;
}

function cut(space: DataSpace, stretch: Stretch, copies: 'first' | 'every'): DiskPiece[] {
  if (space.kind === 'disk') {
    const { position, offset, length } = stretch;
    return [{ physical: space.physical, position: bytesOf(privateBlocks) + position, offset, length }];
  }
  if (space.kind === 'mirror') {
    const members = copies === 'first' ? space.members.slice(0, 1) : space.members;
    return members.flatMap((member) => cut(member, stretch, copies));
  }
  const parts = space.kind === 'stripe' ? ofStripe(space, stretch) : ofConcatenation(space.members, stretch);
  return parts.flatMap(([member, part]) => cut(member, part, copies));
}

/**
 * Where bytes of a data area lie.
 * @param position byte of the data area
 * @param length in bytes
 * @param copies of a mirror: the first one, to read, or every one, to write
 */
export function piecesOf(
  space: DataSpace,
  position: number,
  length: number,
  copies: 'first' | 'every',
): DiskPiece[] {
  return cut(space, { position, offset: 0, length }, copies);
}

/** How many times the bytes of a group, or of a single disk, are on its disks. */
export function copiesOf(owner: GdsClass, name: string): number {
  const count = (space: DataSpace): number => {
    if (space.kind === 'disk') return 1;
    const each = space.members.map(count);
    return space.kind === 'mirror' ? each.reduce((sum, copies) => sum + copies, 0) : Math.min(...each);
  };
  return count(dataSpaceOf(owner, name));
}
