import { failure } from '../errors.ts';
import type { Language } from './catalogue.ts';
import { languages } from './languages.ts';

/** @returns undefined for English. @throws LANGUAGE_UNKNOWN */
export function languageNamed(name: string): Language | undefined {
  if (Object.hasOwn(languages, name)) return languages[name];
  throw failure('LANGUAGE_UNKNOWN', { language: name, known: Object.keys(languages).join(', ') });
}
