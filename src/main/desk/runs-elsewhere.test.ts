import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { StateFolder } from '../application/console.ts';
import { markLive } from '../proof/live-runs.ts';
import { runsElsewhere } from './runs-elsewhere.ts';

it('names the process of a run if it is running, or where only another machine can tell', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shadowtape-elsewhere-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const state = new StateFolder(folder);
  const file = (run: string) => join(state.liveFolder, `${run}.json`);
  await markLive(state, 'own');
  const own = JSON.parse(await readFile(file('own'), 'utf8')) as {
    host: string;
    process: number;
    since: string;
  };
  const { since } = own;
  const other = { ...own, host: `not-${own.host}`, machine: 'abc', boot: 'abc' };
  // The parent runs as long as this process.
  const parent = { host: own.host, process: process.ppid, since };
  const marks = { parent, rebooted: { ...own, process: process.ppid, boot: 'abc' }, other };
  for (const [run, mark] of Object.entries(marks)) await writeFile(file(run), JSON.stringify(mark));
  expect(Object.fromEntries(await runsElsewhere(state))).toEqual({
    parent: { host: own.host, isOtherMachine: false, process: process.ppid, since },
    other: { host: other.host, isOtherMachine: true, process: own.process, since },
  });
});
