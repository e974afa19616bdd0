import { describe, expect, it } from 'vitest';
import { cutAt, failureOf, noise, sha256 } from '../stream.test-support.ts';
import { block, endOfArchive, extended, file, filled, writeChecksum } from './tar-blocks.test-support.ts';
import { createTarWalker, type TarDetails, type TarEntry } from './tar-walker.ts';

/** Everything that a walker reports of an archive. */
function walked(archive: Buffer, sizes: readonly number[] = [700], isEnded = true) {
  const entries: (TarEntry & TarDetails & { content: Buffer; isOver: boolean })[] = [];
  const raw: Buffer[] = [];
  let globals = 0;
  const walker = createTarWalker({
    entry: (entry, details) =>
      entries.push({ ...entry, ...details, content: Buffer.alloc(0), isOver: false }),
    content(bytes) {
      const entry = entries.at(-1);
      if (!entry || bytes.length === 0) throw new Error('content belongs to an entry, and is some');
      entry.content = Buffer.concat([entry.content, bytes]);
    },
    end() {
      const entry = entries.at(-1);
      if (!entry || entry.isOver) throw new Error('an entry is over once');
      entry.isOver = true;
    },
    raw: (bytes) => raw.push(Buffer.from(bytes)),
    global: () => (globals += 1),
  });
  for (const piece of cutAt(archive, sizes)) walker.add(piece);
  if (isEnded) walker.end();
  return { entries, raw: Buffer.concat(raw), globals, walker };
}

const cuts = [[1], [511], [512], [700, 3], [100_000]];
const refusal = async (archive: Buffer) => (await failureOf(() => walked(archive))).message;
const setLetter = (letter: string) => (bytes: Buffer) => bytes.write(letter, 156, 'latin1');

describe('the content of an entry', () => {
  const contents = [noise(512), noise(0), noise(1), noise(1300), noise(1024)];
  const archive = Buffer.concat([...contents.map((bytes, at) => file(`f${at}`, bytes)), endOfArchive]);

  it.each(cuts)('is its own bytes without the padding of the block, in pieces of %i', (...sizes) => {
    const { entries } = walked(archive, sizes);
    expect(entries.map(({ content }) => sha256(content))).toEqual(contents.map(sha256));
    expect(entries.every(({ isOver }) => isOver)).toBe(true);
  });

  it.each(cuts)('passes as raw bytes, too, with headers and padding, in pieces of %i', (...sizes) => {
    const { raw, walker } = walked(Buffer.concat([archive, noise(900)]), sizes);
    expect(raw.equals(archive)).toBe(true);
    expect(walker.complete()).toBe(true);
    expect(walker.offset()).toBe(archive.length + 900);
  });

  it('does not include an extended header', () => {
    const { entries } = walked(
      Buffer.concat([extended('x', '9 path=a\n'), file('b', noise(5)), endOfArchive]),
    );
    expect(entries.map(({ path, content }) => [path, content.length])).toEqual([['a', 5]]);
  });
});

describe('a sparse file', () => {
  const ofGnu = (edit: (bytes: Buffer) => void = () => undefined) =>
    block({ path: 'sparse', size: 600, type: 'File' }, (bytes) => {
      setLetter('S')(bytes);
      edit(bytes);
    });

  it('is recognized by its letter, or by an extended header', () => {
    const archive = Buffer.concat([
      ofGnu(),
      filled(noise(600)),
      extended('x', '22 GNU.sparse.major=1\n'),
      file('of pax', noise(3)),
      file('plain', noise(3)),
      endOfArchive,
    ]);
    expect(walked(archive).entries.map(({ path, isSparse }) => [path, isSparse])).toEqual([
      ['sparse', true],
      ['of pax', true],
      ['plain', false],
    ]);
  });

  it('has its content after as many further headers as it says', () => {
    const more = Buffer.alloc(512, 0x31);
    const last = Buffer.alloc(512, 0x31);
    last[504] = 0;
    const header = ofGnu((bytes) => (bytes[482] = 1));
    const { entries } = walked(Buffer.concat([header, more, last, filled(noise(600)), endOfArchive]));
    expect(entries.map(({ content, isOver }) => [sha256(content), isOver])).toEqual([
      [sha256(noise(600)), true],
    ]);
  });

  it('without content is over after its further headers', () => {
    const last = Buffer.alloc(512, 0x31);
    last[504] = 0;
    const header = block({ path: 'sparse', size: 0, type: 'File' }, (bytes) => {
      setLetter('S')(bytes);
      bytes[482] = 1;
    });
    const { entries } = walked(Buffer.concat([header, last, file('next', noise(3)), endOfArchive]));
    expect(entries.map(({ path, isOver }) => [path, isOver])).toEqual([
      ['sparse', true],
      ['next', true],
    ]);
  });

  it('that ends before its further headers makes the archive incomplete', async () => {
    expect(await refusal(ofGnu((bytes) => (bytes[482] = 1)))).toBe(
      'the tar archive cannot be read at byte 512: it ends in the middle of an entry',
    );
  });
});

