import { describe, expect, it } from 'vitest';
import { expectedCount, judgeTapeWrite, tapeWriterArguments } from './tape-writer.ts';
import { failureOf } from '../stream.test-support.ts';
import type { ProcessEnd } from '../stage.ts';

const ended = (stderr: string, status: number | undefined = 0): ProcessEnd => ({
  status,
  signal: undefined,
  stderr,
  bytes: 100_000,
});
const expected = { records: 4, lastRecordBytes: 1696, recordBytes: 32_768, bytes: 100_000 };
const counts = (out: string) => `0+9 records in\n${out} records out\n`;

describe('the command that writes to tape', () => {
  it('collects the data of a channel into whole records', () => {
    expect(tapeWriterArguments({ device: '/dev/rmt/0' })).toEqual([
      'dd',
      'ibs=262144',
      'obs=32768',
      'of=/dev/rmt/0',
    ]);
    expect(tapeWriterArguments({ device: '/dev/nst0', recordBytes: 65_536 })[2]).toBe('obs=65536');
  });

  it('refuses a record size that no tape accepts', async () => {
    const error = await failureOf(() => tapeWriterArguments({ device: '/dev/rmt/0', recordBytes: 100 }));
    expect(error.code).toBe('RECORD_SIZE_WRONG');
  });
});

describe('the verdict on a tape that was written', () => {
  it('accepts full records and one short one at the end', () => {
    expect(judgeTapeWrite(ended(counts('3+1')), expected)).toEqual({
      records: 4,
      fullRecords: 3,
      partialRecords: 1,
    });
  });

  it('accepts a dump of nothing as nothing', () => {
    const nothing = { records: 0, lastRecordBytes: 0, recordBytes: 32_768, bytes: 0 };
    expect(expectedCount(nothing)).toEqual({ full: 0, partial: 0 });
    expect(judgeTapeWrite(ended('0+0 records in\n0+0 records out\n'), nothing).records).toBe(0);
  });

  it('accepts only full records, if the last one is full', () => {
    const full = { records: 4, lastRecordBytes: 32_768, recordBytes: 32_768, bytes: 131_072 };
    expect(judgeTapeWrite(ended(counts('4+0')), full)).toEqual({
      records: 4,
      fullRecords: 4,
      partialRecords: 0,
    });
  });

  it.each(['3+0', '4+0', '3+2', '2+1', '0+4'])('refuses %s records where 3+1 were sent', async (out) => {
    const error = await failureOf(() => judgeTapeWrite(ended(counts(out)), expected, { host: 'node3' }));
    expect(error.code).toBe('TAPE_RECORDS_MISCOUNTED');
    expect(error.message).toBe(`dd wrote ${out} records to the tape instead of 3+1 records, 100000 bytes`);
    expect(error.evidence).toEqual({
      host: 'node3',
      exitStatus: 0,
      stderr: counts(out),
      expected: '3+1 records, 100000 bytes',
      actual: `${out} records`,
    });
  });

  it('refuses the right number of records with the wrong number of bytes', async () => {
    const stderr = `${counts('3+1')}99999 bytes (100 kB, 98 KiB) copied, 1 s, 100 kB/s\n`;
    const error = await failureOf(() => judgeTapeWrite(ended(stderr), expected));
    expect(error.message).toBe(
      'dd wrote 3+1 records, 99999 bytes to the tape instead of 3+1 records, 100000 bytes',
    );
  });

  it('assumes no count if dd printed none', async () => {
    const error = await failureOf(() => judgeTapeWrite(ended(''), expected));
    expect(error.code).toBe('TAPE_COUNT_MISSING');
    expect(error.message).toBe('dd exited 0 but did not print how many records it copied');
  });

  it.each([
    [
      'a full tape (GNU)',
      "dd: writing to '/dev/nst0': No space left on device\n",
      'TAPE_END_OF_MEDIUM',
      'the tape ended before everything was written (dd counted 2+0 records)',
    ],
    [
      'a full tape (illumos)',
      'dd: unexpected short write, wrote 0 bytes, expected 32768\n',
      'TAPE_END_OF_MEDIUM',
      'the tape ended before everything was written (dd counted 2+0 records)',
    ],
    [
      'a write-protected cartridge (Linux)',
      "dd: failed to open '/dev/nst0': Read-only file system\n",
      'TAPE_WRITE_PROTECTED',
      "the tape cannot be written: dd: failed to open '/dev/nst0': Read-only file system",
    ],
    [
      'a write-protected cartridge (illumos)',
      'dd: /dev/rmt/0: open: Permission denied\n',
      'TAPE_WRITE_PROTECTED',
      'the tape cannot be written: dd: /dev/rmt/0: open: Permission denied',
    ],
    [
      'a drive in use (illumos)',
      'dd: /dev/rmt/0: open: Device busy\n',
      'TAPE_BUSY',
      'the tape drive is in use by another program: dd: /dev/rmt/0: open: Device busy',
    ],
    [
      'a drive in use (Linux)',
      "dd: failed to open '/dev/nst0': Device or resource busy\n",
      'TAPE_BUSY',
      "the tape drive is in use by another program: dd: failed to open '/dev/nst0': Device or resource busy",
    ],
    [
      'an empty drive (Linux)',
      "dd: failed to open '/dev/nst0': No medium found\n",
      'TAPE_NOT_LOADED',
      "no cartridge is ready in the tape drive: dd: failed to open '/dev/nst0': No medium found",
    ],
    [
      'an empty drive (illumos)',
      'dd: /dev/rmt/0: open: I/O error\n',
      'TAPE_NOT_LOADED',
      'no cartridge is ready in the tape drive: dd: /dev/rmt/0: open: I/O error',
    ],
    [
      'an error in the middle',
      "dd: error writing '/dev/nst0': Input/output error\n",
      'TAPE_WRITE_FAILED',
      "writing to the tape failed: dd: error writing '/dev/nst0': Input/output error",
    ],
  ])('names %s', async (_case, words, code, sentence) => {
    const error = await failureOf(() => judgeTapeWrite(ended(words + counts('2+0'), 1), expected));
    expect(error.code).toBe(code);
    expect(error.message).toBe(sentence);
    expect(error.evidence).toMatchObject({ exitStatus: 1, stderr: words + counts('2+0') });
  });

  it('does not trust status 0 together with an I/O error', async () => {
    const stderr = `dd: closing output file '/dev/nst0': Input/output error\n${counts('3+1')}`;
    const error = await failureOf(() => judgeTapeWrite(ended(stderr), expected));
    expect(error.code).toBe('TAPE_WRITE_FAILED');
  });

  it('does not trust a dd whose end was not seen', async () => {
    const lost = { status: undefined, signal: undefined, stderr: counts('3+1'), bytes: 100_000 };
    const error = await failureOf(() => judgeTapeWrite(lost, expected));
    expect(error.code).toBe('TAPE_WRITE_FAILED');
    expect(error.message).toBe('writing to the tape failed: no exit status was received');
    const killed = await failureOf(() => judgeTapeWrite({ ...lost, signal: 'KILL' }, expected));
    expect(killed.message).toBe('writing to the tape failed: signal KILL');
  });
});
