import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeLocalFolder, requireLocalFolder, requireLocalImage, withoutLinks } from './local-place.ts';

/** A separate file system, with 64 KiB. */
function mounted(options: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'shadowtape-place-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=64k,${options}`, 'place', folder]);
  onTestFinished(() => {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

const isRoot = process.getuid?.() === 0;

it.runIf(isRoot)('a read-only file system accepts neither files nor an image', async () => {
  const folder = mounted('ro');
  const refusal = {
    code: 'RESTORE_TARGET_UNUSABLE',
    message: `nothing can be restored to ${folder}: the file system is read-only`,
  };
  await expect(requireLocalFolder(join(folder, 'new'), 1)).rejects.toMatchObject(refusal);
  await expect(requireLocalImage(join(folder, 'image'), 1, false)).rejects.toMatchObject(refusal);
});

it('a file accepts no files, and a folder no image', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shadowtape-place-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await expect(requireLocalFolder(file, 1)).rejects.toMatchObject({
    code: 'RESTORE_TARGET_UNUSABLE',
    message: `nothing can be restored to ${file}: it is not a folder`,
  });
  await expect(requireLocalImage(folder, 1, true)).rejects.toMatchObject({
    code: 'RESTORE_TARGET_UNUSABLE',
    message: `nothing can be restored to ${folder}: it is not a regular file`,
  });
});

it.runIf(isRoot)('room is needed for everything that is wanted', async () => {
  const folder = mounted('rw');
  await requireLocalFolder(folder, 65_536);
  const refusal = { message: `${folder} has 64 KiB free, and 64.0 KiB are needed` };
  await expect(requireLocalImage(join(folder, 'image'), 65_537, false)).rejects.toMatchObject(refusal);
});

describe('a place behind a link', () => {
  /** `real/`, `link` -> `real`, `dangling` -> `none`. */
  function folders(): string {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'shadowtape-place-')));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    symlinkSync('none', join(folder, 'dangling'));
    return folder;
  }

  it.each([
    ['link', 'real'],
    ['link/new', 'real/new'],
    ['real', 'real'],
    ['new', 'new'],
    ['dangling', 'dangling'],
    ['none/new', 'none/new'],
  ])('is named without it: %s is %s', async (path, expected) => {
    const folder = folders();
    expect(await withoutLinks(join(folder, path))).toBe(join(folder, expected));
  });

  it('is refused if the link was made since it was checked', async () => {
    const folder = folders();
    const link = join(folder, 'link');
    const refusal = (path: string, now: string) => ({
      code: 'RESTORE_TARGET_UNUSABLE',
      message: `nothing can be restored to ${path}: it now leads to ${now}`,
    });
    await expect(requireLocalFolder(link, 1)).rejects.toMatchObject(refusal(link, join(folder, 'real')));
    await expect(makeLocalFolder(link)).rejects.toMatchObject(refusal(link, join(folder, 'real')));
    const image = join(link, 'image');
    await expect(requireLocalImage(image, 1, true)).rejects.toMatchObject(
      refusal(image, join(folder, 'real', 'image')),
    );
    await expect(makeLocalFolder(join(folder, 'dangling'))).rejects.toMatchObject({
      code: 'RESTORE_TARGET_UNUSABLE',
    });
    expect(readdirSync(join(folder, 'real'))).toEqual([]);
  });
});