describe('the name of an entry', () => {
  /** With a prefix that npm tar did not write, and optionally another format. */
  const named = (prefix: string, edit: (bytes: Buffer) => void = () => undefined) =>
    block({ path: 'name', size: 0, type: 'File' }, (bytes) => {
      bytes.fill(0, 345, 512);
      bytes.write(prefix, 345, 'latin1');
      edit(bytes);
    });
  const namesOf = (...headers: Buffer[]) =>
    walked(Buffer.concat([...headers, endOfArchive])).entries.map(({ path }) => path);

  it('follows a prefix of up to 155 characters', () => {
    const prefixes = ['dir', 'd'.repeat(130), 'd'.repeat(137), 'd'.repeat(155)];
    expect(namesOf(...prefixes.map((prefix) => named(prefix)))).toEqual(
      prefixes.map((prefix) => `${prefix}/name`),
    );
  });

  it('has no part of the times that are after a prefix (xstar)', () => {
    const times = (bytes: Buffer) => bytes.write('14512345670', 476, 'latin1');
    expect(namesOf(named('d'.repeat(130), times), named('dir', times))).toEqual([
      `${'d'.repeat(130)}/name`,
      'dir/name',
    ]);
  });

  it('has no prefix where the header is not POSIX', () => {
    const magic = (text: string) => (bytes: Buffer) => bytes.write(text, 257, 'latin1');
    expect(namesOf(named('12345670123', magic('ustar  \0')), named('other', magic('\0'.repeat(8))))).toEqual([
      'name',
      'name',
    ]);
  });

  it('may fill its field to the last byte, as may the target of a link', () => {
    const long = 'n'.repeat(100);
    const header = block({ path: 'x', linkpath: 'y', size: 0, type: 'Link' }, (bytes) => {
      bytes.write(long, 0, 'latin1');
      bytes.write('t'.repeat(100), 157, 'latin1');
    });
    const [entry] = walked(Buffer.concat([header, endOfArchive])).entries;
    expect([entry?.path, entry?.linkpath]).toEqual([long, 't'.repeat(100)]);
  });

  it('is that of a long name before it, and a long link has its own', () => {
    const archive = Buffer.concat([
      extended('L', 'a long name'),
      extended('K', 'a long target\0'),
      block({ path: 'short', linkpath: 'short', size: 0, type: 'Link' }),
      file('next', noise(1)),
      endOfArchive,
    ]);
    expect(walked(archive).entries.map(({ path, linkpath, offset }) => [path, linkpath, offset])).toEqual([
      ['a long name', 'a long target', 0],
      ['next', undefined, 5 * 512],
    ]);
  });
});

describe('a header', () => {
  it('that holds for all entries belongs to none', () => {
    const archive = Buffer.concat([
      extended('g', '14 comment=all\n'.replace('14', '15')),
      file('a', noise(1)),
      endOfArchive,
    ]);
    const { entries, globals } = walked(archive);
    expect(globals).toBe(1);
    expect(entries.map(({ path, offset }) => [path, offset])).toEqual([['a', 1024]]);
    expect(walked(extended('g', '15 comment=all\n')).globals).toBe(1);
  });

  it('that holds for all entries gives them its time, until another one does', () => {
    const time = (seconds: number) => extended('g', `20 mtime=${seconds}\n`);
    const archive = Buffer.concat([
      time(1_600_000_000),
      extended('g', '15 comment=all\n'),
      file('a', noise(1)),
      time(1_500_000_000),
      file('b', noise(1)),
      endOfArchive,
    ]);
    expect(walked(archive).entries.map(({ mtime }) => mtime)).toEqual([1_600_000_000, 1_500_000_000]);
  });

  it('may be empty, and then ends at once', () => {
    const { entries } = walked(Buffer.concat([extended('x', ''), file('a', noise(1)), endOfArchive]));
    expect(entries.map(({ path, offset, content }) => [path, offset, content.length])).toEqual([['a', 0, 1]]);
  });

  it('may have a megabyte, and not one byte more', async () => {
    const most = 1024 * 1024;
    const header = (size: number) => block({ path: 'x', size, type: 'ExtendedHeader' });
    expect(() => walked(header(most), [512], false)).not.toThrow();
    expect(await refusal(header(most + 1))).toContain('an extended header of 1048577 bytes');
  });

  it('has letter, mode, owner and time, and no time if that is empty', () => {
    const old = block({ path: 'old', size: 0, type: 'File', mode: 0o4755, uid: 7, gid: 8 }, (bytes) => {
      bytes[156] = 0;
    });
    const timeless = block({ path: 'timeless', size: 0, type: 'File' }, (bytes) => bytes.fill(0, 136, 148));
    const { entries } = walked(Buffer.concat([old, timeless, endOfArchive]));
    expect(entries).toMatchObject([
      { path: 'old', letter: '0', type: 'File', mode: 0o4755, uid: 7, gid: 8, mtime: 1_700_000_000 },
      { path: 'timeless', letter: '0', mtime: undefined },
    ]);
  });

  it('of an old tar is a directory by the slash after its name', () => {
    const header = block({ path: 'dir', size: 0, type: 'File' }, (bytes) => bytes.write('dir/', 0, 'latin1'));
    expect(walked(Buffer.concat([header, endOfArchive])).entries).toMatchObject([
      { letter: '0', type: 'Directory' },
    ]);
  });

  it('may end its checksum with the field', () => {
    const header = block({ path: 'a', size: 0, type: 'File' });
    const sum = Number.parseInt(header.toString('latin1', 148, 154), 8);
    header.write(sum.toString(8).padStart(8, '0'), 148, 'latin1');
    expect(walked(Buffer.concat([header, endOfArchive])).entries).toHaveLength(1);
  });
});

