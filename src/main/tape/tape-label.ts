/** The label: file 0 of a tape in layout `labelled`, one record of 32,768 bytes. */
import { z } from 'zod';
import { failure, isFailure } from '../../contract/errors.ts';
import { localDay } from '../../contract/time/wall-clock.ts';
import { phrase } from '../../contract/text/say.ts';
import { shorterLabels, withoutLines } from './label-room.ts';
import { ownRecordBytes, seal, unseal } from './sealed-record.ts';

export const longestTapeName = 32;
/** The word for unlabeled data where a tape is named; it is therefore not a valid name. */
export const unlabelledWord = 'data';
const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;

/** True for 1 to 32 letters, digits, "_", "." and "-", of which the first is a letter or a digit; `data` is not one. */
export function isTapeName(name: string): boolean {
  return namePattern.test(name) && name !== unlabelledWord;
}

/** @throws TAPE_NAME_FORBIDDEN */
export function requireTapeName(name: string): string {
  if (!isTapeName(name)) throw failure('TAPE_NAME_FORBIDDEN', { name });
  return name;
}

const moment = z.iso.datetime();

const labelSchema = z.looseObject({
  name: z.string().refine(isTapeName),
  uuid: z.uuid(),
  writtenAt: moment,
  /** The run that wrote it; absent if the tape was labeled by hand. */
  run: z.string().optional(),
  site: z.string(),
  /** What the run intended to write after the label, by the number of the tape file. The manifest has what was written. */
  volumes: z.array(
    z.looseObject({
      volume: z.string(),
      method: z.string(),
      file: z.int().positive(),
      byHand: z.string().optional(),
    }),
  ),
  byHandNote: z.string().optional(),
  /** Size in bytes of the records of the data. */
  recordBytes: z.int().positive(),
  /** Until then the tape must not be overwritten. */
  keepUntil: moment.optional(),
  /** Which tape of its run it is, from 1; absent on the first. */
  number: z.int().positive().optional(),
  /** The tape that it is a second copy of, as recorded for it in the tape inventory. */
  copyOf: z.string().optional(),
});

export interface TapeLabel {
  readonly name: string;
  readonly uuid: string;
  readonly writtenAt: string;
  readonly run?: string | undefined;
  readonly site: string;
  readonly volumes: readonly {
    readonly volume: string;
    readonly method: string;
    readonly file: number;
    /** The command line that restores it without Shadowtape; absent on labels of 0.1.0. */
    readonly byHand?: string | undefined;
  }[];
  /** What a person has to know to type them. */
  readonly byHandNote?: string | undefined;
  readonly recordBytes: number;
  readonly keepUntil?: string | undefined;
  readonly number?: number | undefined;
  /** The tape that it is a second copy of, as recorded for it in the tape inventory. */
  readonly copyOf?: string | undefined;
}

/**
 * Commands for which there is no room are left out, and the note says so.
 * @returns one record
 * @throws TAPE_LABEL_TOO_LONG
 */
export function encodeLabel(label: TapeLabel): Buffer {
  for (const shorter of shorterLabels(label)) {
    try {
      return seal('LABEL', shorter, 1);
    } catch (error) {
      if (!isFailure(error, 'TAPE_LABEL_TOO_LONG')) throw error;
    }
  }
  return seal('LABEL', withoutLines(label), 1);
}

export type LabelReading =
  | { readonly kind: 'label'; readonly label: TapeLabel }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'foreign' };

/** @param record the first record of a tape */
export function readLabel(record: Buffer): LabelReading {
  const read = unseal('LABEL', record);
  if (read.kind !== 'whole') return read;
  if (record.length !== ownRecordBytes)
    return { kind: 'damaged', reason: phrase('it is longer than one record') };
  const label = labelSchema.safeParse(read.value);
  return label.success
    ? { kind: 'label', label: label.data }
    : { kind: 'damaged', reason: phrase('its content is not a label') };
}

/** The day of a moment, in UTC: `2026-11-22`. */
const dayOf = (moment: string): string => moment.slice(0, 10);

/** In words that fit after "the tape holds". */
export function describeLabel({ name, run, writtenAt, keepUntil, number = 1, copyOf }: TapeLabel): string {
  const which = number === 1 ? '' : phrase(' as its tape {number}', { number });
  const by = copyOf === undefined ? phrase(' by run') : phrase(' as a copy of run');
  const writer = run === undefined ? '' : `${by} ${run}${which}`;
  const kept =
    keepUntil === undefined ? '' : phrase(', keep until {keepUntil}', { keepUntil: localDay(keepUntil) });
  return phrase('the label "{name}", written {writtenAt}{writer}{kept}', {
    name,
    writtenAt: dayOf(writtenAt),
    writer,
    kept,
  });
}

/**
 * A default name for a blank tape: site, job and day.
 * @param at its day in UTC is used
 */
export function inventedName(site: string, job: string, at: Date): string {
  const day = at.toISOString().slice(0, 10).replaceAll('-', '');
  const words = `${site}-${job}`.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const head = words.slice(0, longestTapeName - day.length - 1);
  return head === '' ? day : `${head}-${day}`;
}
