import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mtx } from './command-mtx.ts';
import { temporaryFolder } from '../lab.test-support.ts';
import { numbered, openBench } from '../tape/tape.test-support.ts';
import type { Bench } from '../tape/tape.test-support.ts';

let folder: string;
let bench: Bench;

beforeAll(async () => void (folder = await temporaryFolder()));
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  const wanted = ['PAY001L4', 'PAY002L4', 'PAY003L4'].map((name) => ({ name }));
  bench = await openBench({ folder: await mkdtemp(join(folder, 'bench-')), wanted });
});
afterEach(() => bench.cartridges.close());

const device = '/dev/scsi/changer/c2t0d0';
const run = (line: string): Promise<{ status: number; output: string; errors: string }> =>
  bench.run(mtx, ['mtx', '-f', device, ...line.split(' ')]);
const refused = async (line: string): Promise<string> => {
  const { status, errors } = await run(line);
  return `${status} ${errors}`;
};

/** A bar code as mtx prints it. */
const padded = (name: string): string => name.padEnd(32);

describe('mtx', () => {
  test('shows drive and slots; the first empty slot counts as home if none is known', async () => {
    expect(await run('status')).toEqual({
      status: 0,
      errors: '',
      output: [
        '  Storage Changer /dev/scsi/changer/c2t0d0:1 Drives, 4 Slots ( 0 Import/Export )',
        `Data Transfer Element 0:Full (Storage Element 4 Loaded):VolumeTag = ${padded('tape')}`,
        `      Storage Element 1:Full :VolumeTag=${padded('PAY001L4')}`,
        `      Storage Element 2:Full :VolumeTag=${padded('PAY002L4')}`,
        `      Storage Element 3:Full :VolumeTag=${padded('PAY003L4')}`,
        '      Storage Element 4:Empty',
        '',
      ].join('\n'),
    });
  });

  test('unloads and loads; the drive is then at the beginning of the other tape', async () => {
    const handle = await bench.drive.open('/dev/rmt/0n', 'write');
    await handle.write(numbered(0));
    await handle.close();
    expect((await run('unload')).output).toBe('Unloading drive 0 into Storage Element 4...done\n');
    expect(bench.drive.isLoaded).toBe(false);
    expect((await run('status')).output).toContain('Data Transfer Element 0:Empty\n');
    expect((await run('load 2 0')).output).toBe('Loading media from Storage Element 2 into drive 0...done\n');
    expect(bench.drive.model).toMatchObject({ loaded: true, position: { offset: 0, file: 0 } });
    expect((await run('status')).output).toContain(
      `Data Transfer Element 0:Full (Storage Element 2 Loaded):VolumeTag = ${padded('PAY002L4')}\n`,
    );
    expect(bench.cartridges.list().map(({ where, writtenBytes }) => [where, writtenBytes])).toEqual([
      ['slot 4', 32_768],
      ['slot 1', 0],
      ['drive', 0],
      ['slot 3', 0],
    ]);
  });

  test('continues to the next one, until there is none', async () => {
    await run('unload load 2');
    expect(await run('next')).toEqual({
      status: 0,
      errors: '',
      output:
        'Unloading drive 0 into Storage Element 2...done\nLoading media from Storage Element 3 into drive 0...done\n',
    });
    await run('next 0');
    expect(bench.cartridges.inDrive?.name).toBe('tape');
    expect(await refused('next')).toBe('1 mtx: No More Media\n');
    expect(bench.cartridges.inDrive).toBeUndefined();
  });

  test('refuses as mtx does', async () => {
    expect(await refused('load 1')).toBe('1 mtx: Drive 0 Full (Storage Element 4 loaded)\n');
    expect(await refused('load')).toBe('1 mtx: No source specified\n');
    expect(await refused('load 5')).toBe(
      "1 mtx: Invalid <storage-element-number> argument '5' to 'load' command\n",
    );
    expect(await refused('load 1 1')).toBe("1 mtx: illegal <drive-number> argument '1' to 'load' command\n");
    expect(await refused('unload 1')).toBe('1 mtx: Storage Element 1 is Already Full\n');
    await run('unload');
    expect(await refused('unload 3')).toBe('1 mtx: Data Transfer Element 0 is Empty\n');
    expect(await refused('unload')).toBe('1 mtx: No Source for tape in drive 0!\n');
    await run('load 4');
    await run('unload load 1');
    await bench.cartridges.eject();
    expect(await refused('load 1')).toBe('1 mtx: Source Element Address 4096 is Empty\n');
    expect(await refused('polish')).toMatch(/^1 Usage:\n/);
    expect(await bench.run(mtx, ['mtx', 'status'])).toMatchObject({
      status: 1,
      errors: "mtx: cannot open SCSI device '/dev/changer' - No such file or directory\n",
    });
  });

  test('moves nothing while a program has the drive open', async () => {
    const handle = await bench.drive.open('/dev/rmt/0', 'read');
    expect(await run('unload')).toEqual({
      status: 1,
      output: 'Unloading drive 0 into Storage Element 4...',
      errors: 'mtx: MOVE MEDIUM from Element Address 256 to 4099 Failed\n',
    });
    await handle.close();
  });
});

