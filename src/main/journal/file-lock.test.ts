import { access, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { whileLocked } from './file-lock.ts';
import { newFolder, removeFolders } from '../proof/proof.test-support.ts';

afterEach(removeFolders);

const newLock = async () => join(await newFolder(), 'seals.ndjson.lock');

it('lets one work after the other, and leaves nothing', async () => {
  const lock = await newLock();
  const done: string[] = [];
  const work = (name: string) =>
    whileLocked(lock, async () => {
      done.push(`${name} begins`);
      await access(lock);
      done.push(`${name} ends`);
    });
  await Promise.all([work('one'), work('other')]);
  expect(done.map((line) => line.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends']);
  await expect(access(lock)).rejects.toMatchObject({ code: 'ENOENT' });
});

/** No process has that number: it is above the highest that Linux gives. */
const nobody = 4_194_305;

it.each([
  ['its process is gone', `${hostname()} ${nobody}\n`, 0],
  ['its process died, or the disk was full, before it had put its name into it', '', 6000],
])('is taken where %s', async (_what, content, age) => {
  const lock = await newLock();
  await writeFile(lock, content);
  const then = new Date(Date.now() - age);
  await utimes(lock, then, then);
  expect(await whileLocked(lock, () => Promise.resolve('done'))).toBe('done');
});
