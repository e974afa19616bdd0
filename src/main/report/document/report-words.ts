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
