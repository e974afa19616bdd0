import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lex } from './shell-lexer.ts';

const words = (line: string): string[] =>
  lex(line, (name) => (name === 'HOME' ? '/home/op' : '')).flatMap((token) =>
    token.kind === 'word' ? [token.text] : [],
  );

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

describe('words', () => {
  test('are split at blanks and joined where quotes meet', () => {
    expect(words(`dd if=/dev/rmt/0  'a b'"c d"e \\ f ""`)).toEqual([
      'dd',
      'if=/dev/rmt/0',
      'a bc de',
      ' f',
      '',
    ]);
  });

  test('keep a backslash in double quotes unless it escapes', () => {
    expect(words(String.raw`"a\b" "a\"b" "a\\b" "\$HOME"`)).toEqual(['a\\b', 'a"b', 'a\\b', '$HOME']);
  });

  test('take variables outside of single quotes', () => {
    expect(words(`$HOME "$HOME/x" '$HOME' \${HOME}y $`)).toEqual([
      '/home/op',
      '/home/op/x',
      '$HOME',
      '/home/opy',
      '$',
    ]);
  });

  test('that are nothing but an empty variable vanish, unless they are quoted', () => {
    expect(words(`a $NONE b "$NONE" $NONE'' $NONE`)).toEqual(['a', 'b', '', '']);
  });

  test('end at a comment', () => {
    expect(words('echo a#b # and the rest')).toEqual(['echo', 'a#b']);
  });

  test('come out as they were quoted, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))), (texts) => {
        expect(words(texts.map(quoted).join(' '))).toEqual(texts);
      }),
    );
  });

  test('are those of a real shell', () => {
    const pieces = fc.constantFrom(
      'a',
      ' ',
      '\\',
      '\\n',
      "'",
      '"',
      "'b c'",
      '"d e"',
      '\\"',
      "\\'",
      '#',
      '$HOME',
      '\\\n',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const line = `x ${parts.join('')}`;
        fc.pre(!hasOperator(line));
        expect(wordsOrRefusal(line)).toEqual(wordsOfShell(line));
      }),
      { numRuns: 60, examples: [[['$HOME', 'a']]] },
    );
  });
});

/** A new line that is not quoted ends the command. */
function hasOperator(line: string): boolean {
  try {
    return lex(line).some((token) => token.kind === 'operator');
  } catch {
    return false;
  }
}

function wordsOrRefusal(line: string): string[] | 'refused' {
  try {
    return words(line);
  } catch {
    return 'refused';
  }
}

function wordsOfShell(line: string): string[] | 'refused' {
  try {
    const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], {
      env: { HOME: '/home/op' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return printed.toString('utf8').split('\0').slice(0, -1);
  } catch {
    return 'refused';
  }
}

describe('operators', () => {
  test('end a word without a blank', () => {
    expect(lex('cd /mnt1&&tar cvf /dev/rmt/0 .;echo $?||x|y', () => '0').map(({ text }) => text)).toEqual([
      'cd',
      '/mnt1',
      '&&',
      'tar',
      'cvf',
      '/dev/rmt/0',
      '.',
      ';',
      'echo',
      '0',
      '||',
      'x',
      '|',
      'y',
    ]);
  });

  test('a digit before a redirection is its descriptor, a word ending in one is not', () => {
    expect(lex('a 2>&1 b2>c <d')).toEqual([
      { kind: 'word', text: 'a' },
      { kind: 'redirect', descriptor: 2, text: '>&' },
      { kind: 'word', text: '1' },
      { kind: 'word', text: 'b2' },
      { kind: 'redirect', descriptor: 1, text: '>' },
      { kind: 'word', text: 'c' },
      { kind: 'redirect', descriptor: 0, text: '<' },
      { kind: 'word', text: 'd' },
    ]);
  });

  test.each([
    ["echo 'a", "syntax error at line 1: `'' unmatched"],
    ['echo "a', 'syntax error at line 1: `"\' unmatched'],
    ['sleep 9 &', "syntax error at line 1: `&' unexpected"],
    ['echo `id`', "syntax error at line 1: ``' unexpected"],
    ['echo $(id)', 'command substitution is not part of the lab'],
  ])('refuses %s', (line, message) => {
    expect(() => lex(line)).toThrow(message);
  });
});
