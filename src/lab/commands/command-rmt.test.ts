import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { filesOfTape } from '../../../test/support/tap-file.ts';
import { rmt } from './command-rmt.ts';
import { temporaryFolder } from '../lab.test-support.ts';
import { numbered, openBench, readerOf, recordBytes } from '../tape/tape.test-support.ts';
import type { Bench, BenchOptions, BenchRun } from '../tape/tape.test-support.ts';

let folder: string;
let bench: Bench | undefined;

const theBench = (): Bench => {
  if (!bench) throw new Error('there is no bench');
  return bench;
};

async function newBench(options: Partial<BenchOptions> = {}): Promise<void> {
  await bench?.cartridges.close();
  bench = await openBench({ folder: await mkdtemp(join(folder, 'bench-')), ...options });
}

beforeAll(async () => void (folder = await temporaryFolder()));
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => newBench());
afterEach(() => bench?.cartridges.close());

const open = 'O/dev/rmt/0n\n2\n';
const write = (number: number, length = recordBytes): Buffer =>
  Buffer.concat([Buffer.from(`W${length}\n`), numbered(number, length)]);
const writes = (count: number): Buffer[] => Array.from({ length: count }, (_, number) => write(number));
const answers = (count: number, answer = `A${recordBytes}\n`): string => answer.repeat(count);

/** Sends all at once. */
function serve(...parts: (string | Buffer)[]): Promise<BenchRun> {
  const input = Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1')));
  return theBench().run(rmt, ['/usr/sbin/rmt'], input);
}

