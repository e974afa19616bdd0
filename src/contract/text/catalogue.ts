/**
 * The catalog of texts: every text that a person can meet, by the area where it is met. `npm run docs` writes it from
 * the sources.
 *
 * A text is its own key, in English. Each entry has the names of its values and the files that use it, for translators.
 * These are types alone: the program needs no table for English.
 */
import type commandLine from './catalogue/command-line.json';
import type errors from './catalogue/errors.json';
import type program from './catalogue/program.json';
import type report from './catalogue/report.json';
import type screens from './catalogue/screens.json';
import type shared from './catalogue/shared.json';

type Catalogue = typeof commandLine &
  typeof errors &
  typeof program &
  typeof report &
  typeof screens &
  typeof shared;

/** A text of the catalog. */
type Message = keyof Catalogue;

/** A text with a number: another one where the number is one. */
export type CountedMessage = {
  [Text in Message]: Catalogue[Text] extends { readonly one: string } ? Text : never;
}[Message];

export type PlainMessage = Exclude<Message, CountedMessage>;

/** What is in braces: `volume` in `Volume {volume} is protected`. Braces around several words are a part of the text. */
export type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string} ${string}` ? never : Name) | Names<Rest>
  : never;

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  each: infer All,
) => void
  ? All
  : never;

type With<Name extends string> = Name extends string ? `${string}{${Name}}${string}` : never;

/** A text that has the same values as its English one, in any order. */
type SameValues<Text extends string> = [Names<Text>] extends [never]
  ? string
  : Intersection<With<Names<Text>>>;

/** Texts by the plural category of the number (CLDR), such as `one`, `few` and `other`. */
type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** Every text in another language: a text that is missing, or lacks one of its values, does not compile. */
export type Translation = { readonly [Text in PlainMessage]: SameValues<Text> } & {
  readonly [Text in CountedMessage]: Plural;
};

export interface Language {
  /** BCP 47, such as `ja`. */
  readonly name: string;
  readonly texts: Translation;
}
