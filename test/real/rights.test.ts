/** Backups of real hosts without a root login: a user who may do nothing but what `check --rights` prints, by Debian's sudo. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckLine } from '../../src/contract/plan.ts';
import { sampled } from '../support/sampled.ts';
import { makeTwoPeople } from '../support/two-people.ts';
import { realHostsDue, realHostsMissing, startRealHosts, type RealHosts } from './real-hosts.ts';
import {
  digestOfTape,
  normalRealState,
  openRealScene,
  realState,
  runReal,
  type RealScene,
} from './real-run.ts';
import { filesOfApp, filesOnTape, fillMaster } from './real-tape.ts';
import { performed } from '../support/performed-command.ts';

const missing =
  realHostsMissing() ?? (existsSync('/usr/bin/sudo') ? undefined : 'real hosts lack sudo: apt install sudo');
/** 4 MiB: 128 records. */
const blocks = 8192;

const titles = {
  labelled: 'route console writes a labeled tape with the printed lines and no others',
  secondPerson: 'a dump begins once a second person has signed; the key of the operator does not count',
  server: 'route server dumps the raw device detached, and keeps the sampled records of its read-back',
  files: 'route server writes the files of a file system whose root the user may not enter',
} as const;
/** Through sudo a run takes a quarter of a minute: `npm test` plays the first one and one of the others, `npm run test:failures` all. */
const played = sampled(Object.values(titles), 1, (title) => title === titles.labelled);

const login = 'backup-operator';
const hosts = ['node1', 'node2', 'node3'] as const;
type Host = (typeof hosts)[number];

const become = Object.fromEntries(hosts.map((host) => [host, { user: login, become: 'sudo' }]));

/** The lines that the command prints, and whether sudo allows each. */
async function printedRights({ state, siteFile }: RealScene) {
  const words = ['--site', siteFile, '--state', state.path, '--trust', 'check', '--rights', '--json'];
  const { exitStatus: status, stdout } = await performed(words);
  const lines = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as CheckLine]));
  return { status, lines };
}

/** What the administrator of a host does: the lines go into a file of sudoers, once visudo has accepted them. */
async function allow(real: RealHosts, host: Host, lines: readonly CheckLine[]): Promise<void> {
  const own = lines.filter((line) => line.host === host && line.what === 'sudoers');
  const file = join(real.folder, `sudoers-${host}`);
  await writeFile(file, `${own.map(({ said }) => said).join('\n')}\n`);
  await real.type(host, `visudo -cqf ${file} && install -m 440 ${file} /etc/sudoers.d/shadowtape`);
}

/** Tries a line as the user; the answer of sudo where it refuses. */
const asUser = async (real: RealHosts, host: Host, line: string): Promise<string> =>
  real.type(host, `env LC_ALL=C su ${login} -s /bin/sh -c "${line} 2>&1" || true`);

