/** Why a command on a host could not write a target, if its own messages say so. */
import { failure, isFailure } from '../../../contract/errors.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import { placeWords, type HostPlace } from './host-place.ts';

/** Texts of system errors, as Solaris and GNU print them in English. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/no space left on device/i, phrase('its file system is full')],
  [/dis[ck] quota exceeded/i, phrase('the disk quota of the login is used up')],
  [/read-only file system/i, phrase('its file system is read-only')],
  [/permission denied/i, phrase('the login may not write there')],
  [/file too large/i, phrase('a file of this size is not allowed there (ulimit -f, or its file system)')],
  [/input\/output error|i\/o error/i, phrase('its disk reports an I/O error')],
];

/** @returns undefined if the messages have none of the known ones */
export const writeReason = (said: string): string | undefined =>
  reasons.find(([words]) => words.test(said))?.[1];

/** The error with the reason before it, if the command printed one; otherwise as it is. */
export function asUnwritable(place: HostPlace, error: unknown): unknown {
  if (!isFailure(error, 'REMOTE_COMMAND_FAILED', 'COMMAND_FAILED')) return error;
  const reason = writeReason(error.evidence.stderr ?? '');
  if (reason === undefined) return error;
  const file = placeWords(place);
  return failure(
    'RESTORE_FILE_UNWRITABLE',
    { file, reason: phrases([reason, error.message], '; ') },
    error.evidence,
    error,
  );
}
