/** Errors of reading a backup, in words for a restore: the errors of a read-back advise to dump again. Pure. */
import { failure, isFailure } from '../../../contract/errors.ts';

/** The tape cannot be read, or is truncated. */
const unreadCodes = [
  'TAR_UNREADABLE',
  'TAR_INCOMPLETE',
  'TAPE_READ_FAILED',
  'TAPE_RECORD_TOO_LONG',
  'TAPE_READBACK_MISCOUNTED',
  'TAPE_COUNT_MISSING',
] as const;

/**
 * @param run that wrote the backup; undefined if no journal has its digests
 * @returns RESTORE_TAPE_DIFFERS, RESTORE_READ_FAILED, or the error itself if it does not concern a backup
 */
export function asUnreadBackup(error: unknown, run: string | undefined): unknown {
  if (isFailure(error, 'TAPE_DIFFERS') && run !== undefined) {
    const { expected = '', actual = '' } = error.evidence;
    return failure('RESTORE_TAPE_DIFFERS', { run, expected, actual }, error.evidence, error);
  }
  if (!isFailure(error, ...unreadCodes)) return error;
  return failure('RESTORE_READ_FAILED', { reason: error.message }, error.evidence, error);
}
