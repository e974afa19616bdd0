import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { createRecordSampler } from './record-sampler.ts';

const bytes = Buffer.from(Array.from({ length: 4500 }, (_, index) => (index * 7) % 251));
const hashOf = (from: number, to: number) =>
  createHash('sha256').update(bytes.subarray(from, to)).digest('hex');

async function sampled(records: readonly number[], pieceBytes: number, startsAt = 0) {
  const pieces: Buffer[] = [];
  for (let at = startsAt; at < bytes.length; at += pieceBytes)
    pieces.push(bytes.subarray(at, at + pieceBytes));
  const sampler = createRecordSampler({ recordBytes: 1000, records, startsAt });
  const passed: Buffer[] = [];
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      passed.push(piece);
      done();
    },
  });
  await pipeline(Readable.from(pieces), sampler.stream, sink);
  expect(Buffer.concat(passed).equals(bytes.subarray(startsAt))).toBe(true);
  return sampler.result();
}

describe('the record sampler', () => {
  it.each([1, 333, 1000, 1700, 4500])(
    'hashes records whatever the pieces are: %i bytes each',
    async (size) => {
      expect(await sampled([3, 0, 1], size)).toEqual([
        { record: 0, sha256: hashOf(0, 1000) },
        { record: 1, sha256: hashOf(1000, 2000) },
        { record: 3, sha256: hashOf(3000, 4000) },
      ]);
    },
  );

  it('hashes a last record that is short', async () => {
    expect(await sampled([4], 333)).toEqual([{ record: 4, sha256: hashOf(4000, 4500) }]);
  });

  it('counts from the beginning of the stream, and has no result for records that begin before it', async () => {
    for (const size of [1, 333, 4500])
      expect(await sampled([0, 2, 3, 4], size, 2500)).toEqual([
        { record: 3, sha256: hashOf(3000, 4000) },
        { record: 4, sha256: hashOf(4000, 4500) },
      ]);
  });

  it('has no result for a record that would begin at the end of the stream', async () => {
    const whole = bytes.subarray(0, 4000);
    const sampler = createRecordSampler({ recordBytes: 1000, records: [3, 4] });
    await pipeline(Readable.from([whole]), sampler.stream, new Writable({ write: (_p, _e, done) => done() }));
    expect(sampler.result()).toEqual([{ record: 3, sha256: hashOf(3000, 4000) }]);
  });

  it('has no result for a record that did not arrive', async () => {
    expect(await sampled([2, 9], 333)).toEqual([{ record: 2, sha256: hashOf(2000, 3000) }]);
  });
});
