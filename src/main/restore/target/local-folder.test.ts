/** What a folder of this computer takes, beyond what an archive can show. */
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalFolder } from './local-folder.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'shadowtape-folder-'));
});
afterEach(() => rmSync(path, { recursive: true }));

it('a file that appears while another is written for its place stays', async () => {
  const folder = new LocalFolder(path, 'never');
  const parts = ['ledger.db'];
  expect(await folder.keeps(parts, 0)).toBeUndefined();
  const temporary = folder.temporary(parts);
  writeFileSync(temporary, 'restored');
  writeFileSync(join(path, 'ledger.db'), 'theirs');
  expect(await folder.give(temporary, parts)).toBe('it already exists');
  await folder.remove(temporary);
  expect(readFileSync(join(path, 'ledger.db'), 'utf8')).toBe('theirs');
  expect(readdirSync(path)).toEqual(['ledger.db']);
});

it('a file without a time in the archive does not replace one as older', async () => {
  writeFileSync(join(path, 'ledger.db'), 'theirs');
  expect(await new LocalFolder(path, 'older').keeps(['ledger.db'], undefined)).toBe(
    'it already exists and is not older',
  );
});

it.runIf(process.getuid?.() === 0)(
  'a program runs as its owner only if that owner was restored',
  async () => {
    const folder = new LocalFolder(path, 'never');
    const file = join(path, 'payroll');
    const attributes = { mode: 0o6755, mtime: undefined };
    writeFileSync(file, '');
    await folder.setAttributes(Buffer.from(file), { ...attributes, uid: 12, gid: 34 });
    expect(lstatSync(file)).toMatchObject({ mode: 0o106755, uid: 12, gid: 34 });
    chmodSync(file, 0o600);
    await folder.setAttributes(Buffer.from(file), { ...attributes, uid: 56, gid: undefined });
    expect(lstatSync(file)).toMatchObject({ mode: 0o100755, uid: 12, gid: 34 });
  },
);
