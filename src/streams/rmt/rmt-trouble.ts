/** Errors of a tape that is written through a tape server: the server's errno in the words of the error table. */
import { failure, ShadowtapeError } from '../../contract/errors.ts';
import type { ErrorCode, Evidence } from '../../contract/errors.ts';
import { RmtError } from './rmt-client.ts';
import type { RmtDialect } from './rmt-protocol.ts';

/** The same on Solaris and Linux (illumos sys/errno.h, linux/asm-generic/errno-base.h). */
export const errnos = { io: 5, permission: 13, busy: 16, noSpace: 28, readOnly: 30 } as const;

/** ENOMEDIUM of Linux; on Solaris the number has another meaning, and open fails with EIO (mt.c). */
const noMedium = 123;

/** A tape at a server. */
export interface ServedTape {
  readonly device: string;
  readonly dialect: RmtDialect;
  /** What is known of the server: host, command line. */
  readonly evidence?: Evidence | undefined;
}

/**
 * The error of a failed request to a tape server: TAPE_WRITE_PROTECTED, TAPE_BUSY, TAPE_NOT_LOADED (of an open), else
 * TAPE_WRITE_FAILED; an error of the table as it is.
 * @param doing what was requested, for the sentence: `open`, `write record 12`
 */
export function tapeServerFailure(error: unknown, doing: string, tape: ServedTape): ShadowtapeError {
  if (error instanceof ShadowtapeError) return withEvidence(error, tape.evidence);
  const said = error instanceof Error ? error.message : String(error);
  const code = error instanceof RmtError ? codeOf(error.errno, doing, tape.dialect) : 'TAPE_WRITE_FAILED';
  const reason = `${tape.device}: ${doing}: ${said}`;
  return failure(code, { reason }, { ...tape.evidence, stderr: said }, error);
}

function codeOf(errno: number, doing: string, dialect: RmtDialect): ErrorCode {
  if (errno === errnos.readOnly || errno === errnos.permission) return 'TAPE_WRITE_PROTECTED';
  if (errno === errnos.busy) return 'TAPE_BUSY';
  const emptyDrive = errno === errnos.io || (dialect === 'linux' && errno === noMedium);
  return doing === 'open' && emptyDrive ? 'TAPE_NOT_LOADED' : 'TAPE_WRITE_FAILED';
}

/** The error with what is known of the server, if it does not have that itself. */
function withEvidence(error: ShadowtapeError, evidence: Evidence | undefined): ShadowtapeError {
  if (!evidence) return error;
  return new ShadowtapeError(
    { ...error.toInfo(), evidence: { ...evidence, ...error.evidence } },
    error.cause,
  );
}
