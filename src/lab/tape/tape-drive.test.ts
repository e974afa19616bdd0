import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import type { Cartridges } from './cartridges.ts';
import type { Faults } from '../faults/faults.ts';
import type { TapePosition } from '../gds/lab-model.ts';
import { temporaryFolder } from '../lab.test-support.ts';
import type { TapeDrive } from './tape-drive.ts';
import { tapeOperations } from './tape-operations.ts';
import { numbered, openBench, recordBytes } from './tape.test-support.ts';
import type { BenchOptions } from './tape.test-support.ts';

let folder: string;
let cartridges: Cartridges | undefined;
let faults: Faults;
let drive: TapeDrive;

const record = numbered(0);
const position = (): TapePosition => drive.model.position;

async function newBench(options: Partial<BenchOptions> = {}): Promise<void> {
  await cartridges?.close();
  ({ drive, faults, cartridges } = await openBench({
    folder: await mkdtemp(join(folder, 'bench-')),
    ...options,
  }));
}

beforeAll(async () => void (folder = await temporaryFolder()));
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => newBench());
afterEach(() => cartridges?.close());

async function write(device: string, records: number): Promise<void> {
  const handle = await drive.open(device, 'write');
  try {
    for (let done = 0; done < records; done += 1) await handle.write(record);
  } finally {
    await handle.close();
  }
}

async function rewind(): Promise<void> {
  const handle = await drive.open('/dev/rmt/0bn', 'read');
  await tapeOperations.rewind.run(handle, 1);
  await handle.close();
}

async function read(device: string, records: number, limit = 65_536): Promise<number[]> {
  const handle = await drive.open(device, 'read');
  try {
    const lengths: number[] = [];
    for (let done = 0; done < records; done += 1) lengths.push((await handle.read(limit)).length);
    return lengths;
  } finally {
    await handle.close();
  }
}

describe('closing', () => {
  test('writes a file mark, and the plain device rewinds', async () => {
    await write('/dev/rmt/0', 2);
    expect(position().offset).toBe(0);
    expect(await read('/dev/rmt/0', 3)).toEqual([32_768, 32_768, 0]);
  });

  test('the n device stays after the mark, so that files follow each other', async () => {
    await write('/dev/rmt/0n', 1);
    await write('/dev/rmt/0n', 2);
    expect(position()).toMatchObject({ file: 2, block: 0 });
  });

  test('after reading a part of a file the n device continues to the next file, the bn device stays', async () => {
    await write('/dev/rmt/0n', 3);
    await write('/dev/rmt/0', 1);
    await read('/dev/rmt/0n', 1);
    expect(position()).toMatchObject({ file: 1, block: 0 });
    await rewind();
    await read('/dev/rmt/0bn', 1);
    expect(position()).toMatchObject({ file: 0, block: 1 });
  });

  test('a file that was opened for writing and got nothing is a mark', async () => {
    await write('/dev/rmt/0n', 0);
    expect(position()).toMatchObject({ file: 1, block: 0 });
  });

  test('when the power fails there is no mark', async () => {
    const handle = await drive.open('/dev/rmt/0n', 'write');
    await handle.write(record);
    await handle.close(true);
    expect(position()).toMatchObject({ file: 0, block: 1 });
  });
});

describe('reading', () => {
  test('a second read after a file mark fails; on the b device it reads the next file', async () => {
    await write('/dev/rmt/0n', 1);
    await write('/dev/rmt/0', 1);
    await expect(read('/dev/rmt/0', 3)).rejects.toThrow('I/O error');
    expect(await read('/dev/rmt/0b', 3)).toEqual([32_768, 0, 32_768]);
  });

  test('a blank tape is an error with the sense Blank Check, never an end of data', async () => {
    await expect(read('/dev/rmt/0', 1)).rejects.toThrow('I/O error');
    expect(drive.model.senseKey).toBe(8);
  });

  test('a buffer smaller than the record is refused', async () => {
    await write('/dev/rmt/0', 1);
    await expect(read('/dev/rmt/0', 1, 512)).rejects.toThrow('Invalid argument');
  });

  test('after an error the next open of the n device rewinds', async () => {
    await write('/dev/rmt/0n', 1);
    await expect(read('/dev/rmt/0n', 1)).rejects.toThrow('I/O error');
    expect(position().offset).toBeGreaterThan(0);
    expect(await read('/dev/rmt/0n', 1)).toEqual([32_768]);
  });
});

