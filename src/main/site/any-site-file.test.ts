import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../../contract/errors.ts';
import { parseSite, siteOf } from './site-file.ts';
import { sampleSite, sampleSiteText, type Tree } from './site.test-support.ts';

/** A site, or an error of the table whose sentence names the file; anything else is thrown on. */
function outcomeOf(read: () => unknown): 'site' | 'refused' {
  try {
    read();
    return 'site';
  } catch (error) {
    if (!isFailure(error)) throw error;
    expect(error.message).toMatch(/^site\.yaml/);
    expect(`${error.message} ${error.hint}`).not.toMatch(
      /\{(file|path|key|reason|allowed|name|line|column)\}/,
    );
    return 'refused';
  }
}

/** Every place of a tree, by its path. */
function pathsOf(tree: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof tree !== 'object' || tree === null) return [path];
  return [path, ...Object.entries(tree).flatMap(([key, value]) => pathsOf(value, [...path, key]))];
}

function replaceAt(tree: Tree, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  tree[key] = replaceAt(tree[key], rest, value);
  return tree;
}

describe('any content of a site file', () => {
  it('is a site or an error of the table: any data', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true }),
        (data) => void outcomeOf(() => siteOf('site.yaml', data)),
      ),
    );
  });

  it('is a site or an error of the table: any data in any one place of a good site', () => {
    const paths = pathsOf(sampleSite());
    const odd = fc.constantFrom(
      '',
      '__proto__',
      'constructor',
      -1,
      0,
      Infinity,
      Number.NaN,
      null,
      [],
      {},
      '/',
      ' ',
      '\0',
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.oneof(fc.jsonValue(), odd), (path, value) => {
        void outcomeOf(() => siteOf('site.yaml', replaceAt(sampleSite(), path, value)));
      }),
      { numRuns: 400 },
    );
  });

  it('is a site or an error of the table: any text', () => {
    const sign = fc.constantFrom(
      ...'abc:-?[]{},#&*!|>\'"%@`\n\t 0.~'.split(''),
      '---\n',
      '<<: ',
      '&a ',
      '*a',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(sign).map((signs) => signs.join('')),
    );
    fc.assert(
      fc.property(text, (any) => void outcomeOf(() => parseSite('site.yaml', any))),
      { numRuns: 400 },
    );
  });

  it('is a site or an error of the table: the text of a good site with a piece replaced', () => {
    const place = fc.nat(sampleSiteText.length);
    fc.assert(
      fc.property(place, fc.nat(20), fc.string({ unit: 'grapheme', maxLength: 5 }), (at, length, piece) => {
        const text = sampleSiteText.slice(0, at) + piece + sampleSiteText.slice(at + length);
        void outcomeOf(() => parseSite('site.yaml', text));
      }),
      { numRuns: 400 },
    );
  });
});
