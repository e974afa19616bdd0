/** English with an accent on every letter: a text that is shown without accents was not taken from the catalog. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from '../../../src/contract/text/catalogue.ts';

interface Entry {
  readonly one?: string;
}

const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const accented = [...'áƀćđéƒǵĥíĵķĺḿńóṕɋŕśťúṽẃẋýźÁɃĆĐÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼẂẊÝŹ'];

/** `Volume {volume}` becomes `Ṽóĺúḿé {volume}`: values are unchanged. */
export const withAccents = (text: string): string =>
  text.replace(/\{\w+\}|[a-zA-Z]/g, (found) =>
    found.length > 1 ? found : (accented[plain.indexOf(found)] ?? found),
  );

/** Every text of the catalog. */
export function catalogueEntries(): [text: string, entry: Entry][] {
  const folder = join(import.meta.dirname, '..', '..', '..', 'src', 'contract', 'text', 'catalogue');
  return globSync('*.json', { cwd: folder }).flatMap((name) =>
    Object.entries(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, Entry>),
  );
}

/** The language, made from the current catalog. */
export const pseudoLanguage = (): Language => ({
  name: 'en-XA',
  texts: Object.fromEntries(
    catalogueEntries().map(([text, { one }]) => [
      text,
      one === undefined ? withAccents(text) : { one: withAccents(one), other: withAccents(text) },
    ]),
  ) as Language['texts'],
});
