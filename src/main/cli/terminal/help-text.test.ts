/** The texts below the options of a command. */
import { describe, expect, it } from 'vitest';
import { belowOptions, helpText } from './help-text.ts';
import { columnsOf } from './lines.ts';

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

describe('the text below the options of a command', () => {
  it('fills paragraphs to the width, whatever lines they were written in', () => {
    expect(
      helpText('A run of method 6a is restored\nas an image.\n\nMethods 6b and 6d have files.', 24),
    ).toBe('A run of method 6a is\nrestored as an image.\n\nMethods 6b and 6d have\nfiles.');
  });

  it('begins the further lines of a row below its meaning', () => {
    const rows =
      'Exit status:\n  0  OK    every volume is protected\n  1  LATE  a volume is late;\n           or two';
    expect(helpText(rows, 28)).toBe(
      'Exit status:\n  0  OK    every volume is\n           protected\n  1  LATE  a volume is late;\n           or two',
    );
  });

  it('puts a meaning that would begin behind the middle on lines of its own', () => {
    expect(helpText('  after:2026-11 before:2026-11-22   UTC, the whole day', 40)).toBe(
      '  after:2026-11 before:2026-11-22\n      UTC, the whole day',
    );
  });

  it('uses the width of the stream that it is printed to', () => {
    const output = { getOutHelpWidth: () => 10, getErrHelpWidth: () => 20 };
    const command = { configureOutput: () => output };
    const text = belowOptions('one two three four');
    // Only the widths of the command are read.
    expect(text({ error: false, command: command as never })).toBe('\none two\nthree four');
    expect(text({ error: true, command: command as never })).toBe('\none two three four');
  });

  it.each([40, 80, 132])('keeps every word, and no line is wider than %d columns', (width) => {
    const text =
      'The head of the seals covers every run.\nNotifications and reports publish it.\n\nForms:\n  pdf       the report, to print, sign and keep\n  commands  every command that was sent, as a script to read';
    const shown = helpText(text, width);
    expect(words(shown)).toEqual(words(text));
    for (const line of shown.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(width);
  });
});
