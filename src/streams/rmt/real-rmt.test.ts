import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RmtClient } from './rmt-client.ts';
import type { RmtChannel } from './rmt-client.ts';
import { createSpanningTapeSink } from '../tape/spanning-tape-sink.ts';
import type { ProcessEnd } from '../stage.ts';
import { cutAt, failureOf, noise } from '../stream.test-support.ts';

const rmt = ['/usr/sbin/rmt-tar', '/usr/sbin/rmt', '/etc/rmt', '/usr/libexec/rmt'].find((path) =>
  existsSync(path),
);
const missing = rmt === undefined ? 'rmt is not installed: apt install tar' : undefined;

function startRmt(): RmtChannel {
  const child = spawn(rmt ?? '', { env: { ...process.env, LC_ALL: 'C' } });
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += String(text)));
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.on('close', (status, signal) => {
      resolve({ status: status ?? undefined, signal: signal ?? undefined, stderr, bytes: 0 });
    });
  });
  return { input: child.stdin, output: child.stdout, ended };
}

describe.runIf(missing === undefined || process.env['CI'])(
  `with the rmt of this machine${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  () => {
    let folder: string;
    let file: string;
    const volume = noise(3_000_000);

    const sinkTo = (device: string, channel = startRmt()) =>
      createSpanningTapeSink({ nextTape: () => Promise.resolve({ channel, device, dialect: 'linux' }) });
    const write = (device: string) => {
      const sink = sinkTo(device);
      const source = Readable.from(cutAt(volume, [100_000]), { objectMode: false });
      return { sink, written: pipeline(source, sink.stream) };
    };

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'shadowtape-rmt-'));
      file = join(folder, 'file');
      writeFileSync(file, '');
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('writes records that were sent ahead, each acknowledged, and reads them back', async () => {
      const { sink, written } = write(file);
      await written;
      expect(sink.segments()).toEqual([{ tape: 0, firstRecord: 0, records: 92, bytes: 3_000_000 }]);
      expect(readFileSync(file).equals(volume)).toBe(true);

      const client = new RmtClient(startRmt(), 'linux');
      await client.open(file, 'read');
      const records = await Promise.all(Array.from({ length: 93 }, () => client.read(32_768)));
      await client.close();
      expect(records.map(({ length }) => length)).toEqual([
        ...Array.from({ length: 91 }, () => 32_768),
        18_112,
        0,
      ]);
      expect(Buffer.concat(records).equals(volume)).toBe(true);
    });

    it('lets the server exit 0 when the device is closed', async () => {
      const channel = startRmt();
      const client = new RmtClient(channel, 'linux');
      await client.open(file, 'read');
      await client.close();
      expect(await channel.ended).toMatchObject({ status: 0, stderr: '' });
    });

    it('names a device that cannot be opened, and one that cannot be moved', async () => {
      const client = new RmtClient(startRmt(), 'linux');
      await expect(client.open(join(folder, 'missing'), 'read')).rejects.toMatchObject({
        errno: 2,
        text: 'No such file or directory',
      });
      await client.open(file, 'write');
      await expect(client.operate('rewind')).rejects.toMatchObject({ errno: 25 });
      await client.close();
    });

    it('treats a full device as the end of a tape, which would need a file mark', async () => {
      const { sink, written } = write('/dev/full');
      const error = await failureOf(() => written);
      expect(error.message).toBe(
        'writing to the tape failed: /dev/full: write a file mark: Inappropriate ioctl for device (errno 25)',
      );
      expect(sink.segments()).toEqual([{ tape: 0, firstRecord: 0, records: 0, bytes: 0 }]);
    });
  },
);
