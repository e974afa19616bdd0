import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitPath } from './catalogue-writer.ts';
import { parseFilePattern } from './file-pattern.ts';

/** As the index asks: the directory first, then the name in it. */
function fits(pattern: string, path: string): boolean {
  const { directory, name } = parseFilePattern(pattern);
  const split = splitPath(path);
  const isIn = (rule: typeof directory, text: string) => {
    if (!rule?.line) return true;
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

  it('is something', () => {
    expect(() => parseFilePattern('')).toThrow('"" names no file');
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
