import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  mkdirSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  journalText,
  writeGeneratedRun,
  type GeneratedFile,
  type GeneratedRun,
} from '../../../test/support/generated-history.ts';
import { StateFolder } from '../journal/state-folder.ts';
import { thisProcess } from '../owner/process-owner.ts';
import { HistoryIndex } from './history-index.ts';
import { Sqlite } from './sqlite.ts';

let folder: string;
let open: HistoryIndex[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-index-'));
  open = [];
});

afterEach(() => {
  for (const index of open) index.close();
  rmSync(folder, { recursive: true, force: true });
});

function opened(): HistoryIndex {
  const index = new HistoryIndex(new StateFolder(folder), `${open.length}`, () => undefined);
  open.push(index);
  return index;
}

const run = (number: number, more: Partial<GeneratedRun> = {}): GeneratedRun => ({
  run: `2026110${number}-020000-volume2`,
  at: new Date(Date.UTC(2026, 10, number, 2)),
  job: 'nightly',
  volume: 'Volume2',
  tapeName: `NIGHTLY-${number}`,
  bytes: 512 * 1024 * 1024,
  ...more,
});

const files: readonly GeneratedFile[] = [
  { path: './', size: 0, type: 'Directory' },
  { path: './app/', size: 0, type: 'Directory' },
  { path: './app/ledger.db', size: 70_000 },
  { path: './app/ledger.log', size: 12 },
  { path: './a b/two\nlines.txt', size: 5 },
];

const search = async (index: HistoryIndex, query: string, limit = 100) =>
  (await index.search({ query, limit })).lines.map((line) => line.run.slice(6, 8));
const where = async (index: HistoryIndex, file: string, limit = 100) =>
  (await index.where({ file, limit })).hits.map((hit) => `${hit.run.slice(6, 8)} ${hit.path}`);

const indexFile = () => join(folder, 'index.sqlite');

function writeThree(): void {
  writeGeneratedRun(folder, run(1), files);
  writeGeneratedRun(folder, run(2, { ends: 'failed', operator: 'anna@desk' }));
  writeGeneratedRun(folder, run(3, { platform: 'linux' }), [...files, { path: './app/new.db', size: 1 }]);
}

describe('runs', () => {
  it('are found by words and keys, newest first', async () => {
    writeThree();
    const index = opened();
    expect(await search(index, '')).toEqual(['03', '02', '01']);
    expect(await search(index, 'VOLUME2 nightly-2')).toEqual(['02']);
    expect(await search(index, '"wants cleaning"')).toEqual(['02']);
    expect(await search(index, 'verdict:verified')).toEqual(['03', '01']);
    expect(await search(index, 'code:TAPE_WRITE_FAILED operator:anna')).toEqual(['02']);
    expect(await search(index, 'after:2026-11-02 before:2026-11-03')).toEqual(['02']);
    expect(await search(index, 'host:node1 status:2')).toEqual(['02']);
    expect(await search(index, 'larger:1G')).toEqual([]);
    expect(await search(index, 'larger:500M longer:1min shorter:1h')).toEqual(['03', '01']);
    expect(await search(index, 'verdict:unreadable')).toEqual([]);
  });

  it('come in portions', async () => {
    writeThree();
    const index = opened();
    const first = await index.search({ query: 'volume2', limit: 2 });
    expect(first).toMatchObject({ more: true, unread: 0, lines: [{ run: run(3).run }, { run: run(2).run }] });
    const rest = await index.search({ query: 'volume2', limit: 2, before: run(2).run });
    expect(rest).toMatchObject({ more: false, lines: [{ run: run(1).run, bytes: 512 * 1024 * 1024 }] });
  });

  it('are read again where their journal has grown, was compressed, or is gone', async () => {
    writeThree();
    const index = opened();
    expect(await search(index, 'verdict:unfinished')).toEqual([]);
    writeGeneratedRun(folder, run(4, { ends: 'not' }));
    expect(await search(index, 'verdict:unfinished')).toEqual(['04']);
    const journal = join(folder, 'runs', `${run(4).run}.ndjson`);
    writeFileSync(journal, journalText(run(4), folder));
    expect(await search(index, 'verdict:unfinished')).toEqual([]);
    rmSync(journal);
    expect(await search(index, '')).toEqual(['03', '02', '01']);
  });

  it('that cannot be read are found, too, and say why', async () => {
    writeThree();
    appendFileSync(join(folder, 'runs', `${run(1).run}.ndjson`), 'garbage\n');
    const { lines } = await opened().search({ query: 'verdict:unreadable', limit: 5 });
    expect(lines).toMatchObject([{ run: run(1).run, startedAt: '' }]);
    expect(lines[0]?.trouble).toMatch(/is not JSON/);
  });

  it('tell how sizes, rates and times of a volume have changed', async () => {
    writeThree();
    const [series] = await opened().trends({ volume: 'Volume2' });
    expect(series).toMatchObject({ site: 'payroll-cluster', class: 'Class1', volume: 'Volume2' });
    expect(series?.points.map(({ at }) => at.slice(0, 10))).toEqual([
      '2026-11-01',
      '2026-11-02',
      '2026-11-03',
    ]);
    const [first] = series?.points ?? [];
    expect(first).toMatchObject({ verdict: 'verified', bytes: 512 * 1024 * 1024, dumpSeconds: 131 });
    expect(first?.resynchronisationSeconds).toBe(45);
    expect(first?.lowestRate).toBeLessThan((first?.rate ?? 0) * 0.9);
  });
});

