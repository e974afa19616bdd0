import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOfBytes, type FileNameEncoding } from '../../contract/file-names.ts';
import { splitPath } from './catalogue-writer.ts';
import { parseFilePattern, parseFilePatterns } from './file-pattern.ts';
import { readablePath } from './name-encoding.ts';
import { storedName } from './stored-line.ts';

/** As the index asks: the directory first, then the name in it. */
function fits(pattern: string, path: string, encoding?: FileNameEncoding): boolean {
  const { directory, name } = parseFilePattern(pattern, encoding);
  const split = splitPath(path);
  const isIn = (rule: typeof directory, part: string) => {
    if (!rule?.line) return true;
    const text = storedName(part);
    const hasPiece = `\n${text}\n`.includes(rule.piece) && text.startsWith(rule.begin);
    return hasPiece && rule.line.test(text) && (!rule.isExact || rule.begin === text);
  };
  return isIn(directory, split.directory) && isIn(name, split.name);
}

describe('what names a file', () => {
  const cases = [
    ['ledger.db', ['./app/ledger.db', 'ledger.db'], ['./app/ledger.db.old', './app/myledger.db']],
    ['/app/ledger.db', ['./app/ledger.db', '/app/ledger.db'], ['./x/app/ledger.db']],
    ['./ledger.db', ['./ledger.db'], ['./app/ledger.db']],
    ['app/ledger.db', ['./app/ledger.db', './x/app/ledger.db'], ['./myapp/ledger.db']],
    ['*ledger*.db', ['./app/old-ledger-2.db'], ['./ledger/x.db']],
    ['ledger-?.db', ['./ledger-1.db'], ['./ledger-12.db', './ledger-.db']],
    ['/app/*/ledger.db', ['./app/x/ledger.db'], ['./app/x/y/ledger.db', './app/ledger.db']],
    ['/app/**/ledger.db', ['./app/x/y/ledger.db', './app/ledger.db'], ['./b/ledger.db', './appx/ledger.db']],
    ['/app/', ['./app/x', './app/x/y/'], ['./appx/y', './x/app/y', './app']],
    ['app/', ['./x/app/y', './app/y'], ['./x/myapp/y']],
    ['/', ['./x', 'y/z'], []],
    ['what\\?', ['./what?'], ['./whats']],
    ['a+b(1).txt', ['./a+b(1).txt'], ['./aab1.txt']],
  ] as const;
  for (const [pattern, good, bad] of cases)
    it(pattern, () => {
      expect(good.filter((path) => !fits(pattern, path))).toEqual([]);
      expect(bad.filter((path) => fits(pattern, path))).toEqual([]);
    });

  const inBytes = (...bytes: number[]) => nameOfBytes(Buffer.from(bytes));
  const japanese = {
    'euc-jp': './' + inBytes(0xc9, 0xbd, 0xa4, 0xa2) + '.db',
    shift_jis: './' + inBytes(0x95, 0x5c, 0x82, 0xa0) + '.db',
  } as const;
  for (const encoding of ['euc-jp', 'shift_jis'] as const)
    it(`is typed and shown in ${encoding}`, () => {
      const name = japanese[encoding];
      expect(readablePath(name, encoding)).toBe('./表あ.db');
      for (const pattern of ['表あ.db', '/表あ.db', '表*', '*あ.db', '??.db', '?あ*', '**あ.db'])
        expect(fits(pattern, name, encoding), pattern).toBe(true);
      for (const pattern of ['表.db', '?.db', '????.db', 'あ*', '表い.db'])
        expect(fits(pattern, name, encoding), pattern).toBe(false);
      expect(parseFilePatterns('表あ.db', ['euc-jp', 'shift_jis', 'latin1'])).toHaveLength(3);
      expect(parseFilePatterns('ledger.db', ['euc-jp', 'shift_jis', 'latin1'])).toHaveLength(1);
    });

  it('is typed and shown in latin1', () => {
    const name = `./${inBytes(0x4d, 0xfc)}ller`;
    expect(readablePath(name, 'latin1')).toBe('./Müller');
    expect(fits('Müller', name, 'latin1')).toBe(true);
    expect(fits('M?ller', name, 'latin1')).toBe(true);
  });

  it('is found by its bytes, whatever its encoding', () => {
    const name = `./a\\${inBytes(0xa4, 0xa2)}`;
    expect(readablePath(name, undefined)).toBe('./a\\\\\\xA4\\xA2');
    expect(fits(readablePath(name, undefined), name)).toBe(true);
    expect(fits('a\\\\\\xa4*', name)).toBe(true);
    expect(fits('a\\\\??', name)).toBe(true);
    expect(fits('a\\\\\\xA4', name)).toBe(false);
    expect(fits('\\xE3\\x81\\x82', './あ')).toBe(true);
    expect(fits('?', './あ')).toBe(true);
  });

  it('is found by characters that Unix and Windows write differently, and by those of half width', () => {
    const typed = (character: string, encoding: FileNameEncoding) =>
      Buffer.from(parseFilePattern(character, encoding).name.begin, 'latin1').toString('hex');
    expect(['〜', '～', 'ｱ', '①', '纊'].map((character) => typed(character, 'euc-jp'))).toEqual([
      'a1c1',
      'a1c1',
      '8eb1',
      'ada1',
      'f9a1',
    ]);
    expect(['〜', '～', 'ｱ', '①', '纊'].map((character) => typed(character, 'shift_jis'))).toEqual([
      '8160',
      '8160',
      'b1',
      '8740',
      'fa5c',
    ]);
  });

  it('is something', () => {
    expect(() => parseFilePattern('')).toThrow('"" is not the name of a file');
  });

  it('finds every file by its own path, whatever signs are in it', () => {
    const part = fc.string({
      minLength: 1,
      maxLength: 8,
      unit: fc.constantFrom('a', 'Z', '.', '*', '?', '\\', '[', '$', ' ', 'é', '+'),
    });
    const parts = fc.array(
      part.filter((text) => !/^\.+$/.test(text)),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(parts, (names) => {
        const path = names.join('/');
        const escaped = path.replace(/[*?\\]/g, '\\$&');
        expect(fits(`/${escaped}`, `./${path}`)).toBe(true);
        expect(fits(names.at(-1)?.replace(/[*?\\]/g, '\\$&') ?? '', `./${path}`)).toBe(true);
        expect(fits(`/${escaped}x`, `./${path}`)).toBe(false);
      }),
    );
  });
});
