import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine, quoteArgument } from './quoting.ts';

/** What /bin/sh makes of a command line that prints its arguments, each ended by NUL. */
function argumentsSeenByShell(line: string): string[] {
  return execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('quoting', { timeout: 20_000 }, () => {
  it('leaves the guide’s own commands as they are printed there', () => {
    const lines = [
      'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
      'sdxvolume -F -c Class1 -v Volume2 -e allnodes',
      'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
      'dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/rmt/0 bs=32768',
    ];
    expect(lines.map((line) => commandLine(line.split(' ')))).toEqual(lines);
  });

  it('puts everything else between single quotes', () => {
    expect(quoteArgument('')).toBe("''");
    expect(quoteArgument('a b')).toBe("'a b'");
    expect(quoteArgument("it's")).toBe("'it'\\''s'");
    expect(quoteArgument('~')).toBe("'~'");
  });

  it('keeps a program name from being an assignment or a word of the shell', () => {
    expect(commandLine(['A=b', 'A=b'])).toBe("'A=b' A=b");
    expect(commandLine(['if', 'if'])).toBe("'if' if");
  });

  it('hands any text through a shell unchanged', () => {
    // The first of printf's arguments is its format; the rest comes back as it was.
    const texts = fc.array(
      fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '\n')),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(texts, (words) => {
        expect(argumentsSeenByShell(commandLine(['printf', '%s\\0', ...words]))).toEqual(words);
      }),
      { numRuns: 40 },
    );
  });

  it('hands every kind of quote, newline and expansion through a shell unchanged', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'\'"\\`$*?[]{}()<>|&;!#~ \t\n\r=-a') });
    const many = fc.array(nasty, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(many, (words) => {
        expect(argumentsSeenByShell(commandLine(['printf', '%s\\0', ...words]))).toEqual(words);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses what no command line can carry', () => {
    const sentence = (argv: string[]) => {
      try {
        return commandLine(argv);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(sentence(['rm', 'a\0b'])).toBe('a command line cannot be made: an argument holds a NUL character');
    expect(sentence(['rm\0'])).toBe('a command line cannot be made: an argument holds a NUL character');
    expect(sentence(['rm', '\ud800'])).toBe(
      'a command line cannot be made: an argument holds half of a character',
    );
    expect(sentence([])).toBe('a command line cannot be made: no program is named');
    expect(sentence([''])).toBe('a command line cannot be made: no program is named');
  });
});
