import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstPrevious, lineHash } from './journal.ts';
import { packJournal, journalFromTape } from './journal-on-tape.ts';

/** A journal of such lines, chained. */
function journalOf(events: readonly object[]): Buffer {
  let prev = firstPrevious;
  const lines = events.map((event) => {
    const line = JSON.stringify({ ...event, prev });
    prev = lineHash(line);
    return `${line}\n`;
  });
  return Buffer.from(lines.join(''));
}

describe('a journal that is made to exhaust the memory', () => {
  const packed = (text: string) => gzipSync(text).toString('base64');
  const refused = {
    code: 'TAPE_JOURNAL_TOO_LONG',
    message: 'the journal in the manifest of the tape unpacks into more than 32 MiB',
  };

  it('is refused before its lines are made: 33 million empty ones', async () => {
    await expect(journalFromTape(packed('\n'.repeat(33_000_000)))).rejects.toMatchObject(refused);
    await expect(journalFromTape(packed('\n'.repeat(450_000)))).rejects.toMatchObject(refused);
  });

  it('is refused while it unpacks', async () => {
    await expect(journalFromTape(packed('x'.repeat(34_000_000)))).rejects.toMatchObject(refused);
  });
});

describe('a journal that is written to a tape', () => {
  it('comes back byte by byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ seq: fc.nat(), text: fc.string({ unit: 'grapheme' }) }), { maxLength: 20 }),
        async (events) => {
          const journal = journalOf(events);
          const packed = await packJournal(journal);
          expect(packed).toBeDefined();
          expect((await journalFromTape(packed ?? '')).equals(journal)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('takes a fifth of its room, since what cannot be compressed is left out', async () => {
    const recorded = join(import.meta.dirname, '..', '..', 'folds', 'fixtures', 'three-volumes.ndjson');
    const lines = readFileSync(recorded, 'utf8').trimEnd().split('\n');
    const journal = journalOf(lines.map((line) => ({ ...(JSON.parse(line) as object), prev: undefined })));
    expect((await packJournal(journal))?.length).toBeLessThan(journal.length / 5);
  });

  it.each<[string, (text: string) => string]>([
    ['a line was changed', (text) => text.replace('one', 'two')],
    ['its last line is incomplete', (text) => `${text}{"seq":`],
    ['it has a byte order mark', (text) => `\uFEFF${text}`],
    ['it is not UTF-8', () => '\xff\n'],
  ])('stays away where %s', async (_what, how) => {
    const journal = journalOf([
      { seq: 1, text: 'one' },
      { seq: 2, text: 'end' },
    ]);
    expect(await packJournal(Buffer.from(how(journal.toString('utf8')), 'latin1'))).toBeUndefined();
  });
});
