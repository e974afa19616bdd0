import { describe, expect, it } from 'vitest';
import { nameOfBytes } from '../../../contract/file-names.ts';
import type { CatalogueEntry } from '../../history/catalogue-writer.ts';
import { byPatterns, ListSelection } from './selection.ts';

const entry = (path: string, offset: number, more: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  path,
  type: path.endsWith('/') ? 'Directory' : 'File',
  size: 10,
  offset,
  ...more,
});

const list = [
  entry('./', 0, { size: 0 }),
  entry('./app/', 512, { size: 0 }),
  entry('./app/ledger.db', 1024),
  entry('./app/old/', 2048, { size: 0 }),
  entry('./app/old/ledger.db', 2560),
  entry('./notes.txt', 3584),
];

function chosen(patterns: string[], entries = list): string[] {
  const selection = new ListSelection(byPatterns(patterns, ['euc-jp']));
  for (const each of entries) selection.add(each);
  return selection.result().entries.map(({ path }) => path);
}

describe('the wanted entries of a file list', () => {
  it.each([
    [[], list.map(({ path }) => path)],
    [['ledger.db'], ['./app/ledger.db', './app/old/ledger.db']],
    [['/app/ledger.db'], ['./app/ledger.db']],
    [
      ['*.txt', '/app/ledger.db'],
      ['./app/ledger.db', './notes.txt'],
    ],
    [['old'], ['./app/old/', './app/old/ledger.db']],
    [['/app/old/'], ['./app/old/ledger.db']],
    [['/notes.txt'], ['./notes.txt']],
    [['nothing'], []],
  ])('%j', (patterns, paths) => {
    expect(chosen(patterns)).toEqual(paths);
  });

  it('include the target of a hard link: tar stores its content there', () => {
    const linked = [
      entry('./a', 0),
      entry('./b', 1024, { type: 'Link', size: 0, linkpath: './a' }),
      entry('./c', 1536, { type: 'Link', size: 0, linkpath: './b' }),
    ];
    expect(chosen(['c'], linked)).toEqual(['./a', './b', './c']);
    // A symbolic link has no content of its own, and a hard link's target may be outside of the archive.
    const symbolic = entry('./c', 1536, { type: 'SymbolicLink', size: 0, linkpath: './a' });
    expect(chosen(['c'], [entry('./a', 0), symbolic])).toEqual(['./c']);
    const lost = entry('./c', 1536, { type: 'Link', size: 0, linkpath: './gone' });
    expect(chosen(['c'], [entry('./a', 0), lost])).toEqual(['./c']);
  });

  it('have their bytes counted', () => {
    const selection = new ListSelection(byPatterns(['old', 'notes.txt'], []));
    for (const each of list) selection.add(each);
    expect(selection.result().bytes).toBe(20);
  });

  it('are found by names in the encoding of the site', () => {
    const name = nameOfBytes(Buffer.from([0xb5, 0xeb, 0xcd, 0xbf]));
    expect(chosen(['給与'], [entry(`./${name}`, 0)])).toEqual([`./${name}`]);
  });
});
