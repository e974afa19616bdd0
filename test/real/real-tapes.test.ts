/**
 * What is on tape after runs of real hosts, judged by mt, dd and tar of the tape host: both routes, both layouts, one
 * cartridge and three. Every sshd changes its keys after each MiB, and that of tape1 has only legacy algorithms.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Ask } from '../../src/main/application/console.ts';
import { startCommand } from '../support/command-line.ts';
import { keyExchanges } from '../support/openssh-hosts.ts';
import { sampled } from '../support/sampled.ts';
import {
  realHostsDue,
  realHostsMissing,
  startRealHosts,
  type RealHostName,
  type RealHosts,
} from './real-hosts.ts';
import {
  holdTape,
  insertTape,
  normalRealState,
  openRealScene,
  realState,
  runReal,
  recoverReal,
} from './real-run.ts';
import { befall, digestOnTape, filesOfApp, filesOnTape, fillMaster, type TapePlace } from './real-tape.ts';

const missing = realHostsMissing();
/** 4 MiB: 128 records. */
const blocks = 8192;
const rekeying = ['RekeyLimit 1M', 'LogLevel DEBUG1'];

describe.runIf(realHostsDue(missing))(
  `tapes of real hosts${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 300_000 },
  () => {
    let real: RealHosts;
    let master: string;
    let files: Readonly<Record<string, string>>;
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      const sshd = { node1: rekeying, node2: rekeying, node3: rekeying, tape1: rekeying };
      real = await startRealHosts({ blocks, sshd, old: ['tape1'] });
      await fillMaster(real);
      await real.type('node1', 'mount -o ro /dev/sfdsk/Class1/dsk/Volume1 /app');
      files = await filesOfApp(real);
      await real.type('node1', 'umount /app');
      master = await real.digestOf('Volume1');
    });
    afterAll(() => real?.close());

    const scene = (name: string, tapeHost: 'node3' | 'tape1', job: object) =>
      openRealScene(real, name, { tapeHost, job, hosts: { tape1: { ssh: 'legacy' } } });

    /** Keys that a host has changed in the middle of connections so far. */
    const rekeys = (host: RealHostName) => {
      const { server } = real.hosts[host];
      return keyExchanges(server) - (server.log().match(/Accepted publickey/g)?.length ?? 0);
    };

    async function expectDump(method: '6a' | '6b', place: TapePlace): Promise<void> {
      if (method === '6a') expect(await digestOnTape(real, place)).toBe(master);
      else expect(await filesOnTape(real, place)).toEqual(files);
      expect(Object.keys(files)).toHaveLength(2);
    }

    it('6a: keys change while 4 MiB go from one host to the other, which has only legacy algorithms', async () => {
      const before = { node3: rekeys('node3'), tape1: rekeys('tape1') };
      const end = await runReal(await scene('rekeys', 'tape1', {}));
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      await expectDump('6a', { host: 'tape1', file: 0 });
      expect(await realState(real, master)).toEqual(normalRealState);
      expect(rekeys('node3') - before.node3).toBeGreaterThanOrEqual(3);
      // Written, and read back.
      expect(rekeys('tape1') - before.tape1).toBeGreaterThanOrEqual(6);
      const ciphers = real.hosts.tape1.server.log().match(/(?<=kex: \S+ cipher: )\S+ MAC: \S+/g);
      expect([...new Set(ciphers)]).toEqual(['aes128-cbc MAC: hmac-sha1']);
    });

    it('a host with legacy algorithms is refused as long as the site file does not say ssh: legacy', async () => {
      const end = await runReal(await openRealScene(real, 'modern', { tapeHost: 'tape1' }));
      expect(end).toMatchObject({ exitStatus: 1, error: { code: 'ALGORITHMS_DISJOINT' } });
      expect(end.error?.hint).toBe('if tape1 is an old server, set "ssh: legacy" for it in the site file');
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    const ways = [
      ['6a', 'server', 'plain'],
      ['6b', 'console', 'plain'],
      ['6b', 'console', 'labelled'],
      ['6b', 'server', 'plain'],
      ['6b', 'server', 'labelled'],
    ] as const;
    it.each(sampled(ways, 1))(
      '%s by route %s, layout %s: the tape holds the master',
      async (method, route, layout) => {
        const name = `${method}-${route}-${layout}`;
        const tapeHost = route === 'server' ? 'node3' : 'tape1';
        await insertTape(real, tapeHost, `${name}.tap`, 64);
        const media = layout === 'plain' ? { layout } : { layout, name: 'NIGHTLY-1' };
        const end = await runReal(await scene(name, tapeHost, { method, route, media }));
        expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
        await expectDump(method, { host: tapeHost, file: layout === 'plain' ? 0 : 1 });
        expect(await realState(real, master)).toEqual(normalRealState);
      },
    );

    const spans = [
      ['6a', 1.6],
      ['6b', 0.6],
    ] as const;
    it.each(sampled(spans, 1))(
      '%s on three cartridges: together they hold the master',
      async (method, megabytes) => {
        const cartridges = [1, 2, 3].map((number) => `${method}-${number}.tap`);
        const [first = '', ...others] = cartridges;
        await insertTape(real, 'tape1', first, megabytes);
        const wanted = [...others, ...cartridges];
        const ask: Ask = async () => {
          await insertTape(real, 'tape1', wanted.shift() ?? 'none', megabytes);
          return { choice: 'ready', by: 'test' };
        };
        const media = { layout: 'labelled', name: 'WEEKLY', span: true };
        const end = await runReal(await scene(`three-${method}`, 'tape1', { method, media }), { ask });
        expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
        expect(wanted).toEqual([]);
        await expectDump(method, { host: 'tape1', file: 1, cartridges });
        expect(await realState(real, master)).toEqual(normalRealState);
      },
    );

    it('a console that is killed in the middle of a labeled dump is resumed: the dump continues on its tape', async () => {
      await insertTape(real, 'tape1', 'killed.tap', 64);
      const media = { layout: 'labelled', name: 'NIGHTLY-2' };
      const opened = await scene('resumed', 'tape1', { media });
      const tape = await holdTape(real, 'tape1', 40);
      const site = ['--site', opened.siteFile, '--state', opened.state.path];
      const command = startCommand([...site, '--trust', 'run', 'nightly']);
      await tape.reached();
      command.process.kill('SIGKILL');
      await command.end;
      await tape.release();
      const end = await recoverReal(opened, 'resume');
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(end.events).toContainEqual(expect.objectContaining({ type: 'dump-continued' }));
      await expectDump('6a', { host: 'tape1', file: 1 });
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    describe('a cartridge', () => {
      const sharedState = () => readFile(join(real.folder, 'shared', 'state.json'), 'utf8');

      async function expectRefused(name: string, code: string): Promise<void> {
        const before = await sharedState();
        const end = await runReal(await scene(name, 'tape1', {}));
        expect(end).toMatchObject({ exitStatus: 1, stands: ['nothing was touched'], error: { code } });
        expect(await sharedState()).toBe(before);
        expect(await realState(real, master)).toEqual(normalRealState);
      }

      it('that is not in the drive: the run is refused before anything is changed', async () => {
        await real.type('tape1', 'mt -f /dev/nst0 offline');
        await expectRefused('empty', 'TAPE_NOT_LOADED');
      });

      it('that is write-protected: the run is refused before anything is changed', async () => {
        await insertTape(real, 'tape1', 'protected.tap', 64);
        onTestFinished(await befall(real, 'tape1', 'protected'));
        await expectRefused('protected', 'TAPE_WRITE_PROTECTED');
        expect(existsSync(join(real.folder, 'shared', 'protected.tap'))).toBe(false);
      });

      it('that is pulled out in the middle of the dump: the run fails, and the cluster is rolled back', async () => {
        await insertTape(real, 'tape1', 'pulled.tap', 64);
        const tape = await holdTape(real, 'tape1', 40);
        const running = runReal(await scene('pulled', 'tape1', {}));
        await tape.reached();
        await befall(real, 'tape1', 'pulled');
        await tape.release();
        const end = await running;
        expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2, error: { code: 'TAPE_WRITE_FAILED' } });
        expect(end.sentence).toContain('Input/output error');
        expect(await real.type('tape1', 'mt -f /dev/nst0 status')).toContain('DR_OPEN');
        expect(await realState(real, master)).toEqual(normalRealState);
      });
    });
  },
);
