/** Files and images are restored from tapes of real hosts: those that Shadowtape wrote, and those of GNU dd and tar. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  realHostsDue,
  realHostsMissing,
  startRealHosts,
  type RealHostName,
  type RealHosts,
} from './real-hosts.ts';
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
} from './real-restore.ts';
import { insertTape, openRealScene, runReal } from './real-run.ts';

const missing = realHostsMissing();
const dumpMissing = existsSync('/usr/sbin/dump') ? undefined : 'apt install dump';
/** 2 MiB: 64 records. */
const blocks = 4096;

/** What is restored is compared here: the run need not read its tape back. */
const verify = { fingerprint: 2, readback: false };

describe.runIf(realHostsDue(missing))(
  `restores from real hosts${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 300_000 },
  () => {
    let real: RealHosts;
    let master: string;
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      real = await startRealHosts({ blocks });
      await fillWithLinks(real);
      master = await real.digestOf('Volume1');
    });
    afterAll(async () => {
      await real?.close();
    });

    const shell = (host: RealHostName, line: string) => real.type(host, `sh -c '${line}'`);

    const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

    const filesBelow = (folder: string) => listed(execFileSync('sh', ['-c', listing(folder)]).toString());

    it('the image of a raw device is restored to this computer, to a host, and by hand', async () => {
      const scene = await openRealScene(real, 'image', { tapeHost: 'tape1', job: { verify } });
      const { run, sentence, exitStatus } = await runReal(scene);
      expect(exitStatus, sentence).toBe(0);
      const to = join(real.folder, 'image');
      const here = await restoreReal(scene, { what: [run], to });
      expect(here, here.error?.message).toMatchObject({
        exitStatus: 0,
        uncompared: [],
        sources: [{ isCompared: true }],
      });
      expect(digest(await readFile(to))).toBe(master);
      const there = await restoreReal(scene, { what: [run], to: 'node3:/var/tmp/image' });
      expect(there, there.error?.message).toMatchObject({ exitStatus: 0 });
      expect(await shell('node3', 'cd /var/tmp && ls && sha256sum < image')).toBe(`image\n${master}  -\n`);
      await shell('node3', 'rm /var/tmp/image');
      const cut = await restoreReal(scene, { what: [run], to: 'node3:/var/tmp/cut', isCancelled: true });
      expect(cut).toMatchObject({ exitStatus: 1, notes: [], error: { code: 'RESTORE_CANCELLED' } });
      expect(await shell('node3', 'ls /var/tmp')).toBe('');
      await shell('tape1', byHand('## An image (6a)', 'Layout `plain`, one volume:').join(' && '));
      expect((await shell('tape1', 'sha256sum < /var/tmp/image')).slice(0, 64)).toBe(master);
    });

    it.runIf(dumpMissing === undefined || process.env['CI'])(
      `a dump (6c) of Debian's dump is restored by its restore, with modes, times and links${dumpMissing ? ` (not tested: ${dumpMissing})` : ''}`,
      async () => {
        await shell('tape1', 'mt -f /dev/nst0 offline');
        await insertTape(real, 'tape1', 'dump.tap', 64);
        const job = { method: '6c', verify, services: 'not-needed' };
        const scene = await openRealScene(real, 'dump', { tapeHost: 'tape1', job });
        const { run, sentence, exitStatus } = await runReal(scene);
        expect(exitStatus, sentence).toBe(0);
        const { files, entries } = await contentsOfMaster(real);
        expect(Object.keys(files)).toHaveLength(filesOfMaster);
        const here = restoreReal(scene, { what: [run], to: join(real.folder, 'dump') });
        await expect(here).rejects.toMatchObject({ code: 'RESTORE_DUMP_NEEDS_HOST' });
        const there = await restoreReal(scene, { what: [run], to: 'node3:/var/tmp/dump' });
        expect(there, there.error?.message).toMatchObject({
          exitStatus: 0,
          notes: [],
          sources: [{ isCompared: true }],
        });
        expect(await filesOn(real, 'node3', '/var/tmp/dump')).toEqual(files);
        expect(await entriesOf(real, 'node3', '/var/tmp/dump')).toBe(entries);
        const told = there.files.filter(({ kind }) => kind === 'file').map(({ sha256 }) => sha256);
        expect(new Set(told)).toEqual(new Set(Object.values(files)));
        await shell('node3', 'rm -r /var/tmp/dump');
        // As docs/restore-by-hand.md says, on the tape host.
        const lines = byHand('## Dumps (6c, 6e)', 'to be filled:').join(' && ');
        const byTool = lines.replace('ufsrestore', 'restore');
        await shell('tape1', `mkdir /var/tmp/hand6c && cd /var/tmp/hand6c && ${byTool}`);
        await shell('tape1', 'rm /var/tmp/hand6c/restoresymtable');
        expect(await filesOn(real, 'tape1', '/var/tmp/hand6c')).toEqual(files);
        await shell('tape1', 'rm -r /var/tmp/hand6c');
      },
    );

    it('files of a tar job are restored to this computer, to a host, and by hand', async () => {
      await shell('tape1', 'mt -f /dev/nst0 offline');
      await insertTape(real, 'tape1', 'files.tap', 64);
      await real.type('node1', 'mount /app');
      const job = {
        method: '6b',
        verify,
        media: { layout: 'labelled', name: 'FILES' },
        services: { nodes: { node1: { stop: ['umount /app'], resume: ['mount /app'] } } },
      };
      const scene = await openRealScene(real, 'files', { tapeHost: 'tape1', job });
      const { run, sentence, exitStatus } = await runReal(scene);
      expect(exitStatus, sentence).toBe(0);
      const files = await filesOn(real, 'node1', '/app');
      expect(Object.keys(files)).toHaveLength(filesOfMaster);
      await real.type('node1', 'umount /app');
      const to = join(real.folder, 'files');
      const here = await restoreReal(scene, { what: [run], to });
      expect(here, here.error?.message).toMatchObject({ exitStatus: 0, uncompared: [] });
      expect(filesBelow(to)).toEqual(files);
      const there = await restoreReal(scene, { what: [run], to: 'node3:/var/tmp/files' });
      expect(there, there.error?.message).toMatchObject({ exitStatus: 0 });
      expect(await filesOn(real, 'node3', '/var/tmp/files')).toEqual(files);
      expect(
        await shell('node3', 'cd /var/tmp/files/etc && readlink link.conf && stat -c %h same.conf'),
      ).toBe('payroll.conf\n2\n');
      await expect(restoreReal(scene, { what: [run], to: 'node3:/var/tmp/files' })).rejects.toMatchObject({
        code: 'RESTORE_FOLDER_NOT_EMPTY',
      });
      const cut = await restoreReal(scene, { what: [run], to: 'node3:/var/tmp/cut', isCancelled: true });
      const left = await shell('node3', 'ls /var/tmp');
      expect(cut, left).toMatchObject({
        exitStatus: left.includes('cut') ? 2 : 1,
        error: { code: 'RESTORE_CANCELLED' },
      });
      expect(cut.files.filter(({ what }) => what !== 'not compared')).toEqual([]);
      await shell('node3', 'rm -rf /var/tmp/files /var/tmp/cut');
      expect(await shell('tape1', 'ls /var/tmp')).not.toContain('shadowtape');
      await shell('tape1', 'mkdir /var/tmp/hand');
      const lines = byHand('## Files (6b, 6d)', 'Layout `labelled`:');
      await shell('tape1', ['cd /var/tmp/hand', ...lines].join(' && '));
      expect(await shell('tape1', 'cat /var/tmp/hand/etc/payroll.conf')).toBe('payroll\n');
    });

    it('tapes of GNU dd and tar are restored; what cannot be compared is reported', async () => {
      const scene = await openRealScene(real, 'loose', { tapeHost: 'tape1' });
      const write = 'dd ibs=65536 obs=32768 of=/dev/nst0 status=none';
      await shell('tape1', 'mkdir -p /var/tmp/own/etc && echo own > /var/tmp/own/etc/own.conf');
      await shell('tape1', `mt -f /dev/nst0 rewind && tar cf - -C /var/tmp/own . | ${write}`);
      await shell(
        'tape1',
        `dd if=/dev/urandom of=/var/tmp/raw bs=32768 count=9 status=none && ${write} < /var/tmp/raw`,
      );
      const to = join(real.folder, 'loose');
      const files = await restoreReal(scene, { what: ['own.conf'], to, tapeFile: 0 });
      expect(files, files.error?.message).toMatchObject({ exitStatus: 0, sources: [{ isCompared: false }] });
      expect(files.uncompared.join()).toContain('its size and digest cannot be compared');
      expect(await readFile(join(to, 'etc', 'own.conf'), 'utf8')).toBe('own\n');
      const image = join(real.folder, 'loose-image');
      const raw = await restoreReal(scene, { what: [], to: image, tapeFile: 1 });
      expect(raw, raw.error?.message).toMatchObject({ exitStatus: 0 });
      expect(raw.uncompared.at(-1)).toBe('A truncated image cannot be distinguished from a whole one');
      expect(digest(await readFile(image))).toBe(
        (await shell('tape1', 'sha256sum < /var/tmp/raw')).slice(0, 64),
      );
      expect(existsSync(`${to}/raw`)).toBe(false);
    });
  },
);
