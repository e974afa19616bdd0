/** Writes and reads Shadowtape's own files on tape: label and manifest. */
import { Readable } from 'node:stream';
import { runDump } from '../../../streams/copy-path.ts';
import { judgeTapeWrite } from '../../../streams/tape/tape-writer.ts';
import { ownRecordBytes } from '../../tape/sealed-record.ts';
import { close, evidenceOf, open, writer, type DataRoom } from '../hosts/remote-data.ts';
import type { StepCommand } from '../model/step.ts';

/** The end of a reader that reads from memory. */
const wellEnded = { status: 0, signal: undefined, stderr: '' };

/**
 * Writes records at the position of the head; the drive writes a file mark after them when it is closed.
 * @param bytes whole records
 * @throws TAPE_WRITE_FAILED, TAPE_WRITE_PROTECTED, TAPE_END_OF_MEDIUM, TAPE_RECORDS_MISCOUNTED and the like
 */
export async function writeRecords(
  room: DataRoom,
  step: string,
  command: StepCommand,
  bytes: Buffer,
  recordBytes: number = ownRecordBytes,
): Promise<void> {
  const sink = await open(room, step, command, writer(room, step));
  try {
    const ended = Promise.resolve({ ...wellEnded, bytes: bytes.length });
    const { handed, sinkEnd } = await runDump({
      source: { stream: Readable.from([bytes]), ended },
      sink: sink.end,
      recordBytes,
      abort: room.abort,
      sinkEvidence: evidenceOf(command),
    });
    judgeTapeWrite(sinkEnd, handed, evidenceOf(command));
  } finally {
    await close(room, step, sink);
  }
}
