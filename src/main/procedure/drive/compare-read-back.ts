/** Reads a file of the tape back and compares it with what was sent to tape. */
import { failure } from '../../../contract/errors.ts';
import type { EventOf } from '../../../contract/events.ts';
import { countText } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { ReadBackResult } from '../../../streams/tape/read-back.ts';
import type { SampledRecords, StreamedRecord } from '../../../streams/digests/record-sampler.ts';
import { judgeTapeRead } from '../../../streams/tape/tape-reader.ts';
import {
  close,
  evidenceOf,
  open,
  openWay,
  showProgress,
  tellSaid,
  wayReader,
  type DataRoom,
} from '../hosts/remote-data.ts';
import type { DumpSection } from '../model/dump-sections.ts';
import type { StepCommand } from '../model/step.ts';

/** What was written, as the journal holds it. */
export type WrittenDigest = Pick<
  EventOf<'digest'>,
  'bytes' | 'records' | 'crc32' | 'cksum' | 'onTapeSha256' | 'sections'
>;

/** @throws TAPE_DIFFERS */
export function requireSame(what: string, expected: string, actual: string): void {
  if (expected !== actual) throw failure('TAPE_DIFFERS', { what, expected, actual }, { expected, actual });
}

/** @throws TAPE_DIFFERS */
export function requireSameAsWritten(
  written: WrittenDigest,
  read: Pick<ReadBackResult, 'bytes' | 'crc32' | 'sha256' | 'cksum' | 'sections'>,
): void {
  requireSame('bytes', String(written.bytes ?? 0), String(read.bytes));
  // A dump on the backup server alone has no CRC-32, and may have cksum's instead.
  if (written.crc32 !== undefined) requireSame('CRC-32', written.crc32, read.crc32);
  if (written.onTapeSha256 !== undefined) requireSame('SHA-256', written.onTapeSha256, read.sha256);
  if (written.cksum !== undefined) requireSame('cksum', String(written.cksum), String(read.cksum));
  if (written.sections !== undefined) requireSameSections(written, written.sections, read.sections);
}

/** For a continued dump: each section that was hashed separately. @throws TAPE_DIFFERS */
function requireSameSections(
  { bytes: whole = 0 }: WrittenDigest,
  written: readonly DumpSection[],
  read: ReadBackResult['sections'],
): void {
  const covered = written.reduce((sum, { bytes }) => sum + bytes, 0);
  requireSame(phrase('bytes in sections'), String(whole), String(covered));
  for (const [index, { firstRecord, records, bytes, sha256 }] of written.entries()) {
    const what = phrase('records {first} to {last}', {
      first: countText(firstRecord + 1),
      last: countText(firstRecord + records),
    });
    requireSame(phrase('bytes of {what}', { what }), String(bytes), String(read[index]?.bytes ?? 0));
    requireSame(phrase('SHA-256 of {what}', { what }), sha256, read[index]?.sha256 ?? phrase('none'));
  }
}

/** What a read-back yields in addition to the digest of the whole. */
export const sectionLengths = ({ sections }: WrittenDigest): number[] | undefined =>
  sections?.map(({ bytes }) => bytes);

export interface ReadBackOrder {
  readonly step: string;
  readonly volume: string;
  readonly recordBytes: number;
  /** The commands that move the head to the file, then the dd that reads. */
  readonly commands: readonly StepCommand[];
  readonly written: WrittenDigest;
  /** Called with the digest of the file's first record, once the file is proven to be as it was written. */
  readonly onFirstRecord?: ((sha256: string) => void) | undefined;
  /** Records to compare with the cluster, and the callback that compares them once the file is proven to be as it was written. */
  readonly ofCluster?: OfCluster | undefined;
  /** Called with the digest of the whole file, once it is proven to be as it was written. */
  readonly onSha256?: ((sha256: string) => void) | undefined;
}

export interface OfCluster {
  readonly samples: SampledRecords;
  /** @throws if the records are not the cluster's */
  compare(seen: readonly StreamedRecord[]): void;
}

/** Moves to the file and reads it. */
async function readFile(
  room: DataRoom,
  { step, recordBytes, written, commands, ofCluster }: ReadBackOrder,
  readCommand: StepCommand,
): Promise<ReadBackResult> {
  const bytes = written.bytes ?? 0;
  const way = await openWay(room, step, { reads: readCommand.host, bytes, recordBytes });
  try {
    for (const command of commands.slice(0, -1)) await room.runner.send(step, command);
    const source = await open(room, step, readCommand, wayReader(room, step, way));
    try {
      return await way.readBack({
        source: source.end,
        recordBytes,
        total: written.bytes,
        cksum: written.cksum !== undefined,
        sections: sectionLengths(written),
        samples: ofCluster?.samples,
        onProgress: showProgress(room, step, 'read-back'),
        abort: room.abort,
        evidence: evidenceOf(readCommand),
      });
    } finally {
      await close(room, step, source);
    }
  } finally {
    await way.close();
  }
}

/**
 * Reads the file and compares it with what was sent to tape.
 * @throws TAPE_DIFFERS, TAPE_READBACK_MISCOUNTED, TAPE_READ_FAILED and other errors on the way
 */
export async function readBackAndCompare(room: DataRoom, order: ReadBackOrder): Promise<void> {
  const { step, volume, recordBytes, written } = order;
  const readCommand = order.commands.at(-1);
  if (!readCommand) throw new Error('reading back takes a command that reads');
  const result = await room.runner.persist(step, readCommand, () => readFile(room, order, readCommand));
  tellSaid(room, step, readCommand, result.end.stderr);
  const { bytes, records, crc32, sha256 } = result;
  room.journal.append({ type: 'digest', step, volume, hop: 'readback', bytes, records, crc32, sha256 });
  requireSameAsWritten(written, result);
  const writtenBytes = written.bytes ?? 0;
  const lastRecordBytes = writtenBytes % recordBytes === 0 ? recordBytes : writtenBytes % recordBytes;
  judgeTapeRead(
    result.end,
    { records: written.records ?? 0, lastRecordBytes, recordBytes, bytes: writtenBytes },
    evidenceOf(readCommand),
  );
  order.ofCluster?.compare(result.sampled);
  order.onSha256?.(sha256);
  if (result.firstRecordSha256 !== undefined) order.onFirstRecord?.(result.firstRecordSha256);
}
