import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCksum, createCksumStage } from './posix-cksum.ts';
import { cutAt, noise, passThrough } from '../stream.test-support.ts';

/** What the command of this machine prints. */
function commandCksum(bytes: Buffer): { checksum: number; bytes: number } {
  const [checksum, length] = execFileSync('cksum', { input: bytes }).toString().split(/\s+/);
  return { checksum: Number(checksum), bytes: Number(length) };
}

function ownCksum(pieces: Iterable<Uint8Array>) {
  const cksum = createCksum();
  for (const piece of pieces) cksum.add(piece);
  return cksum.end();
}

describe('POSIX cksum', () => {
  it('gives the published value for nothing at all', () => {
    expect(ownCksum([])).toEqual({ checksum: 4_294_967_295, bytes: 0 });
  });

  it.each([1, 7, 8, 9, 255, 256, 65_535, 65_536, 1_000_003])(
    'agrees with the command on %i bytes',
    (length) => {
      const bytes = noise(length, length);
      expect(ownCksum([bytes])).toEqual(commandCksum(bytes));
    },
  );

  it('is the same however the bytes are cut', () => {
    const bytes = noise(4096);
    const whole = ownCksum([bytes]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 }), (sizes) => {
        expect(ownCksum(cutAt(bytes, sizes))).toEqual(whole);
      }),
    );
  });

  it('works as a stage, the bytes unchanged', async () => {
    const bytes = noise(10_000);
    const stage = createCksumStage();
    const left = await passThrough(cutAt(bytes, [3333]), stage.stream);
    expect(Buffer.concat(left).equals(bytes)).toBe(true);
    expect(stage.result()).toEqual(commandCksum(bytes));
  });
});
