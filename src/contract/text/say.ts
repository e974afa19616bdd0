/**
 * Texts for people, in the language of the program.
 *
 * A text is its own key, so that it stays readable where it is used, and English needs no table. The language is chosen before any
 * other module is loaded, and a process keeps it: a constant of a module may have a text. What is sent to a host or stored is never said.
 */
import type { CountedMessage, Language, Names, PlainMessage } from './catalogue.ts';
import { countText } from './count-text.ts';
import { phraseOf, remember, type Value } from './phrases.ts';

type Values<Text extends string> = Readonly<Record<Names<Text>, Value>>;

type CountedValues<Text extends string> = [Exclude<Names<Text>, 'count'>] extends [never]
  ? [values?: Readonly<Record<'count', Value>>]
  : [values: Readonly<Record<Exclude<Names<Text>, 'count'>, Value> & Partial<Record<'count', Value>>>];

/** Undefined for English. */
let spoken: Language | undefined;

/** Inside `inEnglish`: what is said is remembered, so that it can be shown in another language later. */
let isStored = false;

/** Chooses the language of the process. @param language undefined for English */
export function speak(language: Language | undefined): void {
  spoken = language;
}

/** What is stored, or read by another program, is said in English; `translated` says it in the language of the program. @param work says it, at once */
export function inEnglish<Result>(work: () => Result): Result {
  const before = { spoken, isStored };
  spoken = undefined;
  isStored = true;
  try {
    return work();
  } finally {
    ({ spoken, isStored } = before);
  }
}

/** `en`: BCP 47. */
export const spokenLanguage = (): string => spoken?.name ?? 'en';

/** The locale that dates and numbers are shown in (BCP 47). @param english the one of English texts */
export const localeOf = (english: 'en-GB' | 'en-US'): string => spoken?.name ?? english;

function textOf(text: string): string {
  const translated = spoken?.texts[text as PlainMessage];
  return typeof translated === 'string' ? translated : text;
}

/** A value that is a phrase of the program itself is translated, too; a name, or what a host printed, is left alone. */
const filled = (text: string, values: Readonly<Record<string, Value>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? translated(String(values[name])) : whole,
  );

function countedText(text: string, count: number): string | undefined {
  const forms = spoken?.texts[text as CountedMessage];
  return forms?.[new Intl.PluralRules(spoken?.name).select(count)] ?? forms?.other;
}

function inWords(text: string, values: Readonly<Record<string, Value>> = {}, count?: number): string {
  return filled((count === undefined ? undefined : countedText(text, count)) ?? textOf(text), values);
}

/** Keeps what English that is stored was made of. */
function kept(
  english: string,
  text: string,
  values?: Readonly<Record<string, Value>>,
  count?: number,
): string {
  if (!isStored) return english;
  // Texts of an error are given the values of all of them.
  const own =
    values && Object.fromEntries(Object.entries(values).filter(([name]) => text.includes(`{${name}}`)));
  remember(english, { text, ...(own && { values: own }), ...(count !== undefined && { count }) });
  return english;
}

function counted(
  count: number,
  one: string,
  other: string,
  values?: Readonly<Record<string, Value>>,
): string {
  const words = countedText(other, count) ?? (count === 1 ? one : other);
  const all = { count: countText(count), ...values };
  return kept(filled(words, all), other, all, count);
}

/** A text of the catalog. @param values for what is in braces */
export function say<const Text extends PlainMessage>(
  text: Text,
  ...[values]: [Names<Text>] extends [never] ? [] : [values: Values<Text>]
): string {
  return said(text, values);
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
  ...[values]: CountedValues<Text>
): string {
  return counted(count, one, other, values);
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
  return kept(values === undefined ? words : filled(words, values), text, values);
}

/**
 * A text of the catalog in English, for what is stored, printed as JSON, or a part of an error. `translated` says it in the
 * language of the program.
 * @param values for what is in braces
 */
export function phrase<const Text extends PlainMessage>(
  text: Text,
  ...[values]: [Names<Text>] extends [never] ? [] : [values: Values<Text>]
): string {
  return inEnglish(() => said(text, values));
}

/** A phrase with a number, as `sayCount` says it. */
export function phraseCount<const Text extends CountedMessage>(
  count: number,
  one: string,
  other: Text,
  ...[values]: CountedValues<Text>
): string {
  return inEnglish(() => counted(count, one, other, values));
}

/** Several phrases as one, such as a reason and what a host printed. @param separator the same in every language */
export function phrases(parts: readonly string[], separator: string): string {
  const names = parts.map((_part, index) => `{${index}}`);
  return inEnglish(() => said(names.join(separator), Object.fromEntries(Object.entries(parts))));
}

/** The same phrase with some of its values replaced. What is no phrase is not changed. */
export function rephrase(english: string, values: Readonly<Record<string, Value>>): string {
  const known = phraseOf(english);
  return known === undefined ? english : inEnglish(() => said(known.text, { ...known.values, ...values }));
}

/**
 * Stored English in the language of the program: what `phrase` or `inEnglish` made, and any text of the catalog that
 * has several words. Anything else, such as a name or the output of a host, is not changed.
 */
export function translated(english: string): string {
  if (spoken === undefined) return english;
  const phrase = phraseOf(english);
  if (phrase !== undefined) return inWords(phrase.text, phrase.values, phrase.count);
  return english.includes(' ') ? textOf(english) : english;
}
