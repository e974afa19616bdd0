/** The languages that the program can speak. Another one is a file next to this one, with every text of the catalog. */
import type { Language } from './catalogue.ts';

/** By their names (BCP 47). English needs no texts of its own: they are in the sources. */
export const languages: ReadonlyMap<string, Language | undefined> = new Map([['en', undefined]]);