describe.runIf(realHostsDue(missing))(
  `backups of real hosts without a root login${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 300_000 },
  () => {
    let real: RealHosts;
    let master: string;
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      real = await startRealHosts({ blocks, login, only: hosts });
      await fillMaster(real);
      master = await real.digestOf('Volume1');
    });
    afterAll(() => real?.close());

    /** Prints the lines of a job and has them allowed, until all are. */
    async function allowed(scene: RealScene): Promise<void> {
      for (let round = 1; ; round += 1) {
        const { status, lines } = await printedRights(scene);
        if (status === 0) return;
        expect(round, JSON.stringify(lines.filter(({ good }) => !good))).toBeLessThan(3);
        for (const host of hosts) await allow(real, host, lines);
      }
    }

    it('before the lines are added, a run ends with the words of sudo, and nothing was touched', async () => {
      const scene = await openRealScene(real, 'refused', { tapeHost: 'node3', hosts: become });
      await expect(runReal(scene)).rejects.toMatchObject({
        code: 'RIGHTS_REFUSED',
        message: 'node1: sudo does not run sdxinfo without asking: sudo: a password is required',
        hint: 'print the sudoers lines for node1 with "check --rights", and add them on node1 with visudo',
      });
      expect(await realState(real, master)).toEqual({ ...normalRealState, proxyEqualsMaster: false });
    });

    it('check --rights prints every line in one call, though sdxinfo is not allowed yet', async () => {
      const scene = await openRealScene(real, 'first', { tapeHost: 'node3', hosts: become });
      const { status, lines } = await printedRights(scene);
      expect(status).toBe(1);
      const said = lines.flatMap((line) => (line.what === 'sudoers' && !line.good ? [line.said] : []));
      for (const command of ['sdxinfo *', 'sdxproxy Part -c Class1 -p Volume2 -a pjrm\\=off'])
        expect(said).toContain(`${login} ALL=(root) NOPASSWD: /usr/local/sbin/${command}`);
      expect(lines.at(-1)).toMatchObject({
        host: 'node1, node2, node3',
        what: 'rights',
        good: false,
        said: expect.stringMatching(/^sdxinfo cannot be run yet, so names of shadow groups /) as string,
      });
    });

    it.runIf(played.includes(titles.labelled))(titles.labelled, async () => {
      const scene = await openRealScene(real, 'console', {
        tapeHost: 'node3',
        hosts: become,
        job: { media: { layout: 'labelled', name: 'NIGHTLY-1' } },
      });
      await allowed(scene);
      const end = await runReal(scene);
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(await digestOfTape(real, 'node3', 1)).toBe(master);
      expect(await realState(real, master)).toEqual(normalRealState);
      const lines = end.events.flatMap((event) => (event.type === 'intent' ? [event.line] : []));
      expect(lines).toContain('sudo -n sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
    });

    it('the user may do nothing else', async () => {
      const refused = /password is required|not allowed to execute/;
      for (const line of [
        'sudo -n cat /etc/shadow',
        'sudo -n cat /proc/1/../../etc/shadow',
        'sudo -n sh -c id',
        'sudo -n dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/sfdsk/Class1/rdsk/Volume1 bs=32768',
        'sudo -n dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=32768 skip=1 of=/dev/nst0 count=1',
        'sudo -n sdxvolume -R -c Class1 -v Volume1',
        'sudo -n mt -f /dev/nst0 erase',
      ])
        expect(await asUser(real, 'node3', line), line).toMatch(refused);
      expect(await asUser(real, 'node1', 'mount /app')).toMatch(/must be superuser/);
    });

    it.runIf(played.includes(titles.secondPerson))(titles.secondPerson, async () => {
      const people = await makeTwoPeople(real.folder);
      const scene = await openRealScene(real, 'two-people', {
        tapeHost: 'node3',
        hosts: become,
        job: { approve: people.approve, media: { overwrite: true } },
      });
      await allowed(scene);
      let begin: (value: string) => void = () => undefined;
      const asked = new Promise<string>((resolve) => (begin = resolve));
      const running = runReal(scene, {}, (event) => {
        if (event.type === 'asked') begin(event.run);
      });
      const run = await asked;
      const state = scene.state.path;
      const own = await people.approves(state, [run, '--key', people.operatorKey]);
      expect(own.stderr).toContain('who performs the run');
      expect((await people.approves(state, [run, '--key', people.secondKey])).exitStatus).toBe(0);
      const end = await running;
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(await digestOfTape(real, 'node3')).toBe(master);
      const shown = await performed(['--state', state, 'show', run]);
      expect(shown.stdout).toContain('approve-shadow: approve (mary@example.com)');
    });

    it.runIf(played.includes(titles.server))(titles.server, async () => {
      const scene = await openRealScene(real, 'server', {
        tapeHost: 'node3',
        hosts: become,
        job: { route: 'server', media: { overwrite: true } },
      });
      await allowed(scene);
      const end = await runReal(scene);
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(await digestOfTape(real, 'node3')).toBe(master);
      expect(end.events).toContainEqual(
        expect.objectContaining({ type: 'check', rule: 'read-back-records', verdict: 'equal' }),
      );
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    it.runIf(played.includes(titles.files))(titles.files, async () => {
      await real.type('node1', 'mount /app && chmod 700 /app');
      const scene = await openRealScene(real, 'files', {
        tapeHost: 'node3',
        hosts: become,
        job: {
          method: '6b',
          route: 'server',
          services: { nodes: { node1: { stop: ['umount /app'], resume: ['mount /app'] } } },
          media: { overwrite: true },
        },
      });
      await allowed(scene);
      const end = await runReal(scene);
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(await filesOnTape(real, { host: 'node3', file: 0 })).toEqual(await filesOfApp(real));
      await real.type('node1', 'umount /app');
    });
  },
);
