import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShadowtapeError } from '../../../contract/errors.ts';
import type { Command, TestServer, TestServerOptions } from '../ssh-server.test-support.ts';
import { profileOf, Workbench } from '../ssh-server.test-support.ts';
import type { SshSession } from '../ssh-session.ts';

/** Ends a command with an exit status. */
const exitWith =
  (status: number, stderr = ''): Command =>
  (channel) => {
    if (stderr) channel.stderr.write(stderr);
    channel.exit(status);
    channel.end();
  };

/** Sends zeros for as long as it is allowed to. */
const endless: Command = (channel) => {
  new Readable({
    read() {
      this.push(Buffer.alloc(32768));
    },
  }).pipe(channel);
};

function endlessInput(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(65536));
    },
  });
}

function nowhere(): Writable {
  return new Writable({ write: (_piece, _encoding, done) => done() });
}

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

async function sessionWith(
  commands: Readonly<Record<string, Command>>,
  more: TestServerOptions = {},
): Promise<{ session: SshSession; server: TestServer }> {
  const server = await bench.server({ commands, ...more });
  const hosts = await bench.hosts([profileOf(server.port)]);
  return { session: hosts.session('node1'), server };
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ShadowtapeError) => error,
  );

describe('running a command', { timeout: 20_000 }, () => {
  it('resolves for any exit status, with both outputs', async () => {
    const { session } = await sessionWith({
      sdxinfo: (channel) => {
        channel.write('OBJ NAME\n');
        exitWith(1, 'SDX:sdxinfo: ERROR\n')(channel);
      },
    });
    const result = await session.exec(['sdxinfo', '-V']);
    expect(result).toMatchObject({ status: 1, signal: undefined, stderr: 'SDX:sdxinfo: ERROR\n' });
    expect(result.stdout.toString()).toBe('OBJ NAME\n');
  });

  it('distinguishes a signal from an exit status, and both from neither', async () => {
    const { session } = await sessionWith({
      killed: (channel) => {
        channel.exit('KILL', false, '');
        channel.end();
      },
      silent: (channel) => channel.end(),
    });
    expect(await session.exec(['killed'])).toMatchObject({ status: undefined, signal: 'SIGKILL' });
    expect(await session.exec(['silent'])).toMatchObject({ status: undefined, signal: undefined });
  });

  it('gives the command its input, or the end of it', async () => {
    const echo: Command = (channel) => {
      channel.pipe(channel, { end: false });
      channel.on('end', () => exitWith(0)(channel));
    };
    const { session } = await sessionWith({ echo });
    expect((await session.exec(['echo'], { stdin: 'y\n' })).stdout.toString()).toBe('y\n');
    expect((await session.exec(['echo'])).stdout.toString()).toBe('');
  });

  it('gives up when the time is over, instructs the command to stop, and does not wait for it', async () => {
    const { session, server } = await sessionWith({ hangs: () => {} });
    const error = await failureOf(session.exec(['hangs', 'a b'], { timeLimitSeconds: 0.4 }));
    expect(error).toMatchObject({
      code: 'COMMAND_TIMED_OUT',
      message: 'hangs on node1 did not finish within 0.4 s',
      evidence: { host: 'node1', command: "hangs 'a b'" },
    });
    expect(server.signals).toEqual(['TERM']);
  });

  it('gives up when the host does not even answer the request', async () => {
    const { session } = await sessionWith({}, { deaf: true });
    const error = await failureOf(session.exec(['hangs'], { timeLimitSeconds: 0.05 }));
    expect(error?.message).toBe('hangs on node1 did not finish within 0.05 s');
  });

  it('can be canceled before it starts, and while it runs', async () => {
    const abort = new AbortController();
    const { session } = await sessionWith({ hangs: () => abort.abort() });
    const cancelled = { code: 'COMMAND_CANCELLED', message: 'hangs on node1 was canceled' };
    expect(await failureOf(session.exec(['hangs'], { abort: AbortSignal.abort() }))).toMatchObject(cancelled);
    expect(await failureOf(session.exec(['hangs'], { abort: abort.signal }))).toMatchObject(cancelled);
  });

  it('refuses more output than it may hold, on either side', async () => {
    const complains: Command = (channel) => {
      channel.stderr.write('x'.repeat(1001));
    };
    const { session } = await sessionWith({ chatty: endless, complains });
    for (const command of ['chatty', 'complains']) {
      const error = await failureOf(session.exec([command], { outputLimitBytes: 1000 }));
      expect(error?.message).toBe(`${command} on node1 printed more than 1000 bytes`);
    }
  });

  it('says so when the host refuses to start it', async () => {
    const { session } = await sessionWith({});
    expect(await failureOf(session.exec(['sdxinfo']))).toMatchObject({
      code: 'COMMAND_NOT_STARTED',
      message: 'node1 does not start sdxinfo: Unable to exec',
    });
  });

  it('fails when the connection is lost under it', async () => {
    const { session, server } = await sessionWith({ hangs: () => server.sockets[0]?.destroy() });
    expect(await failureOf(session.exec(['hangs']))).toMatchObject({
      code: 'CONNECTION_LOST',
      message: expect.stringMatching(
        /^the connection to node1 was lost: (node1 closed it|the connection was (reset|closed))$/,
      ),
      evidence: { host: 'node1', command: 'hangs' },
    });
  });
});

