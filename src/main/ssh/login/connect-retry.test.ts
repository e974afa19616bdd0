import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShadowtapeError } from '../../../contract/errors.ts';
import { profileOf, Workbench } from '../ssh-server.test-support.ts';
import type { Command, TestServerOptions } from '../ssh-server.test-support.ts';
import type { HostProfile } from '../host-profile.ts';

const ok: Command = (channel) => {
  channel.exit(0);
  channel.end('ok');
};

let bench: Workbench;
let told: string[];
beforeEach(() => {
  bench = new Workbench();
  told = [];
});
afterEach(() => bench.end());

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ShadowtapeError) => error,
  );

const retry = { tries: 3, everySeconds: 0.01 };
const onRetry = (sentence: string) => void told.push(sentence);

async function sessionAt(port: number, more: Partial<HostProfile> = {}) {
  return (await bench.hosts([profileOf(port, {}, { retry, ...more })])).session('node1');
}

/** A door that slams the first connections, then leads to an ssh server. */
async function slammingDoor(slams: number, options: TestServerOptions = { commands: { true: ok } }) {
  const server = await bench.server(options);
  let knocks = 0;
  const door = createServer((socket) => {
    socket.on('error', () => undefined);
    if ((knocks += 1) <= slams) return void socket.destroy();
    const inside = connect(server.port, '127.0.0.1');
    inside.on('error', () => socket.destroy());
    return void socket.pipe(inside).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  bench.onEnd(async () => door.close());
  return { server, port: (door.address() as AddressInfo).port, knocks: () => knocks };
}

describe('a host that is away for a moment', () => {
  it('is tried again until it answers, and each attempt is reported', async () => {
    const { port } = await slammingDoor(2);
    const session = await sessionAt(port);
    expect((await session.exec(['true'], { onRetry })).status).toBe(0);
    expect(told).toHaveLength(2);
    const away = `^node1 \\(127\\.0\\.0\\.1, port ${port}\\) cannot be reached: .+`;
    expect(told[0]).toMatch(new RegExp(`${away}; trying again in 0\\.01 s \\(attempt 2 of 3\\)$`));
    expect(told[1]).toMatch(new RegExp(`${away}; trying again in 0\\.01 s \\(attempt 3 of 3\\)$`));
  });

  it('is given up after the last try, with its reason', async () => {
    const { port, knocks } = await slammingDoor(9);
    const session = await sessionAt(port);
    expect((await failureOf(session.exec(['true'], { onRetry })))?.code).toBe('HOST_UNREACHABLE');
    expect(knocks()).toBe(3);
    expect(told).toHaveLength(2);
  });

  it('is tried once where nothing else is said', async () => {
    const { port, knocks } = await slammingDoor(9);
    const session = await sessionAt(port, { retry: undefined });
    expect((await failureOf(session.connect()))?.code).toBe('HOST_UNREACHABLE');
    expect(knocks()).toBe(1);
  });

  it('is tried by all who wait for it together', async () => {
    const { port, knocks } = await slammingDoor(1);
    const session = await sessionAt(port);
    const results = await Promise.all([
      session.exec(['true'], { onRetry: (sentence) => void told.push(sentence) }),
      session.exec(['true'], { onRetry: (sentence) => void told.push(sentence) }),
    ]);
    expect(results.map(({ status }) => status)).toEqual([0, 0]);
    expect(knocks()).toBe(2);
    expect(told).toHaveLength(2);
  });

  it('is not waited for once the session is closed', async () => {
    const { port } = await slammingDoor(9);
    const session = await sessionAt(port, { retry: { tries: 2, everySeconds: 3600 } });
    let tried: () => void = () => {};
    const waiting = new Promise<void>((resolve) => (tried = resolve));
    const connecting = failureOf(session.exec(['true'], { onRetry: () => tried() }));
    await waiting;
    await session.close();
    expect((await connecting)?.code).toBe('HOST_UNREACHABLE');
  });

  it('is not waited for by a command that is canceled', async () => {
    const { port } = await slammingDoor(9);
    const session = await sessionAt(port, { retry: { tries: 2, everySeconds: 3600 } });
    const abort = new AbortController();
    const cancelled = session.exec(['true'], { abort: abort.signal, onRetry: () => abort.abort() });
    expect((await failureOf(cancelled))?.code).toBe('COMMAND_CANCELLED');
  });

  it('is tried by its jump host alone where that one is away', async () => {
    const { server, port, knocks } = await slammingDoor(9);
    const jump = profileOf(port, {}, { name: 'jump', retry });
    const hosts = await bench.hosts([profileOf(server.port, {}, { retry, jump })]);
    const error = await failureOf(hosts.session('node1').exec(['true'], { onRetry }));
    expect(error?.message).toMatch(/^jump \(/);
    expect(knocks()).toBe(3);
    expect(told.map((sentence) => sentence.replace(/ .*/, ''))).toEqual(['jump', 'jump']);
  });
});

describe('what does not become right by waiting', () => {
  it('is a login that was refused', async () => {
    let logins = 0;
    const server = await bench.server({
      authenticate: (attempt) => {
        if (attempt.method === 'none') logins += 1;
        attempt.reject();
      },
    });
    const session = await sessionAt(server.port);
    expect((await failureOf(session.exec(['true'], { onRetry })))?.code).toBe('LOGIN_REFUSED');
    expect([logins, told]).toEqual([1, []]);
  });

  it('is a host key that is not the right one', async () => {
    const server = await bench.server();
    const hosts = await bench.hosts([profileOf(server.port, {}, { retry })], {
      confirmHostKey: async () => false,
    });
    const error = await failureOf(hosts.session('node1').exec(['true'], { onRetry }));
    expect(error?.code).toBe('HOST_KEY_UNKNOWN');
    expect([server.sockets.length, told]).toEqual([1, []]);
  });
});

describe('a connection that is lost', () => {
  it('before the host was asked for the command is made again, and the command runs once', async () => {
    let cut = 1;
    const asked: string[] = [];
    const server = await bench.server({
      commands: { part: ok },
      refusesChannel() {
        if (cut === 0) return false;
        cut -= 1;
        server.sockets.at(-1)?.destroy();
        return true;
      },
      onAsked: (line) => asked.push(line),
    });
    const session = await sessionAt(server.port);
    expect((await session.exec(['part'], { onRetry })).status).toBe(0);
    expect(asked).toEqual(['part']);
    expect(told).toEqual([
      expect.stringMatching(
        /^the connection to node1 was lost: .+, before part was sent; connecting again \(attempt 2 of 3\)$/,
      ),
    ]);
  });

  it('is made again for a stream of data, too', async () => {
    let cut = 1;
    const server = await bench.server({
      commands: { dd: ok },
      refusesChannel() {
        if (cut === 0) return false;
        cut -= 1;
        server.sockets.at(-1)?.destroy();
        return true;
      },
    });
    const { stream, ended } = await (await sessionAt(server.port)).openRead(['dd'], { onRetry });
    stream.resume();
    expect(await ended).toMatchObject({ status: 0 });
    expect(told).toHaveLength(1);
  });

  it('over and over is given up', async () => {
    const server = await bench.server({
      refusesChannel() {
        server.sockets.at(-1)?.destroy();
        return true;
      },
    });
    const session = await sessionAt(server.port);
    expect((await failureOf(session.exec(['part'], { onRetry })))?.code).toBe('CONNECTION_LOST');
    expect(told).toHaveLength(2);
  });

  it('after the host was asked, and before it answered, is never made again: the command may run', async () => {
    const asked: string[] = [];
    const server = await bench.server({
      commands: { part: ok },
      deaf: true,
      onAsked(line) {
        asked.push(line);
        server.sockets.at(-1)?.destroy();
      },
    });
    const session = await sessionAt(server.port);
    const error = await failureOf(session.exec(['part'], { onRetry }));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', evidence: { host: 'node1', command: 'part' } });
    expect([asked, told]).toEqual([['part'], []]);
  });
});

describe('a stream of data with a time limit', () => {
  const endless: Command = (channel) => void channel.write('x');

  it('ends with the limit in its words', async () => {
    const server = await bench.server({ commands: { dd: endless } });
    const session = await sessionAt(server.port);
    const { stream, ended } = await session.openRead(['dd'], { timeLimitSeconds: 0.1 });
    stream.on('error', () => undefined).resume();
    expect((await ended).lost).toMatchObject({
      code: 'COMMAND_TIMED_OUT',
      message: 'dd on node1 did not finish within 0.1 s',
    });
  });

  it('is left alone by it where it ends in time', async () => {
    const server = await bench.server({ commands: { dd: ok } });
    const session = await sessionAt(server.port);
    const { stream, ended } = await session.openWrite(['dd'], { timeLimitSeconds: 3600 });
    stream.on('error', () => undefined);
    expect((await ended).lost).toBeUndefined();
  });
});
