/** The languages that the program can speak. Another one is a file beside this one, with every text of the catalogue. */
import { failure } from '../errors.ts';
import type { Language } from './catalogue.ts';

/** By their names (BCP 47). English needs no texts of its own: they are in the sources. */
export const languages: Readonly<Record<string, Language | undefined>> = { en: undefined };

/** @returns undefined for English. @throws LANGUAGE_UNKNOWN */
export function languageNamed(name: string): Language | undefined {
  if (Object.hasOwn(languages, name)) return languages[name];
  throw failure('LANGUAGE_UNKNOWN', { language: name, known: Object.keys(languages).join(', ') });
}
