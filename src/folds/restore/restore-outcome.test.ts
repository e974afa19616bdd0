import { describe, expect, it } from 'vitest';
import { restoreOutcome, restoreSentence, restoreTitle } from './restore-outcome.ts';

const files = {
  kind: 'files',
  exitStatus: 0,
  live: false,
  written: 3,
  notWritten: 0,
  sentence: undefined,
} as const;
const drill = { ...files, kind: 'drill', written: undefined, notWritten: undefined } as const;

describe('a restore of files in a few words', () => {
  it('says how it ended', () => {
    expect(restoreOutcome(files)).toEqual({ state: 'ok', word: 'restored' });
    expect(restoreOutcome({ ...files, exitStatus: 2 })).toEqual({ state: 'bad', word: 'incomplete' });
    expect(restoreOutcome({ ...files, exitStatus: 1 })).toEqual({ state: 'bad', word: 'nothing written' });
    expect(restoreOutcome({ ...files, exitStatus: undefined })).toEqual({
      state: 'warn',
      word: 'unfinished',
    });
    expect(restoreOutcome({ ...files, exitStatus: undefined, live: true })).toEqual({
      state: 'busy',
      word: 'running',
    });
  });

  it('counts what was written, and what was not', () => {
    expect(restoreSentence(files)).toBe('3 entries written');
    expect(restoreSentence({ ...files, written: 1, notWritten: 1, exitStatus: 2 })).toBe(
      '1 entry written, 1 entry not',
    );
    expect(restoreSentence({ ...files, sentence: 'the restore was canceled' })).toBe(
      'the restore was canceled',
    );
  });

  it('names its volumes', () => {
    expect(restoreTitle({ kind: 'files', volumes: ['Volume2'] })).toBe('Files from Volume2');
    expect(restoreTitle({ kind: 'drill', volumes: ['Volume2', 'Volume4'] })).toBe(
      'Drill of Volume2 and Volume4',
    );
    expect(restoreTitle({ kind: 'image', volumes: [] })).toBe('Image from a tape');
  });
});

describe('a drill in a few words', () => {
  it('is proven, nothing proven, or a tape mismatch', () => {
    const words = ([0, 1, 4] as const).map((exitStatus) => restoreOutcome({ ...drill, exitStatus }).word);
    expect(words).toEqual(['proven', 'nothing proven', 'tape mismatch']);
    expect(restoreSentence(drill)).toBe('the tape holds what the run wrote');
    expect(restoreSentence({ ...drill, level: 'read' })).toBe(
      'the tape holds what the run wrote: read from tape and compared, not restored',
    );
  });
});
