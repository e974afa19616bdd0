import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restoreSubjectOf, restoreSubjectText } from './restore-subject.ts';

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}$/);

describe('the address of a restore', () => {
  it('names a run, a volume of it, or a file of that', () => {
    expect(restoreSubjectOf('20261122-020004-volume2')).toEqual({ run: '20261122-020004-volume2' });
    expect(restoreSubjectOf('one,Volume2')).toEqual({ run: 'one', volume: 'Volume2' });
    expect(restoreSubjectOf('one,Volume2,./a,b\nc')).toEqual({
      run: 'one',
      volume: 'Volume2',
      path: './a,b\nc',
    });
    expect(restoreSubjectOf(undefined)).toBeUndefined();
    expect(restoreSubjectOf(',Volume2')).toBeUndefined();
  });

  it('is parsed back for any file', () => {
    fc.assert(
      fc.property(name, name, fc.string({ minLength: 1 }), (run, volume, path) => {
        expect(restoreSubjectOf(restoreSubjectText({ run, volume, path }))).toEqual({ run, volume, path });
      }),
    );
  });
});