describe('files', () => {
  it('are found by name, path, directory and pattern, in the newest run first', async () => {
    writeThree();
    const index = opened();
    expect(await where(index, 'ledger.db')).toEqual(['03 ./app/ledger.db', '01 ./app/ledger.db']);
    expect(await where(index, '/app/new.db')).toEqual(['03 ./app/new.db']);
    expect(await where(index, 'app/')).toHaveLength(5);
    expect(await where(index, '*.lo?')).toEqual(['03 ./app/ledger.log', '01 ./app/ledger.log']);
    expect(await where(index, 'two\nlines.txt')).toEqual([
      '03 ./a b/two\nlines.txt',
      '01 ./a b/two\nlines.txt',
    ]);
    expect(await where(index, '/**', 3)).toHaveLength(3);
    expect(await where(index, 'app')).toEqual(['03 ./app/', '01 ./app/']);
    expect(await where(index, 'nothing')).toEqual([]);
  });

  it('say where they lie, and how they come back', async () => {
    writeThree();
    const { hits, more } = await opened().where({ file: '/app/ledger.db', limit: 1 });
    expect(more).toBe(true);
    expect(hits[0]).toMatchObject({
      type: 'File',
      size: 70_000,
      verified: true,
      volume: 'Volume2',
      host: 'node3',
      tapes: [{ name: 'NIGHTLY-3', uuid: `uuid-of-${run(3).run}`, file: 1 }],
      offset: 1024,
      record: 0,
      command:
        'mt -f /dev/nst0 rewind && mt -f /dev/nst0 fsf 1 && dd if=/dev/nst0 bs=32768 | tar xvf - ./app/ledger.db',
    });
  });

  it('are kept apart and found by names that are not UTF-8', async () => {
    const twins: GeneratedFile[] = [
      { path: './\udca4\udca2', size: 1 },
      { path: './\udca4\udca4', size: 2 },
      { path: './あ', size: 3 },
      { path: './\ufffd\ufffd', size: 4 },
    ];
    writeGeneratedRun(folder, run(1), twins);
    writeGeneratedRun(folder, run(2, { fileNames: 'euc-jp' }), twins);
    const index = opened();
    expect(await where(index, '/*', 4)).toHaveLength(4);
    expect(await where(index, '\\xA4\\xA4')).toEqual(['02 ./い', '01 ./\\xA4\\xA4']);
    expect(await where(index, 'あ')).toEqual(['02 ./あ', '02 ./あ', '01 ./\\xA4\\xA2', '01 ./あ']);
    const { hits } = await index.where({ file: '/\\xA4\\xA2', limit: 9 });
    expect(hits.map(({ pathBytes, size }) => [pathBytes, size])).toEqual([
      ['2e2fa4a2', 1],
      ['2e2fa4a2', 1],
    ]);
    expect(hits[0]?.command).toMatch(/\| tar xvf - "`printf '\.\/\\244\\242'`"$/);
  });

  it('that are hard links are restored together with their targets', async () => {
    const links: GeneratedFile[] = [
      { path: './app/real.db', size: 70_000 },
      { path: './app/other.db', size: 100 },
      { path: './z.db', size: 0, type: 'Link', linkpath: './app/real.db' },
      { path: './gone.db', size: 0, type: 'Link', linkpath: './not-here' },
    ];
    writeGeneratedRun(folder, run(1), links);
    const { hits } = await opened().where({ file: '/*.db', limit: 9 });
    expect(
      hits.map(({ path, linkpath, offset, command }) => [path, linkpath, offset, command.split(' | ')[1]]),
    ).toEqual([
      ['./gone.db', undefined, 72_192, 'tar xvf - ./gone.db'],
      ['./z.db', './app/real.db', 71_680, 'tar xvf - ./app/real.db ./z.db'],
    ]);
  });

  it('are found in a catalog that was compressed, and in none that is gone', async () => {
    writeThree();
    const file = join(folder, 'runs', `${run(1).run}.catalogue.ndjson`);
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
    rmSync(file);
    rmSync(join(folder, 'runs', `${run(3).run}.catalogue.ndjson`));
    expect(await where(opened(), 'ledger.db')).toEqual(['01 ./app/ledger.db']);
  });
});

