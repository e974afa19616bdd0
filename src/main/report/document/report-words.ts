/** Pieces of text of a report, and how numbers and times are written in it: always the same, wherever it is made. */
import type { ReportMark, ReportText, ReportTexts } from '../../../contract/report.ts';
import { bytesText, countText, durationText, printable, saidList } from '../../../contract/words.ts';
import { say, told } from '../../../contract/text/say.ts';

/** What hosts print may hold tabs; a line of a report has none. */
const oneLine = (text: string): string => printable(text).replace(/\s+/g, ' ');

/** A sentence of the journal in the language of the report; anything else as it is. */
const shown = (text: string): string => oneLine(told(text));

export const plain = (text: string): ReportTexts => [{ text: shown(text).trim() }];
export const code = (text: string): ReportText => ({ text: oneLine(text), style: 'code' });
export const strong = (text: string): ReportText => ({ text: shown(text), style: 'strong' });
export const quiet = (text: string): ReportText => ({ text: shown(text), style: 'quiet' });
export const marked = (mark: ReportMark, text: string): ReportText => ({ text: shown(text), mark });

/** The pieces of a text that is said around its parts. */
export const pieces = (parts: readonly (string | ReportText)[]): ReportTexts =>
  parts.map((part) => (typeof part === 'string' ? { text: part } : part));

/** What the journal does not hold. */
export const notKnown: ReportTexts = [quiet(say('not in the journal'))];

export const tookText = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '' : durationText(milliseconds / 1000);

/** `8,388,608 bytes (8 MiB)`. */
export const sizeText = (bytes: number): string =>
  say('{bytes} bytes ({size})', { bytes: countText(bytes), size: bytesText(bytes) });

/** `Volume2`, `Volume2 and Volume4`, `Volume2, Volume4 and Volume6`; many are counted. */
export function named(names: readonly string[], most = 8): string {
  if (names.length > most)
    return say('{names} and {others} more', {
      names: names.slice(0, most).join(', '),
      others: names.length - most,
    });
  return saidList(names);
}
