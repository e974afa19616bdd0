/** The catalog of texts has every text that the program says, and no other. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { languages } from '../../src/contract/text/languages.ts';
import {
  catalogueFile,
  catalogueOf,
  catalogues,
  fileOf,
  saidInComponent,
  saidInScript,
  valuesOf,
} from './text-catalogue.ts';
import { catalogueEntries } from '../support/language/pseudo-language.ts';

it.each(Object.entries(catalogues()))(
  'the catalog of %s is that of the sources (npm run docs)',
  async (area, catalogue) => {
    expect(readFileSync(catalogueFile(area), 'utf8')).toBe(await fileOf(area, catalogue));
  },
);

it.each(
  Object.entries(languages).flatMap(([name, language]) => (language ? [[name, language] as const] : [])),
)('a text in %s has no value that the English text does not have', (_name, { texts }) => {
  for (const [text] of catalogueEntries()) {
    const translated: unknown = texts[text as keyof typeof texts];
    const forms = typeof translated === 'string' ? [translated] : Object.values(translated as object);
    for (const form of forms)
      expect(valuesOf(text)).toEqual(expect.arrayContaining(valuesOf(form as string)));
  }
});

describe('a text is found', () => {
  it('where a script says it', () => {
    const script = `
      const one = say('Volume {volume}', { volume });
      const several = sayCount(n, '{count} volume', \`{count} volumes\`);
      const around = sayAround('see {link}', { link });
    `;
    expect(saidInScript(script, 'a.ts')).toEqual([
      { text: 'Volume {volume}', usedIn: 'a.ts' },
      { text: '{count} volumes', one: '{count} volume', usedIn: 'a.ts' },
      { text: 'see {link}', usedIn: 'a.ts' },
    ]);
  });

  it('where a component says it: in its script, its markup, an attribute, and around what is no text', () => {
    const component = `
      <script lang="ts">const title: string = say('Tapes');</script>
      <p title={say('Name of the tape')}>{isKept ? say('kept') : ''}</p>
      {#snippet link()}<a href="#/">{say('Home')}</a>{/snippet}
      <Said pieces={sayAround('See {link}', { link })} />
    `;
    expect(
      saidInComponent(component, 'A.svelte')
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual(['Home', 'Name of the tape', 'See {link}', 'Tapes', 'kept'].toSorted());
  });
});

describe('a text is refused', () => {
  it('that is not written out where it is said', () => {
    expect(() => saidInScript('say(word)', 'a.ts')).toThrow(
      'a.ts: a text is written out where it is said, not word',
    );
    expect(() => saidInComponent('<p>{say(word)}</p>', 'A.svelte')).toThrow(
      'A.svelte: a text is written out where it is said, not word',
    );
  });

  it('that is said with different texts for one', () => {
    const texts = [
      { text: '{count} tapes', one: 'a tape', usedIn: 'a.ts' },
      { text: '{count} tapes', one: 'one tape', usedIn: 'b.ts' },
    ];
    expect(() => catalogueOf(texts)).toThrow('"{count} tapes" is said with different texts for one');
  });
});
