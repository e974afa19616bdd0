import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { requireLocalFolder, requireLocalImage } from './local-place.ts';

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

it.runIf(isRoot)('room is needed for everything that is wanted', async () => {
  const folder = mounted('rw');
  await requireLocalFolder(folder, 65_536);
  const refusal = { message: `${folder} has 64 KiB free, and 64.0 KiB are needed` };
  await expect(requireLocalImage(join(folder, 'image'), 65_537, false)).rejects.toMatchObject(refusal);
});
