/**
 * Holds back the end of a stream until its process has exited 0 and all data has arrived.
 *
 * Without it, a reader that dies looks like a reader that is done: the tape would get its file mark, and the truncated
 * file would look complete.
 */
import { failure } from '../contract/errors.ts';
import type { Evidence, ShadowtapeError } from '../contract/errors.ts';
import { createObserver } from './stage.ts';
import type { ProcessEnd, Stage } from './stage.ts';
import { endEvidence, endReason } from './tape/tape-trouble.ts';

/**
 * Makes the stage; the bytes pass unchanged. The result is the number of bytes.
 * @param ended the end of the process whose output passes
 * @param judge called when all bytes have passed and the process has ended; a throw fails the stream
 */
export function createSourceGate(
  ended: Promise<ProcessEnd>,
  judge: (end: ProcessEnd, bytes: number) => void | Promise<void>,
): Stage<number> {
  let bytes = 0;
  return createObserver('source gate', {
    piece(piece) {
      bytes += piece.length;
    },
    async end() {
      await judge(await ended, bytes);
    },
    result: () => bytes,
  });
}

/**
 * Throws DUMP_SOURCE_FAILED, DUMP_SOURCE_SIZE_DIFFERS or DUMP_SOURCE_EMPTY unless a device or an archive was read
 * completely.
 * @param expected bytes that must have arrived, if known: the size of the volume
 * @param evidence what is known of the command that reads: host, command line
 */
export function judgeSource(
  end: ProcessEnd,
  bytes: number,
  expected: number | undefined,
  evidence: Evidence = {},
): void {
  if (end.status !== 0) throw sourceFailure(end, bytes, evidence);
  if (expected !== undefined && bytes !== expected) {
    const told = { expected: String(expected), actual: String(bytes) };
    throw failure('DUMP_SOURCE_SIZE_DIFFERS', told, { ...endEvidence(end, evidence), ...told });
  }
  if (bytes === 0) throw failure('DUMP_SOURCE_EMPTY', {}, endEvidence(end, evidence));
}

/** The error of a reader that failed after `bytes` bytes. */
export function sourceFailure(
  end: ProcessEnd,
  bytes: number,
  evidence: Evidence = {},
  cause?: unknown,
): ShadowtapeError {
  return failure('DUMP_SOURCE_FAILED', { bytes, reason: endReason(end) }, endEvidence(end, evidence), cause);
}
