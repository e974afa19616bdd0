import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandWords } from './command-words.ts';

describe('a command of a site file', () => {
  it('is split at blanks', () => {
    expect(commandWords('umount /app')).toEqual(['umount', '/app']);
    expect(commandWords('  svcadm\tdisable  -st payroll ')).toEqual(['svcadm', 'disable', '-st', 'payroll']);
  });

  it('keeps quoted words together, also empty ones', () => {
    expect(commandWords(`su - payroll -c 'stop all' "" x"y z"`)).toEqual([
      'su',
      '-',
      'payroll',
      '-c',
      'stop all',
      '',
      'xy z',
    ]);
  });

  it.each([
    ['umount /app && true', '"&" needs a shell'],
    ['echo $HOME', '"$" needs a shell'],
    ['rm /app/*', '"*" needs a shell'],
    ['stop > /dev/null', '">" needs a shell'],
    [`echo 'open`, "the ' is never closed"],
    ['echo "$HOME"', 'write $, ` and \\ between single quotes'],
    ['', 'it is empty'],
  ])('refuses %j', (text, reason) => {
    expect(() => commandWords(text)).toThrow(`"${text}" is not a plain command: ${reason}`);
  });

  it('gives back any words that were put between single quotes', () => {
    const word = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes("'"));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        expect(commandWords(words.map((text) => `'${text}'`).join(' '))).toEqual(words);
      }),
    );
  });
});
