/**
 * Errors of a tape, derived from the messages of dd and the tape driver.
 *
 * Messages: GNU `dd: error writing '/dev/nst0': No space left on device`; illumos `write: No space left on device`,
 * `dd: /dev/rmt/0: open: Device busy`, and `dd: unexpected short write, wrote N bytes, expected M`, which is how a
 * Solaris drive reports its logical end of tape (illumos dd.c, flsh; mtio(4I)).
 */
import { failure } from '../../contract/errors.ts';
import type { ErrorCode, Evidence, ShadowtapeError } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { ddCountText, ddComplaint, parseDdCounts } from './dd-counts.ts';
import type { ProcessEnd } from '../stage.ts';

type Trouble = readonly [code: ErrorCode, words: RegExp];

const openTroubles: readonly Trouble[] = [
  ['TAPE_BUSY', /device (or resource )?busy/i],
  ['TAPE_NOT_LOADED', /no medium found|open: i\/o error|failed to open [^\n]*input\/output error/i],
];

const writeTroubles: readonly Trouble[] = [
  ['TAPE_END_OF_MEDIUM', /no space left on device|unexpected short write/i],
  ['TAPE_WRITE_PROTECTED', /read-only file system|write.protected|permission denied/i],
  ...openTroubles,
];

const readTroubles: readonly Trouble[] = [
  ...openTroubles,
  // Linux reports ENOMEM, illumos the same number with its own text, if the record is longer than the buffer.
  ['TAPE_RECORD_TOO_LONG', /cannot allocate memory|not enough space/i],
];

/** Words that mean an error even if the exit status is 0. */
const errorWords = /i\/o error|input\/output error|no space left on device|unexpected short write/i;

/** Bytes of standard error that go into evidence. */
const stderrAtMost = 8192;

/** True if the process failed: by its status, or by its messages. */
export function endedBadly(end: ProcessEnd): boolean {
  return end.status !== 0 || end.signal !== undefined || errorWords.test(end.stderr);
}

/** The error of a failed write to tape: TAPE_* of the write errors, otherwise TAPE_WRITE_FAILED. */
export function tapeWriteFailure(end: ProcessEnd, evidence: Evidence = {}, cause?: unknown): ShadowtapeError {
  return troubleOf(end, writeTroubles, 'TAPE_WRITE_FAILED', evidence, cause);
}

/** The error of a failed read from tape: TAPE_* of the read errors, otherwise TAPE_READ_FAILED. */
export function tapeReadFailure(end: ProcessEnd, evidence: Evidence = {}, cause?: unknown): ShadowtapeError {
  return troubleOf(end, readTroubles, 'TAPE_READ_FAILED', evidence, cause);
}

/** Evidence of how a process ended, added to what is known already (host, command). */
export function endEvidence(end: ProcessEnd, known: Evidence = {}): Evidence {
  return {
    ...known,
    ...(end.status === undefined ? {} : { exitStatus: end.status }),
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    ...(end.stderr === '' ? {} : { stderr: end.stderr.slice(-stderrAtMost) }),
  };
}

/** A reason is shown in one line on a screen; the complete messages are in the evidence. */
const reasonAtMost = 200;

/** Phases and progress of ufsdump: not errors. */
const isProgress = (line: string): boolean =>
  /^(?:DUMP: )?(?:\d+(?:\.\d+)?% done, finished in |Estimated |Dumping \(|Mapping \(|Writing |Date of )/.test(
    line,
  );

/** The last lines that fit, each of them complete; of a last line that is too long, its end. */
function lastWords(complaint: string): string {
  const lines = complaint.split('; ').filter((line) => !isProgress(line));
  const kept: string[] = [];
  for (const line of lines.toReversed()) {
    if (kept.length > 0 && [line, ...kept].join('; ').length > reasonAtMost) break;
    kept.unshift(line);
  }
  return kept.join('; ').slice(-2 * reasonAtMost);
}

/** Why a process failed, in a few words. */
export function endReason(end: ProcessEnd): string {
  const complaint = lastWords(ddComplaint(end.stderr));
  if (complaint !== '') return complaint;
  if (end.signal !== undefined) return phrase('signal {signal}', { signal: end.signal });
  return end.status === undefined
    ? phrase('no exit status was received')
    : phrase('exit status {status}', { status: end.status });
}

function troubleOf(
  end: ProcessEnd,
  troubles: readonly Trouble[],
  otherwise: ErrorCode,
  evidence: Evidence,
  cause: unknown,
): ShadowtapeError {
  const code = troubles.find(([, words]) => words.test(end.stderr))?.[0] ?? otherwise;
  const counts = parseDdCounts(end.stderr);
  // Named only at the end of the medium, where the written records count.
  const records = counts ? ddCountText(counts.out) : phrase('an unknown number of');
  return failure(code, { reason: endReason(end), records }, endEvidence(end, evidence), cause);
}
