import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lex } from './shell-lexer.ts';
import type { Token } from './shell-lexer.ts';
import { expandWords } from './shell-words.ts';

const scope = {
  value: (name: string): string => (name === 'HOME' ? '/home/op' : ''),
  parameters: ['one', 'a b'],
  list: (path: string): Promise<string[]> =>
    Promise.resolve(path === '/var/' ? ['.hidden', 'reader.status', 'tee.status', 'tmp'] : []),
};

const words = (line: string): Promise<string[]> =>
  expandWords(
    lex(line).filter((token) => token.kind === 'word'),
    scope,
  );

/** A token as a person writes it. */
function shown(token: Token): string {
  if (token.kind !== 'word') return token.text;
  return token.parts.map((part) => (part.kind === 'text' ? part.text : `$${part.name}`)).join('');
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

describe('words', () => {
  test('are split at blanks and joined where quotes meet', async () => {
    expect(await words(`dd if=/dev/rmt/0  'a b'"c d"e \\ f ""`)).toEqual([
      'dd',
      'if=/dev/rmt/0',
      'a bc de',
      ' f',
      '',
    ]);
  });

  test('keep a backslash in double quotes unless it escapes', async () => {
    expect(await words(String.raw`"a\b" "a\"b" "a\\b" "\$HOME"`)).toEqual(['a\\b', 'a"b', 'a\\b', '$HOME']);
  });

  test('take variables outside of single quotes', async () => {
    expect(await words(`$HOME "$HOME/x" '$HOME' \${HOME}y $`)).toEqual([
      '/home/op',
      '/home/op/x',
      '$HOME',
      '/home/opy',
      '$',
    ]);
  });

  test('that consist only of an empty variable vanish, unless they are quoted', async () => {
    expect(await words(`a $NONE b "$NONE" $NONE'' $NONE`)).toEqual(['a', 'b', '', '']);
  });

  test('take a variable whose name continues in the next line', async () => {
    expect(await words('$HO\\\nME/a $\\\nHOME "$HOM\\\nE" ${HO\\\nME\\\n}y $HOME\\\na')).toEqual([
      '/home/op/a',
      '/home/op',
      '/home/op',
      '/home/opy',
    ]);
  });

  test('end at a comment', async () => {
    expect(await words('echo a#b # and the rest')).toEqual(['echo', 'a#b']);
  });

  test('are split at the blanks of a variable, unless it is quoted', async () => {
    expect(await words(`$@ "$@" x"$@"y "$*"`)).toEqual([
      'one',
      'a',
      'b',
      'one',
      'a b',
      'xone',
      'a by',
      'one a b',
    ]);
  });

  test('with a pattern become the matching names, or stay unchanged', async () => {
    expect(await words(`/var/*.status "/var/*" /var/tm? /var/*.none /var/.h*`)).toEqual([
      '/var/reader.status',
      '/var/tee.status',
      '/var/*',
      '/var/tmp',
      '/var/*.none',
      '/var/.hidden',
    ]);
  });

  test('are the quoted text, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))),
        async (texts) => {
          expect(await words(texts.map(quoted).join(' '))).toEqual(texts);
        },
      ),
    );
  });

  test('are those of a real shell', async () => {
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
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
        const line = `x ${parts.join('')}`;
        fc.pre(!hasOperator(line));
        expect(await wordsOrRefusal(line)).toEqual(wordsOfShell(line));
      }),
      { numRuns: 30, examples: [[['$HOME', 'a']]] },
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

async function wordsOrRefusal(line: string): Promise<string[] | 'refused'> {
  try {
    return await words(line);
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
    expect(lex('cd /mnt1&&tar cvf /dev/rmt/0 .;echo $?||x|y&(z)').map(shown)).toEqual([
      'cd',
      '/mnt1',
      '&&',
      'tar',
      'cvf',
      '/dev/rmt/0',
      '.',
      ';',
      'echo',
      '$?',
      '||',
      'x',
      '|',
      'y',
      '&',
      '(',
      'z',
      ')',
    ]);
  });

  test('a digit before a redirection is its descriptor, a word ending in one is not', () => {
    const described = lex('a 2>&1 b2>c <d').map((token) =>
      token.kind === 'redirect' ? `${token.descriptor} ${token.text}` : shown(token),
    );
    expect(described).toEqual(['a', '2 >&', '1', 'b2', '1 >', 'c', '0 <', 'd']);
  });

  test.each([
    ["echo 'a", "syntax error at line 1: `'' unmatched"],
    ['echo "a', 'syntax error at line 1: `"\' unmatched'],
    ["true\n\necho 'a", "syntax error at line 3: `'' unmatched"],
    ['cat << END', 'here documents are not part of the lab'],
    ['echo `id`', "syntax error at line 1: ``' unexpected"],
    ['echo $(id)', 'command substitution is not part of the lab'],
  ])('refuses %s', (line, message) => {
    expect(() => lex(line)).toThrow(message);
  });
});
