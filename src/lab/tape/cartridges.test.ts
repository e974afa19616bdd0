import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesOfTape } from '../../../test/support/tap-file.ts';
import { mustRun, run, temporaryFolder, testLab } from '../lab.test-support.ts';
import { numbered, openBench, recordBytes } from './tape.test-support.ts';
import type { Bench } from './tape.test-support.ts';

let folder: string;

beforeAll(async () => void (folder = await temporaryFolder()));
afterAll(() => rm(folder, { recursive: true, force: true }));

const benchFolder = (): Promise<string> => mkdtemp(join(folder, 'bench-'));
const places = ({ cartridges }: Bench): string[] =>
  cartridges.list().map(({ name, where, writtenBytes }) => `${name}: ${where}, ${writtenBytes}`);

async function write(bench: Bench, records: number): Promise<void> {
  const handle = await bench.drive.open('/dev/rmt/0n', 'write');
  try {
    for (let done = 0; done < records; done += 1) await handle.write(numbered(done));
  } finally {
    await handle.close();
  }
}

describe('cartridges', () => {
  test('are changed by hand: a new one is created, the other goes to the shelf and returns unchanged', async () => {
    const bench = await openBench({ folder: await benchFolder(), wanted: [{ name: 'B' }] });
    await write(bench, 2);
    await bench.cartridges.insert('C');
    await write(bench, 1);
    expect(places(bench)).toEqual(['tape: shelf, 65536', 'B: slot 1, 0', 'C: drive, 32768']);
    expect((await filesOfTape(bench.cartridges.fileOf('C'))).map(({ length }) => length)).toEqual([1]);
    await bench.cartridges.insert('tape');
    expect(bench.drive.model.position).toMatchObject({ offset: 0, file: 0 });
    await write(bench, 3);
    expect((await filesOfTape(bench.tapeFile)).map(({ length }) => length)).toEqual([3]);
    await bench.cartridges.insert('tape', { blank: true });
    expect(places(bench)).toEqual(['tape: drive, 0', 'B: slot 1, 0', 'C: shelf, 32768']);
    expect(await filesOfTape(bench.tapeFile)).toEqual([]);
    await bench.cartridges.close();
  });

  test('have a capacity of their own', async () => {
    const bench = await openBench({ folder: await benchFolder(), capacityRecords: 4 });
    await bench.cartridges.insert('small', { bytes: 2 * recordBytes });
    await expect(write(bench, 3)).rejects.toThrow('No space left on device');
    await bench.cartridges.eject();
    await expect(bench.drive.open('/dev/rmt/0', 'read')).rejects.toThrow('I/O error');
    bench.drive.load();
    expect(bench.drive.isLoaded).toBe(false);
    expect(places(bench)).toEqual(['tape: shelf, 0', 'small: shelf, 65536']);
    await bench.cartridges.insert('tape');
    await write(bench, 4);
    await bench.cartridges.close();
  });

  test('stay where they are while the drive is in use, and have names that are files', async () => {
    const bench = await openBench({ folder: await benchFolder() });
    const handle = await bench.drive.open('/dev/rmt/0', 'read');
    await expect(bench.cartridges.insert('B')).rejects.toThrow('Device busy');
    await expect(bench.cartridges.eject()).rejects.toThrow('Device busy');
    await handle.close();
    await expect(bench.cartridges.insert('../B')).rejects.toThrow('"../B" is no name for a cartridge');
    expect(places(bench)).toEqual(['tape: drive, 0']);
    await bench.cartridges.close();
  });

  test('a cartridge without a slot is on the shelf', async () => {
    const wanted = ['A', 'B', 'C'].map((name) => ({ name }));
    const first = await openBench({ folder: await benchFolder(), wanted, slots: 2 });
    expect(places(first)).toEqual(['tape: drive, 0', 'A: slot 1, 0', 'B: slot 2, 0', 'C: shelf, 0']);
    await first.cartridges.close();
    const second = await openBench({ folder: await benchFolder(), model: first.model, wanted, slots: 1 });
    expect(places(second)).toEqual(['tape: drive, 0', 'A: slot 1, 0', 'B: shelf, 0', 'C: shelf, 0']);
    await second.cartridges.close();
  });
});

describe('in a lab', () => {
  test('they are where they were when it is opened again, and the head too', async () => {
    const labFolder = await benchFolder();
    const cartridges = [{ name: 'PAY001L4', bytes: 3 * recordBytes }, { name: 'PAY002L4' }];
    const { lab } = await testLab({ folder: labFolder, cartridges, tapeBytes: 5 * recordBytes, slots: 3 });
    await mustRun(lab, 'node3', 'mtx -f /dev/scsi/changer/c2t0d0 unload 3 load 1');
    await mustRun(lab, 'node3', 'dd if=/dev/zero of=/dev/rmt/0n obs=32768 count=64');
    await lab.insertCartridge('by-hand');
    await mustRun(lab, 'node3', 'dd if=/dev/zero of=/dev/rmt/0n bs=32768 count=2');
    const before = lab.cartridges;
    expect(before.map(({ name, where, writtenBytes }) => [name, where, writtenBytes])).toEqual([
      ['tape', 'slot 3', 0],
      ['PAY001L4', 'shelf', recordBytes],
      ['PAY002L4', 'slot 2', 0],
      ['by-hand', 'drive', 2 * recordBytes],
    ]);
    expect(before.map(({ file }) => file)).toContain(lab.tapeFileOf('by-hand'));
    await lab.close();
    const again = await testLab({ folder: labFolder, cartridges, tapeBytes: 5 * recordBytes, slots: 3 });
    expect(again.lab.cartridges).toEqual(before);
    expect(again.lab.world().tape).toMatchObject({ isLoaded: true, position: { file: 1, block: 0 } });
    await again.end();
  });

  test('rmt answers over ssh by both of its names, and dd meets the end of a Linux tape', async () => {
    const { lab, end } = await testLab({ tapeBytes: 3 * recordBytes, trailerBytes: recordBytes });
    const record = numbered(0).toString('latin1');
    const dialogue = Buffer.from(`O/dev/rmt/0n\n2\nW32768\n${record}C\n`, 'latin1');
    for (const line of ['/etc/rmt', '/usr/sbin/rmt']) {
      const { status, stdout } = await run(lab, 'node3', line, dialogue);
      expect([line, status, stdout.toString('latin1')]).toEqual([line, 0, 'A3\nA32768\nA0\n']);
    }
    expect((await filesOfTape(lab.tapeFile)).map(({ length }) => length)).toEqual([1, 1]);
    lab.faults.set('linux-tape');
    const full = await run(lab, 'node3', 'dd if=/dev/zero of=/dev/rmt/0 bs=32768 count=9');
    expect(full).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('write: No space left on device\n') as string,
    });
    expect((await filesOfTape(lab.tapeFile)).map(({ length }) => length)).toEqual([1, 1, 1]);
    await end();
  });
});
