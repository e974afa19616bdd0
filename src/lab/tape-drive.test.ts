import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { Faults } from './faults.ts';
import { newModel } from './lab-model.ts';
import type { TapeModel } from './lab-model.ts';
import { temporaryFolder } from './lab.test-support.ts';
import { TapeDrive } from './tape-drive.ts';
import { VirtualTape } from './virtual-tape.ts';

let folder: string;
let number = 0;
let tape: VirtualTape;
let model: TapeModel;
let faults: Faults;
let drive: TapeDrive;

const record = Buffer.alloc(32_768, 'record ');

beforeAll(async () => void (folder = await temporaryFolder()));
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  tape = await VirtualTape.open(join(folder, `tape-${(number += 1)}.tap`));
  model = newModel('seed', 16_384).tape;
  faults = new Faults();
  drive = new TapeDrive(tape, model, faults, 10 * record.length);
});
afterEach(() => tape.close());

async function write(device: string, records: number): Promise<void> {
  const handle = await drive.open(device, 'write');
  try {
    for (let done = 0; done < records; done += 1) await handle.write(record);
  } finally {
    await handle.close();
  }
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
    expect(tape.position.offset).toBe(0);
    expect(await read('/dev/rmt/0', 3)).toEqual([32_768, 32_768, 0]);
  });

  test('the n device stays behind the mark, so that files follow each other', async () => {
    await write('/dev/rmt/0n', 1);
    await write('/dev/rmt/0n', 2);
    expect(tape.position).toMatchObject({ file: 2, block: 0 });
  });

  test('after reading a part of a file the n device goes on to the next file, the bn device stays', async () => {
    await write('/dev/rmt/0n', 3);
    await write('/dev/rmt/0', 1);
    await read('/dev/rmt/0n', 1);
    expect(tape.position).toMatchObject({ file: 1, block: 0 });
    await tape.rewind();
    await read('/dev/rmt/0bn', 1);
    expect(tape.position).toMatchObject({ file: 0, block: 1 });
  });

  test('a file that was opened for writing and got nothing is a mark', async () => {
    await write('/dev/rmt/0n', 0);
    expect(tape.position).toMatchObject({ file: 1, block: 0 });
  });

  test('when the power goes there is no mark', async () => {
    const handle = await drive.open('/dev/rmt/0n', 'write');
    await handle.write(record);
    await handle.close(true);
    expect(tape.position).toMatchObject({ file: 0, block: 1 });
  });
});

describe('reading', () => {
  test('a second read behind a file mark fails, on the b device it gives the next file', async () => {
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
    expect(tape.position.offset).toBeGreaterThan(0);
    expect(await read('/dev/rmt/0n', 1)).toEqual([32_768]);
  });
});

describe('the end of the medium', () => {
  test('a refused record is followed by one that fits, by turns', async () => {
    const handle = await drive.open('/dev/rmt/0', 'write');
    for (let done = 0; done < 10; done += 1) await handle.write(record);
    await expect(handle.write(record)).rejects.toThrow('No space left on device');
    await handle.write(record);
    await expect(handle.write(record)).rejects.toThrow('No space left on device');
    await handle.close();
    expect(await read('/dev/rmt/0', 12)).toEqual([...Array<number>(11).fill(32_768), 0]);
  });
});

describe('opening', () => {
  test('a second opener is told that the drive is busy', async () => {
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
