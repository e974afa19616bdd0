/** Backups of real hosts: nothing of the embedded lab takes part. node1 speaks German, node3 has a csh with aliases. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCommand } from '../support/command-line.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { unpackedFiles } from '../support/unpack-tar.ts';
import { realHostsDue, realHostsMissing, startRealHosts, type RealHosts } from './real-hosts.ts';
import {
  digestOfTape,
  holdTape,
  leftovers,
  normalRealState,
  openRealScene,
  realPrograms,
  realState,
  runReal,
  unwindReal,
} from './real-run.ts';

const missing = realHostsMissing();
/** 4 MiB: 128 records. */
const blocks = 8192;

/** An ext3 with files whose names are not ASCII alone. */
const fill = [
  'mkfs.ext3 -q /dev/sfdsk/Class1/rdsk/Volume1',
  'mount /app',
  'mkdir "/app/a folder"',
  'dd if=/dev/urandom of="/app/a folder/Löhne 給与.db" bs=65536 count=20 status=none',
  "echo payroll > \"/app/it'\\''s.txt\"",
  'umount /app',
].join(' && ');

describe.runIf(realHostsDue(missing))(
  `backups of real hosts${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 300_000 },
  () => {
    let real: RealHosts;
    let master: string;
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      real = await startRealHosts({ blocks });
      await real.type('node1', `sh -c '${fill}'`);
      master = await real.digestOf('Volume1');
    });
    afterAll(async () => {
      if (!real) return;
      const before = await leftovers(real);
      await real.close();
      expect(before.join()).toMatch(/loop.*tape\.py/);
      expect(await leftovers(real)).toEqual([]);
    });

    it('each host has its own name, login shell, language and rc files', async ({ task }) => {
      expect(await real.type('node1', 'hostname; ls -l /var/tmp; echo $0')).toBe(
        'node1\ninsgesamt 0\nbash\n',
      );
      expect(await real.type('node3', 'hostname; echo $SHELL; alias rm')).toBe(
        'node3\n/bin/bsd-csh\nrm -i\n',
      );
      expect(await real.type('tape1', 'hostname; echo $SHELL; ls /dev/sfdsk')).toBe('tape1\n/bin/dash\n');
      task.meta.realPrograms = await realPrograms(real);
    });

    it('a site file that names another disk of the same size is found out before anything is dumped', async () => {
      const shadow = { class: 'Class2', disks: { Disk3: 'sde' } };
      const scene = await openRealScene(real, 'other-disk', { tapeHost: 'tape1', job: { shadow } });
      const end = await runReal(scene);
      expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2, error: { code: 'FINGERPRINT_DIFFERS' } });
      expect(end.sentence).toMatch(
        /^the shadow does not map the blocks of Volume2: [12] of 2 sampled records differ, the first is record 0$/,
      );
      expect(existsSync(real.tapeFile('tape1'))).toBe(false);
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    it('route console copies the raw device to the drive of another host', async () => {
      const scene = await openRealScene(real, 'console', { tapeHost: 'tape1' });
      const end = await runReal(scene);
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(await digestOfTape(real, 'tape1')).toBe(master);
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    it('route server writes a labeled tape, though the connection is cut in the middle of the dump', async () => {
      const scene = await openRealScene(real, 'server', {
        tapeHost: 'node3',
        job: { route: 'server', media: { layout: 'labelled', name: 'NIGHTLY-1' } },
      });
      const tape = await holdTape(real, 'node3', 40);
      const running = runReal(scene);
      await tape.reached();
      real.hosts.node3.relay.drop();
      await tape.release();
      const end = await running;
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(await digestOfTape(real, 'node3', 1)).toBe(master);
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    it('route console fails and is rolled back when the connection to the drive is cut in the middle of the dump', async () => {
      const media = { overwrite: true };
      const scene = await openRealScene(real, 'cut', { tapeHost: 'tape1', job: { media } });
      const tape = await holdTape(real, 'tape1', 40);
      const running = runReal(scene);
      await tape.reached();
      // The dd of the drive sees the end of its input there, and closes a tape that looks whole.
      real.hosts.tape1.relay.drop();
      await tape.release();
      const end = await running;
      expect(end.sentence).toMatch(/^the connection to tape1 was lost/);
      expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2 });
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    it('a console that is killed in the middle of the dump is rolled back by unwind', async () => {
      const media = { overwrite: true };
      const scene = await openRealScene(real, 'killed', { tapeHost: 'tape1', job: { media } });
      const tape = await holdTape(real, 'tape1', 40);
      const site = ['--site', scene.siteFile, '--state', scene.state.path];
      const command = startCommand([...site, '--trust', 'run', 'nightly']);
      await tape.reached();
      command.process.kill('SIGKILL');
      await command.end;
      expect(await realState(real, master)).toMatchObject({ proxy: 'Part', classes: ['Class1', 'Class2'] });
      await tape.release();
      expect(await unwindReal(scene)).toMatchObject({ verdict: 'failed', exitStatus: 2 });
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    it('tar writes the files of a mounted file system to tape', async () => {
      await real.type('node1', 'mount /app');
      const scene = await openRealScene(real, 'tar', {
        tapeHost: 'tape1',
        job: {
          method: '6b',
          services: { nodes: { node1: { stop: ['umount /app'], resume: ['mount /app'] } } },
          media: { overwrite: true },
        },
      });
      const end = await runReal(scene);
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      const [archive = []] = await filesOfTape(real.tapeFile('tape1'));
      const printed = await real.type('node1', `sh -c 'cd /app && find . -type f -exec sha256sum {} +'`);
      const expected = Object.fromEntries(
        printed
          .trim()
          .split('\n')
          .map((line) => [line.slice(68), line.slice(0, 64)]),
      );
      expect(Object.keys(expected)).toHaveLength(2);
      expect(await unpackedFiles(Buffer.concat(archive))).toEqual(expected);
      await real.type('node1', 'umount /app');
      const { classes, leftovers, proxy, slice } = normalRealState;
      expect(await realState(real, master)).toMatchObject({ classes, leftovers, proxy, slice });
    });
  },
);
