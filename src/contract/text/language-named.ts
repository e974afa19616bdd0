import { failure } from '../errors.ts';
import type { Language } from './catalogue.ts';
import { languages } from './languages.ts';

/** @returns undefined for English. @throws LANGUAGE_UNKNOWN */
export function languageNamed(name: string): Language | undefined {
  if (languages.has(name)) return languages.get(name);
  throw failure('LANGUAGE_UNKNOWN', { language: name, known: [...languages.keys()].join(', ') });
}
