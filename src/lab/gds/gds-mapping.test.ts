import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, privateBlocks } from './lab-model.ts';
import { copiesOf, dataSpaceOf, layTogether, piecesOf } from './gds-mapping.ts';
import type { DataSpace, DiskPiece } from './gds-mapping.ts';
import { primaryClass } from './lab-volumes.ts';

const start = bytesOf(privateBlocks);
const disk = (physical: string, blocks: number): DataSpace => ({
  kind: 'disk',
  physical,
  bytes: bytesOf(blocks),
});

/** Disk and block after the private area, for each block of a piece. */
const blocksOf = (pieces: readonly DiskPiece[]): string[] =>
  pieces.flatMap(({ physical, position, length }) =>
    Array.from({ length: length / 512 }, (_, index) => `${physical}.${(position - start) / 512 + index}`),
  );
const all = (space: DataSpace): string[] => blocksOf(piecesOf(space, 0, space.bytes, 'first'));

describe('a block lies', () => {
  test('in a stripe: width blocks on each disk in turn', () => {
    const space = layTogether('stripe', 2, [disk('A', 5), disk('B', 4)]);
    expect(all(space)).toEqual(['A.0', 'A.1', 'B.0', 'B.1', 'A.2', 'A.3', 'B.2', 'B.3']);
  });

  test('in a concatenation: on the next disk where the first one ends', () => {
    const space = layTogether('concat', null, [disk('A', 2), disk('B', 3)]);
    expect(all(space)).toEqual(['A.0', 'A.1', 'B.0', 'B.1', 'B.2']);
  });

  test('in a mirror: on every member, as far as the smallest one reaches', () => {
    const space = layTogether('mirror', null, [
      disk('A', 3),
      layTogether('stripe', 1, [disk('B', 1), disk('C', 9)]),
    ]);
    expect(all(space)).toEqual(['A.0', 'A.1']);
    expect(blocksOf(piecesOf(space, 0, space.bytes, 'every'))).toEqual(['A.0', 'A.1', 'B.0', 'C.0']);
  });

  test('in a stripe of concatenations: on the disk that the member’s own block has', () => {
    const lower = layTogether('concat', null, [disk('A', 1), disk('B', 1)]);
    expect(all(layTogether('stripe', 1, [lower, disk('C', 2)]))).toEqual(['A.0', 'C.0', 'B.0', 'C.1']);
  });
});

/** Random groups, nested as GDS allows it; every disk is in one place only. */
function spaces(): fc.Arbitrary<DataSpace> {
  let next = 0;
  const leaf = fc.integer({ min: 1, max: 24 }).map((blocks) => disk(`D${(next += 1)}`, blocks));
  const members = (of: fc.Arbitrary<DataSpace>): fc.Arbitrary<DataSpace[]> =>
    fc.array(of, { minLength: 1, maxLength: 4 });
  const width = fc.integer({ min: 1, max: 5 });
  const concat = members(leaf).map((of) => layTogether('concat', null, of));
  const stripe = fc
    .tuple(members(fc.oneof(leaf, concat)), width)
    .map(([of, blocks]) => layTogether('stripe', blocks, of));
  const mirror = members(fc.oneof(leaf, concat, stripe)).map((of) => layTogether('mirror', null, of));
  return fc.oneof(leaf, concat, stripe, mirror);
}

function disksIn(space: DataSpace): { physical: string; bytes: number }[] {
  return space.kind === 'disk' ? [space] : space.members.flatMap(disksIn);
}

describe('for any geometry', () => {
  test('each byte lies on exactly one byte of a disk, inside its data area, and no two on the same', () => {
    fc.assert(
      fc.property(spaces(), (space) => {
        const pieces = piecesOf(space, 0, space.bytes, 'first');
        let next = 0;
        for (const { offset, length } of pieces) {
          expect(offset).toBe(next);
          next += length;
        }
        expect(next).toBe(space.bytes);
        const blocks = blocksOf(pieces);
        expect(new Set(blocks).size).toBe(space.bytes / 512);
        const sizes = new Map(disksIn(space).map(({ physical, bytes }) => [physical, bytes]));
        for (const { physical, position, length } of pieces) {
          expect(position).toBeGreaterThanOrEqual(start);
          expect(position - start + length).toBeLessThanOrEqual(sizes.get(physical) ?? 0);
        }
      }),
    );
  });

  test('any range is where the same bytes of the whole are', () => {
    fc.assert(
      fc.property(spaces(), fc.nat(), fc.nat(), (space, from, size) => {
        const position = space.bytes === 0 ? 0 : from % space.bytes;
        const length = size % (space.bytes - position + 1);
        const placeOf = (pieces: readonly DiskPiece[], byte: number): string | undefined => {
          const piece = pieces.find(({ offset, length: long }) => offset <= byte && byte < offset + long);
          return piece && `${piece.physical}.${piece.position + byte - piece.offset}`;
        };
        const whole = piecesOf(space, 0, space.bytes, 'first');
        const part = piecesOf(space, position, length, 'first');
        for (let byte = 0; byte < length; byte += 97) {
          expect(placeOf(part, byte)).toBe(placeOf(whole, position + byte));
        }
      }),
    );
  });

  test('a write goes to every copy, each byte of each copy once', () => {
    fc.assert(
      fc.property(spaces(), (space) => {
        const blocks = blocksOf(piecesOf(space, 0, space.bytes, 'every'));
        const copies = space.kind === 'mirror' ? space.members.length : 1;
        expect(new Set(blocks).size).toBe(blocks.length);
        expect(blocks.length).toBe((space.bytes / 512) * copies);
      }),
    );
  });
});

test('the volumes of the lab: no two share a byte of a disk, and none reaches beyond its disk', () => {
  for (const volumeBlocks of [1024, 16_384, 1_048_576]) {
    const owner = primaryClass(volumeBlocks);
    const taken = new Map<string, [number, number][]>();
    for (const { on, firstBlock, blocks } of owner.volumes) {
      const position = bytesOf(firstBlock - privateBlocks);
      for (const piece of piecesOf(dataSpaceOf(owner, on), position, bytesOf(blocks), 'every')) {
        const end = piece.position + piece.length;
        taken.set(piece.physical, [...(taken.get(piece.physical) ?? []), [piece.position, end]]);
      }
    }
    expect(taken.size).toBe(17);
    for (const [physical, ranges] of taken) {
      const sorted = ranges.sort(([first], [second]) => first - second);
      for (const [index, [, end]] of sorted.entries()) {
        const size = bytesOf(owner.disks.find((entry) => entry.physical === physical)?.blocks ?? 0);
        expect(end).toBeLessThanOrEqual(sorted[index + 1]?.[0] ?? size);
      }
    }
  }
});

test('the concatenated proxy of the lab lies on both of its disks', () => {
  const owner = primaryClass(16_384);
  const pieces = piecesOf(dataSpaceOf(owner, 'Group8'), 0, bytesOf(2048), 'every');
  expect(pieces).toEqual([
    { physical: 'Disk14', position: start, offset: 0, length: bytesOf(1536) },
    { physical: 'Disk15', position: start, offset: bytesOf(1536), length: bytesOf(512) },
  ]);
  expect(['Group1', 'Group5', 'Group6', 'Group8', 'Disk17'].map((name) => copiesOf(owner, name))).toEqual([
    2, 2, 1, 1, 1,
  ]);
});
