import { describe, expect, it } from 'vitest';
import { cutAt, failureOf, noise, passThrough, sha256 } from '../stream.test-support.ts';
import { block, endOfArchive, extended, file } from './tar-blocks.test-support.ts';
import { pathKey, TarContents } from './tar-contents.ts';

function contentsOf(archive: Buffer, sizes: readonly number[] = [700]): TarContents {
  const contents = new TarContents();
  for (const piece of cutAt(archive, sizes)) contents.add(piece);
  contents.end();
  return contents;
}

const archive = Buffer.concat([
  block({ path: './', size: 0, type: 'Directory' }),
  file('./app/ledger.db', noise(1300)),
  block({ path: './app/same.db', linkpath: './app/ledger.db', size: 0, type: 'Link' }),
  block({ path: './app/current', linkpath: 'ledger.db', size: 0, type: 'SymbolicLink' }),
  extended('x', '22 GNU.sparse.major=1\n'),
  file('./app/sparse', noise(10)),
  endOfArchive,
]);

describe('a path', () => {
  it.each([
    ['./app/ledger.db', 'app/ledger.db'],
    ['/app//ledger.db', 'app/ledger.db'],
    ['app/./ledger.db/', 'app/ledger.db'],
    ['./', ''],
    ['app/..x/.y', 'app/..x/.y'],
  ])('%s has the key "%s"', (path, key) => {
    expect(pathKey(path)).toBe(key);
  });
});

describe('the contents of an archive', () => {
  it('are its entries by their paths, with the digest of what each holds', () => {
    const { found, isComplete, offset } = contentsOf(archive);
    expect(
      [...found.entries()].map(([key, { type, bytes, isSparse }]) => [key, type, bytes, isSparse]),
    ).toEqual([
      ['', 'Directory', 0, false],
      ['app/ledger.db', 'File', 1300, false],
      ['app/same.db', 'Link', 0, false],
      ['app/current', 'SymbolicLink', 0, false],
      ['app/sparse', 'File', 10, true],
    ]);
    expect(found.get('app/ledger.db')).toMatchObject({
      path: './app/ledger.db',
      sha256: sha256(noise(1300)),
    });
    expect(found.get('app/current')?.target).toBe('ledger.db');
    expect([isComplete, offset]).toEqual([true, archive.length]);
  });

  it('of a hard link are those of the name that it links to', () => {
    const contents = contentsOf(archive, [1]);
    expect(contents.contentOf('app/same.db')).toMatchObject({ bytes: 1300, sha256: sha256(noise(1300)) });
    expect(contents.contentOf('app/ledger.db')?.bytes).toBe(1300);
    expect(contents.contentOf('app/current')?.type).toBe('SymbolicLink');
    expect(contents.contentOf('app/other')).toBeUndefined();
  });

  it('do not contain an access control list instead of its file', () => {
    const lists = Buffer.concat([
      extended('A', 'acl'),
      file('a', noise(3)),
      extended('E', 'attributes'),
      file('b', noise(4)),
      endOfArchive,
    ]);
    const { found } = contentsOf(lists);
    expect([...found].map(([key, { sha256: digest }]) => [key, digest])).toEqual([
      ['a', sha256(noise(3))],
      ['b', sha256(noise(4))],
    ]);
  });

  it('of two entries of one path are those of the last', () => {
    const { found } = contentsOf(Buffer.concat([file('a', noise(3)), file('./a', noise(900)), endOfArchive]));
    expect([found.size, found.get('a')?.bytes]).toEqual([1, 900]);
  });

  it('are gathered while the archive passes, whose end must not be in an entry', async () => {
    const contents = new TarContents();
    const left = await passThrough(cutAt(archive, [600]), contents.observer().stream);
    expect(Buffer.concat(left).equals(archive)).toBe(true);
    expect(contents.found.size).toBe(5);
    const cut = new TarContents();
    const error = await failureOf(() => passThrough([archive.subarray(0, 1500)], cut.observer().stream));
    expect(error.code).toBe('TAR_UNREADABLE');
    expect(cut.isComplete).toBe(false);
  });
});
