/** Reads one file of the tape back with dd, and judges its end. The digests are compared elsewhere. */
import { failure } from '../../contract/errors.ts';
import type { Evidence } from '../../contract/errors.ts';
import { parseDdCounts } from './dd-counts.ts';
import { defaultRecordBytes, requireRecordBytes } from '../record-cutter.ts';
import type { ProcessEnd } from '../stage.ts';
import { endedBadly, endEvidence, tapeReadFailure } from './tape-trouble.ts';
import { describe, expectedCount } from './tape-writer.ts';
import type { ExpectedRecords, RecordsOnTape, TapeWriterOptions } from './tape-writer.ts';

/**
 * The command that reads from the position of the tape to the next file mark. A record can only be read with a buffer
 * that is at least as large, so the size is the one that was written. Throws RECORD_SIZE_WRONG.
 */
export function tapeReaderArguments(options: TapeWriterOptions): string[] {
  return [
    'dd',
    `if=${options.device}`,
    `bs=${requireRecordBytes(options.recordBytes ?? defaultRecordBytes)}`,
  ];
}

/**
 * Decides whether the file was read to its file mark, and whether it has the records that were written.
 *
 * An I/O error is never the end of the data. Throws TAPE_READ_FAILED, TAPE_RECORD_TOO_LONG, TAPE_BUSY, TAPE_NOT_LOADED,
 * TAPE_COUNT_MISSING, TAPE_READBACK_MISCOUNTED.
 * @param expected what was written; omit it if that is not known
 */
export function judgeTapeRead(
  end: ProcessEnd,
  expected?: ExpectedRecords,
  evidence: Evidence = {},
): RecordsOnTape {
  if (endedBadly(end)) throw tapeReadFailure(end, evidence);
  const counts = parseDdCounts(end.stderr);
  if (!counts) throw failure('TAPE_COUNT_MISSING', {}, endEvidence(end, evidence));
  if (expected) requireSame(end, counts.in, expected, evidence);
  return {
    records: counts.in.full + counts.in.partial,
    fullRecords: counts.in.full,
    partialRecords: counts.in.partial,
  };
}

function requireSame(
  end: ProcessEnd,
  counted: { full: number; partial: number },
  expected: ExpectedRecords,
  evidence: Evidence,
): void {
  const wanted = expectedCount(expected);
  if (counted.full === wanted.full && counted.partial === wanted.partial && end.bytes === expected.bytes)
    return;
  const told = { expected: describe(wanted, expected.bytes), actual: describe(counted, end.bytes) };
  throw failure('TAPE_READBACK_MISCOUNTED', told, { ...endEvidence(end, evidence), ...told });
}
