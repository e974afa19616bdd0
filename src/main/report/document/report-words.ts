/** Pieces of text of a report, and how numbers and times are written in it: always the same, wherever it is made. */
import type { ReportMark, ReportText, ReportTexts } from '../../../contract/report.ts';
import { bytesText, countText, durationText, printable, listed } from '../../../contract/words.ts';

/** What hosts print may hold tabs; a line of a report has none. */
const oneLine = (text: string): string => printable(text).replace(/\s+/g, ' ');

export const plain = (text: string): ReportTexts => [{ text: oneLine(text).trim() }];
export const code = (text: string): ReportText => ({ text: oneLine(text), style: 'code' });
export const strong = (text: string): ReportText => ({ text: oneLine(text), style: 'strong' });
export const quiet = (text: string): ReportText => ({ text: oneLine(text), style: 'quiet' });
export const marked = (mark: ReportMark, text: string): ReportText => ({ text: oneLine(text), mark });

/** What the journal does not hold. */
export const notKnown: ReportTexts = [quiet('not in the journal')];

const digits = (text: string, from: number, to: number) => text.slice(from, to);

/** `2026-11-22 14:53:39 UTC`. @param at ISO 8601 in UTC, or milliseconds since 1970 */
export function momentText(at: string | number): string {
  const iso = typeof at === 'number' ? new Date(at).toISOString() : at;
  return `${digits(iso, 0, 10)} ${digits(iso, 11, 19)} UTC`;
}

/** `14:53:39`; `11-23 02:10:04` on another day than the run began. */
export function clockText(at: number, startedAt: number | undefined): string {
  const iso = new Date(at).toISOString();
  const day = startedAt === undefined ? iso : new Date(startedAt).toISOString();
  const time = digits(iso, 11, 19);
  return digits(iso, 0, 10) === digits(day, 0, 10) ? time : `${digits(iso, 5, 10)} ${time}`;
}

export const dayText = (iso: string): string => digits(iso, 0, 10);

export const tookText = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '' : durationText(milliseconds / 1000);

/** `8,388,608 bytes (8 MiB)`. */
export const sizeText = (bytes: number): string => `${countText(bytes)} bytes (${bytesText(bytes)})`;

/** `1 warning`, `3 warnings`. */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** `Volume2`, `Volume2 and Volume4`, `Volume2, Volume4 and Volume6`; many are counted. */
export function named(names: readonly string[], most = 8): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  return listed(names);
}
