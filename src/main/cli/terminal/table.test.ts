import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, plainText, shownLines, toned } from './lines.ts';
import { listingLines, type Listing } from './table.ts';

const listing: Listing = {
  columns: [
    { heading: 'STATE', least: 10 },
    { heading: 'JOB', least: 8, label: 'job' },
    { heading: 'SIZE', least: 9, align: 'right' },
    { heading: 'RESULT', least: 0 },
  ],
  rows: [
    [
      toned('good', 'verified'),
      'nightly',
      '48.6 MiB',
      'Volume2 is on the tape, and every record was read back',
    ],
    [toned('bad', 'failed, rolled back'), 'raw-dd', '-', 'writing to the tape failed'],
  ],
};
const at = (width: number | undefined) => listingLines(listing, width).map(plainText);

/** As it is printed. */
const shown = (rows: Listing, width: number) =>
  listingLines(rows, width).flatMap((line) => shownLines(line, { width, colors: false }));

describe('a listing', () => {
  it('has headings and columns as wide as their contents, and wraps its last column', () => {
    expect(at(80)).toEqual([
      'STATE                JOB          SIZE  RESULT',
      'verified             nightly  48.6 MiB  Volume2 is on the tape, and every record',
      '                                          was read back',
      'failed, rolled back  raw-dd          -  writing to the tape failed',
    ]);
  });

  it('has the text of its last column below each row if there is no room next to it', () => {
    expect(at(50)).toEqual([
      'STATE                JOB          SIZE',
      'verified             nightly  48.6 MiB',
      '    Volume2 is on the tape, and every record was',
      '      read back',
      'failed, rolled back  raw-dd          -',
      '    writing to the tape failed',
    ]);
  });

  it('has one cell after the other on a narrow terminal, without those that are empty', () => {
    expect(shown(listing, 36)).toEqual([
      'verified  job nightly  48.6 MiB',
      '          Volume2 is on the tape,',
      '          and every record was read',
      '          back',
      'failed, rolled back  job raw-dd',
      '  writing to the tape failed',
    ]);
  });

  it('has fixed columns and no headings in a file or a pipe', () => {
    expect(at(undefined)).toEqual([
      'verified    nightly    48.6 MiB  Volume2 is on the tape, and every record was read back',
      'failed, rolled back  raw-dd            -  writing to the tape failed',
    ]);
  });
});

describe('any listing, in any width from 40 to 200', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9/.:,-]{1,30}$/);
  const text = fc.array(word, { minLength: 1, maxLength: 9 }).map((words) => words.join(' '));
  // A cell without a value has a dash: without headings, it is omitted.
  const cell = fc
    .oneof(
      text,
      text.map((words) => toned('bad', words)),
    )
    .filter((one) => plainText([one]) !== '-');
  const generated = fc.integer({ min: 1, max: 7 }).chain((count) =>
    fc.record({
      columns: fc.array(
        fc.record({
          heading: word,
          least: fc.integer({ min: 0, max: 30 }),
          align: fc.constantFrom('left', 'right'),
        }),
        { minLength: count, maxLength: count },
      ),
      rows: fc.array(fc.array(cell, { minLength: count, maxLength: count }), { minLength: 1, maxLength: 5 }),
    }),
  );

  it('loses no word, and no line is wider than the terminal', () => {
    fc.assert(
      fc.property(generated, fc.integer({ min: 40, max: 200 }), (rows, width) => {
        const lines = shown(rows, width);
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        const words = (all: string) => all.split(/\s+/).filter((one) => one !== '');
        const printed = words(lines.join(' '));
        for (const each of rows.rows.flat().flatMap((one) => words(plainText([one]))))
          expect(printed).toContain(each);
      }),
    );
  });
});
