import { describe, expect, it } from 'vitest';
import { judgeTapeRead, tapeReaderArguments } from './tape-reader.ts';
import { failureOf } from '../stream.test-support.ts';
import type { ProcessEnd } from '../stage.ts';

const ended = (stderr: string, status: number | undefined = 0, bytes = 100_000): ProcessEnd => ({
  status,
  signal: undefined,
  stderr,
  bytes,
});
const counts = (records: string) => `${records} records in\n${records} records out\n`;
const expected = { records: 4, lastRecordBytes: 1696, recordBytes: 32_768, bytes: 100_000 };

describe('the command that reads a tape', () => {
  it('reads with the record size that was written', () => {
    expect(tapeReaderArguments({ device: '/dev/rmt/0n' })).toEqual(['dd', 'if=/dev/rmt/0n', 'bs=32768']);
    expect(tapeReaderArguments({ device: '/dev/nst0', recordBytes: 65_536 })[2]).toBe('bs=65536');
  });
});

describe('the verdict on a tape that was read', () => {
  it('accepts the records that were written', () => {
    expect(judgeTapeRead(ended(counts('3+1')), expected)).toEqual({
      records: 4,
      fullRecords: 3,
      partialRecords: 1,
    });
  });

  it('counts the records of a tape of which nothing is known', () => {
    expect(judgeTapeRead(ended(counts('7+0')))).toEqual({ records: 7, fullRecords: 7, partialRecords: 0 });
  });

  it('never mistakes an I/O error for the end of the data', async () => {
    const stderr = `dd: error reading '/dev/nst0': Input/output error\n${counts('3+1')}`;
    for (const status of [0, 1]) {
      const error = await failureOf(() => judgeTapeRead(ended(stderr, status), expected));
      expect(error.code).toBe('TAPE_READ_FAILED');
      expect(error.message).toBe(
        "reading the tape back failed: dd: error reading '/dev/nst0': Input/output error",
      );
    }
    const illumos = await failureOf(() =>
      judgeTapeRead(ended(`read: I/O error\n${counts('3+0')}`, 2), expected),
    );
    expect(illumos.code).toBe('TAPE_READ_FAILED');
  });

  it('reports how many records were read before an error', async () => {
    const stderr = 'dd: /dev/nst0: no such reason\n5+0 records in\n4+0 records out\n';
    const error = await failureOf(() => judgeTapeRead(ended(stderr, 1), expected));
    expect(error.code).toBe('TAPE_READ_FAILED');
    expect(error.evidence).toEqual({ exitStatus: 1, stderr });
  });

  it('names records that are longer than the read size', async () => {
    const stderr = `dd: error reading '/dev/nst0': Cannot allocate memory\n${counts('0+0')}`;
    const error = await failureOf(() => judgeTapeRead(ended(stderr, 1), expected));
    expect(error.code).toBe('TAPE_RECORD_TOO_LONG');
  });

  it('refuses fewer records, ragged records and fewer bytes', async () => {
    for (const [records, bytes] of [
      ['3+0', 98_304],
      ['0+4', 100_000],
      ['4+1', 100_000],
      ['3+0', 100_000],
      ['3+2', 100_000],
      ['3+1', 99_999],
    ] as const) {
      const error = await failureOf(() => judgeTapeRead(ended(counts(records), 0, bytes), expected));
      expect(error.code).toBe('TAPE_READBACK_MISCOUNTED');
      expect(error.message).toBe(
        `the tape returned ${records} records, ${bytes} bytes instead of 3+1 records, 100000 bytes`,
      );
    }
  });

  it('assumes no count if dd printed none', async () => {
    expect((await failureOf(() => judgeTapeRead(ended(''), expected))).code).toBe('TAPE_COUNT_MISSING');
  });
});