describe('an archive is refused', () => {
  const whole = Buffer.concat([file('a', noise(512)), file('b', noise(512)), endOfArchive]);

  it('where one bit of a header is wrong', async () => {
    const wrong = Buffer.from(whole);
    wrong.writeUInt8(wrong.readUInt8(1024) ^ 1, 1024);
    expect(await refusal(wrong)).toBe(
      'the tar archive cannot be read at byte 1024: the checksum of the header is wrong',
    );
  });

  it('where its checksum is not a number from the field on', async () => {
    const wrong = Buffer.from(whole);
    wrong.write(`x${wrong.toString('latin1', 148, 155)}`, 148, 'latin1');
    expect(await refusal(wrong)).toContain('at byte 0: this is not a tar header');
  });

  it('where a size is not a number', async () => {
    const wrong = block({ path: 'a', size: 0, type: 'File' }, (bytes) =>
      bytes.write('zzzzzzzzzzz', 124, 'latin1'),
    );
    expect(await refusal(Buffer.concat([wrong, endOfArchive]))).toBe(
      'the tar archive cannot be read at byte 0: the size field is not a number',
    );
  });

  it('where a size is larger than any file', async () => {
    const wrong = block({ path: 'a', size: 0, type: 'File' }, (bytes) => {
      bytes.fill(0xff, 125, 136);
      bytes[124] = 0x80;
    });
    const message = await refusal(Buffer.concat([wrong, endOfArchive]));
    expect(message).toMatch(/^the tar archive cannot be read at byte 0: ./);
  });

  it('where compressed data comes after its first entry', async () => {
    const archive = Buffer.concat([file('a', noise(3)), Buffer.from([0x1f, 0x8b]), noise(510)]);
    expect(await refusal(archive)).toContain('at byte 1024: the checksum of the header is wrong');
  });

  it.each([512, 600, 1023, 1100, 1535, 1536, 2047])('where it ends after %i bytes', async (length) => {
    expect(await refusal(whole.subarray(0, length))).toBe(
      `the tar archive cannot be read at byte ${length}: it ends in the middle of an entry`,
    );
  });

  it.each(['x', 'X', 'L', 'K'])('where zeros follow an extended header of type %s', async (letter) => {
    const body = letter.toLowerCase() === 'x' ? '9 path=a\n' : 'a\0';
    const cut = Buffer.concat([file('a', noise(3)), extended(letter, body), endOfArchive]);
    expect(await refusal(cut)).toBe(
      'the tar archive cannot be read at byte 2048: it ends in the middle of an entry',
    );
  });

  it('but not where zeros follow a header that holds for all entries', () => {
    const global = Buffer.concat([extended('g', '9 comment\n'.replace('comment', 'c=1234')), endOfArchive]);
    expect(() => walked(global)).not.toThrow();
  });

  it('but not where it ends after an entry, or in a block after its end', () => {
    for (const length of [0, 1024, 2048, 2560, 3072])
      expect(() => walked(whole.subarray(0, length))).not.toThrow();
    expect(() => walked(Buffer.concat([whole, noise(100)]))).not.toThrow();
  });

  it('with an old checksum, too', async () => {
    const header = block({ path: 'caf\u00e9', size: 0, type: 'File' });
    writeChecksum(header, true);
    header.writeUInt8(header.readUInt8(1) ^ 1, 1);
    expect(await refusal(header)).toContain('this is not a tar header');
  });
});
