/**
 * What English sentences that are stored were made of: their text of the catalog, and its values.
 *
 * Sentences stay strings in English wherever they are passed on, stored and compared; only where one is shown in
 * another language its text is looked up here. One that is not here any more is shown in English.
 */

export type Value = string | number;

/** A text of the catalogue with its values. */
interface Phrase {
  readonly text: string;
  readonly values?: Readonly<Record<string, Value>>;
  /** Of a text with a number. */
  readonly count?: number;
}

/** Texts without values: no more than the catalogue has. */
const texts = new Map<string, Phrase>();
/** Sentences with values, oldest first. */
const sentences = new Map<string, Phrase>();
/** A run, a plan and a check on the screens make some hundreds. */
const mostSentences = 10_000;

export function remember(english: string, phrase: Phrase): void {
  if (phrase.values === undefined) return void texts.set(english, phrase);
  // All of it is one value, such as the only reason of a list: the value may be a phrase, and this would be made of itself.
  if (Object.values(phrase.values).some((value) => String(value) === english)) return;
  sentences.delete(english);
  sentences.set(english, phrase);
  const [oldest] = sentences.size > mostSentences ? sentences.keys() : [];
  if (oldest !== undefined) sentences.delete(oldest);
}

/** What an English sentence was made of; undefined where it is not known. */
export const phraseOf = (english: string): Phrase | undefined => sentences.get(english) ?? texts.get(english);
