import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditJournal } from './audit-journal.ts';
import { checkChain } from './chain.ts';
import { recordedEvents, removeFolders, run, sealedState, smallEvents } from './proof.test-support.ts';
import { readSeals } from './seals-file.ts';
import type { Seal } from './seal.ts';

afterAll(removeFolders);

describe('any single change of a sealed journal', () => {
  let content: Buffer;
  let seals: readonly Seal[];
  beforeAll(async () => {
    const state = await sealedState(smallEvents());
    content = await readFile(state.journalFile(run));
    ({ seals } = await readSeals(state));
  });

  const verdictOf = (changed: Buffer) => auditJournal(run, 'f', changed, seals).line.verdict;

  it('is none to begin with', () => {
    expect(verdictOf(content)).toBe('proven');
  });

  it('is found at every byte: changed, removed, inserted', () => {
    const inserted = [0x0a, 0x20, 0x30, 0xff].map((byte) => Buffer.from([byte]));
    for (let place = 0; place <= content.length; place += 1) {
      const [before, behind] = [content.subarray(0, place), content.subarray(place)];
      for (const more of inserted)
        expect(verdictOf(Buffer.concat([before, more, behind])), `${place}`).not.toBe('proven');
      if (place === content.length) continue;
      expect(verdictOf(Buffer.concat([before, behind.subarray(1)])), `${place}`).not.toBe('proven');
      for (const bit of [1, 0x20, 0x80]) {
        const changed = Buffer.from(content);
        changed.writeUInt8(changed.readUInt8(place) ^ bit, place);
        expect(verdictOf(changed), `${place}`).not.toBe('proven');
      }
    }
  });

  it.each<[string, (text: string) => string]>([
    ['a byte order mark', (text) => `\uFEFF${text}`],
    ['a carriage return behind each line', (text) => text.replaceAll('\n', '\r\n')],
    ['a carriage return behind the last line', (text) => text.replace(/\n$/, '\r\n')],
    ['one line feed more', (text) => `${text}\n`],
    ['the last line feed gone', (text) => text.slice(0, -1)],
    ['a key twice in the last line', (text) => text.replace(/\{("seq":3)/, '{$1,$1')],
    ['a blank in the last line', (text) => text.replace('"seq":3,', '"seq":3, ')],
    [
      'an escape that means the same, in the last line',
      (text) => text.replace(/"run-finished"/, '"run\\u002dfinished"'),
    ],
    ['an escape that means the same, in a line before', (text) => text.replace('ü', '\\u00fc')],
    ['keys in another order', (text) => text.replace(/("seq":3),("at":"[^"]*")/, '$2,$1')],
    ['a number that means the same', (text) => text.replace(/"seq":3,/, '"seq":3.0,')],
    ['nothing left', () => ''],
  ])('is found: %s', (_what, how) => {
    const changed = Buffer.from(how(content.toString('utf8')));
    expect(changed.equals(content)).toBe(false);
    expect(verdictOf(changed)).not.toBe('proven');
  });
});

describe('any single change of a real journal', () => {
  let journals: { content: Buffer; seals: readonly Seal[] }[];
  beforeAll(async () => {
    journals = await Promise.all(
      ['raw-dd', 'ufs-tar', 'halted-unwound'].map(async (name) => {
        const state = await sealedState(recordedEvents(name));
        return { content: await readFile(state.journalFile(run)), seals: (await readSeals(state)).seals };
      }),
    );
  });
  const places = fc.record({
    which: fc.nat(2),
    place: fc.nat(),
    byte: fc.nat(255),
    how: fc.constantFrom('change', 'remove', 'insert'),
  });

  it('is found', () => {
    fc.assert(
      fc.property(places, ({ which, place: where, byte, how }) => {
        const journal = journals[which];
        if (!journal) throw new Error('there are three');
        const { content, seals } = journal;
        const place = where % content.length;
        const instead = how === 'remove' ? [] : [byte];
        const behind = content.subarray(how === 'insert' ? place : place + 1);
        const changed = Buffer.concat([content.subarray(0, place), Buffer.from(instead), behind]);
        fc.pre(!changed.equals(content));
        expect(auditJournal(run, 'f', changed, seals).line.verdict).not.toBe('proven');
      }),
      { numRuns: 300 },
    );
  });

  it('is placed at the line that was changed, where no line feed is touched', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.nat(), (which, where) => {
        const { content } = journals[which] ?? { content: Buffer.alloc(0) };
        const place = where % content.length;
        fc.pre(content[place] !== 0x0a && content[place] !== 0x0b);
        const changed = Buffer.from(content);
        changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
        const line = content.subarray(0, place).filter((byte) => byte === 0x0a).length + 1;
        const { trouble, lines } = checkChain(changed, run);
        // Only the seal proves the last line.
        if (line < lines) expect(trouble?.line).toBe(line);
      }),
      { numRuns: 100 },
    );
  });
});