describe('reading from a command', { timeout: 20_000 }, () => {
  it('ends after exit status 0 with every byte', async () => {
    const { session } = await sessionWith({
      dd: (channel) => {
        channel.write(Buffer.alloc(100_000, 1));
        exitWith(0, '3+1 records in\n')(channel);
      },
    });
    const { stream, ended } = await session.openRead(['dd']);
    const pieces = await stream.toArray();
    expect(Buffer.concat(pieces).equals(Buffer.alloc(100_000, 1))).toBe(true);
    expect(await ended).toEqual({
      status: 0,
      signal: undefined,
      stdout: '',
      stderr: '3+1 records in\n',
      bytes: 100_000,
    });
  });

  it.each([
    ['exit status 2', exitWith(2, 'I/O error\n'), 'dd on node1 ended with exit status 2'],
    [
      'a signal',
      ((channel) => (channel.exit('TERM'), channel.end())) as Command,
      'dd on node1 ended by signal SIGTERM',
    ],
    ['nothing at all', ((channel) => channel.end()) as Command, 'dd on node1 ended without an exit status'],
  ])('fails when the command ends with %s, before the first byte', async (_how, dd, message) => {
    const { session } = await sessionWith({ dd });
    const { stream, ended } = await session.openRead(['dd']);
    const error = await failureOf(pipeline(stream, nowhere()));
    expect(error).toMatchObject({ code: 'REMOTE_COMMAND_FAILED', message });
    expect((await ended).bytes).toBe(0);
  });

  it('never looks whole when the last block fails', async () => {
    const { session } = await sessionWith({
      dd: (channel) => {
        channel.write(Buffer.alloc(1000));
        exitWith(1, 'read error\n')(channel);
      },
    });
    const { stream } = await session.openRead(['dd']);
    const target = new PassThrough();
    target.resume();
    const error = await failureOf(pipeline(stream, target));
    expect(error?.evidence).toEqual({ host: 'node1', command: 'dd', stderr: 'read error\n', exitStatus: 1 });
    expect(target.writableFinished).toBe(false);
  });

  it('fails in the middle when the connection is lost', async () => {
    const { session, server } = await sessionWith({ dd: endless });
    const { stream, ended } = await session.openRead(['dd']);
    stream.once('data', () => server.sockets[0]?.destroy());
    const error = await failureOf(pipeline(stream, nowhere()));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(await ended).toMatchObject({ status: undefined, lost: { code: 'CONNECTION_LOST' } });
  });

  it('can be canceled, also while nobody reads and the peer never answers', async () => {
    const abort = new AbortController();
    const { session, server } = await sessionWith({ dd: endless });
    const { stream, ended } = await session.openRead(['dd'], { abort: abort.signal });
    await once(stream, 'readable');
    // From here on the server receives nothing any more.
    server.sockets[0]?.pause();
    abort.abort();
    expect(await ended).toMatchObject({ lost: { code: 'COMMAND_CANCELLED' } });
    expect(stream.errored).toMatchObject({ message: 'dd on node1 was canceled' });
  });

  it('stops the command when the reader goes away', async () => {
    const { session, server } = await sessionWith({ dd: endless });
    const { stream, ended } = await session.openRead(['dd']);
    await once(stream, 'readable');
    stream.destroy();
    expect(await ended).toMatchObject({ lost: { code: 'COMMAND_CANCELLED' } });
    expect(server.signals).toEqual(['TERM']);
  });

  it('holds the sender back while nobody reads', async () => {
    let sent = 0;
    const counted: Command = (channel) => {
      const source = new Readable({
        read() {
          sent += 32768;
          this.push(sent <= 32 * 1024 * 1024 ? Buffer.alloc(32768) : null);
        },
      });
      source.pipe(channel, { end: false });
      source.on('end', () => exitWith(0)(channel));
      channel.stderr.write('begun');
    };
    const { session } = await sessionWith({ dd: counted, other: exitWith(0) });
    const { stream, ended } = await session.openRead(['dd']);
    // Twenty round trips on the same connection: time enough for all that the window admits.
    for (let turn = 0; turn < 20; turn += 1) await session.exec(['other']);
    expect(sent).toBeLessThan(16 * 1024 * 1024);
    await pipeline(stream, nowhere());
    expect(await ended).toMatchObject({ status: 0, bytes: 32 * 1024 * 1024 });
  });

  it('survives a failure without a listener', async () => {
    const { session } = await sessionWith({ dd: exitWith(2) });
    const { stream, ended } = await session.openRead(['dd']);
    await ended;
    await session.exec(['dd']);
    expect((await failureOf(pipeline(stream, nowhere())))?.message).toBe(
      'dd on node1 ended with exit status 2',
    );
  });
});

