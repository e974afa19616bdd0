/** What is on disk when, and what a journal does that is no longer the file of its name. */
import fs, {
  copyFileSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CatalogueFile } from './catalogue-file.ts';
import { parseJournal } from './journal-reader.ts';
import { Journal } from './journal.ts';

let folder: string;
/** What was opened, written and synced, in its order: `write runs/run-1.ndjson`. */
let done: string[];
/** How many bytes a write takes at most. */
let mostBytes: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-durability-'));
  done = [];
  mostBytes = Infinity;
  const names = new Map<number, string>();
  const { openSync, writeSync, fsyncSync } = fs;
  vi.spyOn(fs, 'openSync').mockImplementation((path, ...rest) => {
    const handle = openSync(path, ...rest);
    names.set(handle, relative(folder, String(path)) || '.');
    return handle;
  });
  vi.spyOn(fs, 'writeSync').mockImplementation(((handle: number, bytes: Buffer, offset?: number | null) => {
    const from = offset ?? 0;
    done.push(`write ${names.get(handle) ?? '?'}`);
    return writeSync(handle, bytes, from, Math.min(mostBytes, bytes.length - from));
  }) as typeof writeSync);
  vi.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
    done.push(`sync ${names.get(handle) ?? '?'}`);
    fsyncSync(handle);
  });
  syncBuiltinESMExports();
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  rmSync(folder, { recursive: true, force: true });
});

const warning = { type: 'warning', step: '3-3', text: 'x' } as const;

describe('a journal', () => {
  it('has its name on disk, and the names of the folders made for it, before its first line', () => {
    const journal = new Journal({ file: join(folder, 'state', 'runs', 'run-1.ndjson'), run: 'run-1' });
    journal.append(warning);
    journal.close();
    expect(done).toEqual([
      'sync state/runs',
      'sync state',
      'sync .',
      'write state/runs/run-1.ndjson',
      'sync state/runs/run-1.ndjson',
    ]);
  });

  it.each([
    {
      what: 'is removed',
      change: (file: string) => rmSync(file),
      reason: 'it was removed during the run',
    },
    {
      what: 'is moved away',
      change: (file: string) => renameSync(file, `${file}.old`),
      reason: 'it was removed during the run',
    },
    {
      what: 'is removed, though another name of it is left',
      change(file: string) {
        linkSync(file, `${file}.copy`);
        rmSync(file);
      },
      reason: 'it was removed during the run',
    },
    {
      what: 'is replaced by a copy of itself',
      change(file: string) {
        copyFileSync(file, `${file}.new`);
        renameSync(`${file}.new`, file);
      },
      reason: 'it was replaced by another file during the run',
    },
    {
      what: 'is written over',
      change: (file: string) => writeFileSync(file, 'x\n'),
      reason: 'another program wrote to it during the run',
    },
  ])('that $what takes no further line, until the run carries on without it', ({ change, reason }) => {
    const file = join(folder, 'run-1.ndjson');
    const journal = new Journal({ file, run: 'run-1' });
    journal.append(warning);
    change(file);
    done = [];
    expect(() => journal.append(warning)).toThrow(`the journal ${file} cannot be written: ${reason}`);
    expect(journal.isBroken).toBe(true);
    journal.carryOn();
    expect(journal.append(warning)).toBe(3);
    expect(done).toEqual([]);
  });

  it('that gets a second name is still written', () => {
    const file = join(folder, 'run-1.ndjson');
    const journal = new Journal({ file, run: 'run-1' });
    linkSync(file, `${file}.copy`);
    expect(journal.append(warning)).toBe(1);
    journal.close();
  });

  it('that is continued has its length', () => {
    const file = join(folder, 'run-1.ndjson');
    const first = new Journal({ file, run: 'run-1' });
    first.append(warning);
    first.close();
    const again = Journal.reopen({ file, run: 'run-1' }, parseJournal(file, readFileSync(file)));
    expect(again.append(warning)).toBe(2);
    writeFileSync(file, '');
    expect(() => again.append(warning)).toThrow('another program wrote to it during the run');
  });
});

describe('a list of files', () => {
  it('is on disk, and its name, before its digest is returned', () => {
    const list = new CatalogueFile(join(folder, 'run-1.catalogue.ndjson'));
    list.add({ path: 'a' });
    expect(done).toEqual(['sync .', 'write run-1.catalogue.ndjson']);
    list.digest();
    expect(done.at(-1)).toBe('sync run-1.catalogue.ndjson');
    list.close();
  });

  it('is whole though each write takes a part only', () => {
    mostBytes = 3;
    const list = new CatalogueFile(join(folder, 'run-1.catalogue.ndjson'));
    list.add({ path: 'ä/b' });
    const digest = list.digest();
    list.close();
    const content = readFileSync(list.path);
    expect(content.toString()).toBe('{"path":"ä/b"}\n');
    expect(createHash('sha256').update(content).digest('hex')).toBe(digest);
  });
});
