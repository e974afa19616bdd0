import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, exact, plainText, shownLines, toned, type Line } from './lines.ts';

const plain = (line: Line, width: number) => shownLines(line, { width, colors: false });

describe('a line that is wider than the terminal', () => {
  it('is wrapped between words, below the text after its first gap', () => {
    expect(plain('✓ verify      Verify the shadow of Volume2 before the dump', 30)).toEqual([
      '✓ verify      Verify the',
      '              shadow of',
      '              Volume2 before',
      '              the dump',
    ]);
  });

  it('is indented by two columns if it has no gap', () => {
    expect(plain('  hint: check the drive and the cartridge', 24)).toEqual([
      '  hint: check the drive',
      '    and the cartridge',
    ]);
  });

  it('does not split a long word, so that it can be copied', () => {
    const file = '/var/lib/shadowtape/runs/20261129-212719-volume2.ndjson';
    expect(plain(`the journal is ${file}`, 40)).toEqual(['the journal is', file]);
  });

  it.each([
    ['a command on a host', '    node3 # dd if=/dev/rmt/0 bs=32768 | tar xvf - ./ledger'],
    ['a command by hand', 'run by hand on node1, if not yet done: sdxproxy Rejoin -c Class1 -p Volume2'],
    [
      'a command that continues',
      'or roll it back: shadowtape --state /tmp/s rollback 20261129-212719-volume2',
    ],
  ])('does not split %s', (_what, line) => {
    const last = plain(line, 40).at(-1) ?? '';
    expect(line.endsWith(last.trimStart())).toBe(true);
    expect(last).toMatch(/node3 # dd|sdxproxy Rejoin -c Class1 -p Volume2|^ *shadowtape --state/);
  });

  it('wraps a hint although it begins with a command', () => {
    expect(plain('  hint: shadowtape runs lists the runs', 24)).toHaveLength(2);
  });

  it('counts wide characters as two columns', () => {
    expect(columnsOf('日本 a')).toBe(6);
    expect(plain('日本 日本 日本', 10)).toEqual(['日本 日本', '  日本']);
  });
});

describe('colors', () => {
  const colored = (line: Line, width?: number) => shownLines(line, { width, colors: true });

  it('mark the symbol of a step and a state, and nothing else', () => {
    expect(colored('✗ 6a  Back up the raw device')).toEqual(['\x1b[31m✗\x1b[0m 6a  Back up the raw device']);
    expect(colored('! the tape is slow')).toEqual(['\x1b[33m!\x1b[0m the tape is slow']);
    expect(colored([toned('good', 'verified'), ': all is on tape'])).toEqual([
      '\x1b[32mverified\x1b[0m: all is on tape',
    ]);
    expect(colored('verified: all is on tape')).toEqual(['verified: all is on tape']);
  });

  it('are closed at the end of each line', () => {
    expect(colored([toned('bad', 'action required'), ': the proxy is still parted'], 20)).toEqual([
      '\x1b[31maction required\x1b[0m: the',
      '  proxy is still',
      '  parted',
    ]);
  });
});

// eslint-disable-next-line no-control-regex -- they begin with this sign
const colorCodes = /\x1b\[\d+m/g;

describe('any line, in any width from 40 to 200', () => {
  const word = fc.stringMatching(/^[a-z0-9:/.,-]{1,34}$/);
  const piece = fc.oneof(
    fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' ')),
    word.map((text) => toned('bad', text)),
    word.map(exact),
    fc.constant('  '),
  );
  const line = fc.array(piece, { minLength: 1, maxLength: 8 });

  it('loses no word, and is wider than the terminal only for a word that is', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 40, max: 200 }), (pieces, width) => {
        const shown = plain(pieces, width);
        const words = (text: string) => text.split(/ +/).filter((one) => one !== '');
        expect(words(shown.join(' '))).toEqual(words(plainText(pieces)));
        for (const text of shown)
          expect(columnsOf(text)).toBeLessThanOrEqual(Math.max(width, ...words(text).map(columnsOf)));
      }),
    );
  });

  it('begins further to the left if its first word would not fit', () => {
    expect(plain(['   ', exact('a'.repeat(39))], 40)).toEqual([` ${'a'.repeat(39)}`]);
    expect(plain(['   ', exact('a'.repeat(41)), ' b'], 40)).toEqual(['a'.repeat(41), '     b']);
  });

  it('has the same text with colors', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 40, max: 200 }), (pieces, width) => {
        const bare = shownLines(pieces, { width, colors: true }).map((text) => text.replace(colorCodes, ''));
        expect(bare).toEqual(plain(pieces, width));
      }),
    );
  });
});
