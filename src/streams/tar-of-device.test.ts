import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt, failureOf, noise, passThrough } from './stream.test-support.ts';
import { createTarCatalogue } from './tar-catalogue.ts';
import { createTarOfDevice, needsLargeFileHeader } from './tar-of-device.ts';

const mtime = new Date(1_700_000_000_000);

describe('tar of a device', () => {
  it('makes an archive that tar extracts', async () => {
    const bytes = noise(100_000);
    const packing = createTarOfDevice({ path: '/Class2/Volume2', size: bytes.length, mtime });
    const archive = Buffer.concat(await passThrough(cutAt(bytes, [32_768]), packing.stream));
    expect(execFileSync('tar', ['-xOf', '-', 'Class2/Volume2'], { input: archive }).equals(bytes)).toBe(true);
    expect(packing.result()).toEqual({
      bytes: 100_000,
      archiveBytes: archive.length,
      needsLargeFileHeader: false,
    });
  });

  it('gives back what went in, whatever its size and name', async () => {
    const names = fc.stringMatching(/^[a-zA-Z0-9_ü-]{1,200}$/);
    await fc.assert(
      fc.asyncProperty(fc.nat(5000), names, async (size, path) => {
        const packing = createTarOfDevice({ path, size, mtime });
        const catalogue = createTarCatalogue({ mustBeComplete: true });
        const left = await passThrough(cutAt(noise(size), [999]), packing.stream, catalogue.stream);
        const { entries, archiveBytes } = catalogue.result();
        expect(entries).toMatchObject([{ path, size, type: 'File', mtime: 1_700_000_000 }]);
        expect(archiveBytes).toBe(packing.result().archiveBytes);
        const archive = Buffer.concat(left);
        const contentEnd = archive.length - 1024 - ((512 - (size % 512)) % 512);
        expect(archive.subarray(contentEnd - size, contentEnd).equals(noise(size))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('warns above 8 GiB - 1, where an old Solaris tar cannot follow', () => {
    expect(needsLargeFileHeader(8 * 1024 ** 3 - 1)).toBe(false);
    expect(needsLargeFileHeader(8 * 1024 ** 3)).toBe(true);
    expect(createTarOfDevice({ path: 'a', size: 8 * 1024 ** 3 }).needsLargeFileHeader).toBe(true);
  });

  it('writes a header for a large device that tar understands', async () => {
    const size = 10 * 1024 ** 3;
    const packing = createTarOfDevice({ path: 'Volume2', size, mtime });
    const first = new Promise<Buffer>((take) => packing.stream.once('data', take));
    packing.stream.write(Buffer.alloc(512));
    const header = await first;
    packing.stream.destroy();
    const listed = listFirst(header);
    expect(listed).toContain(`${size} `);
    expect(listed).toContain('Volume2');
  });

  it('refuses a device that gives too little', async () => {
    const packing = createTarOfDevice({ path: 'a', size: 1000, mtime });
    const error = await failureOf(() => passThrough([noise(999)], packing.stream));
    expect(error.code).toBe('TAR_SIZE_DIFFERS');
    expect(error.message).toBe('the device should have 1000 bytes, but returned only 999');
  });

  it('refuses a device that gives too much', async () => {
    const packing = createTarOfDevice({ path: 'a', size: 1000, mtime });
    const error = await failureOf(() => passThrough([noise(600), noise(600)], packing.stream));
    expect(error.message).toBe('the device should have 1000 bytes, but returned at least 1200');
  });
});

/** What tar prints of an archive that is cut off after its first header: it lists that entry before it complains. */
function listFirst(header: Buffer): string {
  try {
    return execFileSync('tar', ['-tvf', '-'], {
      input: header,
      stdio: ['pipe', 'pipe', 'ignore'],
    }).toString();
  } catch (error) {
    return String((error as { stdout: Buffer }).stdout);
  }
}