/** What each of a number of writes gets: its bytes, or its error. */
async function attempts(device: string, count: number): Promise<(number | string)[]> {
  const handle = await drive.open(device, 'read-write');
  const results: (number | string)[] = [];
  for (let done = 0; done < count; done += 1) {
    results.push(await handle.transfer(numbered(done)).catch((error: unknown) => (error as Error).message));
  }
  await handle.close();
  return results;
}

const whole = (count: number): number[] => Array<number>(count).fill(recordBytes);

describe('the end of the medium', () => {
  test('on Solaris: 0 bytes, a record, 0 bytes by turns, and EIO at the physical end', async () => {
    const end = [0, recordBytes, 0, recordBytes, 0, recordBytes, 0, recordBytes, 'I/O error', 'I/O error'];
    expect(await attempts('/dev/rmt/0', 20)).toEqual([...whole(10), ...end]);
    expect(await read('/dev/rmt/0', 15)).toEqual([...whole(14), 0]);
  });

  test('on Solaris a write that goes beyond it is cut there', async () => {
    await newBench({ capacityRecords: 2, moreBytes: 100 });
    expect(await attempts('/dev/rmt/0', 5)).toEqual([...whole(2), 100, 0, recordBytes]);
    expect(await read('/dev/rmt/0', 5)).toEqual([...whole(2), 100, recordBytes, 0]);
  });

  test('on Linux: ENOSPC, a record, ENOSPC by turns, and ENOSPC for good at the physical end', async () => {
    faults.set('linux-tape');
    const full = 'No space left on device';
    const end = [
      full,
      recordBytes,
      full,
      recordBytes,
      full,
      recordBytes,
      full,
      recordBytes,
      full,
      full,
      full,
    ];
    expect(await attempts('/dev/rmt/0', 21)).toEqual([...whole(10), ...end]);
  });

  test('on Linux a write that goes beyond it is carried out completely', async () => {
    await newBench({ capacityRecords: 2, moreBytes: 100 });
    faults.set('linux-tape');
    expect(await attempts('/dev/rmt/0', 4)).toEqual([...whole(3), 'No space left on device']);
  });

  test('a label counts, too; and a drive that is opened again beyond the warning takes one record before it refuses', async () => {
    await newBench({ capacityRecords: 3 });
    await write('/dev/rmt/0n', 1);
    expect(await attempts('/dev/rmt/0n', 3)).toEqual([...whole(2), 0]);
    expect(await attempts('/dev/rmt/0n', 2)).toEqual([recordBytes, 0]);
  });

  test('a drive whose head was moved takes one record before it refuses', async () => {
    await newBench({ capacityRecords: 3 });
    const handle = await drive.open('/dev/rmt/0', 'read-write');
    for (let done = 0; done < 3; done += 1) await handle.transfer(record);
    await tapeOperations.bsr.run(handle, 1);
    expect([await handle.transfer(record), await handle.transfer(record)]).toEqual([recordBytes, 0]);
    await handle.close();
  });

  test('a program that needs a whole record gets "no space"', async () => {
    const handle = await drive.open('/dev/rmt/0', 'write');
    for (let done = 0; done < 10; done += 1) await handle.write(record);
    await expect(handle.write(record)).rejects.toThrow('No space left on device');
    await handle.write(record);
    await expect(handle.write(record)).rejects.toThrow('No space left on device');
    await handle.close();
    expect(await read('/dev/rmt/0', 12)).toEqual([...whole(11), 0]);
  });

  test('end-of-medium=0 refuses the first record, end-of-medium=2 the third', async () => {
    faults.set('end-of-medium=0');
    expect(await attempts('/dev/rmt/0', 2)).toEqual([0, recordBytes]);
    faults.set('end-of-medium=2');
    expect(await attempts('/dev/rmt/0', 4)).toEqual([...whole(2), 0, recordBytes]);
  });

  test('an error right at the boundary comes after the refusal', async () => {
    faults.set('tape-error=11');
    expect(await attempts('/dev/rmt/0', 12)).toEqual([...whole(10), 0, 'I/O error']);
  });

  test('an error of the last record that fits', async () => {
    faults.set('tape-error=10');
    expect(await attempts('/dev/rmt/0', 11)).toEqual([...whole(9), 'I/O error', 'I/O error']);
  });
});

describe('Linux, on the device that does not rewind', () => {
  test('stays where it was after reading a part of a file, and after an error', async () => {
    faults.set('linux-tape');
    await write('/dev/rmt/0n', 3);
    await rewind();
    await read('/dev/rmt/0n', 1);
    expect(position()).toMatchObject({ file: 0, block: 1 });
    faults.set('tape-read-error=2');
    await expect(read('/dev/rmt/0n', 2)).rejects.toThrow('I/O error');
    faults.clear('tape-read-error');
    expect(await read('/dev/rmt/0n', 2)).toEqual([recordBytes, 0]);
  });

  test('writes no mark where nothing was written', async () => {
    faults.set('linux-tape');
    await write('/dev/rmt/0n', 0);
    expect(position()).toMatchObject({ offset: 0 });
  });
});

