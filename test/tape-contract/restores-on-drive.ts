/**
 * A dump of Debian's dump, and an image, on a genuine drive, given back by ways C and D and by hand. The nodes and the backup server are real
 * hosts; the tape host is that of the drive. What is compared, these hosts' own tools tell.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRealHosts, type RealHosts } from '../real/real-hosts.ts';
import {
  byHand,
  contentsOfMaster,
  entriesOf,
  filesOfMaster,
  filesOn,
  fillWithLinks,
  listed,
  listing,
  restoreReal,
} from '../real/real-restore.ts';
import { openRealScene, runReal, type RealScene } from '../real/real-run.ts';
import { openNamedDrive, type ContractDrive, type NamedDrive } from './contract-drive.ts';

/** 2 MiB: 64 records. */
const blocks = 4096;
/** What is restored is compared here: the run need not read its tape back. */
const verify = { fingerprint: 2, readback: false };

/** Real hosts with a file system on the master, and a genuine drive. */
export function describeRestores(named: NamedDrive): void {
  describe('a tape that a run has written on the drive of SHADOWTAPE_TEST_TAPE', { timeout: 300_000 }, () => {
    let drive: ContractDrive;
    let real: RealHosts;
    beforeAll(async () => {
      drive = await openNamedDrive(named);
      await drive.run('rm -rf /var/tmp/shadowtape-*');
      real = await startRealHosts({ blocks });
      await fillWithLinks(real);
    });
    afterAll(async () => {
      await real?.close();
      await drive?.close();
    });

    /** A run to a blank cartridge of this drive. */
    async function written(name: string, job: object): Promise<{ scene: RealScene; run: string }> {
      await drive.fresh(20);
      const { address, port, user, key } = named;
      const hosts = { tape1: { address, port, user, key } };
      const scene = await openRealScene(real, name, { tapeHost: 'tape1', job: { verify, ...job }, hosts });
      const { run, sentence, exitStatus } = await runReal(scene);
      expect(exitStatus, sentence).toBe(0);
      return { scene, run };
    }

    /**
     * Types the commands of the page on restoring by hand: up to the first pipe on the host of the drive, what is after it here, since the
     * host of a drive has no restore.
     */
    async function byHandFrom(lines: readonly string[], command: readonly string[], folder: string) {
      const [read = ''] = lines.at(-1)?.split(' | ') ?? [];
      for (const { status, text } of await drive.run(...lines.slice(0, -1))) expect(status, text).toBe(0);
      const [program = '', ...args] = command;
      const reader = spawn(program, args, { cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] });
      let said = '';
      reader.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const ended = once(reader, 'close');
      const { stream } = await drive.session.openRead(read.split(' '));
      const trouble = await pipeline(stream, reader.stdin).then(
        () => undefined,
        (error: unknown) => error,
      );
      // It ends with the dump, and may leave the zeros after it unread: a shell does not mind that either.
      expect(await ended, `${said}${String(trouble)}`).toEqual([0, null]);
    }

    it('6c: holds a dump of dump(8), which restore(8) gives back on a host, and by hand', async () => {
      const { files, entries } = await contentsOfMaster(real);
      expect(Object.keys(files)).toHaveLength(filesOfMaster);
      const { scene, run } = await written('dump', { method: '6c' });
      const there = await restoreReal(scene, { what: [run], to: 'node3:/var/tmp/dump' });
      expect(there, there.error?.message).toMatchObject({
        exitStatus: 0,
        notes: [],
        sources: [{ isCompared: true }],
      });
      expect(await filesOn(real, 'node3', '/var/tmp/dump')).toEqual(files);
      expect(await entriesOf(real, 'node3', '/var/tmp/dump')).toBe(entries);
      const folder = join(real.folder, 'by-hand');
      await mkdir(folder);
      await byHandFrom(byHand('## Dumps (6c, 6e)', 'to be filled:'), ['restore', 'rf', '-'], folder);
      await rm(join(folder, 'restoresymtable'));
      expect(listed(execFileSync('sh', ['-c', listing(folder)]).toString())).toEqual(files);
    });

    it('6a: holds an image, which comes back here, on a host, and by hand', async () => {
      const master = await real.digestOf('Volume1');
      const { scene, run } = await written('image', {
        method: '6a',
        media: { layout: 'labelled', name: 'IMAGE' },
      });
      const to = join(real.folder, 'image');
      expect(await restoreReal(scene, { what: [run], to })).toMatchObject({ exitStatus: 0, notes: [] });
      expect(
        createHash('sha256')
          .update(await readFile(to))
          .digest('hex'),
      ).toBe(master);
      const there = await restoreReal(scene, { what: [run], to: 'node3:/var/tmp/image' });
      expect(there, there.error?.message).toMatchObject({ exitStatus: 0, notes: [] });
      expect((await real.type('node3', 'sha256sum /var/tmp/image')).slice(0, 64)).toBe(master);
      const lines = byHand('## An image (6a)', 'Layout `labelled`, or another volume:');
      const sum = 'sha256sum < /var/tmp/image; rm /var/tmp/image; ls /var/tmp';
      const [printed] = (await drive.run(`${lines.join(' && ')} && ${sum}`)).map(({ text }) => text);
      // The locks of the restores are gone, too.
      expect(printed?.trim().split('\n').slice(-1)).toEqual([`${master}  -`]);
    });
  });
}
