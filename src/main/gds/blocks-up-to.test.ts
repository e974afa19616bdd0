import { describe, expect, test } from 'vitest';
import { blocksUpTo, stretchText } from './blocks-up-to.ts';
import { findVolume, placeOf } from './report-lookup.ts';
import { parseSdxinfo } from './sdxinfo.ts';

const titles =
  'OBJ NAME TYPE CLASS GROUP DISK MASTER PROXY 1STBLK LASTBLK BLOCKS STATUS\n' +
  '--- --- --- --- --- --- --- --- --- --- --- ---\n';
const proxy = 'P G 1000 1099 100 STOP';

/** Rows as `NAME PLACE 1STBLK LASTBLK BLOCKS STATUS`, where a place is a group G, or a single disk D. */
function upTo(rows: readonly string[], volumeName = 'P') {
  const table = rows.map((row) => {
    const [name, place = '', ...blocks] = row.split(' ');
    const [group, disk] = place.startsWith('G') ? [place, '*'] : ['*', place];
    return `volume ${name} mirror C ${group} ${disk} * * ${blocks.join(' ')}`;
  });
  const report = parseSdxinfo(`${titles}${table.join('\n')}\n`);
  const volume = findVolume(report, 'C', volumeName);
  const place = placeOf(volume);
  if (volume === undefined || place === undefined) throw new Error('the table has no such volume');
  const { stretches, obstacles } = blocksUpTo(report, volume, place);
  const texts = stretches.map((stretch) => `${stretchText(stretch)} at ${stretch.firstBlock}`);
  return { texts, obstacles };
}

describe('what is on a group up to a volume', () => {
  test('are volumes and free blocks in their order, without the reserved blocks', () => {
    const rows = [proxy, 'A G 100 199 100 STOP', '* G 0 99 100 PRIVATE', '* G 200 999 800 FREE'];
    expect(upTo(rows)).toEqual({
      texts: ['volume A at 100', '800 free blocks at 200', 'volume P at 1000'],
      obstacles: [],
    });
  });

  test('is named in words', () => {
    expect(stretchText({ volume: undefined, firstBlock: 0, blocks: 1 })).toBe('1 free block');
    expect(stretchText({ volume: undefined, firstBlock: 0, blocks: 2048 })).toBe('2,048 free blocks');
  });

  test('is not what begins after it, whatever its state', () => {
    const after = ['A G 1100 1199 100 STOP', '* G 1200 1299 100 ODD', 'B G 1300 * * STOP'];
    expect(upTo([proxy, ...after])).toEqual({ texts: ['volume P at 1000'], obstacles: [] });
  });

  test('is not known where blocks before it are of an unknown state, place or size', () => {
    const obstacles = (...rows: string[]) => upTo([...rows, proxy]).obstacles;
    expect(obstacles('* G 0 99 100 ODD')).toEqual(['blocks that are ODD']);
    expect(obstacles('* G 0 99 100 *')).toEqual(['blocks that are of unknown state']);
    expect(obstacles('* G * * * ODD')).toEqual(['blocks that are ODD']);
    expect(obstacles('A G * * 100 STOP')).toEqual(['volume A at an unknown block']);
    expect(obstacles('A G 0 * * STOP')).toEqual(['volume A of unknown size']);
    for (const blocks of ['* * *', '0 * *', '* * 100'])
      expect(obstacles(`* G ${blocks} PRIVATE`)).toEqual(['reserved blocks of unknown place or size']);
  });

  test('is known where free blocks have no place: what is in no row is free', () => {
    for (const blocks of ['* * *', '100 * *', '* * 800'])
      expect(upTo(['* G 0 99 100 PRIVATE', `* G ${blocks} FREE`, proxy])).toEqual({
        texts: ['900 free blocks at 100', 'volume P at 1000'],
        obstacles: [],
      });
  });

  test('is not known where the volume itself is at an unknown block', () => {
    expect(upTo(['* G 0 99 100 PRIVATE', 'A G 100 199 100 STOP', 'P G * * * STOP'])).toEqual({
      texts: [],
      obstacles: ['volume P at an unknown block'],
    });
  });

  test('does not depend on volumes whose group is not shown', () => {
    expect(upTo([proxy, 'A * 0 99 100 STOP']).obstacles).toEqual([]);
  });
});

describe('blocks that overlap', () => {
  const obstacles = (...rows: string[]) => upTo(rows).obstacles;

  test('are named by the two that hold them', () => {
    expect(obstacles('A G 0 1000 1001 STOP', proxy)).toEqual(['volume A and volume P overlap']);
    expect(obstacles('* G 0 1000 1001 PRIVATE', proxy)).toEqual(['reserved blocks and volume P overlap']);
    expect(obstacles('A G 0 99 100 STOP', '* G 50 149 100 PRIVATE', proxy)).toEqual([
      'volume A and reserved blocks overlap',
    ]);
    expect(obstacles(proxy, '* G 1000 1009 10 PRIVATE')).toEqual(['volume P and reserved blocks overlap']);
  });

  test('are named by the one that reaches farthest', () => {
    expect(obstacles('A G 0 499 500 STOP', 'B G 100 199 100 STOP', 'D G 300 599 300 STOP', proxy)).toEqual([
      'volume A and volume B overlap',
      'volume A and volume D overlap',
    ]);
  });

  test('may both be reserved', () => {
    expect(upTo(['* G 0 99 100 PRIVATE', '* G 50 149 100 PRIVATE', 'A G 150 999 850 STOP', proxy])).toEqual({
      texts: ['volume A at 150', 'volume P at 1000'],
      obstacles: [],
    });
  });

  test('do not overlap where one ends right before the other', () => {
    expect(obstacles('* G 0 99 100 PRIVATE', 'A G 100 999 900 STOP', proxy)).toEqual([]);
  });
});

describe('what is on a single disk up to a volume', () => {
  const single = 'P D1 1000 1099 100 STOP';

  test('is not what is on another disk, or in a group of the same name', () => {
    const others = ['A D2 0 1000 1001 STOP', '* D2 0 99 100 ODD'];
    expect(upTo([...others, single])).toEqual({ texts: ['volume P at 1000'], obstacles: [] });
  });

  test('is not known where the disk of another volume of the class is not shown', () => {
    expect(upTo(['A * 0 99 100 STOP', single]).obstacles).toEqual(['volume A on an unknown disk']);
  });
});
