/** Backups of real hosts: nothing of the embedded lab takes part. node1 speaks German, node3 has a csh with aliases. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCommand } from '../support/command-line.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { restoredFiles } from '../support/unpack-tar.ts';
import { realHostsDue, realHostsMissing, startRealHosts, type RealHosts } from './real-hosts.ts';
import { Operator, password, sshdOfLogins } from './real-logins.ts';
import {
  digestOfTape,
  holdTape,
  leftovers,
  normalRealState,
  openRealScene,
  realPrograms,
  realState,
  runReal,
  recoverReal,
} from './real-run.ts';
import { filesOfApp, filesOnTape, fillMaster } from './real-tape.ts';

const missing = realHostsMissing();
const dumpMissing = existsSync('/usr/sbin/dump') ? undefined : 'apt install dump';
/** 4 MiB: 128 records. */
const blocks = 8192;

describe.runIf(realHostsDue(missing))(
  `backups of real hosts${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 300_000 },
  () => {
    let real: RealHosts;
    let master: string;
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      real = await startRealHosts({ blocks, sshd: sshdOfLogins });
      await fillMaster(real);
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
      expect(await recoverReal(scene, 'unwind')).toMatchObject({ verdict: 'failed', exitStatus: 2 });
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    describe('with a jump chain, a passphrase, an agent and a password', () => {
      let operator: Operator;
      beforeAll(async () => {
        operator = new Operator(real);
        await operator.prepare();
      });
      afterAll(() => operator?.leave());

      const scene = (name: string) =>
        openRealScene(real, name, {
          tapeHost: 'tape1',
          job: { media: { overwrite: true } },
          hosts: operator.hosts,
        });
      const runAsOperator = async (name: string, passwords: readonly string[]) => {
        const askSecret = operator.secrets(passwords);
        const opened = await scene(name);
        return operator.does(() => runReal(opened, { askSecret, acceptsHostKeys: false }));
      };

      it('and the second password typed, route console copies the raw device to the drive of another host', async () => {
        const end = await runAsOperator('logins', ['wrong', password]);
        expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
        expect(operator.asked.toSorted((one, other) => one.host.localeCompare(other.host))).toEqual([
          { kind: 'passphrase', host: 'node2', attempt: 1 },
          { kind: 'password', host: 'tape1', attempt: 1 },
          { kind: 'password', host: 'tape1', attempt: 2 },
        ]);
        const { node1, node2, tape1 } = real.hosts;
        expect(node2.server.log()).toContain(`target 127.0.0.1 port ${tape1.server.port}`);
        expect(tape1.server.log()).toContain(`target 127.0.0.1 port ${node1.relay.port}`);
        expect(tape1.server.log()).toMatch(/Failed password for root[^]*Accepted password for root/);
        expect(await digestOfTape(real, 'tape1')).toBe(master);
        expect(await realState(real, master)).toEqual(normalRealState);
      });

      it('and three wrong passwords typed, nothing is touched', async () => {
        expect(await runAsOperator('wrong-passwords', ['a', 'b', 'c'])).toMatchObject({
          exitStatus: 1,
          error: { code: 'LOGIN_REFUSED' },
        });
        expect(await realState(real, master)).toEqual(normalRealState);
      });

      it('and another host key than the one known under a hashed name, nothing is touched', async () => {
        await operator.knowHosts(['node3']);
        expect(await runAsOperator('another-key', [password])).toMatchObject({
          exitStatus: 1,
          error: { code: 'HOST_KEY_CHANGED' },
        });
        expect(await realState(real, master)).toEqual(normalRealState);
      });
    });

    it.runIf(dumpMissing === undefined || process.env['CI'])(
      `dump(8) writes an ext3 that restore(8) reads${dumpMissing === undefined ? '' : ` (not tested: ${dumpMissing})`}`,
      async () => {
        const scene = await openRealScene(real, 'dump', {
          tapeHost: 'tape1',
          job: { method: '6c', media: { overwrite: true } },
        });
        const end = await runReal(scene);
        expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
        const [dump = []] = await filesOfTape(real.tapeFile('tape1'));
        await real.type('node1', 'mount /app');
        expect(await restoredFiles(Buffer.concat(dump))).toEqual(await filesOfApp(real));
        await real.type('node1', 'umount /app');
        const { classes, leftovers, proxy, slice } = normalRealState;
        expect(await realState(real, master)).toMatchObject({ classes, leftovers, proxy, slice });
      },
    );

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
      expect(await filesOnTape(real, { host: 'tape1', file: 0 })).toEqual(await filesOfApp(real));
      const superblock = await real.type('node1', 'dumpe2fs -h /dev/sfdsk/Class1/dsk/Volume1');
      const [inodes = 'no inodes'] = /^Inode count: +[1-9]\d*$/m.exec(superblock) ?? [];
      const made = end.events.find((event) => event.type === 'file-system-made');
      expect(made?.text.split('\n')).toContain(inodes);
      await real.type('node1', 'umount /app');
      const { classes, leftovers, proxy, slice } = normalRealState;
      expect(await realState(real, master)).toMatchObject({ classes, leftovers, proxy, slice });
    });
  },
);
