/** What reading a backup can end with, in the words of who restores it: the errors of a read-back tell who writes a tape to dump again. Pure. */
import { failure, isFailure } from '../../../contract/errors.ts';

/** The tape cannot be read, or is cut off. */
const unreadCodes = [
  'TAR_UNREADABLE',
  'TAR_INCOMPLETE',
  'TAPE_READ_FAILED',
  'TAPE_RECORD_TOO_LONG',
  'TAPE_READBACK_MISCOUNTED',
  'TAPE_COUNT_MISSING',
] as const;

/**
 * @param run that wrote the backup; undefined where no journal tells what it must hold
 * @returns RESTORE_TAPE_DIFFERS, RESTORE_READ_FAILED, or the error itself where it is none of a backup
 */
export function asUnreadBackup(error: unknown, run: string | undefined): unknown {
  if (isFailure(error, 'TAPE_DIFFERS') && run !== undefined) {
    const { expected = '', actual = '' } = error.evidence;
    return failure('RESTORE_TAPE_DIFFERS', { run, expected, actual }, error.evidence, error);
  }
  if (!isFailure(error, ...unreadCodes)) return error;
  return failure('RESTORE_READ_FAILED', { reason: error.message }, error.evidence, error);
}
