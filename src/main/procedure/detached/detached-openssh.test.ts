import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findSshd, sshdMissing } from '../../../../test/support/openssh-server.ts';
import { ReaderOutput } from '../../../streams/reader-output.ts';
import { clearWork } from './detached-control.ts';
import { guideWork, readBackWork, tarReader } from '../model/detached-dump.ts';
import { judgeDumpWork, judgeReadBackWork } from './detached-judge.ts';
import { awaitWork, lookAtWork, type WorkLook, type WorkPlace, type WorkProgress } from './detached-watch.ts';
import type { DetachedWork } from '../model/detached-work.ts';
import {
  cksum,
  recordBytes,
  soon,
  startDetachedServer,
  thrownBy,
  volume,
  WorkBench,
  type DetachedServer,
} from './detached.test-support.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const missing = findSshd() === undefined;
if (missing) process.stderr.write(`detached-openssh.test.ts: ${sshdMissing}\n`);

it('has a genuine sshd to test against', (context) => {
  if (missing && !process.env['CI']) context.skip(sshdMissing);
  expect(findSshd(), sshdMissing).toBeDefined();
});

describe.skipIf(missing)('a dump as detached work on a genuine OpenSSH server', { timeout: 30_000 }, () => {
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

  it('dumps a device, computes its digests in the same pass, and is cleared', async () => {
    const work = await bench.start(bench.dump({ digest: 'sha256' }));
    const look = await awaitWork(place, work, soon);
    expect(look.state).toBe('ended');
    expect(judge(work, look, { expectedBytes: volume.length })).toEqual({
      bytes: volume.length,
      records: { records: 92, fullRecords: 91, partialRecords: 1 },
      said: expect.any(ReaderOutput),
      cksum: cksum(volume),
      sha256: sha256(volume),
      warnings: [],
    });
    expect(readFileSync(bench.tape).equals(volume)).toBe(true);
    expect(readFileSync(join(folder, 'ended'), 'utf8')).toBe('ended\n');
    await clearWork(place, 'step', work);
    expect(existsSync(folder)).toBe(false);
    expect((await lookAtWork(place, work)).state).toBe('absent');
  });

  it('reads a tape back and computes the same digests', async () => {
    const work = await bench.start(
      readBackWork({ folder, tapeDevice: bench.device, recordBytes, digest: 'sha256', platform: 'linux' }),
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
    const { tape } = bench;
    const files = join(server.folder, `files-${count}`);
    mkdirSync(files);
    writeFileSync(join(files, 'payroll'), 'figures');
    const work = await bench.start(guideWork(folder, { argv: ['tar', 'cvf', tape, '.'], directory: files }));
    const look = await awaitWork(place, work, soon);
    expect(judge(work, look)).toEqual({
      bytes: undefined,
      records: undefined,
      said: expect.any(ReaderOutput),
      cksum: undefined,
      sha256: undefined,
      warnings: [],
    });
    expect(execFileSync('tar', ['xOf', tape, './payroll'], { encoding: 'utf8' })).toBe('figures');
  });

  it('counts what the guide’s dd wrote', async () => {
    const argv = ['dd', `if=${bench.device}`, `of=${bench.tape}`, `bs=${recordBytes}`];
    const work = await bench.start(guideWork(folder, { argv }));
    const look = await awaitWork(place, work, soon);
    expect(judge(work, look, { expectedBytes: volume.length })).toMatchObject({
      bytes: volume.length,
      records: { records: 92, fullRecords: 91, partialRecords: 1 },
    });
    expect(
      await thrownBy(() => judge(work, look, { expectedBytes: volume.length + recordBytes })),
    ).toMatchObject({ code: 'TAPE_RECORDS_MISCOUNTED' });
  });

  it('makes tar fill whole records itself', async () => {
    const { tape } = bench;
    const files = join(server.folder, `files ${count}`);
    mkdirSync(files);
    writeFileSync(join(files, 'odd \'name" $HOME'), randomBytes(100_000));
    const work = await bench.start(bench.dump({ reader: tarReader(files, recordBytes) }));
    const look = await awaitWork(place, work, soon);
    const { bytes, records } = judge(work, look);
    expect(records).toEqual({ records: 4, fullRecords: 4, partialRecords: 0 });
    expect(bytes).toBe(4 * recordBytes);
    expect(execFileSync('tar', ['tf', tape], { encoding: 'utf8' })).toContain('odd');
  });

  it('outlives the connection that started it, and is reattached over another one', async () => {
    const first = server.place();
    const work = await bench.start(bench.slowDump(), first);
    const flowing = createWriteStream(bench.source);
    flowing.write(volume.subarray(0, 1_000_000));
    server.drop();

    const second = server.place();
    expect((await lookAtWork(second, work)).state).toBe('running');
    const ended = awaitWork(second, work, soon);
    flowing.end(volume.subarray(1_000_000));
    expect(judge(work, await ended)).toMatchObject({ bytes: volume.length, cksum: cksum(volume) });
    expect(readFileSync(bench.tape).equals(volume)).toBe(true);
  });

  it('is waited for while the host is unreachable', async () => {
    const work = await bench.start(bench.slowDump());
    const flowing = createWriteStream(bench.source);
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
    const work = await bench.start(bench.slowDump());
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

  it.runIf(process.platform === 'linux')('shows its progress', async () => {
    const work = await bench.start(bench.slowDump());
    const flowing = createWriteStream(bench.source);
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

  it('names the process that failed: the reader', async () => {
    const nothing = join(server.folder, 'nothing');
    const work = await bench.start(
      bench.dump({ reader: { argv: ['dd', `if=${nothing}`, `bs=${recordBytes}`] } }),
    );
    const look = await awaitWork(place, work, soon);
    expect(look.state).toBe('failed');
    expect(await thrownBy(() => judge(work, look))).toMatchObject({
      code: 'DUMP_SOURCE_FAILED',
      message: `reading stopped after 0 bytes: dd: failed to open '${nothing}': No such file or directory`,
      evidence: { host: 'node3', command: `dd if=${nothing} bs=32768`, exitStatus: 1 },
    });
  });

  it.runIf(existsSync('/dev/full'))(
    'names the process that failed: the writer, although others died with it',
    async () => {
      const work = await bench.start(bench.dump({ tapeDevice: '/dev/full' }));
      const look = await awaitWork(place, work, soon);
      expect(look.processes.find(({ name }) => name === 'tee')?.status).toBe(141);
      expect(await thrownBy(() => judge(work, look))).toMatchObject({
        code: 'TAPE_END_OF_MEDIUM',
        evidence: { host: 'node3', command: 'dd ibs=262144 obs=32768 of=/dev/full', exitStatus: 1 },
      });
    },
  );

  it('names the process that failed: a command that the host does not have', async () => {
    const work = await bench.start(
      bench.dump({ reader: { argv: ['ufsdump-of-solaris', '0uf', '-', bench.device] } }),
    );
    const look = await awaitWork(place, work, soon);
    expect(await thrownBy(() => judge(work, look))).toMatchObject({
      code: 'DUMP_SOURCE_FAILED',
      message: expect.stringMatching(/^reading stopped after 0 bytes: .*ufsdump-of-solaris: not found$/),
    });
  });

  it('ends where the folder to be read does not exist', async () => {
    const work = await bench.start(bench.dump({ reader: tarReader('/nowhere', recordBytes) }));
    const look = await awaitWork(place, work, soon);
    expect(await thrownBy(() => judge(work, look))).toMatchObject({
      code: 'DUMP_SOURCE_FAILED',
      message: expect.stringContaining('/nowhere'),
    });
  });

  it('does not count a dump as complete that did not say so', async () => {
    const script = join(server.folder, 'ufsdump');
    writeFileSync(script, '#!/bin/sh\necho data\necho "  DUMP: Dumping (Pass III) [directories]" >&2\n', {
      mode: 0o755,
    });
    const work = await bench.start(bench.dump({ reader: { argv: [script, '0uf', '-', bench.device] } }));
    const look = await awaitWork(place, work, soon);
    expect(await thrownBy(() => judge(work, look, { dumpTool: 'ufsdump' }))).toMatchObject({
      code: 'DUMP_NOT_CLOSED',
      message:
        'ufsdump ended with exit status 0, but did not say DUMP IS DONE: its last line was "Dumping (Pass III) [directories]"',
    });
  });

  it('passes on what a dump tool says while it dumps', async () => {
    const script = join(server.folder, 'talking-ufsdump');
    const say = (words: string) => `echo "  DUMP: ${words}" >&2\n`;
    writeFileSync(script, `#!/bin/sh\n${say('35.20% done')}cat ${bench.source}\n${say('DUMP IS DONE')}`, {
      mode: 0o755,
    });
    const work = await bench.start(bench.dump({ reader: { argv: [script, '0uf', '-', bench.device] } }));
    const flowing = createWriteStream(bench.source);
    const look = await awaitWork(place, work, {
      ...soon,
      onProgress: ({ words }) => {
        if (words === '35.2% done') flowing.end(volume);
      },
    });
    expect(judge(work, look, { dumpTool: 'ufsdump' })).toMatchObject({ cksum: cksum(volume), warnings: [] });
  });
});
