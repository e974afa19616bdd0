import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeEntries, encodeEntries, type HeldEntry } from './held-entries.ts';

const size = fc.maxSafeNat();
const entry = fc.record({
  file: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  type: fc.constantFrom('File', 'Directory', 'SymbolicLink', 'Other'),
  prefix: fc.constantFrom('', './', '/'),
  size,
  mtime: fc.option(fc.integer({ min: 0, max: 2 ** 40 }), { nil: undefined }),
  offset: size,
});

const sorted = (entries: HeldEntry[]) => entries.toSorted((one, other) => one.file - other.file);

it('gives back every entry that was put in, or only those that are wanted', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }).map(sorted), (entries) => {
      const bytes = encodeEntries(entries);
      expect([...decodeEntries(bytes, () => true)]).toEqual(entries);
      const isEven = (file: number) => file % 2 === 0;
      expect([...decodeEntries(bytes, isEven)]).toEqual(entries.filter(({ file }) => isEven(file)));
    }),
  );
});
