import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../contract/errors.ts';
import { isReadError, mostHoles, readOverHoles } from './read-over-holes.ts';
import type { ByteSource } from './stage.ts';

const recordBytes = 512;

/** A device some records of which cannot be read; the first reads of some succeed only when they are read alone. */
class Device {
  readonly bytes: Buffer;
  readonly #bad: ReadonlySet<number>;
  readonly #flaky: ReadonlySet<number>;
  readonly holes: number[] = [];

  constructor(length: number, bad: readonly number[], flaky: readonly number[] = []) {
    this.bytes = Buffer.from(Array.from({ length }, (_, index) => (index % 251) + 1));
    this.#bad = new Set(bad);
    this.#flaky = new Set(flaky);
  }

  /** dd from a record on: a part of the bad record may come before the error. */
  from(record: number, part = 100): ByteSource {
    const last = Math.ceil(this.bytes.length / recordBytes);
    let stop = record;
    while (stop < last && !this.#bad.has(stop) && !this.#flaky.has(stop)) stop += 1;
    const isWhole = stop >= last;
    const end = isWhole ? this.bytes.length : stop * recordBytes + part;
    const sent = this.bytes.subarray(record * recordBytes, end);
    const pieces: Buffer[] = [];
    for (let at = 0; at < sent.length; at += 333) pieces.push(sent.subarray(at, at + 333));
    const stderr = isWhole ? '' : 'read: I/O error\n';
    return {
      stream: Readable.from(pieces, { objectMode: false }),
      ended: Promise.resolve({ status: isWhole ? 0 : 2, signal: undefined, stderr, bytes: sent.length }),
    };
  }

  read() {
    return readOverHoles({
      recordBytes,
      totalBytes: this.bytes.length,
      first: this.from(0),
      open: (record) =>
        record * recordBytes < this.bytes.length
          ? Promise.resolve(this.from(record))
          : Promise.reject(new Error('nothing is read behind the end')),
      readAlone: (record) =>
        Promise.resolve(
          this.#bad.has(record)
            ? undefined
            : this.bytes.subarray(record * recordBytes, (record + 1) * recordBytes),
        ),
      onHole: (record) => this.holes.push(record),
    });
  }

  /** With zeros for what cannot be read. */
  expected(): Buffer {
    const bytes = Buffer.from(this.bytes);
    for (const record of this.#bad)
      bytes.fill(0, record * recordBytes, Math.min((record + 1) * recordBytes, bytes.length));
    return bytes;
  }
}

describe('reading over records that cannot be read', () => {
  it('replaces them with zeros of the same length, wherever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 * recordBytes }),
        fc.uniqueArray(fc.integer({ min: 0, max: 19 })),
        fc.uniqueArray(fc.integer({ min: 0, max: 19 })),
        async (length, wanted, flaky) => {
          const bad = wanted.filter((record) => record * recordBytes < length).sort((one, two) => one - two);
          const device = new Device(length, bad, flaky);
          const source = device.read();
          expect(await buffer(source.stream)).toEqual(device.expected());
          expect(device.holes).toEqual(bad);
          expect((await source.ended).status).toBe(0);
        },
      ),
    );
  });

  it.each([4 * recordBytes, 3 * recordBytes + 7])(
    'succeeds if the last record of %i bytes cannot be read: nothing is opened after it',
    async (length) => {
      const device = new Device(length, [3]);
      const source = device.read();
      expect(await buffer(source.stream)).toEqual(device.expected());
      expect(await source.ended).toMatchObject({ status: 0 });
      expect(device.holes).toEqual([3]);
    },
  );

  it('ends like its command if that has no read error', async () => {
    const device = new Device(4 * recordBytes, []);
    const first: ByteSource = {
      stream: Readable.from([device.bytes.subarray(0, recordBytes)], { objectMode: false }),
      ended: Promise.resolve({ status: 2, signal: undefined, stderr: 'read: No such device\n', bytes: 512 }),
    };
    const source = readOverHoles({
      recordBytes,
      totalBytes: device.bytes.length,
      first,
      open: () => Promise.reject(new Error('nothing is opened')),
      readAlone: () => Promise.reject(new Error('nothing is read')),
      onHole: (record) => device.holes.push(record),
    });
    expect(await buffer(source.stream)).toHaveLength(recordBytes);
    expect(await source.ended).toMatchObject({ status: 2 });
    expect(device.holes).toEqual([]);
  });

  it('ends like its command if that fails after the last byte: nothing is missing there', async () => {
    const device = new Device(2 * recordBytes, []);
    const source = readOverHoles({
      recordBytes,
      totalBytes: device.bytes.length,
      first: {
        stream: Readable.from([device.bytes], { objectMode: false }),
        ended: Promise.resolve({ status: 2, signal: undefined, stderr: 'read: I/O error\n', bytes: 1024 }),
      },
      open: () => Promise.reject(new Error('nothing is opened')),
      readAlone: () => Promise.reject(new Error('nothing is read')),
      onHole: (record) => device.holes.push(record),
    });
    expect(await buffer(source.stream)).toEqual(device.bytes);
    expect(await source.ended).toMatchObject({ status: 2 });
    expect(device.holes).toEqual([]);
  });

  it('rejects a record of a length other than requested', async () => {
    const device = new Device(3 * recordBytes, [1]);
    const source = readOverHoles({
      recordBytes,
      totalBytes: device.bytes.length,
      first: device.from(0),
      open: (record) => Promise.resolve(device.from(record)),
      readAlone: () => Promise.resolve(Buffer.alloc(100)),
      onHole: (record) => device.holes.push(record),
    });
    const error = await buffer(source.stream).catch((reason: unknown) => reason);
    expect(isFailure(error, 'DUMP_SOURCE_SIZE_DIFFERS')).toBe(true);
    expect(device.holes).toEqual([]);
  });

  it('gives up a device that has too many of them', async () => {
    const count = mostHoles + 1;
    const device = new Device(
      count * recordBytes,
      Array.from({ length: count }, (_, record) => record),
    );
    const error = await buffer(device.read().stream).catch((reason: unknown) => reason);
    expect(isFailure(error, 'TOO_MANY_UNREADABLE')).toBe(true);
    expect(device.holes).toHaveLength(mostHoles);
  });

  it.each([
    ['read: I/O error\n12+0 records in\n', true],
    ["dd: error reading '/dev/sfdsk/Class2/rdsk/Volume2': Input/output error\n", true],
    ['write: I/O error\n', false],
    ['tar: read: I/O error\n', false],
    ['read: I/O error on the way\n', false],
    ['read: No such device or address\n', false],
  ])('treats %j as a read error: %s', (stderr, expected) => {
    expect(isReadError({ status: 2, stderr })).toBe(expected);
    expect(isReadError({ status: 0, stderr })).toBe(false);
    // The connection was lost: the end of the command is not known.
    expect(isReadError({ status: undefined, stderr })).toBe(false);
  });
});
