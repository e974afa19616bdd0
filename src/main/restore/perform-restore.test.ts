/** What a file list selects from an archive. */
import { expect, it } from 'vitest';
import type { CatalogueEntry } from '../history/catalogue-writer.ts';
import type { TarEntry } from '../../streams/tar/tar-walker.ts';
import { ListedEntries } from './perform-restore.ts';

const entry = (path: string, offset: number) =>
  ({ path, offset, type: 'File', size: 0 }) as CatalogueEntry & TarEntry;

it('an entry is wanted where the list has it, by its name; one that is not there is reported', () => {
  const listed = new ListedEntries([entry('ledger', 512), entry('payroll', 2048)]);
  expect(listed.wants(entry('ledger', 1024))).toBe(false);
  expect(listed.wants(entry('another', 2048))).toBe(false);
  expect(listed.wants(entry('ledger', 512))).toBe(true);
  const missing: object[] = [];
  listed.tellMissing((file) => missing.push(file));
  expect(missing).toEqual([
    { path: 'payroll', what: 'left out', reason: 'the archive does not have it where the file list says' },
  ]);
});
