import { describe, expect, test } from 'vitest';
import { layOut, markFileSystem, readFileSystem } from './lab-file-system.ts';
import type { VolumeBytes } from './lab-file-system.ts';
import { payrollFiles } from './payroll-files.ts';

function memoryVolume(size: number): VolumeBytes & { bytes: Buffer } {
  const bytes = Buffer.alloc(size);
  return {
    bytes,
    read: (target, position) => Promise.resolve(bytes.copy(target, 0, position)),
    write(piece, position) {
      piece.copy(bytes, position);
      return Promise.resolve();
    },
  };
}

async function filled(size = 8_388_608): Promise<ReturnType<typeof memoryVolume>> {
  const volume = memoryVolume(size);
  for (const { position, bytes } of layOut(payrollFiles('seed', size)).pieces)
    await volume.write(bytes, position);
  return volume;
}

describe('a file system laid out', () => {
  test('yields every file, byte for byte', async () => {
    const volume = await filled();
    const { entries } = await readFileSystem(volume);
    const files = payrollFiles('seed', 8_388_608);
    expect(entries.map((entry) => entry.path)).toEqual(files.map((file) => file.path));
    for (const [index, entry] of entries.entries()) {
      const content = files[index]?.content ?? Buffer.alloc(0);
      expect(volume.bytes.subarray(entry.offset, entry.offset + entry.size).equals(content)).toBe(true);
    }
  });

  test('files do not overlap, and lie inside the volume', async () => {
    const { entries } = await readFileSystem(await filled());
    const files = entries
      .filter((entry) => entry.size > 0)
      .sort((first, second) => first.offset - second.offset);
    for (const [index, entry] of files.entries()) {
      const next = files[index + 1]?.offset ?? 8_388_608;
      expect(entry.offset + entry.size).toBeLessThanOrEqual(next);
    }
  });

  test('holds a few hundred entries in about a tenth of a volume of any size', () => {
    for (const size of [8_388_608, 536_870_912]) {
      const files = payrollFiles('seed', size);
      const bytes = files.reduce((sum, file) => sum + (file.content?.length ?? 0), 0);
      expect(files.length).toBeGreaterThan(300);
      expect(bytes / size).toBeGreaterThan(0.08);
      expect(bytes / size).toBeLessThan(0.15);
    }
  });

  test('is dirty at first, and clean once it is marked as clean', async () => {
    const volume = await filled();
    expect(await readFileSystem(volume)).toMatchObject({ state: 'dirty', lastMounted: '/app' });
    await markFileSystem(volume, 'clean');
    expect(await readFileSystem(volume)).toMatchObject({ state: 'clean', lastMounted: '/app' });
  });
});

describe('refuses', () => {
  test('a volume without a superblock', async () => {
    await expect(readFileSystem(memoryVolume(65_536))).rejects.toThrow('Invalid argument');
  });

  test('a file system with a damaged index', async () => {
    const volume = await filled();
    volume.bytes.writeUInt8(volume.bytes.readUInt8(8200) ^ 1, 8200);
    await expect(readFileSystem(volume)).rejects.toThrow('Invalid argument');
  });
});
