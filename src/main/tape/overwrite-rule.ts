/** Which tape may be written: compares what was found with what was requested. Pure. */
import { createHash } from 'node:crypto';
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import { localDay } from '../../contract/time/wall-clock.ts';
import { phrase } from '../../contract/text/say.ts';
import { isKept } from './retention.ts';
import { unlabelledWord, type TapeLabel } from './tape-label.ts';

/** What is at the beginning of the tape in a drive. */
export interface FoundTape {
  readonly host: string;
  readonly device: string;
  /** `blank`, or words that fit after "the tape holds". */
  readonly found: string;
  readonly blank: boolean;
  readonly label: TapeLabel | undefined;
  /** Its bytes; empty if the tape begins with a file mark, undefined if the tape is blank or the record cannot be read. */
  readonly firstRecord?: Buffer | undefined;
}

/** SHA-256 (hex) of the first record; undefined if none could be read. */
export const firstRecordSha256 = ({ firstRecord }: FoundTape): string | undefined =>
  firstRecord && firstRecord.length > 0 ? createHash('sha256').update(firstRecord).digest('hex') : undefined;

/** True for a label that was written by hand: nothing was written after it. */
export const isEmptyLabel = ({ run, volumes, keepUntil }: TapeLabel): boolean =>
  run === undefined && volumes.length === 0 && keepUntil === undefined;

/**
 * Overwriting by hand: a tape with data must be named to be overwritten; one in retention is always refused.
 * @param named the name on the tape's label, or `data` for data without a label; undefined if nothing may be lost
 */
export function refusalByHand(
  tape: FoundTape,
  named: string | undefined,
  now: Date,
): ShadowtapeError | undefined {
  const { host, device, found, label } = tape;
  if (tape.blank) return undefined;
  if (label && isKept(label, now))
    return failure('TAPE_KEPT', { host, device, name: label.name, until: localDay(label.keepUntil ?? '') });
  const present = label?.name ?? unlabelledWord;
  if (named === present) return undefined;
  return named === undefined
    ? failure('TAPE_NOT_BLANK_NAME_IT', { host, device, found, name: present })
    : failure('TAPE_IS_ANOTHER', { host, device, found, wanted: wantedWords(named) });
}

const wantedWords = (name: string) =>
  name === unlabelledWord ? phrase('unlabeled data') : phrase('the tape "{name}"', { name });

/** What a job in layout `labelled` says of its tapes. */
export interface TapeWish {
  readonly name: string | undefined;
  readonly overwrite: boolean;
  /** Undefined for a run that has not begun. */
  readonly run: string | undefined;
}

/** What a job says of its tapes. */
export interface JobMedia {
  readonly layout: 'plain' | 'labelled';
  readonly name?: string | undefined;
  readonly overwrite: boolean;
}

/**
 * Why a run of a job may not write to the tape; undefined if it may.
 * @param run undefined for a run that has not begun
 */
export function refusalOfJob(
  tape: FoundTape,
  { layout, name, overwrite }: JobMedia,
  run: string | undefined,
  now: Date,
): ShadowtapeError | undefined {
  if (layout === 'labelled') return refusalOfRun(tape, { name, overwrite, run }, now);
  const { host, device, found, blank } = tape;
  return blank || overwrite ? undefined : failure('TAPE_NOT_BLANK', { host, device, found });
}

/**
 * A run may write to a blank tape, to its own, to one that has a label and nothing else, and to the one that its job
 * names, if that may be lost.
 */
export function refusalOfRun(tape: FoundTape, wish: TapeWish, now: Date): ShadowtapeError | undefined {
  const { host, device, found, label } = tape;
  if (tape.blank) return undefined;
  const wanted = wish.name === undefined ? phrase('a blank tape') : wantedWords(wish.name);
  if (!label) return failure('TAPE_NOT_LABELLED', { host, device, found, wanted, name: wish.name ?? 'NAME' });
  if (wish.run !== undefined && label.run === wish.run) return undefined;
  if (wish.name !== undefined && wish.name !== label.name)
    return failure('TAPE_IS_ANOTHER', { host, device, found, wanted });
  if (wish.overwrite || isEmptyLabel(label)) return undefined;
  if (isKept(label, now))
    return failure('TAPE_KEPT', { host, device, name: label.name, until: localDay(label.keepUntil ?? '') });
  // Without a date, the tape may not be lost; the date of a tape that the job does not name does not count.
  if (label.keepUntil !== undefined && wish.name !== undefined) return undefined;
  return failure('TAPE_NOT_BLANK', { host, device, found });
}