describe('moving back within one session', () => {
  test.each(['solaris', 'linux'])('over strays, and a mark there: %s', async (dialect) => {
    if (dialect === 'linux') faults.set('linux-tape');
    const handle = await drive.open('/dev/rmt/0n', 'read-write');
    for (let done = 0; done < 6; done += 1) await handle.transfer(numbered(done));
    await tapeOperations.bsr.run(handle, 2);
    expect(position()).toMatchObject({ file: 0, block: 4 });
    await tapeOperations.weof.run(handle, 1);
    await handle.close();
    expect(position()).toMatchObject({ file: 1, block: 0 });
    await rewind();
    expect(await read('/dev/rmt/0', 5)).toEqual([...whole(4), 0]);
    expect(cartridges?.list()).toMatchObject([{ writtenBytes: 4 * recordBytes }]);
  });

  test('stops before a file mark, and at the beginning of the tape', async () => {
    await write('/dev/rmt/0n', 2);
    await write('/dev/rmt/0n', 1);
    const handle = await drive.open('/dev/rmt/0bn', 'read');
    await expect(tapeOperations.bsr.run(handle, 1)).rejects.toThrow('I/O error');
    expect(position()).toMatchObject({ file: 1, block: 1 });
    await expect(tapeOperations.bsr.run(handle, 2)).rejects.toThrow('I/O error');
    expect(position()).toMatchObject({ file: 0, block: 2 });
    await expect(tapeOperations.bsr.run(handle, 3)).rejects.toThrow('I/O error');
    expect(position()).toMatchObject({ offset: 0 });
    await handle.close();
  });
});

describe('opening', () => {
  test('a second open fails: the drive is busy', async () => {
    const handle = await drive.open('/dev/rmt/0', 'read');
    await expect(drive.open('/dev/rmt/0n', 'read')).rejects.toThrow('Device busy');
    await handle.close();
  });

  test('a write-protected cartridge can be read, not written', async () => {
    await write('/dev/rmt/0', 1);
    faults.set('write-protected');
    await expect(write('/dev/rmt/0', 1)).rejects.toThrow('Permission denied');
    expect(await read('/dev/rmt/0', 1)).toEqual([32_768]);
  });

  test('Linux has another error for write protection', async () => {
    for (const fault of ['write-protected', 'linux-tape']) faults.set(fault);
    await expect(write('/dev/rmt/0', 1)).rejects.toThrow('Read-only file system');
  });

  test('an ejected cartridge is gone for the program that has the drive open', async () => {
    const handle = await drive.open('/dev/rmt/0n', 'read-write');
    await handle.transfer(record);
    await tapeOperations.offline.run(handle, 1);
    await expect(handle.transfer(record)).rejects.toThrow('I/O error');
    await handle.close();
    await expect(drive.open('/dev/rmt/0', 'read')).rejects.toThrow('I/O error');
    drive.load();
    expect(await read('/dev/rmt/0', 2)).toEqual([recordBytes, 0]);
  });

  test('an empty drive cannot be opened', async () => {
    faults.set('no-tape');
    await expect(drive.open('/dev/rmt/0', 'read')).rejects.toThrow('I/O error');
  });
});

describe('faults', () => {
  test('tape-error=3 fails the third record of each session', async () => {
    faults.set('tape-error=3');
    await expect(write('/dev/rmt/0', 3)).rejects.toThrow('I/O error');
    expect(await read('/dev/rmt/0', 3)).toEqual([32_768, 32_768, 0]);
  });

  test('tape-corrupt=2 turns one bit of the second record over, unnoticed', async () => {
    faults.set('tape-corrupt=2');
    await write('/dev/rmt/0', 2);
    const handle = await drive.open('/dev/rmt/0', 'read');
    expect((await handle.read(65_536)).equals(record)).toBe(true);
    const second = await handle.read(65_536);
    expect([...second].filter((byte, index) => byte !== record[index])).toHaveLength(1);
    await handle.close();
  });

  test('tape-not-blank puts a file of four records on the tape', async () => {
    await drive.putForeignFile();
    expect(await read('/dev/rmt/0', 5)).toEqual([10_240, 10_240, 10_240, 10_240, 0]);
  });
});
