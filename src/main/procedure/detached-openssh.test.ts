import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findSshd, sshdMissing } from '../../../test/support/openssh-server.ts';
import { createCksum } from '../../streams/posix-cksum.ts';
import { clearWork, startWork, stopWork } from './detached-control.ts';
import { dumpWork, guideWork, readBackWork, tarReader, type DumpWorkOrder } from './detached-dump.ts';
import { judgeDumpWork, judgeReadBackWork } from './detached-judge.ts';
import { startCommand } from './detached-script.ts';
import { awaitWork, lookAtWork, type WorkLook, type WorkPlace, type WorkProgress } from './detached-watch.ts';
import type { DetachedWork } from './detached-work.ts';
import { removeFolder, startDetachedServer, type DetachedServer } from './detached.test-support.ts';

const missing = findSshd() === undefined;
if (missing) process.stderr.write(`detached-openssh.test.ts: ${sshdMissing}\n`);

const recordBytes = 32_768;
const soon = { intervalSeconds: 0.05 };
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

function cksum(bytes: Buffer) {
  const sum = createCksum();
  sum.add(bytes);
  return sum.end();
}

it('has a genuine sshd to test against', (context) => {
  if (missing && !process.env['CI']) context.skip(sshdMissing);
  expect(findSshd(), sshdMissing).toBeDefined();
});

