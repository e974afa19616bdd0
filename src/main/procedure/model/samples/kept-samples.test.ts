import { describe, expect, it } from 'vitest';
import { keepingNumbers, keptRecords } from './kept-samples.ts';

const KiB = 1024;

describe('which sampled records are kept while the tape is read back', () => {
  it('all of them, in ascending order, each once', () => {
    expect(keptRecords([9, 0, 4, 9])).toEqual([0, 4, 9]);
  });

  it('an even part of them if they are more than 1,024', () => {
    const kept = keptRecords(Array.from({ length: 2050 }, (_, record) => record));
    expect(kept).toHaveLength(684);
    expect(kept.slice(0, 3)).toEqual([0, 3, 6]);
  });
});

describe('where sampled records lie among the tape records', () => {
  it('tape records of the same size: one piece each', () => {
    expect(keepingNumbers([0, 1, 5], 32 * KiB, 192 * KiB)).toEqual([
      ...[0, 1, 0, 1],
      ...[0, 1, 0, 1],
      ...[3, 1, 0, 1],
    ]);
  });

  it('larger tape records: sampled records that share one are cut from one piece', () => {
    expect(keepingNumbers([1, 2, 9], 128 * KiB, 320 * KiB)).toEqual([
      ...[0, 1, 1, 1],
      ...[0, 0, 2, 1],
      ...[1, 1, 1, 1],
    ]);
  });

  it('smaller tape records: a piece is several', () => {
    expect(keepingNumbers([2], 512, 96 * KiB)).toEqual([128, 64, 0, 64]);
  });

  it('tape records that do not divide a sampled record: a piece reaches into the next', () => {
    // 10,240 bytes: record 1 is bytes 32,768 to 65,536, in tape records 3 to 6; record 2 begins in tape record 6.
    expect(keepingNumbers([1, 2], 10_240, 320 * KiB)).toEqual([...[3, 7, 1, 16], ...[0, 0, 17, 16]]);
  });

  it('the last record of the volume may be short', () => {
    expect(keepingNumbers([2], 32 * KiB, 65 * KiB)).toEqual([2, 1, 0, 1]);
  });
});
