/**
 * What English sentences that are stored were made of: their text of the catalog, and its values.
 *
 * Sentences stay strings in English wherever they are passed on, stored and compared; only where one is shown in
 * another language its text is looked up here. One that is not here any more is shown in English.
 */

export type Value = string | number;

/** A text of the catalog with its values. */
interface Phrase {
  readonly text: string;
  readonly values?: Readonly<Record<string, Value>>;
  /** Of a text with a number. */
  readonly count?: number;
}

/** As it is stored next to the sentence: with the phrases that are its values. */
export interface StoredPhrase {
  /** The whole sentence. */
  readonly english: string;
  readonly text: string;
  readonly values: Readonly<Record<string, Value>>;
  readonly count?: number | undefined;
}

/** Texts without values: no more than the catalog has. */
const texts = new Map<string, Phrase>();
/** Sentences with values, oldest first. */
const sentences = new Map<string, Phrase>();
/** A run, a plan and a check on the screens make some hundreds. */
const mostSentences = 10_000;

/** A value is a part of its sentence, and shorter: otherwise a sentence could be made of itself, endlessly. */
const isWithin = (values: Phrase['values'], english: string): boolean =>
  Object.values(values ?? {}).every((value) => String(value).length < english.length);

export function remember(english: string, phrase: Phrase): void {
  if (phrase.values === undefined) return void texts.set(english, phrase);
  if (!isWithin(phrase.values, english)) return;
  sentences.delete(english);
  sentences.set(english, phrase);
  const [oldest] = sentences.size > mostSentences ? sentences.keys() : [];
  if (oldest !== undefined) sentences.delete(oldest);
}

/** What an English sentence was made of; undefined if it is not known. */
export const phraseOf = (english: string): Phrase | undefined => sentences.get(english) ?? texts.get(english);

/** Fields of a check and of a step that may hold a text of one word. */
const wordFields = new Set(['actual', 'expected', 'title']);

/** @param isShown a text of one word counts, too: elsewhere it may be a name or a state */
function collect(value: unknown, found: Map<string, StoredPhrase>, isShown: boolean): void {
  if (typeof value === 'object' && value !== null)
    for (const [name, each] of Object.entries(value)) collect(each, found, isShown || wordFields.has(name));
  if (typeof value !== 'string' || found.has(value)) return;
  const known = sentences.get(value) ?? (isShown && !value.includes(' ') ? texts.get(value) : undefined);
  if (!known) return;
  const { text, values = {}, count } = known;
  found.set(value, { english: value, text, values, count });
  collect(values, found, true);
}

/**
 * The sentences with values that are anywhere in a value, and in their values. A sentence without values is its own text
 * of the catalog; one of a single word is listed, since a name may be the same word.
 */
export function phrasesIn(value: unknown): StoredPhrase[] {
  const found = new Map<string, StoredPhrase>();
  collect(value, found, false);
  return [...found.values()];
}

/** Sentences that another process has stored can be translated here, too. */
export function recall(stored: readonly StoredPhrase[] = []): void {
  for (const { english, text, values, count } of stored)
    remember(english, { text, values, ...(count !== undefined && { count }) });
}