/** The numbers of the records in each file of the tape; others are reported. */
async function tapeFiles(): Promise<(number | string)[][]> {
  const files = await filesOfTape(theBench().tapeFile);
  return files.map((records) =>
    records.map((record) => {
      const number = Number(/^record (\d+)/.exec(record.toString('latin1'))?.[1]);
      return record.equals(numbered(number)) ? number : `${record.length} bytes`;
    }),
  );
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe('a dialogue', () => {
  test('writes, a file mark by the close, and reads back', async () => {
    const written = await serve(open, write(0), write(1), 'C/dev/rmt/0n\n');
    expect(written).toEqual({ status: 0, output: `A3\n${answers(2)}A0\n`, errors: '' });
    expect(await tapeFiles()).toEqual([[0, 1]]);
    const read = await serve(open, 'I5\n1\n', 'R65536\nR65536\nR65536\nR65536\nC\n');
    const records = [0, 1].map((number) => `A32768\n${numbered(number).toString('latin1')}`).join('');
    expect(read.output).toBe(`A3\nA1\n${records}A0\nE5\nI/O error\nA0\n`);
  });

  test('64 writes in one piece are answered in their order', async () => {
    await newBench({ capacityRecords: 100 });
    const { output } = await serve(open, ...writes(64), 'C\n');
    expect(output).toBe(`A3\n${answers(64)}A0\n`);
    expect(await tapeFiles()).toEqual([upTo(64)]);
  });

  test('version 1 is detected, and reports status without newlines', async () => {
    const { status, output } = await serve(
      'I-1\n0\n',
      open,
      write(0),
      'I-1\n0\nsTsDsEsRsFsBsfsbsXi4\n1\nsFC\n',
    );
    const letters = 'A59\nA0\nA0\nA0\nA0\nA1\nA1\nA512\nE22\nInvalid argument\n';
    expect({ status, output }).toEqual({
      status: 0,
      output: `A1\nA3\n${answers(1)}A1\n${letters}A1\nA1\nA0\n`,
    });
  });

  test('S needs no newline and gives the struct mtget of SPARC', async () => {
    const { output } = await serve(open, write(0), write(1), 'SC\n');
    const [head, status] = output.slice(`A3\n${answers(2)}`.length).split('\n', 2);
    expect(head).toBe('A24');
    const bytes = Buffer.from(status ?? '', 'latin1');
    expect([bytes.readInt16BE(0), bytes.readInt32BE(12), bytes.readInt32BE(16)]).toEqual([0x3b, 0, 2]);
  });

  test('operations by the numbers of BSD', async () => {
    const ops = [
      ['I0\n2\n', 'A2\n'], // two file marks
      ['I2\n1\n', 'A1\n'], // back over one
      ['I5\n1\n', 'A1\n'],
      ['I1\n1\n', 'A1\n'], // forward over the file of one record
      ['I4\n1\n', 'E5\nI/O error\n'], // no record before the head: a mark
      ['I4\n1\n', 'A1\n'],
      ['I3\n1\n', 'A1\n'],
      ['I7\n9\n', 'A9\n'],
      ['I99\n1\n', 'E25\nInappropriate ioctl for device\n'],
      ['i0\n1\n', 'E22\nInvalid argument\n'],
      ['i3\n1\n', 'A1\n'], // erase
      ['I6\n1\n', 'A1\n'],
      ['W5\nhello', 'E5\nI/O error\n'], // it is offline now
    ] as const;
    const { output } = await serve(open, write(0), ...ops.map(([line]) => line));
    expect(output).toBe(`A3\n${answers(1)}${ops.map(([, answer]) => answer).join('')}`);
    expect(theBench().drive.isLoaded).toBe(false);
    expect(await tapeFiles()).toEqual([]);
  });

  test('a device that is not open, absent, or opened for another use', async () => {
    expect((await serve('W5\nhelloR9\nI5\n1\nL0\n0\nsFSC\n')).output).toBe('E9\nBad file number\n'.repeat(7));
    expect((await serve('O/etc/passwd\n0\n')).output).toBe('E2\nNo such file or directory\n');
    const closed = 'E9\nBad file number\n';
    expect((await serve('O/dev/rmt/0\n0\nW5\nhelloI0\n1\nC\n')).output).toBe(
      `A3\n${closed}E13\nPermission denied\nA0\n`,
    );
    expect((await serve('O/dev/rmt/0n\n1\nR9\nL7\n0\nC\n')).output).toBe(`A3\n${closed}A7\nA0\n`);
  });

  test('an empty drive, a write-protected cartridge, a drive in use by another program', async () => {
    const { faults, drive } = theBench();
    faults.set('no-tape');
    expect((await serve(open)).output).toBe('E5\nI/O error\n');
    faults.clear('no-tape');
    faults.set('write-protected');
    expect((await serve(open, 'O/dev/rmt/0n\n0\n')).output).toBe('E13\nPermission denied\nA3\n');
    faults.clear('write-protected');
    const other = await drive.open('/dev/rmt/0', 'read');
    expect((await serve(open)).output).toBe('E16\nDevice busy\n');
    await other.close();
  });

  test('garbage ends it with 3, and closes the device', async () => {
    expect(await serve(open, write(0), 'Z', write(1))).toMatchObject({
      status: 3,
      output: `A3\n${answers(1)}`,
    });
    expect(theBench().drive.isOpen).toBe(false);
    expect(await tapeFiles()).toEqual([[0]]);
  });

  test('a channel that ends within a record: exit status 2, and a tape that looks complete', async () => {
    const cut = await serve(open, write(0), write(1), write(2).subarray(0, 20_000));
    expect(cut).toMatchObject({ status: 2, output: `A3\n${answers(2)}` });
    expect(await tapeFiles()).toEqual([[0, 1]]);
    expect(theBench().model.position).toMatchObject({ file: 1, block: 0 });
    expect(await serve(open, 'W32')).toMatchObject({ status: 0, output: 'A3\n' });
  });
});

describe('the pieces of its input', () => {
  test('make no difference', async () => {
    const dialogue = [
      open,
      write(0, 700),
      'I-1\n0\nsBL0\n0\n',
      write(1, 9),
      'I4\n1\nI0\n1\nI5\n1\nR800\nR800\nSC\n',
    ];
    const bytes = Buffer.concat(dialogue.map((part) => Buffer.from(part as string, 'latin1')));
    const expected = await serve(bytes);
    expect(expected.output).toContain('A700\nA1\nA1\nA0\nA9\nA1\nA1\nA1\nA700\nrecord 0, ');
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        await newBench();
        const ends = [...places.sort((first, second) => first - second), bytes.length];
        const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(await theBench().run(rmt, ['rmt'], readerOf(pieces))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  test('a word that is too long is truncated, and its rest is garbage', async () => {
    expect(await serve('R', '1'.repeat(63), '2')).toMatchObject({
      status: 3,
      output: 'E9\nBad file number\n',
    });
  });
});

describe('the end of the medium, with records sent ahead', () => {
  test('Solaris: 0 bytes and a record by turns; back over the strays, a mark there, and they are gone', async () => {
    await newBench({ capacityRecords: 5 });
    const full = `A0\n${answers(1)}`;
    const { output } = await serve(open, ...writes(9), 'I4\n2\nI0\n1\nC\n');
    expect(output).toBe(`A3\n${answers(5)}${full}${full}A2\nA1\nA0\n`);
    expect(await tapeFiles()).toEqual([upTo(5)]);
  });

  test('Solaris: a short write counts as a record to go back over', async () => {
    await newBench({ capacityRecords: 5, moreBytes: 512 });
    const { output } = await serve(open, ...writes(6), 'I4\n1\nI0\n1\nC\n');
    expect(output).toBe(`A3\n${answers(5)}A512\nA1\nA1\nA0\n`);
    expect(await tapeFiles()).toEqual([upTo(5)]);
  });

  test('Linux: ENOSPC and a record by turns; WEOF has the number 5, and what is done is answered with 0', async () => {
    await newBench({ capacityRecords: 5 });
    theBench().faults.set('linux-tape');
    const full = `E28\nNo space left on device\n${answers(1)}`;
    const { status, output } = await serve(open, ...writes(9), 'I4\n2\nI5\n1\nC\n');
    expect({ status, output }).toEqual({ status: 0, output: `A0\n${answers(5)}${full}${full}A0\nA0\nA0\n` });
    expect(await tapeFiles()).toEqual([upTo(5)]);
  });

  test('a write error among records that were sent ahead', async () => {
    theBench().faults.set('tape-error=3');
    const { output } = await serve(open, ...writes(4), 'C\n');
    expect(output).toBe(`A3\n${answers(2)}${'E5\nI/O error\n'.repeat(2)}A0\n`);
    expect(await tapeFiles()).toEqual([[0, 1]]);
  });
});

describe('close and open', () => {
  test('after an error the next open of the n device rewinds, after a full tape it does not', async () => {
    await newBench({ capacityRecords: 2 });
    theBench().faults.set('tape-error=2');
    const { output } = await serve(open, ...writes(2), 'sFC\n', open, 'sFsBC\n');
    expect(output).toBe(`A3\n${answers(1)}E5\nI/O error\nA0\nA0\nA3\nA0\nA0\nA0\n`);
    theBench().faults.clear('tape-error');
    const second = await serve(open, ...writes(3), 'C\n', open, 'sFsBC\n');
    expect(second.output).toBe(`A3\n${answers(2)}A0\nA0\nA3\nA1\nA0\nA0\n`);
  });

  test('opening again closes what was open, with its file mark', async () => {
    await serve(open, write(0), open, write(1), 'C\n');
    expect(await tapeFiles()).toEqual([[0], [1]]);
  });

  test('Linux: the server ends after C, has no version 1, and needs a newline after S', async () => {
    theBench().faults.set('linux-tape');
    expect(await serve('I-1\n0\n', open, 'I-1\n0\nC\nS\n')).toMatchObject({
      status: 0,
      output: 'E9\nBad file number\nA0\nE38\nFunction not implemented\nA0\n',
    });
    expect(await serve('sF')).toMatchObject({ status: 1, output: 'E22\nGarbage command\n' });
    const { output } = await serve(open, write(0), 'S\nI6\n1\n');
    expect(output.slice(0, `A0\n${answers(1)}A48\n`.length)).toBe(`A0\n${answers(1)}A48\n`);
    expect(output.slice(-3)).toBe('A0\n');
  });
});