describe('the index', () => {
  const whole = async () => {
    const index = opened();
    expect(await search(index, '')).toEqual(['03', '02', '01']);
    expect(await where(index, 'ledger.db')).toEqual(['03 ./app/ledger.db', '01 ./app/ledger.db']);
    return index.view({ rebuild: false });
  };
  const expected = { inMemory: undefined, runs: 3, catalogues: 2, entries: 11, files: 6 };

  beforeEach(async () => {
    writeThree();
    expect(await whole()).toMatchObject(expected);
    for (const index of open) index.close();
  });

  it('is built again when that is wanted', async () => {
    expect(await opened().view({ rebuild: true })).toMatchObject(expected);
  });

  it('is built again where it was cut off, emptied or written over', async () => {
    truncateSync(indexFile(), 40_000);
    expect(await whole()).toMatchObject(expected);
    truncateSync(indexFile(), 0);
    expect(await whole()).toMatchObject(expected);
    const size = statSync(indexFile()).size;
    writeFileSync(
      indexFile(),
      Buffer.concat([readFileSync(indexFile()).subarray(0, 16_384), Buffer.alloc(size - 16_384, 0xaa)]),
    );
    expect(await whole()).toMatchObject(expected);
  });

  it('leaves a file next to it that is not an index', async () => {
    rmSync(indexFile());
    writeFileSync(indexFile(), 'a letter of somebody');
    expect(await whole()).toMatchObject(expected);
    expect(readFileSync(`${indexFile()}.aside`, 'utf8')).toBe('a letter of somebody');
  });

  it('of another version is built again', async () => {
    const other = new Sqlite(indexFile());
    other.exec('PRAGMA user_version = 99; DROP TABLE run');
    other.close();
    expect(await whole()).toMatchObject(expected);
    expect(existsSync(`${indexFile()}.aside`)).toBe(false);
  });

  it('of an earlier release, which does not say what its sentences were made of, is read as it is', async () => {
    const lines = async () => (await opened().search({ query: '', limit: 9 })).lines;
    const expectedLines = await lines();
    const other = new Sqlite(indexFile());
    other.exec("UPDATE run SET line = json_remove(line, '$.said')");
    other.close();
    expect(await lines()).toEqual(expectedLines);
    expect(expectedLines[0]).not.toHaveProperty('said');
  });

  it('is kept in memory where it cannot be written', async () => {
    const index = new HistoryIndex(new StateFolder(join(folder, 'nowhere')), 'x', () => undefined);
    open.push(index);
    expect(await index.view({ rebuild: false })).toMatchObject({
      inMemory: 'its folder does not exist',
      runs: 0,
    });
    expect(await where(index, 'ledger.db')).toEqual([]);
  });

  it('is not held up by the lock of a console that died, or by the folder of the library', async () => {
    const owner = { ...thisProcess(), process: 4_194_305 };
    writeFileSync(`${indexFile()}.owner`, JSON.stringify({ owner, key: 'x' }));
    mkdirSync(`${indexFile()}.lock`);
    expect(await whole()).toMatchObject(expected);
  });

  it('answers two consoles at once', async () => {
    rmSync(indexFile());
    const [one, other] = [opened(), opened()];
    const answers = await Promise.all(
      [one, other, one, other].map((index) => index.where({ file: 'ledger.db', limit: 9 })),
    );
    for (const { hits } of answers) expect(hits).toHaveLength(2);
    expect(await whole()).toMatchObject(expected);
  });

  it('continues where a console was killed that wrote it', async () => {
    rmSync(indexFile());
    const many = (number: number) =>
      Array.from({ length: 90_000 }, (_, index) => ({ path: `./data/${number}/file-${index}`, size: index }));
    for (const number of [4, 5]) writeGeneratedRun(folder, run(number), many(number));
    const child = fork(join(import.meta.dirname, 'killed-index.fixture.ts'), [folder], { stdio: 'inherit' });
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const index = opened();
    expect(await where(index, 'file-77777')).toEqual(['05 ./data/5/file-77777', '04 ./data/4/file-77777']);
    expect(await index.view({ rebuild: false })).toMatchObject({ runs: 5, entries: 180_011, files: 180_006 });
  });
});
