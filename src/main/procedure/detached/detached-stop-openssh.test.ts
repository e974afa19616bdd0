import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findSshd, sshdMissing } from '../../../../test/support/openssh-server.ts';
import { startWork, stopWork } from './detached-control.ts';
import { judgeDumpWork } from './detached-judge.ts';
import { startCommand } from './detached-script.ts';
import { awaitWork, lookAtWork, type WorkLook, type WorkPlace } from './detached-watch.ts';
import type { DetachedWork } from '../model/detached-work.ts';
import {
  cksum,
  recordBytes,
  removeFolder,
  soon,
  startDetachedServer,
  thrownBy,
  volume,
  WorkBench,
  type DetachedServer,
} from './detached.test-support.ts';

const missing = findSshd() === undefined;
if (missing) process.stderr.write(`detached-stop-openssh.test.ts: ${sshdMissing}\n`);

/** Kills a process. One whose neighbor was killed may have ended already. */
function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

describe.skipIf(missing)(
  'detached work on a genuine OpenSSH server, from its start to its stop',
  { timeout: 30_000 },
  () => {
    let server: DetachedServer;
    let bench: WorkBench;
    let place: WorkPlace;
    let folder: string;
    let count = 0;

    beforeAll(async () => {
      server = await startDetachedServer();
    });
    afterAll(() => server.close());

    beforeEach(() => {
      count += 1;
      bench = new WorkBench(server, `run-${count}`);
      ({ place, folder } = bench);
    });
    afterEach(() => bench.end());

    const judge = (work: DetachedWork, look: WorkLook, more = {}) =>
      judgeDumpWork('node3', work, look, { recordBytes, ...more });

    const guards = ({ name }: { name: string }) => (name === 'run' ? 1 : 0);

    it('is started once', async () => {
      const work = await bench.start(bench.slowDump());
      await expect(startWork(place, 'step', work)).rejects.toMatchObject({
        code: 'WORK_FOLDER_THERE',
        message: `node3 already has the folder ${folder}`,
      });
      expect((await lookAtWork(place, work)).state).toBe('running');
    });

    it('is not started where its folder cannot be made', async () => {
      writeFileSync(folder, 'a file');
      await expect(startWork(place, 'step', bench.slowDump())).rejects.toMatchObject({
        code: 'DETACHED_NOT_STARTED',
        message: expect.stringContaining(
          `could not start the work in ${folder}: mkdir: cannot create directory`,
        ),
      });
    });

    it('leaves nothing if the start fails halfway', async () => {
      const [sh, c, script, ...rest] = startCommand(bench.slowDump());
      const broken = (script ?? '').replace('mkfifo ', 'mkfifo /nowhere/at/all ');
      const { status } = await place.runner.hosts.session('node3').exec([sh ?? '', c ?? '', broken, ...rest]);
      expect(status).toBe(18);
      expect(existsSync(folder)).toBe(false);
    });

    it('is recognized by its files if the answer to the start was lost', async () => {
      const work = bench.slowDump();
      expect((await lookAtWork(place, work)).state).toBe('absent');
      mkdirSync(folder);
      expect((await lookAtWork(place, work)).state).toBe('unbegun');
      removeFolder(work);
      await bench.start(work);
      expect((await lookAtWork(place, work)).state).toMatch(/^(unbegun|running)$/);
    });

    it('is stopped halfway, and records how its processes ended', async () => {
      const work = await bench.start(bench.slowDump());
      const flowing = createWriteStream(bench.source);
      flowing.on('error', () => {});
      flowing.write(volume.subarray(0, 500_000));
      const { signalled, look } = await stopWork(place, 'step', work, soon);
      flowing.destroy();
      expect(signalled.map(({ name }) => name).sort()).toEqual(['cksum', 'reader', 'tee', 'writer']);
      expect(new Set(signalled.map(({ signal }) => signal))).toEqual(new Set(['TERM']));
      expect(look.state).toBe('failed');
      expect(look.processes.find(({ name }) => name === 'writer')?.status).toBe(143);
      expect(look.processes.every(({ status }) => status !== undefined)).toBe(true);
    });

    it('is stopped while its processes still wait for each other', async () => {
      const work = await bench.start(bench.slowDump());
      // The reader opens the source, which has no writer.
      const { look } = await stopWork(place, 'step', work, soon);
      expect(look.living).toEqual([]);
      expect(look.state).toBe('failed');
    });

    it('is killed if it ignores the first signal', async () => {
      const script = join(server.folder, 'stubborn');
      const mark = join(server.folder, 'heedless');
      writeFileSync(script, `#!/bin/sh\ntrap '' TERM\ntrue > ${mark}\nexec cat ${bench.source}\n`, {
        mode: 0o755,
      });
      const work = await bench.start(bench.dump({ reader: { argv: [script] } }));
      while (!existsSync(mark)) await lookAtWork(place, work);
      const { signalled, look } = await stopWork(place, 'step', work, { ...soon, graceSeconds: 0.2 });
      expect(signalled).toContainEqual(expect.objectContaining({ name: 'reader', signal: 'KILL' }));
      expect(look.living).toEqual([]);
    });

    it('does not touch a process that only reuses a number of the work', async () => {
      const work = await bench.start(bench.slowDump());
      const look = await stopWork(place, 'step', work, soon).then((report) => report.look);
      expect(look.state).toBe('failed');
      // As after a reboot: the end was never recorded, and the numbers belong to other processes.
      for (const { name } of work.processes) {
        execFileSync('rm', [join(folder, `${name}.status`)]);
        for (const file of ['pid', 'guard'])
          writeFileSync(join(folder, `${name}.${file}`), `${process.pid}\n`);
      }
      for (const file of ['ended', 'run.output']) execFileSync('rm', [join(folder, file)]);
      writeFileSync(join(folder, 'run.pid'), `${process.pid}\n`);
      const report = await stopWork(place, 'step', work, soon);
      expect(report.signalled).toEqual([]);
      expect(report.look.state).toBe('died');
      expect(await thrownBy(() => judge(work, report.look))).toMatchObject({
        code: 'DETACHED_DIED',
        message: `node3: the work in ${folder} died, and its exit status was not recorded`,
      });
    });

    it('is reported as died if all of its processes were killed', async () => {
      const work = await bench.start(bench.slowDump());
      const ended = awaitWork(place, work, soon);
      let look = await lookAtWork(place, work);
      while (look.living.length < 9) look = await lookAtWork(place, work);
      // The guards first, so that no exit status is recorded.
      const guardsFirst = [...look.living].sort((one, other) => guards(other) - guards(one));
      for (const { pid } of guardsFirst) killHard(pid);
      expect((await ended).state).toBe('died');
    });

    it('continues, and its end is known, if only the process that runs it was killed', async () => {
      const work = await bench.start(bench.slowDump());
      let look = await lookAtWork(place, work);
      while (look.living.length < 9) look = await lookAtWork(place, work);
      const run = Number(readFileSync(join(folder, 'run.pid'), 'utf8'));
      process.kill(run, 'SIGKILL');
      const flowing = createWriteStream(bench.source);
      flowing.end(volume);
      expect(judge(work, await awaitWork(place, work, soon))).toMatchObject({ cksum: cksum(volume) });
    });

    it('is no longer known if its folder was removed', async () => {
      const work = await bench.start(bench.slowDump());
      await stopWork(place, 'step', work, soon);
      removeFolder(work);
      const look = await awaitWork(place, work, soon);
      expect(await thrownBy(() => judge(work, look))).toMatchObject({
        code: 'DETACHED_GONE',
        message: `node3 no longer has the folder ${folder}: the state of the work in it is not known`,
      });
    });

    it('continues when nothing waits for it any more', async () => {
      const work = await bench.start(bench.slowDump());
      const abort = new AbortController();
      const waiting = awaitWork(place, work, {
        ...soon,
        abort: abort.signal,
        onProgress: () => abort.abort(),
      });
      await expect(waiting).rejects.toMatchObject({ code: 'COPY_CANCELLED' });
      expect((await lookAtWork(place, work)).state).toBe('running');
    });
  },
);
