import { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { CipherAlgorithm, Client, ClientChannel, ServerChannel } from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { algorithmsFor } from '../algorithms.ts';
import { Workbench } from '../ssh-server.test-support.ts';
import { canSend, widenWindow, writeInBatches } from './ssh2-parts.ts';

const clientWith = (socket: object | undefined) => ({ _sock: socket }) as unknown as Client;

describe('a client', () => {
  it('can send while its socket is connected', () => {
    expect(canSend(clientWith({ writable: true, _readableState: { ended: false } }))).toBe(true);
  });

  it('cannot once the peer has ended the socket, even before any event has reported it', () => {
    expect(canSend(clientWith({ writable: true, _readableState: { ended: true } }))).toBe(false);
    expect(canSend(clientWith({ writable: false, _readableState: { ended: false } }))).toBe(false);
    expect(canSend(clientWith(undefined))).toBe(false);
  });
});

describe('the keys of ciphers that are made again for every packet', () => {
  const bench = new Workbench();
  afterEach(() => bench.end());

  const offered = algorithmsFor('modern', []).cipher.filter((name) => /gcm|chacha/.test(name));

  it.each(offered)('are key objects with %s, and a login works', async (cipher) => {
    const server = await bench.server();
    const client = new ssh2.Client();
    client.connect({
      port: server.port,
      username: 'root',
      password: 'any',
      algorithms: { cipher: [cipher as CipherAlgorithm] },
    });
    await once(client, 'ready');
    expect(keysOf(client)).toEqual(
      cipher.startsWith('chacha') ? Array(4).fill('secret') : ['secret', 'secret'],
    );
    client.end();
    await once(client, 'close');
  });
});

describe('a client that moves much', () => {
  const bench = new Workbench();
  afterEach(() => bench.end());

  /** A logged-in client, a channel of it, and the server's end of the channel. */
  async function channelOf() {
    let far: ServerChannel | undefined;
    const server = await bench.server({ commands: { cat: (channel) => void (far = channel).resume() } });
    const client = new ssh2.Client();
    client.connect({ port: server.port, username: 'root', password: 'any' });
    await once(client, 'ready');
    bench.onEnd(async () => client.destroy());
    const near = await new Promise<ClientChannel>((resolve, reject) =>
      client.exec('cat', (error, channel) => (error ? reject(error) : resolve(channel))),
    );
    return { client, near, far: far as unknown as { outgoing: { window: number } } };
  }

  it('lets the host send 8 MiB ahead', async () => {
    const { client, near, far } = await channelOf();
    expect(far.outgoing.window).toBe(2 * 2 ** 20);
    widenWindow(client, near);
    await expect.poll(() => far.outgoing.window).toBe(8 * 2 ** 20);
  });

  it('sends the packets of a turn in one write', async () => {
    const { client, near } = await channelOf();
    const { _sock: socket } = client as unknown as { _sock: Socket };
    let writes = 0;
    for (const name of ['_write', '_writev'] as const) {
      const own = socket[name]?.bind(socket) as (...parameters: unknown[]) => void;
      socket[name] = (...parameters: unknown[]) => {
        writes += 1;
        own(...parameters);
      };
    }
    writeInBatches(client);
    await new Promise<void>((resolve, reject) =>
      near.write(Buffer.alloc(262_144), (error) => (error ? reject(error) : resolve())),
    );
    await expect.poll(() => writes > 0 && socket.writableLength === 0).toBe(true);
    expect(writes).toBe(1);
  });
});

/** The kinds of the key objects that a connection's cipher and decipher hold; undefined for a key that is none. */
function keysOf(client: Client): (string | undefined)[] {
  const { _cipher, _decipher } = (client as unknown as { _protocol: Record<string, Record<string, unknown>> })
    ._protocol;
  const names = ['_encKey', '_encKeyMain', '_encKeyPktLen', '_decipherKey', '_decKeyMain', '_decKeyPktLen'];
  return [_cipher, _decipher]
    .flatMap((part) => names.map((name) => part?.[name]))
    .filter((key) => key !== undefined)
    .map((key) => (key instanceof KeyObject ? key.type : undefined));
}
