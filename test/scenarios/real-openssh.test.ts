/** The data path of the dump against a real OpenSSH server and real dd: a plain file as the device, another as the tape. */
import { createCipheriv, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SshHosts } from '../../src/main/ssh/ssh-hosts.ts';
import type { SshSession } from '../../src/main/ssh/ssh-session.ts';
import { runDump } from '../../src/streams/copy-path.ts';
import { rawDeviceArguments } from '../../src/streams/raw-device.ts';
import { readBack } from '../../src/streams/tape/read-back.ts';
import { judgeTapeRead, tapeReaderArguments } from '../../src/streams/tape/tape-reader.ts';
import { judgeTapeWrite, tapeWriterArguments } from '../../src/streams/tape/tape-writer.ts';
import { sha256 } from '../support/lab-run.ts';
import { opensshHosts, opensshProfile } from '../support/openssh-hosts.ts';
import { findSshd, sshdMissing, startOpensshServer, type OpensshServer } from '../support/openssh-server.ts';

/** Not a multiple of a record, so that the last record is short. */
const deviceBytes = 24 * 1_048_576 + 512;

const missing = findSshd() === undefined ? sshdMissing : undefined;

function noise(length: number): Buffer {
  return createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16)).update(Buffer.alloc(length));
}

describe.runIf(missing === undefined || process.env['CI'])(
  `the data path over a real OpenSSH server${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  () => {
    let server: OpensshServer;
    let hosts: SshHosts;
    let session: SshSession;
    let device: string;
    let tape: string;
    let data: Buffer;

    beforeAll(async () => {
      server = await startOpensshServer();
      device = join(server.folder, 'device');
      tape = join(server.folder, 'tape');
      data = noise(deviceBytes);
      await writeFile(device, data);
      hosts = opensshHosts([server], [opensshProfile(server)]);
      session = hosts.session('node3');
    });
    afterAll(async () => {
      await hosts?.close();
      await server?.close();
    });

    it('transfers every byte in whole records, as dd counts them, and reads it back', async () => {
      const dump = await runDump({
        source: await session.openRead(rawDeviceArguments(device)),
        sink: await session.openWrite(tapeWriterArguments({ device: tape })),
        expectedBytes: deviceBytes,
      });
      expect(judgeTapeWrite(dump.sinkEnd, dump.handed)).toEqual({
        records: 769,
        fullRecords: 768,
        partialRecords: 1,
      });
      expect(dump.device.sha256).toBe(sha256(data));
      expect(sha256(await readFile(tape))).toBe(sha256(data));
      const back = await readBack({ source: await session.openRead(tapeReaderArguments({ device: tape })) });
      expect(back.sha256).toBe(dump.onTape.sha256);
      expect(judgeTapeRead(back.end, dump.handed).records).toBe(769);
    });

    it('pads the last record of an archive with zeros', async () => {
      const folder = join(server.folder, 'files');
      await session.exec(['mkdir', '-p', `${folder}/a folder`]);
      await writeFile(join(folder, 'a folder', 'läuft.txt'), 'payroll\n');
      const archive = join(server.folder, 'archive');
      const entries: string[] = [];
      const dump = await runDump({
        source: await session.openRead(['tar', 'cf', '-', '-C', folder, '.']),
        sink: await session.openWrite(tapeWriterArguments({ device: archive })),
        lastRecord: 'zero-padded',
        onEntry: ({ path }) => entries.push(path),
      });
      expect(judgeTapeWrite(dump.sinkEnd, dump.handed).partialRecords).toBe(0);
      expect((await readFile(archive)).length % 32_768).toBe(0);
      expect(entries).toEqual(['./', './a folder/', './a folder/läuft.txt']);
      const listing = await session.exec(['tar', 'tf', archive]);
      expect(listing).toMatchObject({ status: 0 });
    });

    it("reports the host's message if the device does not exist, and leaves nothing that looks complete", async () => {
      const unwritten = join(server.folder, 'unwritten');
      await expect(
        runDump({
          source: await session.openRead(rawDeviceArguments('/nonexistent/device')),
          sink: await session.openWrite(tapeWriterArguments({ device: unwritten })),
          expectedBytes: deviceBytes,
        }),
      ).rejects.toMatchObject({ code: 'DUMP_SOURCE_FAILED' });
      const left = await readFile(unwritten).catch(() => Buffer.alloc(0));
      expect(left).toHaveLength(0);
    });
  },
);
