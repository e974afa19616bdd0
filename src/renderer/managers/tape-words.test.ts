import { describe, expect, test } from 'vitest';
import type { KnownTapeView, TapeContents } from '../../contract/tape/tape-views.ts';
import { erasedWords, isKept, presentName, tapeNameTrouble, tapesWith, writerWords } from './tape-words.ts';

const found: TapeContents = {
  host: 'node3',
  device: '/dev/rmt/0',
  blank: false,
  label: undefined,
  files: [],
  end: '',
};
const label = {
  name: 'weekly-03',
  uuid: 'a',
  writtenAt: '2026-11-01T02:00:00.000Z',
  run: undefined,
  keepUntil: undefined,
  number: undefined,
};

describe('the name that must be typed before a tape is overwritten', () => {
  test('is that of its label', () => {
    expect(presentName({ ...found, label })).toBe('weekly-03');
  });
  test('is "data" if it has no label', () => {
    expect(presentName(found)).toBe('data');
  });
  test('is empty if the tape is blank', () => {
    expect(presentName({ ...found, blank: true })).toBeUndefined();
  });
});

test('invalid names for a label are refused with the reason', () => {
  expect(tapeNameTrouble('PAYROLL-01')).toBeUndefined();
  expect(tapeNameTrouble('')).toBeUndefined();
  expect(tapeNameTrouble('data')).toBe('"data" means a tape without a label');
  expect(tapeNameTrouble('x'.repeat(33))).toBe('32 characters at most, this has 33');
  expect(tapeNameTrouble('-x')).toBe('only letters, digits, "_", "." and "-"; begins with a letter or digit');
  expect(tapeNameTrouble('a b')).toBe(
    'only letters, digits, "_", "." and "-"; begins with a letter or digit',
  );
});

test('a tape is in retention until its day', () => {
  const day = '2026-12-01T00:00:00.000Z';
  expect(isKept(day, new Date('2026-11-30T23:59:59Z'))).toBe(true);
  expect(isKept(day, new Date('2026-12-01T00:00:00Z'))).toBe(false);
  expect(isKept(undefined, new Date(0))).toBe(false);
});

test('a search finds tapes by all of its words, in name, run, volume and place', () => {
  const tape = (name: string, volume: string): KnownTapeView => ({
    uuid: name,
    name,
    run: undefined,
    keepUntil: undefined,
    files: [{ file: 1, volume, method: '6a' }],
    firstSeen: '',
    lastSeen: '',
    host: 'node3',
    device: '/dev/rmt/0',
    replaced: false,
  });
  const tapes = [tape('weekly-01', 'Volume2'), tape('weekly-02', 'Volume4'), tape('nightly', 'Volume4')];
  const names = (search: string) => tapesWith(tapes, search).map(({ name }) => name);
  expect(names('weekly volume4')).toEqual(['weekly-02']);
  expect(names('  ')).toEqual(['weekly-01', 'weekly-02', 'nightly']);
  expect(names('NODE3 volume2')).toEqual(['weekly-01']);
  expect(names('nothing')).toEqual([]);
});

describe('whose data a tape holds', () => {
  const verified = { run: 'R1', verdict: 'verified', exitStatus: 0 } as const;

  test('is its run with the same state as everywhere', () => {
    expect(writerWords(verified)).toEqual({ state: 'ok', word: 'run R1, verified' });
    expect(writerWords({ ...verified, skipped: 3 })).toEqual({
      state: 'warn',
      word: 'run R1, verified, 3 files skipped',
    });
    expect(writerWords({ run: 'R1', verdict: 'failed', exitStatus: 4 }).word).toBe('run R1, tape mismatch');
    expect(writerWords({ run: 'R1', verdict: 'unfinished' }).word).toBe('run R1, interrupted');
    expect(writerWords({ run: 'R1' })).toEqual({ state: 'idle', word: 'run R1' });
  });

  test('is only possible if an unfinished dump begins like the tape', () => {
    const unfinished = { ...verified, verdict: 'failed', exitStatus: 2, unfinished: true } as const;
    expect(writerWords(unfinished)).toEqual({
      state: 'warn',
      word: 'may be the unfinished dump of run R1',
    });
    expect(erasedWords({ ...found, writtenBy: [unfinished] })).toBe(
      'the data (may be the unfinished dump of run R1)',
    );
  });

  test('is named before it is erased', () => {
    expect(erasedWords({ ...found, label, writtenBy: [verified] })).toBe('tape weekly-03 (run R1)');
    expect(erasedWords({ ...found, writtenBy: [verified, { run: 'R2' }] })).toBe(
      'the data (one of the runs R1, R2)',
    );
    expect(erasedWords(found)).toBe('the data');
    expect(erasedWords({ ...found, blank: true })).toBeUndefined();
  });
});