describe('writing to a command', { timeout: 20_000 }, () => {
  const collect =
    (into: Buffer[], status: number): Command =>
    (channel) => {
      channel.on('data', (piece: Buffer) => into.push(piece));
      channel.on('end', () => {
        channel.write('done\n');
        exitWith(status, '2+0 records out\n')(channel);
      });
    };

  it('finishes only after exit status 0, and keeps what was printed', async () => {
    const received: Buffer[] = [];
    const { session } = await sessionWith({ dd: collect(received, 0) });
    const { stream, ended } = await session.openWrite(['dd']);
    await pipeline(Readable.from([Buffer.alloc(40_000, 1), Buffer.alloc(40_000, 2)]), stream);
    expect(Buffer.concat(received).length).toBe(80_000);
    expect(await ended).toEqual({
      status: 0,
      signal: undefined,
      stdout: 'done\n',
      stderr: '2+0 records out\n',
      bytes: 80_000,
    });
  });

  it('fails when the command is not content with all of it', async () => {
    const { session } = await sessionWith({ dd: collect([], 1) });
    const { stream } = await session.openWrite(['dd']);
    const error = await failureOf(pipeline(Readable.from([Buffer.alloc(10)]), stream));
    expect(error).toMatchObject({
      code: 'REMOTE_COMMAND_FAILED',
      message: 'dd on node1 ended with exit status 1',
      evidence: { exitStatus: 1, stderr: '2+0 records out\n', stdout: 'done\n' },
    });
  });

  it.each([
    ['fails', exitWith(1, 'No space left on device\n'), 'with exit status 1'],
    ['is content with nothing', exitWith(0), 'with exit status 0'],
    ['says nothing', ((channel) => channel.end()) as Command, 'without an exit status'],
  ])('fails when the command %s before the first byte', async (_how, dd, how) => {
    const { session } = await sessionWith({ dd });
    const { stream, ended } = await session.openWrite(['dd']);
    await ended;
    const error = await failureOf(pipeline(endlessInput(), stream));
    expect(error?.message).toBe(`dd on node1 ended ${how} after only 0 bytes were written`);
  });

  it('fails the pending write when the command dies in the middle without reading', async () => {
    let tape: Parameters<Command>[0] | undefined;
    const { session } = await sessionWith({ dd: (channel) => (tape = channel) });
    const { stream, ended } = await session.openWrite(['dd']);
    // The window of 2 MiB fills up, nobody reads, and one write stays pending.
    const pending = new Promise<Error | null | undefined>((resolve) => {
      for (let written = 0; written < 8; written += 1) stream.write(Buffer.alloc(1024 * 1024));
      stream.write(Buffer.alloc(10), resolve);
    });
    await expect.poll(() => stream.writableLength).toBeLessThanOrEqual(6 * 1024 * 1024 + 10);
    tape?.stderr.write('tape error\n');
    tape?.exit(5);
    tape?.close();
    const error = await pending;
    const end = await ended;
    expect(end).toMatchObject({ status: 5, stderr: 'tape error\n' });
    expect(error?.message).toBe(
      `dd on node1 ended with exit status 5 after only ${end.bytes} bytes were written`,
    );
    expect(end.bytes).toBeGreaterThanOrEqual(2 * 1024 * 1024);
    expect(end.bytes).toBeLessThan(8 * 1024 * 1024);
  });

  it('fails when the connection is lost in the middle', async () => {
    const { session, server } = await sessionWith({
      dd: (channel) => {
        channel.once('data', () => server.sockets[0]?.destroy());
      },
    });
    const { stream, ended } = await session.openWrite(['dd']);
    const error = await failureOf(pipeline(endlessInput(), stream));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', evidence: { host: 'node1', command: 'dd' } });
    expect((await ended).lost?.code).toBe('CONNECTION_LOST');
  });

  it('can be canceled when the peer has stopped reading for good', async () => {
    const abort = new AbortController();
    const { session, server } = await sessionWith({ dd: () => {} });
    const { stream, ended } = await session.openWrite(['dd'], { abort: abort.signal });
    const piped = failureOf(pipeline(endlessInput(), stream));
    await expect.poll(() => stream.writableLength).toBeGreaterThan(1024 * 1024 - 65536);
    server.sockets[0]?.pause();
    abort.abort();
    expect((await piped)?.message).toBe('dd on node1 was canceled');
    expect((await ended).lost?.code).toBe('COMMAND_CANCELLED');
  });

  it('stops the command when the writer gives up', async () => {
    const { session, server } = await sessionWith({ dd: (channel) => channel.resume() });
    const { stream, ended } = await session.openWrite(['dd']);
    const broken = new Readable({
      read() {
        this.destroy(new Error('the disk could not be read'));
      },
    });
    expect((await failureOf(pipeline(broken, stream)))?.message).toBe('the disk could not be read');
    expect((await ended).lost?.code).toBe('COMMAND_CANCELLED');
    expect(server.signals).toEqual(['TERM']);
  });
});
