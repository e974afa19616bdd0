import { describe, expect, it } from 'vitest';
import { glossaryTerms, termOf, termOfStatus } from './glossary.ts';

describe('the glossary', () => {
  it('is in alphabetical order, with each term once', () => {
    const terms = glossaryTerms('').map(({ term }) => term);
    expect(terms).toEqual(terms.toSorted((one, other) => one.localeCompare(other, 'en')));
    expect(new Set(terms).size).toBe(terms.length);
  });

  it('explains in two sentences at most, of twenty words at most', () => {
    const long = glossaryTerms('').filter(({ means }) => {
      const sentences = means.split(/(?<=[.])\s+/);
      return sentences.length > 2 || sentences.some((sentence) => sentence.split(/\s+/).length > 20);
    });
    expect(long).toEqual([]);
  });

  it('is searched in terms and explanations', () => {
    expect(glossaryTerms('FROZEN snapshot').map(({ term }) => term)).toEqual(['part']);
    expect(glossaryTerms('no such word')).toEqual([]);
  });

  it('has the words of sdxinfo, and no entry for an unknown word', () => {
    expect(termOf(termOfStatus('COPY') ?? 'part').means).toMatch(/being filled/);
    expect(termOfStatus('COPY-TEMP')).toBeUndefined();
  });
});