describe('mtx of a library with two drives and a mail slot', () => {
  beforeEach(async () => {
    await bench.cartridges.close();
    bench = await openBench({
      folder: await mkdtemp(join(folder, 'bench-')),
      slots: 5,
      shape: { drives: 2, ownDrive: 1, mailSlots: 1 },
      wanted: [{ name: 'PAY001L4' }, { name: 'CLN001L4' }, { name: 'PAY005L4', slot: 5 }],
    });
  });

  test('shows both, and fills no mail slot', async () => {
    await run('load 1 0');
    expect((await run('status')).output).toBe(
      [
        '  Storage Changer /dev/scsi/changer/c2t0d0:2 Drives, 5 Slots ( 1 Import/Export )',
        `Data Transfer Element 0:Full (Storage Element 1 Loaded):VolumeTag = ${padded('PAY001L4')}`,
        `Data Transfer Element 1:Full (Storage Element 1 Loaded):VolumeTag = ${padded('tape')}`,
        '      Storage Element 1:Empty',
        `      Storage Element 2:Full :VolumeTag=${padded('CLN001L4')}`,
        '      Storage Element 3:Empty',
        '      Storage Element 4:Empty',
        `      Storage Element 5 IMPORT/EXPORT:Full :VolumeTag=${padded('PAY005L4')}`,
        '',
      ].join('\n'),
    );
  });

  test('moves the tape of the lab only if its own drive is named', async () => {
    expect((await run('load 1 0')).output).toBe('Loading media from Storage Element 1 into drive 0...done\n');
    expect(bench.drive.isLoaded).toBe(true);
    expect(await refused('load 1 2')).toBe("1 mtx: illegal <drive-number> argument '2' to 'load' command\n");
    expect(await refused('load 5 1')).toMatch(/^1 mtx: Drive 1 Full /);
    await run('unload 3 1');
    expect(bench.drive.isLoaded).toBe(false);
    await run('load 3 1');
    expect(bench.drive.isLoaded).toBe(true);
    expect(bench.cartridges.list().map(({ name, where }) => `${name}: ${where}`)).toEqual([
      'tape: drive',
      'PAY001L4: drive 0',
      'CLN001L4: slot 2',
      'PAY005L4: slot 5',
    ]);
  });

  test('a cleaning cartridge is ejected by the drive, and stays in it for the changer', async () => {
    await run('unload 3 1');
    await run('load 2 1');
    expect(bench.drive.isLoaded).toBe(false);
    expect(bench.cartridges.inChangerDrive(1)?.name).toBe('CLN001L4');
    expect((await run('unload 2 1')).status).toBe(0);
  });
});
