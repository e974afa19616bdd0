/** Words and numbers as people are shown them: on a terminal, in a mail. */
import type { EventOf } from './events.ts';
import { countText } from './text/count-text.ts';
import { phrase, phrases, say } from './text/say.ts';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 MiB`, `1.5 GiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = Number.isInteger(value) || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`;
}

/** `118.4 MB/s`: tape drives are rated in millions of bytes. */
export function rateText(bytesPerSecond: number): string {
  return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
}

/** `4 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Names in a sentence: `Volume2`, `Volume2 and Volume4`, `Volume2, Volume4 and Volume6`. */
export function listed(names: readonly string[]): string {
  return names.length < 2
    ? (names[0] ?? '')
    : phrase('{names} and {last}', { names: phrases(names.slice(0, -1), ', '), last: names.at(-1) ?? '' });
}

/** `2026-11-28 17:04:11 UTC`: for a sentence that a journal keeps. @param at ISO 8601 in UTC */
export const utcText = (at: string): string => at.replace(/^([\d-]+)T([\d:]+)(\.\d+)?Z$/, '$1 $2 UTC');

/** `listed` in the language of who reads it: for what is shown and not stored. */
export const saidList = (names: readonly string[]): string =>
  names.length < 2
    ? (names[0] ?? '')
    : say('{names} and {last}', { names: names.slice(0, -1).join(', '), last: names.at(-1) ?? '' });

export { countText };

/**
 * `128 of 16,384 records (0.78 %), 127 distinct, largest gap 389 records (12.2 MiB)`: how much of a volume a
 * fingerprint covers.
 * @param recordBytes of one record
 */
export function coverageText(
  { records, sampled, distinct, largestGap }: EventOf<'fingerprint'>['coverage'] & object,
  recordBytes: number,
): string {
  const share = records === 0 ? 100 : (sampled * 100) / records;
  return say(
    '{sampled} of {records} records ({share} %), {distinct} distinct, largest gap {gap} records ({size})',
    {
      sampled: countText(sampled),
      records: countText(records),
      share: Number(share.toFixed(2)),
      distinct: countText(distinct),
      gap: countText(largestGap),
      size: bytesText(largestGap * recordBytes),
    },
  );
}

/** Characters before a cut that a single word may take; a longer one, such as a path, is cut itself. */
const longestWord = 40;

/**
 * A text that is too long for a sentence, cut between two words where that is possible.
 * @param limit characters that are kept at most
 */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, limit + 1);
  const space = kept.search(/\s+\S*$/);
  return `${space > limit - longestWord ? kept.slice(0, space) : kept.slice(0, limit)}…`;
}

/**
 * Signs that turn the direction of a text (Unicode 9.0, UAX #9: LRM, RLM, ALM, embeddings, overrides, isolates), so that a name reads as
 * another one; and line and paragraph separators.
 */
const directing = /[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const visible = (sign: string): string => {
  const code = sign.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
};

const uncontrolled = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A value as a line of JSON that is printed: signs that steer a terminal or turn the direction of a text are escaped.
 * Parsing it gives the same value.
 */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    uncontrolled,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Makes signs visible that turn the direction of a text. */
export const undirected = (text: string): string => text.replace(directing, visible);

/**
 * Keeps what a host, a tape or an archive names from steering the terminal, and from reading as something else: control characters but
 * tab and line feed, and signs that turn the direction of a text, are made visible.
 */
export function printable(text: string): string {
  const plain = text.replace(/\p{Cc}/gu, (sign) => (sign === '\n' || sign === '\t' ? sign : visible(sign)));
  return undirected(plain);
}
