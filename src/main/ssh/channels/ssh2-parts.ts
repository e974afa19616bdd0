/**
 * The few things that ssh2 1.17 has but does not show in its types. Everything that depends on them is in this file,
 * and in packet-buffers.ts what spares its buffers.
 */
import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, ExecOptions } from 'ssh2';
import { readInTurns } from '../../../streams/turn.ts';
import { GroupKeys } from '../group-exchange.ts';
import { isGcmCipher, reuseBufferOfPackets, type PacketCipher } from './packet-buffers.ts';
import { string, WireReader } from '../wire.ts';

interface ChannelEnd {
  readonly id?: number;
  /** Bytes that may still be sent. */
  window?: number;
  readonly state?: 'open' | 'eof' | 'closing' | 'closed';
}

interface WithProtocol {
  readonly _protocol?: {
    signal?: (channel: number, name: string) => void;
    channelWindowAdjust?: (channel: number, bytes: number) => void;
  };
}

interface WithSocket {
  readonly _sock?: Duplex & { readonly _readableState?: { readonly ended?: boolean } };
}

/**
 * True if the client would send something. A socket that has ended is refused by ssh2 with "Not connected" before any
 * event reports it.
 */
export function canSend(client: Client): boolean {
  const socket = (client as unknown as WithSocket)._sock;
  return socket?.writable === true && socket._readableState?.ended !== true;
}

/** More than a host says before it hangs up, in bytes. */
const firstBytes = 256;

/**
 * Listens to what the host sends first; to be called when the client has connected. ssh2 keeps it to itself where no
 * identification follows: `Exceeded MaxStartups`.
 * @returns a function for what it has said so far; '' where that is its identification (RFC 4253, 4.2)
 */
export function listenToFirstWords(client: Client): () => string {
  const socket = (client as unknown as WithSocket)._sock;
  let said = '';
  const listen = (piece: Buffer) => {
    said += piece.toString('latin1');
    if (said.length >= firstBytes) socket?.off('data', listen);
  };
  // A socket that was paused begins to flow when ssh2 resumes it, and not before ssh2 listens, too.
  socket?.pause();
  socket?.on('data', listen);
  return () =>
    /^SSH-/m.test(said)
      ? ''
      : said
          .slice(0, firstBytes)
          .replaceAll(/[^\x20-\x7e]+/g, ' ')
          .trim();
}

/** Has what the host sends read and decrypted in turns, so that a fast host leaves time for the others (see `streams/turn.ts`). */
export function readSocketInTurns(client: Client): void {
  const socket = (client as unknown as WithSocket)._sock;
  if (socket) readInTurns(socket);
}

/** ssh2's exchange over a group that the host names, as far as its keys are concerned. */
interface GroupExchange {
  readonly type: string;
  readonly _prime: Buffer | null;
  readonly _generator: Buffer | null;
  _dh: GroupKeys | null;
  _public: Buffer | null;
  generateKeys(): void;
}

function makeKeys(this: GroupExchange): void {
  if (this._dh || !this._prime || !this._generator) return;
  this._dh = new GroupKeys(this._prime, this._generator);
  this._public = this._dh.generateKeys();
}

/** Has the keys of a group exchange made without testing the group first (see `group-exchange.ts`). Call it once the client is connected. */
export function trustGroupsOfHost(client: Client): void {
  const { _protocol: protocol } = client as unknown as { readonly _protocol?: { _kex?: GroupExchange } };
  if (!protocol) return;
  let current = protocol._kex;
  Object.defineProperty(protocol, '_kex', {
    get: () => current,
    set(exchange: GroupExchange | undefined) {
      if (exchange?.type === 'groupex') exchange.generateKeys = makeKeys;
      current = exchange;
    },
  });
}

/** An extension that a host announces (RFC 8308); `algs` of `server-sig-algs`. */
interface Extension {
  readonly name: string;
  readonly algs: string[];
}

const hashes = ['rsa-sha2-512', 'rsa-sha2-256'] as const;

function leaveOut(extensions: readonly Extension[], name: string): void {
  for (const { algs } of extensions) algs.splice(0, algs.length, ...algs.filter((each) => each !== name));
}

