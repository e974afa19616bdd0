import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../../site/site-schema.ts';
import { withSummedCounts } from '../../../streams/tape/dd-counts.ts';
import { keepingNumbers } from '../model/samples/kept-samples.ts';
import { keepingLines } from './keeping-script.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-keeping-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs the lines in a real sh. A file yields records like a tape, as long as no read crosses its end. */
const run = (tapeDevice: string, recordBytes: number, numbers: readonly number[]): Promise<Ran> =>
  runScript(keepingLines({ folder }, { from: 'tape', tapeDevice, recordBytes, numbers }).join('\n'));

/** The same after another process, whose pieces are smaller than a record of the tape. */
function runBehind(
  platform: Platform,
  tape: string,
  recordBytes: number,
  numbers: readonly number[],
): Promise<Ran> {
  const lines = keepingLines({ folder }, { from: 'input', platform, recordBytes, numbers });
  return runScript(`dd if='${tape}' bs=512 2> /dev/null | { ${lines.join('\n')}\n}`);
}

function runScript(script: string): Promise<Ran> {
  const options = {
    encoding: 'buffer',
    maxBuffer: 16_777_216,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  } as const;
  return new Promise((resolve) => {
    execFile('sh', ['-c', script], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : Number(error.code);
      resolve({ status, stdout, stderr: stderr.toString('utf8') });
    });
  });
}

describe('the script that keeps sampled records, in a real sh', () => {
  it.each(['linux', 'solaris'] as const)(
    'after a process that reads the tape, on %s: the data passes completely, and the sampled records are kept',
    async (platform) => {
      const volume = randomBytes(500_224);
      const records = [0, 1, 7, 8];
      const tape = join(folder, `tape-${platform}`);
      await writeFile(tape, volume);
      for (const recordBytes of [32_768, 49_152]) {
        await rm(join(folder, 'samples'), { force: true });
        const numbers = keepingNumbers(records, recordBytes, volume.length);
        const { status, stdout } = await runBehind(platform, tape, recordBytes, numbers);
        expect(status).toBe(0);
        expect(stdout.equals(volume)).toBe(true);
        const kept = records.map((record) => volume.subarray(record * 32_768, (record + 1) * 32_768));
        expect((await readFile(join(folder, 'samples'))).equals(Buffer.concat(kept))).toBe(true);
      }
    },
  );

  it.each([512, 10_240, 32_768, 49_152, 262_144])(
    'tape records of %i bytes: the data passes completely, and the sampled records are kept',
    async (recordBytes) => {
      const volume = randomBytes(1_000_448);
      const records = [0, 1, 7, 8, 30];
      const tape = join(folder, `tape-${recordBytes}`);
      await writeFile(tape, volume);
      await rm(join(folder, 'samples'), { force: true });
      const { status, stdout, stderr } = await run(
        tape,
        recordBytes,
        keepingNumbers(records, recordBytes, volume.length),
      );
      expect(status).toBe(0);
      expect(stdout.equals(volume)).toBe(true);
      const kept = records.map((record) => volume.subarray(record * 32_768, (record + 1) * 32_768));
      expect((await readFile(join(folder, 'samples'))).equals(Buffer.concat(kept))).toBe(true);
      const full = Math.floor(volume.length / recordBytes);
      const partial = volume.length % recordBytes === 0 ? 0 : 1;
      expect(withSummedCounts(stderr)).toBe(
        `${full}+${partial} records in\n${full}+${partial} records out\n`,
      );
    },
  );

  it('a device that cannot be opened: nothing is read', async () => {
    const { status, stdout, stderr } = await run(join(folder, 'none'), 512, [0, 1, 0, 1]);
    expect(status).not.toBe(0);
    expect(stdout).toHaveLength(0);
    expect(stderr).toMatch(/none: No such file or directory|cannot open .*none/);
  });
});
