/** The last part of the path: dd on the tape host, and what its end shows of the records on tape. */
import { failure } from '../../contract/errors.ts';
import type { Evidence } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { ddCountText, parseDdCounts } from './dd-counts.ts';
import type { RecordsCounted } from './dd-counts.ts';
import { defaultRecordBytes, requireRecordBytes } from '../record-cutter.ts';
import type { RecordCount } from '../record-cutter.ts';
import type { ProcessEnd } from '../stage.ts';
import { endedBadly, endEvidence, tapeWriteFailure } from './tape-trouble.ts';

export interface TapeWriterOptions {
  readonly device: string;
  /** 512 to 1,048,576, a multiple of 512; default 32,768. */
  readonly recordBytes?: number | undefined;
}

/** What was sent to the tape host. */
export type ExpectedRecords = Pick<RecordCount, 'records' | 'lastRecordBytes' | 'recordBytes' | 'bytes'>;

export interface RecordsOnTape {
  readonly records: number;
  readonly fullRecords: number;
  readonly partialRecords: number;
}

/** What dd reads at once from the channel: large, so that it waits rarely. */
const inputBytes = 262_144;

/**
 * The command that writes standard input to tape. `obs=` collects the pieces of a channel into whole records; `bs=`
 * would write each short read as a short record. Throws RECORD_SIZE_WRONG.
 */
export function tapeWriterArguments(options: TapeWriterOptions): string[] {
  const recordBytes = requireRecordBytes(options.recordBytes ?? defaultRecordBytes);
  return ['dd', `ibs=${inputBytes}`, `obs=${recordBytes}`, `of=${options.device}`];
}

/**
 * Decides whether the tape holds what was sent, by dd's own count.
 *
 * Throws TAPE_END_OF_MEDIUM, TAPE_WRITE_PROTECTED, TAPE_BUSY, TAPE_NOT_LOADED, TAPE_WRITE_FAILED,
 * TAPE_COUNT_MISSING, TAPE_RECORDS_MISCOUNTED. The counts of a dd that failed are not used: illumos counts the
 * record that it could not write.
 * @param evidence what is known of the command: host, command line
 */
export function judgeTapeWrite(
  end: ProcessEnd,
  expected: ExpectedRecords,
  evidence: Evidence = {},
): RecordsOnTape {
  if (endedBadly(end)) throw tapeWriteFailure(end, evidence);
  const counts = parseDdCounts(end.stderr);
  if (!counts) throw failure('TAPE_COUNT_MISSING', {}, endEvidence(end, evidence));
  const wanted = expectedCount(expected);
  const sameRecords = counts.out.full === wanted.full && counts.out.partial === wanted.partial;
  const sameBytes = counts.bytes === undefined || counts.bytes === expected.bytes;
  if (!sameRecords || !sameBytes) {
    const told = { expected: describe(wanted, expected.bytes), actual: describe(counts.out, counts.bytes) };
    throw failure('TAPE_RECORDS_MISCOUNTED', told, { ...endEvidence(end, evidence), ...told });
  }
  return {
    records: counts.out.full + counts.out.partial,
    fullRecords: counts.out.full,
    partialRecords: counts.out.partial,
  };
}

/** Full and partial records that dd must count: at most the last one is partial. */
export function expectedCount(expected: ExpectedRecords): RecordsCounted {
  const partial = expected.records > 0 && expected.lastRecordBytes < expected.recordBytes ? 1 : 0;
  return { full: expected.records - partial, partial };
}

/** `F+P records, N bytes`. */
export function describe(counted: RecordsCounted, bytes: number | undefined): string {
  return phrase('{records} records{bytes}', {
    records: ddCountText(counted),
    bytes: bytes === undefined ? '' : phrase(', {bytes} bytes', { bytes }),
  });
}