/**
 * Has RSA keys sign with SHA-512 if the host supports that, as `ssh` does. A host announces what it supports, also
 * where its configuration admits SHA-512 alone, and ssh2 would take SHA-256. Call it once the client is connected.
 * @returns has the keys that follow sign with SHA-256; false where the host did not announce that
 */
export function preferSha512(client: Client): () => boolean {
  type Hear = (protocol: unknown, extensions: readonly Extension[]) => void;
  const { _protocol: protocol } = client as unknown as {
    readonly _protocol?: { readonly _handlers: { EXT_INFO?: Hear } };
  };
  const hear = protocol?._handlers.EXT_INFO;
  /** The very lists that ssh2 keeps, and looks into for each key. */
  let heard: readonly Extension[] = [];
  if (protocol && hear)
    protocol._handlers.EXT_INFO = (from, extensions) => {
      heard = extensions.filter(({ algs }) => hashes.every((name) => algs.includes(name)));
      leaveOut(heard, 'rsa-sha2-256');
      hear(from, extensions);
    };
  return () => {
    leaveOut(heard, 'rsa-sha2-512');
    for (const { algs } of heard) algs.push('rsa-sha2-256');
    return heard.length > 0;
  };
}

/** How ssh2 asks for a login with a key, and makes packets. */
interface KeyLogins {
  authPK: (
    user: string,
    key: object,
    algorithm: string | undefined,
    sign?: (data: Buffer, done: (signature: Buffer) => void) => void,
  ) => void;
  readonly _packetRW: { readonly write: PacketMaker };
}

interface PacketMaker {
  readonly allocStart: number;
  alloc(bytes: number): Buffer;
  finalize(packet: Buffer, force?: boolean): Buffer;
}

/** Has the next packet carry other bytes. */
function replaceNextPacket(maker: PacketMaker, payload: Buffer): void {
  const { finalize } = maker;
  maker.finalize = () => {
    maker.finalize = finalize;
    const packet = maker.alloc(payload.length);
    packet.set(payload, maker.allocStart);
    return finalize.call(maker, packet);
  };
}

/**
 * Sends signatures by some keys as they were made, with the name of their algorithm in front. ssh2 writes the type of
 * the key there, which for a certificate is not the algorithm, and nothing after the signature, where security tokens
 * have a counter. What is signed is the session's identifier and the request itself up to the signature (RFC 4252, 7).
 * Call it once the client is connected.
 */
export function sendWholeSignatures(client: Client, isWhole: (key: object) => boolean): void {
  const { _protocol: protocol } = client as unknown as { readonly _protocol?: KeyLogins };
  if (!protocol) return;
  const authPK = protocol.authPK.bind(protocol);
  protocol.authPK = (user, key, algorithm, sign) => {
    if (!sign || !isWhole(key)) return authPK(user, key, algorithm, sign);
    authPK(user, key, algorithm, (data, done) =>
      sign(data, (signature) => {
        const signed = new WireReader(data);
        signed.string();
        replaceNextPacket(protocol._packetRW.write, Buffer.concat([signed.rest, string(signature)]));
        done(signature);
      }),
    );
  };
}

/**
 * Has all packets of a turn leave in one write. ssh2 writes each packet of 32 KiB in three pieces, each a system call of its own.
 */
export function writeInBatches(client: Client): void {
  const socket = (client as unknown as WithSocket)._sock;
  if (!(socket instanceof Socket)) return;
  const write = socket.write.bind(socket) as typeof socket.write;
  let isHeld = false;
  const held = (...piece: Parameters<typeof write>): boolean => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      process.nextTick(() => {
        isHeld = false;
        socket.uncork();
      });
    }
    return write(...piece);
  };
  socket.write = held as typeof socket.write;
}

/**
 * Options for `client.exec` that tell when the host is asked for the command. ssh2 first opens a channel, and reads
 * `env` once it is open, right before it sends the request: a connection that is lost before has not sent the command
 * to the host.
 */
export function tellingWhenAsked(asked: () => void): ExecOptions {
  return {
    get env() {
      asked();
      return {};
    },
  };
}

