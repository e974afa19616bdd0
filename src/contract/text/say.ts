/**
 * Texts for people, in the language of the program.
 *
 * A text is its own key, so that it stays readable where it is used, and English needs no table. The language is chosen before any
 * other module is loaded, and a process keeps it: a constant of a module may have a text. What is sent to a host or stored is never said.
 */
import type { CountedMessage, Language, Names, PlainMessage } from './catalogue.ts';
import { countText } from './count-text.ts';

type Value = string | number;
type Values<Text extends string> = Readonly<Record<Names<Text>, Value>>;

/** Undefined for English. */
let spoken: Language | undefined;

/** Chooses the language of the process. @param language undefined for English */
export function speak(language: Language | undefined): void {
  spoken = language;
}

/** What is stored, or read by another program, is said in English. @param work says it, at once */
export function inEnglish<Result>(work: () => Result): Result {
  const before = spoken;
  spoken = undefined;
  try {
    return work();
  } finally {
    spoken = before;
  }
}

/** `en`: BCP 47. */
export const spokenLanguage = (): string => spoken?.name ?? 'en';

function textOf(text: string): string {
  const translated = spoken?.texts[text as PlainMessage];
  return typeof translated === 'string' ? translated : text;
}

const filled = (text: string, values: Readonly<Record<string, Value>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));

/** A text of the catalogue. @param values for what is in braces */
export function say<const Text extends PlainMessage>(
  text: Text,
  ...[values]: [Names<Text>] extends [never] ? [] : [values: Values<Text>]
): string {
  const words = spoken === undefined ? text : textOf(text);
  return values === undefined ? words : filled(words, values);
}

/**
 * A text with a number: `1 volume`, `1,024 volumes`.
 * @param one the text for one of them
 * @param other the text for any other number
 * @param values for what is in braces; without `count` the number with commas
 */
export function sayCount<const Text extends CountedMessage>(
  count: number,
  one: string,
  other: Text,
  ...[values]: [Exclude<Names<Text>, 'count'>] extends [never]
    ? [values?: Readonly<Record<'count', Value>>]
    : [values: Readonly<Record<Exclude<Names<Text>, 'count'>, Value> & Partial<Record<'count', Value>>>]
): string {
  const forms = spoken?.texts[other];
  const words = forms?.[new Intl.PluralRules(spoken?.name).select(count)] ?? forms?.other;
  return filled(words ?? (count === 1 ? one : other), { count: countText(count), ...values });
}

/** A text with something other than text in it, such as a link: its pieces in their order. */
export function sayAround<const Text extends PlainMessage, Part>(
  text: Text,
  parts: Readonly<Record<Names<Text>, string | Part>>,
): (string | Part)[] {
  const named: Readonly<Record<string, string | Part>> = parts;
  const pieces: (string | Part)[] = [];
  for (const [index, piece] of textOf(text)
    .split(/\{(\w+)\}/)
    .entries()) {
    const next = index % 2 === 0 ? piece : (named[piece] ?? `{${piece}}`);
    const last = pieces.at(-1);
    if (typeof next === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + next;
    else if (next !== '') pieces.push(next);
  }
  return pieces;
}

/** A text of a table that is a part of the catalog; any other one is not changed. @param values for what is in braces */
export function said(text: string, values?: Readonly<Record<string, Value>>): string {
  const words = spoken === undefined ? text : textOf(text);
  return values === undefined ? words : filled(words, values);
}
