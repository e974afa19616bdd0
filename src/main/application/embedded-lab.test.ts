import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLab } from '../../lab/lab.ts';
import { openEmbeddedLab, siteFileOf } from './embedded-lab.ts';

const blocks = 2048;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-embedded-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('is the site of a second front end, as long as the first keeps it running', async () => {
  const first = await openEmbeddedLab({ folder, fresh: false, faults: [], blocks });
  const second = await openEmbeddedLab({ folder, fresh: false, faults: [] });
  expect(second).toEqual({ lab: undefined, site: first.site, knownHostsFile: first.knownHostsFile });
  await first.lab?.close();
});

it('is busy while another process still makes its disks', async () => {
  const other = await openLab({ folder, blocks });
  await rm(siteFileOf(folder), { force: true });
  await expect(openEmbeddedLab({ folder, fresh: false, faults: [] })).rejects.toMatchObject({
    code: 'LAB_FOLDER_BUSY',
    message: `the lab in ${folder} is already running (process ${process.pid})`,
  });
  await other.close();
});

it('is neither removed nor given faults while another process uses it', async () => {
  const first = await openEmbeddedLab({ folder, fresh: false, faults: [], blocks });
  for (const wish of [
    { fresh: true, faults: [] },
    { fresh: false, faults: ['no-tape'] },
  ]) {
    await expect(openEmbeddedLab({ folder, ...wish })).rejects.toMatchObject({ code: 'LAB_FOLDER_BUSY' });
  }
  await first.lab?.close();
  const fresh = await openEmbeddedLab({ folder, fresh: true, faults: [], blocks });
  expect(fresh.lab?.world().proxy.state).toBe('Join');
  await fresh.lab?.close();
});
