/** Files of an archive are written into a folder: what arrives there, and what must not. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveOf, gnuTar, passThrough, type Described } from './archive.test-support.ts';
import { FileExtractor } from './extract-files.ts';
import { LocalFolder, type Overwrite } from '../target/local-folder.ts';
import type { RestoredFile } from '../restored-file.ts';

let folder: string;
let source: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-extract-'));
  source = join(folder, 'source');
  target = join(folder, 'target');
  for (const each of [source, target]) mkdirSync(each);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function extracted(
  archive: Buffer,
  overwrite: Overwrite = 'never',
  only?: RegExp,
  pieceBytes?: number,
): Promise<RestoredFile[]> {
  const reported: RestoredFile[] = [];
  const extractor = new FileExtractor(
    new LocalFolder(target, overwrite),
    ({ path }) => only === undefined || only.test(path),
    (file) => reported.push(file),
  );
  try {
    await passThrough(archive, extractor.stream(), pieceBytes);
  } finally {
    await extractor.settled();
  }
  return reported;
}

const leftOut = (files: readonly RestoredFile[]) =>
  files.flatMap(({ path, what, reason }) => (what === 'left out' ? [`${path}: ${reason}`] : []));

const fromEntries = async (...entries: Described[]) => leftOut(await extracted(archiveOf(entries)));

describe('files of GNU tar', () => {
  it('arrive with their content, mode, time, links and holes', async () => {
    mkdirSync(join(source, 'app'));
    writeFileSync(join(source, 'app', 'ledger.db'), 'balance');
    writeFileSync(join(source, 'app', 'holes'), 'x');
    truncateSync(join(source, 'app', 'holes'), 8 * 2 ** 20);
    linkSync(join(source, 'app', 'ledger.db'), join(source, 'app', 'same'));
    symlinkSync('ledger.db', join(source, 'app', 'link'));
    chmodSync(join(source, 'app', 'ledger.db'), 0o640);
    utimesSync(join(source, 'app', 'ledger.db'), 1e9, 1e9);
    utimesSync(join(source, 'app'), 1e9, 1e9);
    const files = await extracted(gnuTar(source));
    expect(leftOut(files)).toEqual([]);
    const restored = statSync(join(target, 'app', 'ledger.db'));
    expect(readFileSync(join(target, 'app', 'ledger.db'), 'utf8')).toBe('balance');
    expect(restored.mode & 0o7777).toBe(0o640);
    expect(restored.mtimeMs).toBe(1e12);
    expect(statSync(join(target, 'app')).mtimeMs).toBe(1e12);
    expect(restored.ino).toBe(statSync(join(target, 'app', 'same')).ino);
    expect(readlinkSync(join(target, 'app', 'link'))).toBe('ledger.db');
    const holes = statSync(join(target, 'app', 'holes'));
    expect(holes.size).toBe(8 * 2 ** 20);
    expect(holes.blocks * 512).toBeLessThan(2 ** 20);
    expect(readdirSync(join(target, 'app')).sort()).toEqual(['holes', 'ledger.db', 'link', 'same']);
    const sha256 = createHash('sha256').update('balance').digest('hex');
    expect(files).toContainEqual(
      expect.objectContaining({ what: 'written', kind: 'file', bytes: 7, sha256 }),
    );
  });

  it('keep names that are not UTF-8, byte by byte', async () => {
    const name = Buffer.from([0xb5, 0xeb, 0xcd, 0xbf]);
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), name]), 'pay');
    await extracted(gnuTar(source));
    expect(readdirSync(Buffer.from(target), { encoding: 'buffer' })).toEqual([name]);
  });

  it('arrive without the others if only some are wanted; their parent folders are created', async () => {
    mkdirSync(join(source, 'a', 'b'), { recursive: true });
    for (const name of ['wanted', 'other']) writeFileSync(join(source, 'a', 'b', name), name);
    await extracted(gnuTar(source), 'never', /wanted/);
    expect(readdirSync(target, { recursive: true })).toEqual(['a', 'a/b', 'a/b/wanted']);
    expect(statSync(join(target, 'a')).mode & 0o777).toBe(0o755);
  });

  it('that are stored as sparse files are left out, and named', async () => {
    writeFileSync(join(source, 'holes'), 'x');
    truncateSync(join(source, 'holes'), 2 ** 20);
    for (const format of ['gnu', 'pax'])
      expect(leftOut(await extracted(gnuTar(source, '--sparse', `--format=${format}`)))).toEqual([
        './holes: it is stored as a sparse file; restore it to a host with GNU tar',
      ]);
    expect(existsSync(join(target, 'holes'))).toBe(false);
  });
});

it('access control lists of Solaris tar are counted as left out, and their files are written', async () => {
  const archive = archiveOf([
    { path: 'app/ledger.db', type: 'SolarisACL', content: '1000007' },
    { path: 'app/ledger.db', content: 'balance' },
  ]);
  const files: RestoredFile[] = [];
  const extractor = new FileExtractor(
    new LocalFolder(target, 'never'),
    () => true,
    (file) => files.push(file),
  );
  await passThrough(archive, extractor.stream());
  await extractor.settled();
  expect(extractor.attributesLeftOut).toBe(1);
  expect(files.map(({ path, what }) => `${path} ${what}`)).toContain('app/ledger.db written');
  expect(readFileSync(join(target, 'app', 'ledger.db'), 'utf8')).toBe('balance');
});

describe('a hostile archive', () => {
  it('writes nothing outside of the folder', async () => {
    writeFileSync(join(target, '..', 'outside'), 'old');
    expect(
      await fromEntries(
        { path: '../outside', content: 'new' },
        { path: 'up', type: 'SymbolicLink', linkpath: '..' },
        { path: 'up/outside', content: 'new' },
        { path: 'etc', type: 'SymbolicLink', linkpath: '/etc' },
        { path: 'hard', type: 'Link', linkpath: '../outside' },
        { path: 'sda', type: 'BlockDevice' },
      ),
    ).toEqual([
      '../outside: its path leaves the folder',
      'sda: it is a device',
      'up: it links to a place outside of the folder',
      'etc: it links to an absolute path',
      'hard: its other name, ../outside, was not restored',
    ]);
    expect(readFileSync(join(target, '..', 'outside'), 'utf8')).toBe('old');
    expect(readFileSync(join(target, 'up', 'outside'), 'utf8')).toBe('new');
  });

  it('does not link to a file that was in the folder before', async () => {
    writeFileSync(join(target, 'theirs'), 'old');
    expect(await fromEntries({ path: 'hard', type: 'Link', linkpath: 'theirs' })).toEqual([
      'hard: its other name, theirs, was not restored',
    ]);
    expect(readdirSync(target)).toEqual(['theirs']);
  });

  it('with an absolute path is written below the folder', async () => {
    expect(await fromEntries({ path: '/app/ledger.db', content: 'balance' })).toEqual([]);
    expect(readFileSync(join(target, 'app', 'ledger.db'), 'utf8')).toBe('balance');
  });

  it('does not write through an existing link in the folder', async () => {
    mkdirSync(join(target, '..', 'elsewhere'));
    symlinkSync('../elsewhere', join(target, 'app'));
    expect(await fromEntries({ path: 'app/ledger.db', content: 'balance' })).toEqual([
      'app/ledger.db: a link is in the place of the folder app',
    ]);
    expect(readdirSync(join(target, '..', 'elsewhere'))).toEqual([]);
  });

  it('with a damaged header halfway is written up to there', async () => {
    const damaged = archiveOf([
      { path: 'first', content: 'first' },
      { path: 'second', content: 'second' },
    ]);
    damaged.fill('x', 1024, 1124);
    const all = extracted(damaged, 'never', undefined, damaged.length);
    await expect(all).rejects.toMatchObject({ code: 'TAR_UNREADABLE' });
    expect(readdirSync(target)).toEqual(['first']);
  });

  it('is not written further after a stop: only the reported files exist', async () => {
    const reported: string[] = [];
    const stop = new AbortController();
    const extractor = new FileExtractor(
      new LocalFolder(target, 'never'),
      () => true,
      ({ path }) => {
        reported.push(path);
        stop.abort();
      },
    );
    const names = Array.from({ length: 50 }, (_, index) => `file-${index}`);
    const archive = archiveOf(names.map((path) => ({ path, content: path })));
    await expect(passThrough(archive, extractor.stream(), archive.length, stop.signal)).rejects.toThrow(
      'abort',
    );
    await extractor.settled();
    expect(reported).toEqual(['file-0']);
    expect(readdirSync(target)).toEqual(['file-0']);
  });

  it('makes no further link after a stop', async () => {
    const stop = new AbortController();
    const extractor = new FileExtractor(
      new LocalFolder(target, 'never'),
      () => true,
      ({ kind }) => (kind === 'symbolic link' ? stop.abort() : undefined),
    );
    const links = ['first', 'second'].map((path): Described => ({
      path,
      type: 'SymbolicLink',
      linkpath: 'x',
    }));
    const archive = archiveOf(links);
    await expect(passThrough(archive, extractor.stream(), archive.length, stop.signal)).rejects.toThrow(
      'abort',
    );
    await extractor.settled();
    expect(readdirSync(target)).toEqual(['first']);
  });

  it('that is truncated fails, and leaves no partial file', async () => {
    const whole = archiveOf([
      { path: 'first', content: 'first' },
      { path: 'second', content: 'x'.repeat(5000) },
    ]);
    await expect(extracted(whole.subarray(0, 3000))).rejects.toMatchObject({ code: 'TAR_UNREADABLE' });
    expect(readdirSync(target)).toEqual(['first']);
    await expect(extracted(whole.subarray(0, whole.length - 1024), 'always')).rejects.toMatchObject({
      code: 'TAR_INCOMPLETE',
    });
  });
});

describe('files that exist', () => {
  const archive = archiveOf([
    { path: 'older', content: 'new', mtime: new Date(1e12) },
    { path: 'newer', content: 'new', mtime: new Date(1e12) },
    { path: 'equal', content: 'new', mtime: new Date(1e12) },
    { path: 'folder', content: 'new' },
    { path: 'link', content: 'new' },
  ]);
  beforeEach(() => {
    for (const [name, seconds] of [
      ['older', 9e8],
      ['newer', 2e9],
      ['equal', 1e9],
    ] as const) {
      writeFileSync(join(target, name), 'old');
      utimesSync(join(target, name), seconds, seconds);
    }
    mkdirSync(join(target, 'folder'));
    symlinkSync('newer', join(target, 'link'));
  });
  const contents = () => ['older', 'newer', 'equal'].map((name) => readFileSync(join(target, name), 'utf8'));

  it.each([
    [
      'never',
      ['old', 'old', 'old'],
      [
        'older: it already exists',
        'newer: it already exists',
        'equal: it already exists',
        'folder: a folder is in its place',
        'link: it already exists',
      ],
    ],
    [
      'older',
      ['new', 'old', 'old'],
      [
        'newer: it already exists and is not older',
        'equal: it already exists and is not older',
        'folder: a folder is in its place',
        'link: it already exists and is not older',
      ],
    ],
    ['always', ['new', 'new', 'new'], ['folder: a folder is in its place']],
  ] as const)('are replaced as --overwrite %s says', async (overwrite, after, reasons) => {
    expect(leftOut(await extracted(archive, overwrite))).toEqual(reasons);
    expect(contents()).toEqual(after);
    expect(lstatSync(join(target, 'link')).isSymbolicLink()).toBe(overwrite !== 'always');
  });

  it('of this archive itself are replaced by a later entry of the same path, as tar does', async () => {
    const twice = archiveOf([
      { path: 'a', content: 'first' },
      { path: 'a', content: 'second' },
    ]);
    expect(leftOut(await extracted(twice))).toEqual([]);
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('second');
  });
});

it('a file that does not read back as it was written gets no name', async () => {
  const pieces = async function* (archive: Buffer) {
    yield archive.subarray(0, 100_000);
    const begun = () => readdirSync(target).map((name) => join(target, name));
    await expect.poll(() => begun().some((file) => statSync(file).size > 0)).toBe(true);
    for (const file of begun()) {
      const handle = openSync(file, 'r+');
      writeSync(handle, 'X', 0);
      closeSync(handle);
    }
    yield archive.subarray(100_000);
  };
  const files: RestoredFile[] = [];
  const extractor = new FileExtractor(
    new LocalFolder(target, 'always'),
    () => true,
    (file) => files.push(file),
  );
  writeFileSync(join(target, 'ledger.db'), '');
  const content = 'x'.repeat(200_000);
  const archive = archiveOf([{ path: 'ledger.db', content }]);
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  const written = pipeline(Readable.from(pieces(archive)), extractor.stream(), nowhere);
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  await expect(written).rejects.toMatchObject({
    code: 'RESTORE_FILE_DIFFERS',
    message: `ledger.db was not written as the archive has it: SHA-256 ${digest(`X${content.slice(1)}`)} instead of ${digest(content)}`,
  });
  await extractor.settled();
  expect(files).toEqual([]);
  expect(readdirSync(target).map((name) => [name, statSync(join(target, name)).size])).toEqual([
    ['ledger.db', 1],
  ]);
});

it.runIf(process.getuid?.() === 0)('a full disk ends it, with the name of the file', async () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'full', target]);
  try {
    const archive = archiveOf([
      { path: 'small', content: 'x' },
      { path: 'large', content: 'x'.repeat(200_000) },
    ]);
    await expect(extracted(archive)).rejects.toMatchObject({
      code: 'RESTORE_FILE_UNWRITABLE',
      message: `${target}/large cannot be written: the disk is full`,
    });
    expect(readdirSync(target)).toEqual(['small']);
  } finally {
    execFileSync('umount', [target]);
  }
});
