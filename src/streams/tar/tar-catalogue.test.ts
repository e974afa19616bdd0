import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, linkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutAt, failureOf, noise, passThrough } from '../stream.test-support.ts';
import { block, endOfArchive, extended, file, filled, writeChecksum } from './tar-blocks.test-support.ts';
import { createTarCatalogue } from './tar-catalogue.ts';
import type { TarEntry } from './tar-walker.ts';

async function catalogueOf(archive: Buffer, sizes: readonly number[] = [10_240]) {
  const entries: TarEntry[] = [];
  const { stream } = createTarCatalogue((entry) => entries.push(entry));
  const left = await passThrough(cutAt(archive, sizes), stream);
  expect(Buffer.concat(left).equals(archive)).toBe(true);
  return entries;
}

describe('tar catalog of archives made by the tar of this machine', () => {
  let folder: string;
  const longName = `${'long-directory-name/'.repeat(9)}${'x'.repeat(120)}.txt`;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shadowtape-catalogue-'));
    mkdirSync(join(folder, 'payroll', 'long-directory-name/'.repeat(9)), { recursive: true });
    writeFileSync(join(folder, 'payroll/empty'), '');
    writeFileSync(join(folder, 'payroll/with space ü.csv'), noise(1500));
    writeFileSync(join(folder, 'payroll', longName), noise(70_000));
    symlinkSync('with space ü.csv', join(folder, 'payroll/current'));
    linkSync(join(folder, 'payroll/empty'), join(folder, 'payroll/same'));
    utimesSync(join(folder, 'payroll/empty'), 1_600_000_000, 1_600_000_000);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const archiveOf = (format: string) =>
    execFileSync('tar', [`--format=${format}`, '--sort=name', '-cf', '-', '-C', folder, 'payroll'], {
      maxBuffer: 10_000_000,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });

  it.each(['gnu', 'pax', 'posix', 'oldgnu'])('lists every entry of a %s archive', async (format) => {
    const entries = await catalogueOf(archiveOf(format));
    const byPath = new Map(entries.map((entry) => [entry.path, entry]));
    expect(byPath.get('payroll/with space ü.csv')).toMatchObject({ type: 'File', size: 1500 });
    expect(byPath.get(`payroll/${longName}`)).toMatchObject({ type: 'File', size: 70_000 });
    expect(byPath.get('payroll/current')).toMatchObject({
      type: 'SymbolicLink',
      linkpath: 'with space ü.csv',
      size: 0,
    });
    expect(byPath.get('payroll/empty')).toMatchObject({ type: 'File', size: 0, mtime: 1_600_000_000 });
    expect(byPath.get('payroll/same')).toMatchObject({ type: 'Link', linkpath: 'payroll/empty', size: 0 });
    const ofType = (wanted: string) => entries.filter(({ type }) => type === wanted).length;
    expect(['Directory', 'File', 'SymbolicLink', 'Link'].map(ofType)).toEqual([10, 3, 1, 1]);
    expect(entries).toHaveLength(15);
  });

  it('gives offsets from which tar finds the entry again', async () => {
    const archive = archiveOf('pax');
    const entries = await catalogueOf(archive);
    const entry = entries.find((one) => one.path.endsWith('.txt')) as TarEntry;
    const content = execFileSync('tar', ['-xOf', '-', entry.path], {
      input: archive.subarray(entry.offset),
      maxBuffer: 10_000_000,
    });
    expect(content.equals(noise(70_000))).toBe(true);
  });

  it('lists the same, however the archive is cut into pieces', async () => {
    const archive = archiveOf('pax');
    const whole = await catalogueOf(archive);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 }),
        async (sizes) => {
          expect(await catalogueOf(archive, sizes)).toEqual(whole);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('tar catalog', () => {
  it('reads a size in base 256, as files above 8 GiB have it', async () => {
    const size = 9 * 1024 ** 3;
    const entries: TarEntry[] = [];
    const catalogue = createTarCatalogue((entry) => entries.push(entry));
    catalogue.stream.resume();
    catalogue.stream.write(block({ path: 'huge', size, type: 'File' }));
    const piece = Buffer.alloc(64 * 1024 * 1024);
    for (let sent = 0; sent < size; sent += piece.length) {
      await new Promise((done) => catalogue.stream.write(piece, done));
    }
    catalogue.stream.write(file('after', Buffer.from('x')));
    await new Promise<void>((done) => catalogue.stream.end(endOfArchive, done));
    expect(entries.map(({ path, size: bytes, offset }) => ({ path, bytes, offset }))).toEqual([
      { path: 'huge', bytes: size, offset: 0 },
      { path: 'after', bytes: 1, offset: size + 512 },
    ]);
  });

  it('keeps the bytes of names that are not UTF-8, wherever they are written', async () => {
    const eucJp = Buffer.from([0xa4, 0xa2]);
    const raw = (text: string) => Buffer.from(text.replaceAll('あ', eucJp.toString('latin1')), 'latin1');
    const named = (name: Buffer, prefix = '') =>
      block({ path: 'x', linkpath: 'y', size: 0, type: 'Link' }, (bytes) => {
        bytes.fill(0, 0, 100);
        name.copy(bytes, 0);
        raw('to-あ').copy(bytes, 157);
        raw(prefix).copy(bytes, 345);
      });
    const archive = Buffer.concat([
      named(raw('あ')),
      named(Buffer.from([0xa4, 0xa4])),
      named(raw('あ'), 'dir-あ'),
      extended('L', raw('long-あ\0')),
      named(raw('short')),
      extended('x', raw('11 path=あ\n')),
      named(raw('short')),
      endOfArchive,
    ]);
    const entries = await catalogueOf(archive);
    expect(entries.map(({ path, linkpath }) => [path, linkpath])).toEqual([
      ['\udca4\udca2', 'to-\udca4\udca2'],
      ['\udca4\udca4', 'to-\udca4\udca2'],
      ['dir-\udca4\udca2/\udca4\udca2', 'to-\udca4\udca2'],
      ['long-\udca4\udca2', 'to-\udca4\udca2'],
      ['\udca4\udca2', 'to-\udca4\udca2'],
    ]);
  });

  it('takes the size from a pax header where both are given', async () => {
    const content = noise(700);
    const header = block({ path: 'short', size: 0, type: 'File' });
    const archive = Buffer.concat([extended('x', '12 size=700\n'), header, filled(content), endOfArchive]);
    expect(await catalogueOf(archive)).toMatchObject([{ path: 'short', size: 700, offset: 0 }]);
  });

  it("reads Solaris' extended headers (X), ACLs (A) and extended attributes (E)", async () => {
    const archive = Buffer.concat([
      extended('X', '22 path=app/Ж/long-ish\n'.replace('22', '24')),
      extended('A', 'acl of the file to come'),
      file('short', noise(600)),
      extended('E', 'attribute header'),
      file('plain', noise(10)),
      endOfArchive,
    ]);
    const entries = await catalogueOf(archive);
    expect(entries.map(({ path, type, size }) => [path, type, size])).toEqual([
      ['app/Ж/long-ish', 'SolarisACL', 23],
      ['app/Ж/long-ish', 'File', 600],
      ['extended', 'TypeE', 16],
      ['plain', 'File', 10],
    ]);
  });

  it('expects no content after a hard link whose header has a size', async () => {
    const link = block({ path: 'link', linkpath: 'first', size: 5000, type: 'Link' });
    const archive = Buffer.concat([file('first', noise(5000)), link, file('next', noise(1)), endOfArchive]);
    const entries = await catalogueOf(archive);
    expect(entries.map(({ path, size }) => [path, size])).toEqual([
      ['first', 5000],
      ['link', 0],
      ['next', 1],
    ]);
  });

  it('steps over the extra blocks of a GNU sparse file', async () => {
    const sparse = block({ path: 'sparse', size: 512, type: 'File' }, (bytes) => {
      bytes.write('S', 156, 'latin1');
      bytes[482] = 1;
    });
    const more = Buffer.alloc(512, 0x31);
    more[504] = 1;
    const last = Buffer.alloc(512, 0x31);
    last[504] = 0;
    const archive = Buffer.concat([sparse, more, last, noise(512), file('next', noise(3)), endOfArchive]);
    const entries = await catalogueOf(archive);
    expect(entries.map(({ path, offset }) => [path, offset])).toEqual([
      ['sparse', 0],
      ['next', 4 * 512],
    ]);
  });

  it('accepts the checksum of signed characters that old tars wrote', async () => {
    const header = block({ path: 'caf\u00e9', size: 0, type: 'File' });
    writeChecksum(header, true);
    const entries = await catalogueOf(Buffer.concat([header, endOfArchive]));
    expect(entries).toMatchObject([{ path: 'caf\u00e9' }]);
  });

  it('passes everything after the end of the archive unread', async () => {
    expect(await catalogueOf(Buffer.concat([file('a', noise(3)), endOfArchive, noise(9000)]))).toHaveLength(
      1,
    );
  });

  it('continues after a single block of zeros', async () => {
    const archive = Buffer.concat([
      file('a', noise(3)),
      Buffer.alloc(512),
      file('b', noise(3)),
      endOfArchive,
    ]);
    expect(await catalogueOf(archive)).toHaveLength(2);
  });

  const refused: readonly (readonly [string, Buffer, string])[] = [
    [
      'bytes that are no archive',
      noise(2048),
      'the tar archive cannot be read at byte 0: this is not a tar header',
    ],
    [
      'compressed data',
      Buffer.concat([Buffer.from([0x1f, 0x8b]), noise(1022)]),
      'the tar archive cannot be read at byte 0: this is compressed data',
    ],
    [
      'damage in the middle',
      Buffer.concat([file('a', noise(512)), noise(512), endOfArchive]),
      'the tar archive cannot be read at byte 1024: the checksum of the header is wrong',
    ],
    [
      'an end inside the content',
      Buffer.concat([block({ path: 'a', size: 5000, type: 'File' }), noise(1000)]),
      'the tar archive cannot be read at byte 1512: it ends in the middle of an entry',
    ],
    [
      'an extended header without an entry',
      extended('x', '9 path=a\n'),
      'the tar archive cannot be read at byte 1024: it ends in the middle of an entry',
    ],
    [
      'a damaged extended header',
      Buffer.concat([file('a', noise(1)), extended('x', '7 path=a\n'), file('b', noise(1))]),
      'the tar archive cannot be read at byte 1024: a damaged extended header',
    ],
    [
      'an extended header of gigabytes',
      block({ path: 'x', size: 2 ** 31, type: 'ExtendedHeader' }),
      'the tar archive cannot be read at byte 0: an extended header of 2147483648 bytes',
    ],
  ];
  it.each(refused)('refuses %s', async (_case, archive, sentence) => {
    const error = await failureOf(() =>
      passThrough(cutAt(archive, [100]), createTarCatalogue(() => undefined).stream),
    );
    expect(error.code).toBe('TAR_UNREADABLE');
    expect(error.message).toBe(sentence);
  });

  it('refuses an archive without its closing blocks', async () => {
    const error = await failureOf(() => catalogueOf(file('a', noise(5))));
    expect(error.code).toBe('TAR_INCOMPLETE');
    expect(error.message).toBe('the tar archive ends after 1024 bytes without its closing blocks');
  });

  it('fails the stream when the listener throws', async () => {
    const catalogue = createTarCatalogue(() => {
      throw new Error('no room for the list');
    });
    await expect(passThrough([file('a', noise(5))], catalogue.stream)).rejects.toThrow(
      'no room for the list',
    );
  });
});