describe.skipIf(missing)('detached work on a genuine OpenSSH server', { timeout: 30_000 }, () => {
  let server: DetachedServer;
  let place: WorkPlace;
  let count = 0;
  let folder: string;
  let device: string;
  let tape: string;
  /** A FIFO from which a reader gets what the test gives it, when it gives it. */
  let source: string;
  /** What was started: none of it may outlive its test. */
  let works: DetachedWork[];
  const volume = randomBytes(3_000_000);

  beforeAll(async () => {
    server = await startDetachedServer();
    place = server.place();
    device = join(server.folder, 'volume');
    writeFileSync(device, volume);
  });
  afterAll(() => server.close());

  beforeEach(() => {
    count += 1;
    folder = server.workFolder(`run-${count}`);
    tape = join(server.folder, `tape-${count}`);
    source = join(server.folder, `source-${count}`);
    execFileSync('mkfifo', [source]);
    works = [];
  });
  afterEach(async () => {
    for (const work of works) await stopWork(place, 'step', work, soon);
  });

  const order = (more: Partial<DumpWorkOrder> = {}) =>
    dumpWork({
      folder,
      reader: { argv: ['dd', `if=${device}`, `bs=${recordBytes}`] },
      tapeDevice: tape,
      recordBytes,
      digest: 'cksum',
      platform: 'linux',
      ...more,
    });
  /** A dump whose reader waits for the test. */
  const slow = (more: Partial<DumpWorkOrder> = {}) => order({ reader: { argv: ['cat', source] }, ...more });

  async function start(work: DetachedWork, at: WorkPlace = place): Promise<DetachedWork> {
    works.push(work);
    await startWork(at, 'step', work);
    return work;
  }

  const judge = (work: DetachedWork, look: WorkLook, more = {}) =>
    judgeDumpWork('node3', work, look, { recordBytes, ...more });

  const guards = ({ name }: { name: string }) => (name === 'run' ? 1 : 0);

  async function thrownBy(act: () => unknown): Promise<unknown> {
    try {
      await act();
    } catch (error) {
      return error;
    }
    throw new Error('nothing was thrown');
  }

  it('dumps a device, takes its digests in the same pass, and is cleared', async () => {
    const work = await start(order({ digest: 'sha256' }));
    const look = await awaitWork(place, work, soon);
    expect(look.state).toBe('ended');
    expect(judge(work, look, { expectedBytes: volume.length })).toEqual({
      bytes: volume.length,
      records: { records: 92, fullRecords: 91, partialRecords: 1 },
      cksum: cksum(volume),
      sha256: sha256(volume),
      warnings: [],
    });
    expect(readFileSync(tape).equals(volume)).toBe(true);
    expect(readFileSync(join(folder, 'ended'), 'utf8')).toBe('ended\n');
    await clearWork(place, 'step', work);
    expect(existsSync(folder)).toBe(false);
    expect((await lookAtWork(place, work)).state).toBe('absent');
  });

  it('reads a tape back and takes the same digests', async () => {
    const work = await start(
      readBackWork({ folder, tapeDevice: device, recordBytes, digest: 'sha256', platform: 'linux' }),
    );
    const outcome = judgeReadBackWork('node3', work, await awaitWork(place, work, soon));
    expect(outcome).toMatchObject({
      bytes: volume.length,
      records: { records: 92 },
      cksum: cksum(volume),
      sha256: sha256(volume),
    });
  });

  it('runs the guide’s own command word for word, in its folder', async () => {
    const files = join(server.folder, `files-${count}`);
    mkdirSync(files);
    writeFileSync(join(files, 'payroll'), 'figures');
    const work = await start(guideWork(folder, { argv: ['tar', 'cvf', tape, '.'], directory: files }));
    const look = await awaitWork(place, work, soon);
    expect(judge(work, look)).toEqual({
      bytes: undefined,
      records: undefined,
      cksum: undefined,
      sha256: undefined,
      warnings: [],
    });
    expect(execFileSync('tar', ['xOf', tape, './payroll'], { encoding: 'utf8' })).toBe('figures');
  });

  it('counts what the guide’s dd wrote', async () => {
    const argv = ['dd', `if=${device}`, `of=${tape}`, `bs=${recordBytes}`];
    const work = await start(guideWork(folder, { argv }));
    const look = await awaitWork(place, work, soon);
    expect(judge(work, look, { expectedBytes: volume.length })).toMatchObject({
      bytes: volume.length,
      records: { records: 92, fullRecords: 91, partialRecords: 1 },
    });
    expect(
      await thrownBy(() => judge(work, look, { expectedBytes: volume.length + recordBytes })),
    ).toMatchObject({ code: 'TAPE_RECORDS_MISCOUNTED' });
  });

  it('has tar fill whole records by itself', async () => {
    const files = join(server.folder, `files ${count}`);
    mkdirSync(files);
    writeFileSync(join(files, 'odd \'name" $HOME'), randomBytes(100_000));
    const work = await start(order({ reader: tarReader(files, recordBytes) }));
    const look = await awaitWork(place, work, soon);
    const { bytes, records } = judge(work, look);
    expect(records).toEqual({ records: 4, fullRecords: 4, partialRecords: 0 });
    expect(bytes).toBe(4 * recordBytes);
    expect(execFileSync('tar', ['tf', tape], { encoding: 'utf8' })).toContain('odd');
  });

  it('outlives the connection that started it, and is taken up over another one', async () => {
    const first = server.place();
    const work = await start(slow(), first);
    const flowing = createWriteStream(source);
    flowing.write(volume.subarray(0, 1_000_000));
    server.drop();

    const second = server.place();
    expect((await lookAtWork(second, work)).state).toBe('running');
    const ended = awaitWork(second, work, soon);
    flowing.end(volume.subarray(1_000_000));
    expect(judge(work, await ended)).toMatchObject({ bytes: volume.length, cksum: cksum(volume) });
    expect(readFileSync(tape).equals(volume)).toBe(true);
  });

  it('is waited for while the host is out of reach', async () => {
    const work = await start(slow());
    const flowing = createWriteStream(source);
    await lookAtWork(place, work);
    server.refuse(true);
    const lost: string[] = [];
    const ended = awaitWork(place, work, {
      ...soon,
      onLost: ({ code }) => {
        if (lost.push(code) < 3) return;
        server.refuse(false);
        flowing.end(volume);
      },
    });
    expect(judge(work, await ended)).toMatchObject({ cksum: cksum(volume) });
    expect(lost).toContain('HOST_UNREACHABLE');
  });

  it('is not waited for longer than is allowed', async () => {
    const work = await start(slow());
    server.refuse(true);
    try {
      await expect(awaitWork(place, work, { ...soon, lostMinutes: 0.2 / 60 })).rejects.toMatchObject({
        code: expect.stringMatching(/^(HOST_UNREACHABLE|CONNECTION_LOST)$/),
      });
    } finally {
      server.refuse(false);
    }
    expect((await lookAtWork(place, work)).state).toBe('running');
  });

  it.runIf(process.platform === 'linux')('tells how far it is', async () => {
    const work = await start(slow());
    const flowing = createWriteStream(source);
    flowing.write(volume.subarray(0, 2_000_000));
    const seen: WorkProgress[] = [];
    const look = await awaitWork(place, work, {
      ...soon,
      startedAt: Date.now() - 90_000,
      onProgress: (progress) => {
        seen.push(progress);
        if ((progress.bytes ?? 0) >= 1_900_000) flowing.end();
      },
    });
    expect(look.state).toBe('ended');
    expect(seen.at(-1)?.bytes).toBeLessThan(2_100_000);
    expect(seen.at(-1)?.elapsedSeconds).toBeGreaterThanOrEqual(90);
  });

  it('says which process failed: the reader', async () => {
    const nothing = join(server.folder, 'nothing');
    const work = await start(order({ reader: { argv: ['dd', `if=${nothing}`, `bs=${recordBytes}`] } }));
    const look = await awaitWork(place, work, soon);
    expect(look.state).toBe('failed');
    expect(await thrownBy(() => judge(work, look))).toMatchObject({
      code: 'DUMP_SOURCE_FAILED',
      message: `reading stopped after 0 bytes: dd: failed to open '${nothing}': No such file or directory`,
      evidence: { host: 'node3', command: `dd if=${nothing} bs=32768`, exitStatus: 1 },
    });
  });

  it.runIf(existsSync('/dev/full'))(
    'says which process failed: the writer, though others died of it',
    async () => {
      const work = await start(order({ tapeDevice: '/dev/full' }));
      const look = await awaitWork(place, work, soon);
      expect(look.processes.find(({ name }) => name === 'tee')?.status).toBe(141);
      expect(await thrownBy(() => judge(work, look))).toMatchObject({
        code: 'TAPE_END_OF_MEDIUM',
        evidence: { host: 'node3', command: 'dd ibs=262144 obs=32768 of=/dev/full', exitStatus: 1 },
      });
    },
  );

  it('says which process failed: a command that the host does not have', async () => {
    const work = await start(order({ reader: { argv: ['ufsdump-of-solaris', '0uf', '-', device] } }));
    const look = await awaitWork(place, work, soon);
    expect(await thrownBy(() => judge(work, look))).toMatchObject({
      code: 'DUMP_SOURCE_FAILED',
      message: expect.stringMatching(/^reading stopped after 0 bytes: .*ufsdump-of-solaris: not found$/),
    });
  });

  it('ends where the folder to be read is not there', async () => {
    const work = await start(order({ reader: tarReader('/nowhere', recordBytes) }));
    const look = await awaitWork(place, work, soon);
    expect(await thrownBy(() => judge(work, look))).toMatchObject({
      code: 'DUMP_SOURCE_FAILED',
      message: expect.stringContaining('/nowhere'),
    });
  });

  it('does not take a dump for whole that did not say so', async () => {
    const script = join(server.folder, 'ufsdump');
    writeFileSync(script, '#!/bin/sh\necho data\necho "  DUMP: Dumping (Pass III) [directories]" >&2\n', {
      mode: 0o755,
    });
    const work = await start(order({ reader: { argv: [script, '0uf', '-', device] } }));
    const look = await awaitWork(place, work, soon);
    expect(await thrownBy(() => judge(work, look, { dumpTool: 'ufsdump' }))).toMatchObject({
      code: 'DUMP_NOT_CLOSED',
      message:
        'ufsdump ended with exit status 0, but did not say DUMP IS DONE: its last words were "Dumping (Pass III) [directories]"',
    });
  });

  it('is started once', async () => {
    const work = await start(slow());
    await expect(startWork(place, 'step', work)).rejects.toMatchObject({
      code: 'WORK_FOLDER_THERE',
      message: `node3 has the folder ${folder} already`,
    });
    expect((await lookAtWork(place, work)).state).toBe('running');
  });

  it('is not started where its folder cannot be made', async () => {
    writeFileSync(folder, 'a file');
    await expect(startWork(place, 'step', slow())).rejects.toMatchObject({
      code: 'DETACHED_NOT_STARTED',
      message: expect.stringContaining(
        `could not start the work in ${folder}: mkdir: cannot create directory`,
      ),
    });
  });

  it('leaves nothing behind where the start fails in the middle', async () => {
    const [sh, c, script, ...rest] = startCommand(slow());
    const broken = (script ?? '').replace('mkfifo ', 'mkfifo /nowhere/at/all ');
    const { status } = await place.runner.hosts.session('node3').exec([sh ?? '', c ?? '', broken, ...rest]);
    expect(status).toBe(18);
    expect(existsSync(folder)).toBe(false);
  });

  it('is known by its files where the answer to the start was lost', async () => {
    const work = slow();
    works.push(work);
    expect((await lookAtWork(place, work)).state).toBe('absent');
    mkdirSync(folder);
    expect((await lookAtWork(place, work)).state).toBe('unbegun');
    removeFolder(work);
    await startWork(place, 'step', work);
    expect((await lookAtWork(place, work)).state).toMatch(/^(unbegun|running)$/);
  });

  it('is stopped in the middle, and writes down how its processes ended', async () => {
    const work = await start(slow());
    const flowing = createWriteStream(source);
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
    const work = await start(slow());
    // The reader opens the source, which nobody writes.
    const { look } = await stopWork(place, 'step', work, soon);
    expect(look.living).toEqual([]);
    expect(look.state).toBe('failed');
  });

  it('is killed where it does not heed the first signal', async () => {
    const script = join(server.folder, 'stubborn');
    const mark = join(server.folder, 'heedless');
    writeFileSync(script, `#!/bin/sh\ntrap '' TERM\ntrue > ${mark}\nexec cat ${source}\n`, { mode: 0o755 });
    const work = await start(order({ reader: { argv: [script] } }));
    while (!existsSync(mark)) await lookAtWork(place, work);
    const { signalled, look } = await stopWork(place, 'step', work, { ...soon, graceSeconds: 0.2 });
    expect(signalled).toContainEqual(expect.objectContaining({ name: 'reader', signal: 'KILL' }));
    expect(look.living).toEqual([]);
  });

  it('does not touch a process that only has a number of the work', async () => {
    const work = await start(slow());
    const look = await stopWork(place, 'step', work, soon).then((report) => report.look);
    expect(look.state).toBe('failed');
    // As after a reboot: the end was never written, and the numbers are those of others.
    for (const { name } of work.processes) {
      execFileSync('rm', [join(folder, `${name}.status`)]);
      for (const file of ['pid', 'guard']) writeFileSync(join(folder, `${name}.${file}`), `${process.pid}\n`);
    }
    for (const file of ['ended', 'run.output']) execFileSync('rm', [join(folder, file)]);
    writeFileSync(join(folder, 'run.pid'), `${process.pid}\n`);
    const report = await stopWork(place, 'step', work, soon);
    expect(report.signalled).toEqual([]);
    expect(report.look.state).toBe('died');
    expect(await thrownBy(() => judge(work, report.look))).toMatchObject({
      code: 'DETACHED_DIED',
      message: `node3: the work in ${folder} is gone, and nobody wrote down how it ended`,
    });
  });

  it('is told as died where everything of it was killed', async () => {
    const work = await start(slow());
    const ended = awaitWork(place, work, soon);
    let look = await lookAtWork(place, work);
    while (look.living.length < 9) look = await lookAtWork(place, work);
    // The guards first, so that nobody writes an exit status down.
    const guardsFirst = [...look.living].sort((one, other) => guards(other) - guards(one));
    for (const { pid } of guardsFirst) process.kill(pid, 'SIGKILL');
    expect((await ended).state).toBe('died');
  });

  it('goes on, and is known to have ended, where only what runs it was killed', async () => {
    const work = await start(slow());
    let look = await lookAtWork(place, work);
    while (look.living.length < 9) look = await lookAtWork(place, work);
    const run = Number(readFileSync(join(folder, 'run.pid'), 'utf8'));
    process.kill(run, 'SIGKILL');
    const flowing = createWriteStream(source);
    flowing.end(volume);
    expect(judge(work, await awaitWork(place, work, soon))).toMatchObject({ cksum: cksum(volume) });
  });

  it('is no longer known where its folder was removed', async () => {
    const work = await start(slow());
    await stopWork(place, 'step', work, soon);
    removeFolder(work);
    const look = await awaitWork(place, work, soon);
    expect(await thrownBy(() => judge(work, look))).toMatchObject({
      code: 'DETACHED_GONE',
      message: `node3 has no folder ${folder} any more, so that nothing is known of the work in it`,
    });
  });

  it('goes on when nobody waits any more', async () => {
    const work = await start(slow());
    const abort = new AbortController();
    const waiting = awaitWork(place, work, {
      ...soon,
      abort: abort.signal,
      onProgress: () => abort.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ code: 'COPY_CANCELLED' });
    expect((await lookAtWork(place, work)).state).toBe('running');
  });
});
