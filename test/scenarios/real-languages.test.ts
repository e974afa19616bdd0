/** A real OpenSSH server and real dd, ps and tar, for logins whose language is not English. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readBackWork } from '../../src/main/procedure/model/detached-dump.ts';
import { judgeDumpWork, judgeReadBackWork } from '../../src/main/procedure/detached/detached-judge.ts';
import { awaitWork, lookAtWork, type WorkPlace } from '../../src/main/procedure/detached/detached-watch.ts';
import {
  cksum,
  recordBytes,
  soon,
  startDetachedServer,
  volume,
  WorkBench,
  type DetachedServer,
} from '../../src/main/procedure/detached/detached.test-support.ts';
import type { HostSession } from '../../src/main/procedure/hosts/hosts.ts';
import { runDump } from '../../src/streams/copy-path.ts';
import { rawDeviceArguments } from '../../src/streams/raw-device.ts';
import { readBack } from '../../src/streams/tape/read-back.ts';
import { judgeTapeRead, tapeReaderArguments } from '../../src/streams/tape/tape-reader.ts';
import { judgeTapeWrite, tapeWriterArguments } from '../../src/streams/tape/tape-writer.ts';
import { sha256 } from '../support/lab-run.ts';
import { missingLocales, noSpaceWords, testedLocales } from '../support/locales.ts';
import { findSshd, sshdMissing } from '../support/openssh-server.ts';

const missing = [findSshd() === undefined ? sshdMissing : undefined, missingLocales]
  .filter((words) => words !== undefined)
  .join('; ');

/** The first line of a dd that has read three records. */
const recordsRead = {
  'de_DE.UTF-8': '3+0 Datensätze ein',
  'fr_FR.UTF-8': '3+0\u00a0enregistrements lus',
  'ja_JP.UTF-8': '3+0 records in',
} as const;

const run = promisify(execFile);

describe.runIf(missing === '' || process.env['CI']).each(testedLocales)(
  `a real OpenSSH server whose logins speak %s${missing === '' ? '' : ` (not tested: ${missing})`}`,
  { timeout: 60_000 },
  (locale) => {
    let server: DetachedServer;
    let bench: WorkBench;
    let place: WorkPlace;
    let session: HostSession;
    let count = 0;

    beforeAll(async () => {
      // LANGUAGE names the catalogs, LC_ALL the locale of everything: both win over LANG.
      const language = `LANG=${locale} LC_ALL=${locale} LANGUAGE=${locale.slice(0, 2)}`;
      server = await startDetachedServer({ config: [`SetEnv ${language}`] });
    });
    afterAll(() => server?.close());

    beforeEach(() => {
      count += 1;
      bench = new WorkBench(server, `language-${count}`);
      ({ place } = bench);
      session = place.runner.hosts.session('node3');
    });
    afterEach(() => bench.end());

    it('has a dd that answers in that language', async () => {
      const three = await server.ask('dd if=/dev/zero of=/dev/null bs=1024 count=3 2>&1');
      expect(three.split('\n')[0]).toBe(recordsRead[locale]);
      const full = await server.ask('dd if=/dev/zero of=/dev/full bs=1024 count=3 2>&1; true');
      expect(full).toContain(noSpaceWords[locale]);
    });

    it('is dumped by route console: the records of both dd are counted', async () => {
      const dump = await runDump({
        source: await session.openRead(rawDeviceArguments(bench.device)),
        sink: await session.openWrite(tapeWriterArguments({ device: bench.tape })),
        expectedBytes: volume.length,
      });
      expect(judgeTapeWrite(dump.sinkEnd, dump.handed)).toEqual({
        records: 92,
        fullRecords: 91,
        partialRecords: 1,
      });
      expect(sha256(await readFile(bench.tape))).toBe(sha256(volume));
      const back = await readBack({
        source: await session.openRead(tapeReaderArguments({ device: bench.tape })),
      });
      expect(back.sha256).toBe(sha256(volume));
      expect(judgeTapeRead(back.end, dump.handed).records).toBe(92);
    });

    it('is understood when the tape is full', async () => {
      const dump = runDump({
        source: await session.openRead(rawDeviceArguments(bench.device)),
        sink: await session.openWrite(tapeWriterArguments({ device: '/dev/full' })),
      });
      await expect(dump).rejects.toMatchObject({ code: 'TAPE_END_OF_MEDIUM' });
    });

    it('is dumped and read back by route server: records and sums are read', async () => {
      const work = await bench.start(bench.dump());
      const look = await awaitWork(place, work, soon);
      expect(judgeDumpWork('node3', work, look, { recordBytes, expectedBytes: volume.length })).toMatchObject(
        { records: { records: 92, fullRecords: 91, partialRecords: 1 }, cksum: cksum(volume), warnings: [] },
      );
      const order = { tapeDevice: bench.tape, recordBytes, digest: 'cksum', platform: 'linux' } as const;
      const reading = await bench.start(
        readBackWork({ folder: server.workFolder(`back-${count}`), ...order }),
      );
      expect(judgeReadBackWork('node3', reading, await awaitWork(place, reading, soon))).toMatchObject({
        records: { records: 92 },
        cksum: cksum(volume),
      });
    });

    it('shows a command of route console by its own arguments', async () => {
      const { stream } = await session.openRead(['cat', '/proc/self/cmdline']);
      expect((await buffer(stream)).toString()).toBe('cat\0/proc/self/cmdline\0');
    });

    it('shows the processes of a dump by their own arguments', async () => {
      const work = await bench.start(bench.slowDump());
      const all = async (): Promise<string[]> => {
        const { living } = await lookAtWork(place, work);
        const names = [...new Set(living.map(({ name }) => name))].sort();
        return names.length < 5 ? all() : names;
      };
      expect(await all()).toEqual(['cksum', 'reader', 'run', 'tee', 'writer']);
      await writeFile(bench.source, volume);
      expect(judgeDumpWork('node3', work, await awaitWork(place, work, soon), { recordBytes })).toMatchObject(
        {
          bytes: volume.length,
        },
      );
    });

    it.each(['gnu', 'posix'])(
      'archives names with every byte that they have: tar format %s',
      async (format) => {
        const folder = join(server.folder, `names-${count}`);
        await mkdir(folder);
        await writeFile(join(folder, 'Löhne und Gehälter 給与.txt'), 'figures\n');
        const latin1 = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('Löhne.txt', 'latin1')]);
        await writeFile(latin1, 'figures\n');
        // Without these, a header of format posix has the access time and the process.
        const options =
          format === 'posix' ? ['--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f'] : [];
        const words = [`--format=${format}`, '--sort=name', ...options, '-C', folder, '-cf', '-', '.'];
        const ours = await buffer((await session.openRead(['tar', ...words])).stream);
        const { stdout } = await run('tar', words, {
          encoding: 'buffer',
          env: { ...process.env, LC_ALL: locale },
        });
        expect(ours.equals(stdout)).toBe(true);
      },
    );
  },
);
