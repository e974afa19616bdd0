import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine, quoteArgument, sentLine } from './quoting.ts';

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
      { numRuns: 20 },
    );
  });

  it('hands every kind of quote, newline and expansion through a shell unchanged', () => {
    const nasty = fc.string({ unit: fc.constantFrom(...'\'"\\`$*?[]{}()<>|&;!#~ \t\n\r=-a') });
    const many = fc.array(nasty, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(many, (words) => {
        expect(argumentsSeenByShell(commandLine(['printf', '%s\\0', ...words]))).toEqual(words);
      }),
      { numRuns: 20 },
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
    expect(sentence(['rm', 'a\0b'])).toBe('cannot build a command line: an argument holds a NUL character');
    expect(sentence(['rm\0'])).toBe('cannot build a command line: an argument holds a NUL character');
    expect(sentence(['rm', '\ud800'])).toBe(
      'cannot build a command line: an argument holds half of a character',
    );
    expect(sentence([])).toBe('cannot build a command line: no program is named');
    expect(sentence([''])).toBe('cannot build a command line: no program is named');
  });
});

describe('the line that is sent', () => {
  const shell = (line: string, env: Record<string, string> = {}) =>
    execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8', env: { ...process.env, ...env } });

  it('asks for English in a way that sh and csh understand', () => {
    expect(sentLine(['dd', 'of=/dev/rmt/0', 'bs=32768'])).toBe('env LC_ALL=C dd of=/dev/rmt/0 bs=32768');
    expect(sentLine(['mt', '-f', '/dev/rmt/0', 'status'], 'english')).toBe(
      'env LC_ALL=C mt -f /dev/rmt/0 status',
    );
  });

  it('leaves a command that keeps the language of the login as it is', () => {
    expect(sentLine(['mount', '/app'], 'login')).toBe('mount /app');
  });

  it('wins over all that a login may say of its language', () => {
    const login = {
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'fr_FR.UTF-8',
      LC_MESSAGES: 'ja_JP.UTF-8',
      LANGUAGE: 'de:fr',
    };
    const said = shell(`${sentLine(['dd', 'if=/dev/zero', 'of=/dev/full', 'count=1'])} 2>&1; true`, login);
    expect(said).toMatch(/^dd: writing to .*: No space left on device\n1\+0 records in\n0\+0 records out\n/);
  });

  it('finds what only a shell has, and fails where nothing is found', () => {
    expect(shell(sentLine(['command', '-v', 'dd']))).toMatch(/\/dd\n$/);
    expect(() => shell(sentLine(['command', '-v', 'no-such-tool']))).toThrow('Command failed');
  });

  it('has built-ins of the shell where no program has their name', () => {
    const quiet = 'PATH=/nowhere; export PATH; ';
    const sent = (...argv: string[]) =>
      sentLine(argv).replaceAll(/\b(env|sh)\b/g, (name) => paths[name] ?? name);
    const paths: Record<string, string> = { env: '/usr/bin/env', sh: '/bin/sh' };
    for (const argv of [
      ['cd', '/'],
      ['umask', '077'],
      ['kill', '-0', String(process.pid)],
    ])
      expect(() => shell(quiet + sent(...argv)), argv.join(' ')).not.toThrow();
  });

  it('runs a program whose name env would take for an assignment', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shadowtape-quoting-'));
    const program = join(folder, 'a=b');
    writeFileSync(program, '#!/bin/sh\necho "$LC_ALL $1"\n', { mode: 0o755 });
    try {
      expect(shell(sentLine([program, "it's"]))).toBe("C it's\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses what no command line can carry', () => {
    expect(() => sentLine([])).toThrow('no program is named');
    expect(() => sentLine([''])).toThrow('no program is named');
  });
});