/** True once the peer has said that no more data comes. What was received before may still wait in the channel to be read. */
export function sawEndOfData(channel: ClientChannel): boolean {
  return (channel.incoming as ChannelEnd).state !== 'open';
}

/** How much a host may send ahead of what was read, where much is read. */
const bulkWindowBytes = 8 * 1024 * 1024;

/**
 * Lets the host send further ahead than the 1 to 2 MiB that ssh2 allows; to be called for each piece that was read. 64 MiB over round trips of 50 ms
 * came with 34 MB/s instead of 22.
 */
export function widenWindow(client: Client, channel: ClientChannel): void {
  const incoming = channel.incoming as ChannelEnd;
  const { id, state } = channel.outgoing as ChannelEnd;
  const missing = bulkWindowBytes - (incoming.window ?? bulkWindowBytes);
  if (missing < bulkWindowBytes / 4 || id === undefined || state === 'closed') return;
  incoming.window = bulkWindowBytes;
  (client as unknown as WithProtocol)._protocol?.channelWindowAdjust?.(id, missing);
}

/**
 * Sends a signal to the remote process. `channel.signal()` itself does nothing once stdin has ended,
 * although a signal may be sent as long as the channel is not closed (RFC 4254, 6.9).
 */
export function sendSignal(client: Client, channel: ClientChannel, name: 'TERM'): void {
  const { id, state } = channel.outgoing as ChannelEnd;
  if (id === undefined || (state !== 'open' && state !== 'eof')) return;
  try {
    (client as unknown as WithProtocol)._protocol?.signal?.(id, name);
  } catch {
    // The connection went away first: nothing is left to signal.
  }
}

interface CipherMakers {
  createCipher(config: object): object;
  createDecipher(config: object): object;
}

/** The ciphers that ssh2 makes again for every packet, and the properties that it keeps their keys in. */
const madeForEachPacket = [
  { sslName: 'aes-128-gcm', keyLen: 16, ivLen: 12, keys: ['_encKey', '_decipherKey'] },
  {
    sslName: 'chacha20',
    keyLen: 64,
    ivLen: 0,
    keys: ['_encKeyMain', '_encKeyPktLen', '_decKeyMain', '_decKeyPktLen'],
  },
] as const;

/** Has what is stored in this property of a class's objects kept as a KeyObject. A second copy of this module changes nothing. */
function keepAsKeyObject(cipherClass: object, name: string): void {
  if (Object.hasOwn(cipherClass, name)) return;
  const kept = new WeakMap<object, KeyObject>();
  Object.defineProperty(cipherClass, name, {
    set(this: object, key: Buffer) {
      kept.set(this, createSecretKey(key));
    },
    get(this: object) {
      return kept.get(this);
    },
  });
}

/**
 * Has ssh2 keep the keys of its ciphers as KeyObjects. It makes a new cipher for every packet. Node 24 turns a Buffer into a key each
 * time, which costs more than to encrypt a small packet; with a KeyObject, making a cipher takes a tenth (1.4 µs instead of 16).
 */
function keepKeysOfPackets(): void {
  const makers = createRequire(import.meta.url)('ssh2/lib/protocol/crypto.js') as CipherMakers;
  for (const { keys, ...info } of madeForEachPacket) {
    const [key, iv] = [Buffer.alloc(info.keyLen), Buffer.alloc(info.ivLen)];
    const sample = { seqno: 0, onWrite: () => {}, onPayload: () => {}, forceNative: true };
    const outbound = { ...sample, cipherInfo: info, cipherKey: key, cipherIV: iv };
    const inbound = { ...sample, decipherInfo: info, decipherKey: key, decipherIV: iv };
    for (const cipher of [makers.createCipher({ outbound }), makers.createDecipher({ inbound })]) {
      const cipherClass = Object.getPrototypeOf(cipher) as object;
      if (isGcmCipher(cipher)) reuseBufferOfPackets(cipherClass as PacketCipher);
      const own = keys.filter((name) => name in cipher);
      for (const name of own) keepAsKeyObject(cipherClass, name);
    }
  }
}

keepKeysOfPackets();
