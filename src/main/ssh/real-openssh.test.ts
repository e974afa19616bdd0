import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensshHosts, opensshProfile } from '../../../test/support/openssh-hosts.ts';
import { findSshd, sshdMissing, startOpensshServer } from '../../../test/support/openssh-server.ts';
import type { OpensshServer, OpensshServerOptions } from '../../../test/support/openssh-server.ts';
import type { AlgorithmSet } from './host-profile.ts';
import type { SshHosts } from './ssh-hosts.ts';
import type { SshSession } from './ssh-session.ts';

const missing = findSshd() === undefined;
if (missing) process.stderr.write(`real-openssh.test.ts: ${sshdMissing}\n`);

const hostsOf = (server: OpensshServer, algorithms: AlgorithmSet = 'modern'): SshHosts =>
  opensshHosts([server], [opensshProfile(server, { algorithms })]);

it('has a genuine sshd to test against', (context) => {
  // On a build machine this must not pass silently.
  if (missing && !process.env['CI']) context.skip(sshdMissing);
  expect(findSshd(), sshdMissing).toBeDefined();
});

describe.skipIf(missing)('a genuine OpenSSH server', { timeout: 30_000 }, () => {
  let server: OpensshServer;
  let hosts: SshHosts;
  let session: SshSession;

  beforeAll(async () => {
    server = await startOpensshServer();
    hosts = hostsOf(server);
    session = hosts.session('node3');
  });
  afterAll(async () => {
    await hosts.close();
    await server.close();
  });

  it('gives back exit status, stdout and stderr', async () => {
    const result = await session.exec(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(result).toMatchObject({ status: 3, signal: undefined, stderr: 'err\n' });
    expect(result.stdout.toString()).toBe('out\n');
  });

  it('carries odd arguments through the login shell unchanged', async () => {
    const odd = [
      '',
      ' ',
      "it's",
      '$HOME `id` $(id)',
      '*',
      '~',
      '\\',
      'a\nb',
      '!!',
      '#',
      'ünï 日本 🎞',
      '-n',
      'a;b|c>d&',
    ];
    const { stdout } = await session.exec(['printf', '%s\\0', ...odd]);
    expect(stdout.toString('utf8').split('\0').slice(0, -1)).toEqual(odd);
  });

  it('lets a command find the end of its input at once, or gives it the input', async () => {
    expect((await session.exec(['cat'])).stdout.toString()).toBe('');
    expect((await session.exec(['cat'], { stdin: 'two\nlines' })).stdout.toString()).toBe('two\nlines');
  });

  it('reads 64 MiB without losing a byte', async () => {
    const bytes = 64 * 1024 * 1024;
    const { stream, ended } = await session.openRead(['dd', 'if=/dev/zero', 'bs=32768', 'count=2048']);
    const digest = createHash('sha256');
    await pipeline(stream, digest);
    expect(digest.digest('hex')).toBe(createHash('sha256').update(Buffer.alloc(bytes)).digest('hex'));
    const end = await ended;
    expect(end).toMatchObject({ status: 0, bytes });
    expect(end.stderr).toContain('2048+0 records in');
  });

  it('writes whole records through dd, however the pieces are cut', async () => {
    const data = randomBytes(5_000_000);
    const pieces = Array.from({ length: 100 }, (_, index) =>
      data.subarray(index * 50_000, (index + 1) * 50_000),
    );
    const file = join(server.folder, 'written');
    const { stream, ended } = await session.openWrite(['dd', 'ibs=262144', 'obs=32768', `of=${file}`]);
    await pipeline(Readable.from(pieces), stream);
    expect((await readFile(file)).equals(data)).toBe(true);
    const end = await ended;
    expect(end).toMatchObject({ status: 0, bytes: 5_000_000 });
    expect(end.stderr).toContain('152+1 records out');
  });

  it('copies from one command to another', async () => {
    const file = join(server.folder, 'copied');
    const source = await session.openRead(['dd', 'if=/dev/zero', 'bs=65536', 'count=320']);
    const target = await session.openWrite(['dd', 'obs=32768', `of=${file}`]);
    await pipeline(source.stream, target.stream);
    expect((await stat(file)).size).toBe(320 * 65536);
    expect((await source.ended).status).toBe(0);
    expect((await target.ended).stderr).toContain('640+0 records out');
  });

  it('fails a read with the exit status and the words of the command', async () => {
    const { stream, ended } = await session.openRead([
      'sh',
      '-c',
      'printf abc; echo no such device >&2; exit 2',
    ]);
    const failed = pipeline(stream, new Writable({ write: (_piece, _encoding, done) => done() }));
    await expect(failed).rejects.toMatchObject({
      code: 'REMOTE_COMMAND_FAILED',
      message: 'sh on node3 ended with exit status 2',
      evidence: { host: 'node3', exitStatus: 2, stderr: 'no such device\n' },
    });
    expect((await ended).bytes).toBe(3);
  });

  it('fails a write when the command dies in the middle', async () => {
    const { stream } = await session.openWrite([
      'sh',
      '-c',
      'head -c 100000 >/dev/null; echo tape gone >&2; exit 5',
    ]);
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(65536);
      })(),
    );
    await expect(pipeline(endless, stream)).rejects.toMatchObject({
      code: 'REMOTE_COMMAND_FAILED',
      message: expect.stringMatching(
        /^sh on node3 ended with exit status 5 after only \d+ bytes were written$/,
      ),
      evidence: { exitStatus: 5, stderr: 'tape gone\n' },
    });
  });

  it('does not wait for a command longer than it may take', async () => {
    const started = session.exec(['sleep', '4'], { timeLimitSeconds: 0.3 });
    await expect(started).rejects.toMatchObject({
      code: 'COMMAND_TIMED_OUT',
      message: 'sleep on node3 did not finish within 0.3 s',
      evidence: { host: 'node3', command: 'sleep 4' },
    });
  });

  it('takes no output for an answer that a process left running keeps open', async () => {
    const argv = ['sh', '-c', 'echo half; sleep 20 & exit 0'];
    // At the same time, since each is given up after some seconds of silence.
    const [asked, told] = await Promise.allSettled([
      session.exec(argv),
      session.exec(argv, { mayLeaveOutputOpen: true }),
    ]);
    expect(asked).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'COMMAND_OUTPUT_CUT',
        message: 'sh on node3 ended with exit status 0, but its output stayed open and may be incomplete',
        evidence: { stdout: 'half\n' },
      },
    });
    expect(told).toMatchObject({ status: 'fulfilled', value: { status: 0 } });
  });

  it('stops a dump that is canceled', async () => {
    const abort = new AbortController();
    const process = join(server.folder, 'dump.pid');
    const { stream, ended } = await session.openRead(
      ['sh', '-c', `echo $$ > '${process}'; exec dd if=/dev/zero bs=32768`],
      { abort: abort.signal },
    );
    await once(stream, 'readable');
    const running = `/proc/${(await readFile(process, 'utf8')).trim()}`;
    expect(existsSync(running)).toBe(true);
    abort.abort();
    const [error] = await once(stream, 'error');
    expect(error).toMatchObject({ code: 'COMMAND_CANCELLED', message: 'sh on node3 was canceled' });
    expect(await ended).toMatchObject({ status: undefined, lost: { code: 'COMMAND_CANCELLED' } });
    await expect.poll(() => existsSync(running)).toBe(false);
  });

  it('runs a dozen commands at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => session.exec(['sh', '-c', `exit ${index}`])),
    );
    expect(results.map((result) => result.status)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe.skipIf(missing)('an OpenSSH server that admits RSA keys', () => {
  it.each([
    ['SHA-512 alone', 'rsa-sha2-512'],
    ['SHA-512 and SHA-256', 'rsa-sha2-256,rsa-sha2-512'],
    ['SHA-256 alone', 'rsa-sha2-256'],
  ])('with %s is logged in to', async (_admitted, names) => {
    const server = await startOpensshServer({
      keyType: 'rsa',
      config: [`PubkeyAcceptedAlgorithms ${names}`],
    });
    const hosts = hostsOf(server);
    try {
      expect((await hosts.session('node3').exec(['echo', 'in'])).stdout.toString()).toBe('in\n');
    } finally {
      await hosts.close();
      await server.close();
    }
  });
});

describe.skipIf(missing)('an OpenSSH server as old as they come', { timeout: 30_000 }, () => {
  let server: OpensshServer;
  const old: OpensshServerOptions = {
    keyType: 'rsa',
    config: [
      'KexAlgorithms diffie-hellman-group14-sha1',
      'HostKeyAlgorithms ssh-rsa',
      'PubkeyAcceptedAlgorithms +ssh-rsa',
      'Ciphers aes128-cbc',
      'MACs hmac-sha1',
    ],
  };

  beforeAll(async () => {
    server = await startOpensshServer(old);
  });
  afterAll(() => server.close());

  it('is refused by the modern algorithms, with the way out', async () => {
    const hosts = hostsOf(server);
    await expect(hosts.session('node3').connect()).rejects.toMatchObject({
      code: 'ALGORITHMS_DISJOINT',
      message: 'node3 and shadowtape have no key exchange in common',
      hint: 'if node3 is an old server, set "ssh: legacy" for it in the site file',
    });
    await hosts.close();
  });

  it('is understood by the legacy profile', async () => {
    const hosts = hostsOf(server, 'legacy');
    const { stdout } = await hosts.session('node3').exec(['echo', 'hello']);
    expect(stdout.toString()).toBe('hello\n');
    await hosts.close();
  });
});
