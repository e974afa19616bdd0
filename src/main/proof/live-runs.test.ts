import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { thisProcess } from '../owner/process-owner.ts';
import { deadMarks, liveRuns, performedRuns } from './live-runs.ts';
import { newState, removeFolders } from './proof.test-support.ts';

afterEach(removeFolders);

it('a mark from before a reboot is no run that continues, but nothing is removed for it', async () => {
  const state = await newState();
  await mkdir(state.liveFolder, { recursive: true });
  const own = { ...thisProcess(), since: '2026-11-22T02:00:04Z' };
  const marks = {
    alive: own,
    gone: { ...own, process: 2 ** 22 + 1 },
    rebooted: { ...own, boot: 'abc' },
    elsewhere: { ...own, host: `not-${own.host}`, machine: 'abc', boot: 'abc' },
    // Release 0.1.0 did not tell the boot.
    former: { host: own.host, process: 2 ** 22 + 1, since: own.since },
  };
  for (const [run, mark] of Object.entries(marks))
    await writeFile(join(state.liveFolder, `${run}.json`), JSON.stringify(mark));
  const names = async (found: Promise<readonly { readonly run: string }[]>) =>
    (await found).map(({ run }) => run).sort();
  expect(await names(performedRuns(state))).toEqual(['alive', 'elsewhere']);
  expect(await names(deadMarks(state))).toEqual(['gone']);
  expect(await names(liveRuns(state))).toEqual(['alive', 'elsewhere', 'former', 'rebooted']);
});
