/** An image gets its name only where nothing else has taken it meanwhile. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalImage } from './local-image.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'shadowtape-image-')));
  file = join(folder, 'image');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function written(): Promise<LocalImage> {
  const image = await LocalImage.create(file);
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  await pipeline(Readable.from([Buffer.from('restored')]), image.stream(), nowhere);
  return image;
}

describe('an image for a place that was taken while the tape was read', () => {
  it('leaves a file there, and removes its own', async () => {
    const image = await written();
    writeFileSync(file, 'theirs');
    await expect(image.keep(false)).rejects.toMatchObject({
      code: 'RESTORE_TARGET_EXISTS',
      message: `${file} already exists`,
    });
    expect(readdirSync(folder)).toEqual(['image']);
    expect(readFileSync(file, 'utf8')).toBe('theirs');
  });

  it.each([
    ['a folder', () => mkdirSync(file)],
    ['a link', () => symlinkSync('theirs', file)],
  ])('leaves %s there, even if a file may be replaced', async (_what, take) => {
    writeFileSync(join(folder, 'theirs'), 'theirs');
    const image = await written();
    take();
    await expect(image.keep(true)).rejects.toMatchObject({
      code: 'RESTORE_TARGET_UNUSABLE',
      message: `nothing can be restored to ${file}: it is not a regular file`,
    });
    expect(readdirSync(folder)).toEqual(['image', 'theirs']);
    expect(readFileSync(join(folder, 'theirs'), 'utf8')).toBe('theirs');
  });

  it('replaces a file if it may', async () => {
    const image = await written();
    writeFileSync(file, 'theirs');
    await image.keep(true);
    expect(readdirSync(folder)).toEqual(['image']);
    expect(readFileSync(file, 'utf8')).toBe('restored');
  });
});
