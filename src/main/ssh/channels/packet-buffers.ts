/**
 * Spares buffers of ssh2 1.17. It makes one for each packet that it sends, and Node one for each read of a socket. V8 counts their memory: in a thread
 * with a small heap it marked the whole heap after every 10 MiB of data, which took a third of the CPU time of a dump (Node 24).
 */
import { randomFillSync } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Client } from 'ssh2';

/** The part of ssh2's class of AES-GCM ciphers that makes a packet and encrypts it. */
export interface PacketCipher {
  allocPacket(payloadBytes: number): Buffer;
  encrypt(packet: Buffer): void;
}

type OnWrite = (data: Buffer) => void;

/** True for ssh2's own class of AES-GCM ciphers; that of its native addon encrypts in place. */
export const isGcmCipher = (cipher: object): boolean => '_encIV' in cipher && '_encSSLName' in cipher;

/** Packets of this size and more share a buffer: those of bulk data. */
const leastPayloadBytes = 8192;
const sharedBytes = 40_960;
/** Length of the packet, in front of it and not encrypted. */
const headBytes = 4;
const blockBytes = 16;

/** RFC 5647: the padding has 4 bytes at least, and the packet without its head is a multiple of the block. */
function paddingBytesOf(payloadBytes: number): number {
  const padding = blockBytes - ((1 + payloadBytes) % blockBytes);
  return padding < 4 ? padding + blockBytes : padding;
}

/** A system call for the dozen random bytes of each packet took a twentieth of the CPU time of a run. */
class RandomBytes {
  readonly #pool = Buffer.allocUnsafeSlow(4096);
  #used = this.#pool.length;

  /** Fills the rest of a packet. Each byte of the pool is used once. */
  fill(packet: Buffer, from: number): void {
    if (this.#used + packet.length - from > this.#pool.length) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    this.#used += this.#pool.copy(packet, from, this.#used);
  }
}

/**
 * Has large packets made in one buffer, one after the other: a packet is no longer used once it is encrypted. One that is queued during a rekey
 * keeps the buffer until then, and others get buffers of their own. A second copy of this module changes nothing.
 */
export function reuseBufferOfPackets(cipherClass: PacketCipher): void {
  if (Object.hasOwn(cipherClass, '_onWrite')) return;
  copyHeads(cipherClass);
  const { encrypt } = cipherClass;
  const random = new RandomBytes();
  const shared = Buffer.allocUnsafeSlow(sharedBytes);
  let isFree = true;
  cipherClass.allocPacket = function (this: PacketCipher, payloadBytes) {
    const padding = paddingBytesOf(payloadBytes);
    const packetBytes = headBytes + 1 + payloadBytes + padding;
    const isShared = isFree && payloadBytes >= leastPayloadBytes && packetBytes <= sharedBytes;
    if (isShared) isFree = false;
    const packet = isShared ? shared.subarray(0, packetBytes) : Buffer.allocUnsafe(packetBytes);
    packet.writeUInt32BE(packetBytes - headBytes, 0);
    packet[headBytes] = padding;
    random.fill(packet, packetBytes - padding);
    return packet;
  };
  cipherClass.encrypt = function (this: PacketCipher, packet) {
    encrypt.call(this, packet);
    if (packet.buffer === shared.buffer) isFree = true;
  };
}

/** The head of a packet is written as it is, out of the packet's buffer, and the socket may write it later. */
function copyHeads(cipherClass: PacketCipher): void {
  const kept = new WeakMap<object, OnWrite>();
  Object.defineProperty(cipherClass, '_onWrite', {
    set(this: object, onWrite: OnWrite) {
      kept.set(this, (data) => onWrite(data.length === headBytes ? Buffer.from(data) : data));
    },
    get(this: object) {
      return kept.get(this);
    },
  });
}

interface GcmDecipher {
  readonly _decipherIV: Buffer;
  /** Bytes of the packet's head that have come: 0 between two packets. */
  readonly _lenBytes: number;
  readonly _tagPos: number;
}

/**
 * ssh2's decipher where it decrypts what is received at once into other buffers: with AES-GCM. Others may keep a part until the next read.
 * @returns undefined for another one
 */
export function gcmDecipherOf(client: Client): GcmDecipher | undefined {
  const { _protocol: protocol } = client as unknown as { _protocol?: { _decipher?: object } };
  const decipher = protocol?._decipher;
  const isGcm = decipher !== undefined && '_decipherIV' in decipher && '_tagPos' in decipher;
  return isGcm ? (decipher as GcmDecipher) : undefined;
}

const tagBytes = 16;
/** ssh2 refuses longer packets. */
const mostPacketBytes = 35_000;

/** How many of these bytes are whole packets; all of them where a length cannot be one, so that ssh2 sees it. */
function bytesOfWholePackets(data: Buffer): number {
  for (let at = 0; ;) {
    if (at + headBytes > data.length) return at;
    const length = data.readUInt32BE(at);
    if (length > mostPacketBytes) return data.length;
    const next = at + headBytes + length + tagBytes;
    if (next > data.length) return at;
    at = next;
  }
}

/** What is read from a socket at once: eight packets. Node itself reads 64 KiB, into a new buffer each time. */
const readBytes = 262_144;

/**
 * A socket for a client that reads much: all of it goes into one buffer, and ssh2 gets whole packets, which it decrypts in one piece. It is
 * connecting.
 */
export function connectForBulk(client: Client, host: string, port: number): Socket {
  const whole = Buffer.allocUnsafeSlow(readBytes);
  /** The beginning of a packet that has not come whole, at the beginning of the buffer. */
  let waiting = 0;
  /** What comes before ssh2 listens. */
  const early: Buffer[] = [];
  const pass = (data: Buffer) => {
    if (data.length === 0) return;
    if (socket.listenerCount('data') === 0) early.push(Buffer.from(data));
    else socket.emit('data', data);
  };
  const callback = (bytes: number): boolean => {
    const data = whole.subarray(0, waiting + bytes);
    const decipher = gcmDecipherOf(client);
    const isBetweenPackets = decipher?._lenBytes === 0;
    const passed = isBetweenPackets ? bytesOfWholePackets(data) : data.length;
    pass(decipher ? data.subarray(0, passed) : Buffer.from(data));
    waiting = data.length - passed;
    whole.copyWithin(0, passed, data.length);
    return true;
  };
  const socket = connect({ host, port, onread: { buffer: () => whole.subarray(waiting), callback } });
  socket.on('newListener', (event) => {
    if (event !== 'data') return;
    process.nextTick(() => {
      for (const data of early.splice(0)) socket.emit('data', data);
    });
  });
  return socket;
}
