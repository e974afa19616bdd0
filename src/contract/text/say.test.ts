import { afterEach, describe, expect, it } from 'vitest';
import type { Language, Translation } from './catalogue.ts';
import { phrasesIn, recall } from './phrases.ts';
import {
  inEnglish,
  phrase,
  phraseCount,
  phrases,
  said,
  say,
  sayAround,
  sayCount,
  speak,
  spokenLanguage,
  translated,
} from './say.ts';

/** Some texts of the catalog, in a language that has more plurals than English. */
const polish = {
  name: 'pl',
  texts: {
    'Digests of {proxy} at each hop': 'Skróty {proxy} na każdym etapie',
    'Attached files': 'Załączone pliki',
    none: 'brak',
    overcast: 'pochmurno',
    '{count} records': { one: '{count} rekord', few: '{count} rekordy', other: '{count} rekordów' },
    'SHA-256 of the journal’s last line: {hash}': '{hash} to SHA-256 ostatniego wiersza dziennika',
  },
} as unknown as Language;

const records = (count: number) => sayCount(count, '{count} record', '{count} records');

afterEach(() => speak(undefined));

describe('a text', () => {
  it('is its own English, with its values filled in', () => {
    expect(spokenLanguage()).toBe('en');
    expect(say('Attached files')).toBe('Attached files');
    expect(say('Digests of {proxy} at each hop', { proxy: 'Volume2' })).toBe(
      'Digests of Volume2 at each hop',
    );
  });

  it('takes a value as it is, whatever is in it', () => {
    expect(say('Digests of {proxy} at each hop', { proxy: '{proxy} $& $1' })).toBe(
      'Digests of {proxy} $& $1 at each hop',
    );
  });

  it('is that of the language that the process speaks', () => {
    speak(polish);
    expect(spokenLanguage()).toBe('pl');
    expect(say('Attached files')).toBe('Załączone pliki');
    expect(say('Digests of {proxy} at each hop', { proxy: 'Volume2' })).toBe(
      'Skróty Volume2 na każdym etapie',
    );
  });

  it('with a number has one text for one, and another for any other number', () => {
    expect([0, 1, 2, 16_384].map(records)).toEqual(['0 records', '1 record', '2 records', '16,384 records']);
  });

  it('with a number has as many texts as the language has plurals', () => {
    speak(polish);
    expect([1, 2, 5].map(records)).toEqual(['1 rekord', '2 rekordy', '5 rekordów']);
  });

  it('with a part that is no text comes in pieces, in the order of the language', () => {
    const pieces = () => sayAround('SHA-256 of the journal’s last line: {hash}', { hash: 7 });
    expect(pieces()).toEqual(['SHA-256 of the journal’s last line: ', 7]);
    speak(polish);
    expect(pieces()).toEqual([7, ' to SHA-256 ostatniego wiersza dziennika']);
  });

  it('in pieces is one piece where its parts are texts', () => {
    expect(sayAround('SHA-256 of the journal’s last line: {hash}', { hash: 'af' })).toEqual([
      'SHA-256 of the journal’s last line: af',
    ]);
  });

  it('of a table is translated; what the catalog does not have is left alone', () => {
    speak(polish);
    expect(said('Attached files')).toBe('Załączone pliki');
    expect(said('/dev/nst0 on tapehost')).toBe('/dev/nst0 on tapehost');
  });
});

