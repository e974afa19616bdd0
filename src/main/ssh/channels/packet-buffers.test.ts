import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import ssh2 from 'ssh2';
import type { CipherAlgorithm, Client } from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { algorithmsFor } from '../algorithms.ts';
import { connectForBulk, gcmDecipherOf } from './packet-buffers.ts';
import { Workbench } from '../ssh-server.test-support.ts';
import './ssh2-parts.ts';

const bench = new Workbench();
afterEach(() => bench.end());

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A client that reads through one buffer. */
async function connected(port: number, cipher: string): Promise<Client> {
  const client = new ssh2.Client();
  client.connect({
    sock: connectForBulk(client, '127.0.0.1', port),
    username: 'root',
    password: 'any',
    algorithms: { cipher: [cipher as CipherAlgorithm] },
  });
  await once(client, 'ready');
  return client;
}

interface Packets {
  readonly _protocol: {
    readonly _cipher: { allocPacket(payloadBytes: number): Buffer; encrypt(packet: Buffer): void };
  };
}

const cipherOf = (client: Client) => (client as unknown as Packets)._protocol._cipher;

describe('a client that reads much', () => {
  /** One of each of ssh2's classes; Electron has no chacha20. */
  const ciphers = algorithmsFor('legacy', []).cipher.filter((name) =>
    /^(aes128-gcm@|aes256-ctr|aes128-cbc|chacha20)/.test(name),
  );

  it.each(ciphers)('gets every byte back that it sends, with %s', async (cipher) => {
    const cat = (channel: ssh2.ServerChannel) =>
      void channel.pipe(channel).once('finish', () => channel.close());
    const server = await bench.server({
      commands: { cat },
      algorithms: { cipher: [cipher as CipherAlgorithm] },
    });
    const client = await connected(server.port, cipher);
    expect(gcmDecipherOf(client) !== undefined).toBe(cipher.includes('gcm'));
    const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) =>
      client.exec('cat', (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    const sent = randomBytes(2 ** 20 + 77);
    channel.end(sent);
    const pieces: Buffer[] = [];
    for await (const piece of channel) pieces.push(piece as Buffer);
    expect(sha256(Buffer.concat(pieces))).toBe(sha256(sent));
    client.end();
    await once(client, 'close');
  });
});

describe('the packets of bulk data', () => {
  it('are made in one buffer, one after the other, as long as each is encrypted before the next is made', async () => {
    const server = await bench.server();
    const client = await connected(server.port, 'aes128-gcm@openssh.com');
    const cipher = cipherOf(client);
    const first = cipher.allocPacket(32_777);
    const meanwhile = cipher.allocPacket(32_777);
    expect(meanwhile.buffer).not.toBe(first.buffer);
    expect(meanwhile).toHaveLength(first.length);
    client.destroy();
    cipher.encrypt(first);
    expect(cipher.allocPacket(16_384).buffer).toBe(first.buffer);
  });
});

describe('a packet, large or small', () => {
  it.each([1, 16, 8191, 32_777])(
    'of %i bytes has a head and random padding as RFC 4253 and RFC 5647 say',
    async (payload) => {
      const server = await bench.server();
      const client = await connected(server.port, 'aes128-gcm@openssh.com');
      const cipher = cipherOf(client);
      const paddings = Array.from({ length: 400 }, () => {
        const packet = cipher.allocPacket(payload);
        const padding = packet.readUInt8(4);
        expect(packet.readUInt32BE(0)).toBe(packet.length - 4);
        expect(packet.length).toBe(4 + 1 + payload + padding);
        expect((packet.length - 4) % 16).toBe(0);
        expect(padding).toBeGreaterThanOrEqual(4);
        return packet.subarray(-padding).toString('hex');
      });
      client.destroy();
      expect(new Set(paddings).size).toBeGreaterThan(390);
    },
  );
});
