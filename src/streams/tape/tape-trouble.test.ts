import { describe, expect, it } from 'vitest';
import { endedBadly, endEvidence, endReason, tapeReadFailure, tapeWriteFailure } from './tape-trouble.ts';

const sound = { status: 0, signal: undefined, stderr: '', bytes: 0 };
const counts = '5+0 records in\n4+1 records out\n';

describe('the end of a process', () => {
  it('is a failure by its status, by a signal, and by its messages', () => {
    expect(endedBadly(sound)).toBe(false);
    expect(endedBadly({ ...sound, stderr: counts })).toBe(false);
    expect(endedBadly({ ...sound, status: 1 })).toBe(true);
    expect(endedBadly({ ...sound, status: undefined })).toBe(true);
    expect(endedBadly({ ...sound, signal: 'TERM' })).toBe(true);
    for (const words of [
      'read: I/O error',
      'Input/output error',
      'No space left on device',
      'unexpected short write',
    ])
      expect(endedBadly({ ...sound, stderr: words })).toBe(true);
  });

  it('is evidence with its messages, if there are any', () => {
    expect(endEvidence({ ...sound, status: undefined }, { host: 'node3' })).toEqual({ host: 'node3' });
    expect(endEvidence({ ...sound, status: 2, stderr: 'dd: no\n' })).toEqual({
      exitStatus: 2,
      stderr: 'dd: no\n',
    });
    expect(endEvidence({ ...sound, status: undefined, signal: 'KILL' })).toEqual({ signal: 'KILL' });
  });

  it('keeps the end of long messages', () => {
    const long = `${'x'.repeat(9000)}the end`;
    expect(endEvidence({ ...sound, stderr: long }).stderr).toBe(long.slice(-8192));
    expect(endReason({ ...sound, stderr: long })).toBe(long.slice(-400));
  });

  it('has the last lines as its reason, each of them complete, without the progress of ufsdump', () => {
    const stderr = [
      'DUMP: Writing 63 Kilobyte records',
      ...Array.from({ length: 9 }, (_, ten) => `DUMP: ${ten}0.00% done, finished in 0:01`),
      `DUMP: ${'a long line that has its say about the file system '.repeat(3).trim()}`,
      'DUMP: NEEDS ATTENTION: a reading error',
      'DUMP: The ENTIRE dump is aborted.',
    ].join('\n');
    expect(endReason({ ...sound, status: 3, stderr })).toBe(
      'DUMP: NEEDS ATTENTION: a reading error; DUMP: The ENTIRE dump is aborted.',
    );
    expect(endReason({ ...sound, status: 3, stderr: 'DUMP: 10.00% done, finished in 0:01\n' })).toBe(
      'exit status 3',
    );
  });
});

describe('the end of the medium', () => {
  const ended = (stderr: string) => tapeWriteFailure({ ...sound, status: 1, stderr }).message;

  it('is reported with the records that were written, if dd has counted them', () => {
    expect(ended(`dd: no space left on device\n${counts}`)).toBe(
      'the tape ended before everything was written (dd counted 4+1 records)',
    );
    expect(ended('dd: no space left on device\n')).toBe(
      'the tape ended before everything was written (dd counted an unknown number of records)',
    );
  });

  it('is never the end of a read', () => {
    const read = tapeReadFailure({ ...sound, status: 1, stderr: 'dd: no space left on device\n' });
    expect(read.code).toBe('TAPE_READ_FAILED');
  });
});