describe('a phrase', () => {
  const digests = () => phrase('Digests of {proxy} at each hop', { proxy: 'Volume2' });

  it('is English, and shown in the language of the process', () => {
    expect(translated(digests())).toBe('Digests of Volume2 at each hop');
    speak(polish);
    expect(digests()).toBe('Digests of Volume2 at each hop');
    expect(translated(digests())).toBe('Skróty Volume2 na każdym etapie');
    expect(translated(phrase('Attached files'))).toBe('Załączone pliki');
  });

  it('with a number is shown in the plural of the language', () => {
    speak(polish);
    const counted = [1, 2, 5].map((count) => phraseCount(count, '{count} record', '{count} records'));
    expect(counted).toEqual(['1 record', '2 records', '5 records']);
    expect(counted.map(translated)).toEqual(['1 rekord', '2 rekordy', '5 rekordów']);
  });

  it('that is the value of another text is shown with it, however deep', () => {
    speak(polish);
    const list = phrases([digests(), 'sdxinfo: ERROR', phrase('Attached files')], '; ');
    expect(list).toBe('Digests of Volume2 at each hop; sdxinfo: ERROR; Attached files');
    expect(say('SHA-256 of the journal’s last line: {hash}', { hash: list })).toBe(
      'Skróty Volume2 na każdym etapie; sdxinfo: ERROR; Załączone pliki to SHA-256 ostatniego wiersza dziennika',
    );
  });

  it('that is the whole of another text is shown in the language', () => {
    speak(polish);
    expect(translated(phrases(['Volume2'], '; '))).toBe('Volume2');
    expect(translated(phrases([digests()], '; '))).toBe('Skróty Volume2 na każdym etapie');
  });

  it('is also what is said in English to be stored', () => {
    speak(polish);
    const stored = inEnglish(() => say('Digests of {proxy} at each hop', { proxy: 'Volume7' }));
    expect(stored).toBe('Digests of Volume7 at each hop');
    expect(translated(stored)).toBe('Skróty Volume7 na każdym etapie');
  });

  it('of one part is shown as that part, and not again and again', () => {
    speak(polish);
    expect(translated(phrases([digests(), ''], ''))).toBe('Skróty Volume2 na każdym etapie');
  });

  it('is shown by another process, which was given what it was made of', () => {
    speak(polish);
    const stored = { sentence: phrases(['sdxinfo', digests()], ': ') };
    const given = structuredClone(phrasesIn({ also: ['no phrase'], ...stored }));
    expect(given.map(({ english }) => english)).toEqual([stored.sentence, digests()]);
    for (let number = 0; number < 10_000; number += 1)
      phrase('Digests of {proxy} at each hop', { proxy: `Other${number}` });
    expect(translated(stored.sentence)).toBe(stored.sentence);
    recall(given);
    expect(translated(stored.sentence)).toBe('sdxinfo: Skróty Volume2 na każdym etapie');
  });

  it('of one word is stored where it is shown: in another text, and as what was expected or found', () => {
    const sentence = phrase('Digests of {proxy} at each hop', { proxy: phrase('none') });
    const english = (value: unknown) => phrasesIn(value).map((each) => each.english);
    expect(english({ text: sentence, class: 'none' })).toEqual([sentence, 'none']);
    expect(english({ actual: 'none', class: 'none' })).toEqual(['none']);
    expect(english({ class: 'none' })).toEqual([]);
  });

  it('of one word is shown by another process only where it was stored', () => {
    speak(polish);
    // A word that no other test of this process says.
    expect(translated('overcast')).toBe('overcast');
    recall([{ english: 'overcast', text: 'overcast', values: {} }]);
    expect(translated('overcast')).toBe('pochmurno');
  });

  it('that claims to be made of itself is not translated', () => {
    speak(polish);
    const values = { proxy: 'Digests of A at each hop' };
    recall([{ english: 'Digests of A at each hop', text: 'Digests of {proxy} at each hop', values }]);
    expect(translated('Digests of A at each hop')).toBe('Digests of A at each hop');
  });

  it('is English where what it was made of is not known any more', () => {
    speak(polish);
    const first = digests();
    for (let number = 0; number < 10_000; number += 1)
      phrase('Digests of {proxy} at each hop', { proxy: `Other${number}` });
    expect(translated(first)).toBe('Digests of Volume2 at each hop');
  });
});

describe('what is no phrase', () => {
  it.each(['Volume2', '/dev/nst0 on tapehost', ''])('is shown as it is: "%s"', (text) => {
    speak(polish);
    expect(translated(text)).toBe(text);
  });
});

describe('the types of the catalog', () => {
  it('refuse a text that is not in it, and values that the text does not have', () => {
    // @ts-expect-error: not in the catalog
    say('Attached filse');
    // @ts-expect-error: the value is missing
    say('Digests of {proxy} at each hop');
    // @ts-expect-error: the name of the value is another one
    say('Digests of {proxy} at each hop', { volume: 'Volume2' });
    // @ts-expect-error: it has a number
    say('{count} records', { count: 2 });
    // @ts-expect-error: it has no number
    sayCount(2, 'Attached file', 'Attached files');
  });

  it('refuse a translation that lacks a value, and a text with a number that has no plural', () => {
    const plain: Pick<Translation, 'Digests of {proxy} at each hop' | 'Attached files'> = {
      'Attached files': 'Załączone pliki',
      // @ts-expect-error: the value is missing
      'Digests of {proxy} at each hop': 'Skróty na każdym etapie',
    };
    const counted: Pick<Translation, '{count} records'> = {
      // @ts-expect-error: not a text for each plural
      '{count} records': 'rekordów',
    };
    // @ts-expect-error: a text is missing
    const whole: Translation = { ...plain, ...counted };
    expect(whole).toBeDefined();
  });
});
