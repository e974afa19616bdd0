/** Logins without rights: what `check --rights` prints is all that a run of any job needs. */
import { describe, expect, it } from 'vitest';
import type { CheckLine } from '../../src/contract/plan.ts';
import { openVaultOf } from '../support/carried-copy.ts';
import {
  jobOf,
  openScene,
  openSceneConsole,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { failureOf } from '../support/refusals.ts';
import { openRestoreScene, restoreScene } from '../support/restore-run.ts';
import { sampled } from '../support/sampled.ts';

const hosts = ['node1', 'node2', 'node3'];

const becoming =
  (way: string, change?: (site: SiteTree) => void) =>
  (site: SiteTree): void => {
    for (const host of Object.values(site.hosts)) host['become'] = way;
    change?.(site);
  };

/** What everybody may do: all other commands must come through sudo. */
const ofEverybody =
  /^(sh -c (': shadowtape-login-shell|.* shadowtape( |$))|ls -[lR] \/dev|ls (-d )?\/var\/tmp|mkdir \/var\/tmp\/shadowtape-|rmdir \/var\/tmp\/shadowtape-|rm -rf \/var\/tmp\/shadowtape-|dd if=\/var\/tmp\/shadowtape-|cat \/(etc\/(mnttab|machine-id)|proc\/(mounts|sys\/))|hostid$|uname -n$|iostat |kstat |lsblk |who -b|ps |readlink |echo )/s;

/** Writes the sudoers of a host. */
const allow = (scene: Scene, host: string, lines: readonly string[]) =>
  onHost(scene, host, [
    'sh',
    '-c',
    'mkdir /etc/sudoers.d 2>/dev/null; printf "%s\\n" "$@" > /etc/sudoers.d/shadowtape',
    'sh',
    ...lines,
  ]);

/** The lines that are printed for the site, written into each host's sudoers. */
async function allowPrinted(
  scene: Scene,
  change: (site: SiteTree) => void,
  drives: readonly string[] = [],
): Promise<CheckLine[]> {
  const console = await openSceneConsole(scene, change);
  try {
    const lines = await console.checkRights(() => undefined, drives);
    for (const host of hosts) {
      const own = lines.filter((line) => line.host === host).map(({ said }) => said);
      await allow(scene, host, own);
    }
    return lines;
  } finally {
    await console.close();
  }
}

/** Does something that succeeds although the hosts allow nothing else, and sends no command that needs rights without sudo. */
async function expectAllowed(
  scene: Scene,
  work: () => Promise<{ readonly exitStatus: number; readonly sentence: string }>,
  exitStatus = 0,
): Promise<void> {
  const from = scene.lab.commands.length;
  const end = await work();
  expect(end.exitStatus, end.sentence).toBe(exitStatus);
  const bare = scene.lab.commands
    .slice(from)
    .filter(({ line }) => !line.startsWith('sudo -n ') && !ofEverybody.test(line));
  expect(bare.map(({ host, line }) => `${host} ${line}`)).toEqual([]);
}

const jobs = ['raw-dd', 'ufs-tar', 'ufsdump', 'sfxfs-tar', 'sfxdump', 'three-volumes', 'striped'];

describe('a login that may only use the printed lines', { timeout: 120_000 }, () => {
  it.each(sampled(jobs, 3))('job %s ends verified', async (name) => {
    const scene = await openScene({ jobs: [name] });
    try {
      const change = becoming('sudo');
      const lines = await allowPrinted(scene, change);
      expect(lines.filter(({ good, what }) => !good || what !== 'sudoers')).toEqual([]);
      const run = { job: name, change };
      await expectAllowed(scene, async () => {
        const end = await runScene(scene, run);
        const health = end.events.findLast((event) => event.type === 'drive-health');
        expect(health).toMatchObject({ alerts: [], loads: 4711 });
        return end;
      });
    } finally {
      await scene.close();
    }
  });

  it('all lines are printed at once, before any is allowed; a run needs no other', async () => {
    const scene = await openScene({ jobs: ['raw-dd'] });
    try {
      const change = becoming('sudo');
      for (const host of hosts) await allow(scene, host, []);
      const lines = await allowPrinted(scene, change);
      expect(lines.at(-1)).toMatchObject({
        what: 'rights',
        good: false,
        said: expect.stringMatching(/^sdxinfo cannot be run yet, so names of shadow groups /) as string,
      });
      expect(lines.map(({ said }) => said)).toContainEqual(
        expect.stringMatching(/^root ALL=\(root\) NOPASSWD: \S*\/sdxshadowdisk -C -c Class2 \*$/),
      );
      await expectAllowed(scene, () => runScene(scene, { change }));
    } finally {
      await scene.close();
    }
  });

  const restored: readonly [job: string, set: Record<string, unknown>, fromProxy: boolean][] = [
    ['raw-dd', {}, false],
    ['raw-dd', {}, true],
    ['ufs-tar', {}, false],
    ['sfxdump', { restore: { makeFileSystem: { sfxfs: 'mkfs -F sfxfs' } } }, false],
  ];
  it.each(sampled(restored, 2))(
    'a backup of job %s %o is restored with them (from the parted proxy: %s)',
    async (job, set, fromProxy) => {
      const pair = job === 'sfxdump' ? { pair: { master: 'Volume3', proxy: 'Volume4' } } : {};
      const parted = fromProxy ? { rejoin: 'leave-parted' } : {};
      const scene = await openRestoreScene({ ...set, ...parted }, 0, { job, ...pair });
      try {
        const change = becoming('sudo', scene.change);
        await allowPrinted(scene, change);
        await expectAllowed(scene, () => restoreScene(scene, { change, fromProxy }));
      } finally {
        await scene.close();
      }
    },
  );

  it.each(['resume', 'unwind'] as const)('a halted run is continued with them: %s', async (mode) => {
    const scene = await openScene({ jobs: ['ufs-tar'] });
    try {
      const change = becoming('sudo');
      await allowPrinted(scene, change);
      const halt = new AbortController();
      const { run } = await runScene(scene, {
        job: 'ufs-tar',
        change,
        halt: halt.signal,
        onEvent: (event) => {
          if (event.type === 'step-started' && event.step === (mode === 'resume' ? '7' : '6b-4'))
            halt.abort();
        },
      });
      await expectAllowed(scene, () => recoverScene(scene, mode, run, { change }), mode === 'resume' ? 0 : 2);
    } finally {
      await scene.close();
    }
  });

  it('a tape is labeled, identified and erased, and the drive checked, with them', async () => {
    const scene = await openScene();
    try {
      const change = becoming('sudo');
      await allowPrinted(scene, change);
      const console = await openSceneConsole(scene, change);
      const { tapeService } = console;
      const abort = new AbortController().signal;
      await expectAllowed(scene, async () => {
        await tapeService.label('DAILY-01', { abort });
        await tapeService.identify(abort);
        const checked = await tapeService.checkDrive({ overwrite: 'DAILY-01', abort }, () => undefined);
        expect(checked.filter(({ good }) => !good)).toEqual([]);
        return { exitStatus: 0, sentence: '' };
      }).finally(() => console.close());
    } finally {
      await scene.close();
    }
  });

  it('a tape is copied in the drive of another host, and the tape of the run drilled, with them', async () => {
    const scene = await openScene({ jobs: ['raw-dd'] });
    const vault = await openVaultOf(scene);
    const node = vault.hosts[2];
    try {
      const change = becoming('sudo', (site) => {
        const { media } = jobOf(site);
        jobOf(site)['media'] = { ...(media as object), layout: 'labelled', recordBytes: 65_536 };
        site.hosts['vault'] = {
          ...{ role: 'tape', address: '127.0.0.1', port: node?.port, user: node?.user },
          ...{ key: vault.identityFile, become: 'sudo' },
        };
      });
      const without = await allowPrinted(scene, change);
      expect(without.filter(({ host }) => host === 'vault').map(({ said }) => said)).toEqual([
        'the lines for copies to a drive of this host need its name: --drive vault:DEVICE',
      ]);
      const lines = await allowPrinted(scene, change, ['vault:/dev/rmt/0']);
      const ofVault = lines.filter(({ host }) => host === 'vault').map(({ said }) => said);
      await allow({ ...scene, lab: vault }, 'node3', ofVault);
      const { run } = await runScene(scene, { change });
      const console = await openSceneConsole(scene, change);
      const hooks = {
        abort: new AbortController().signal,
        ask: undefined,
        onProgress: () => undefined,
      };
      const from = vault.commands.length;
      await expectAllowed(scene, async () => {
        const request = { run, to: ['OFFSITE-1'], drive: 'vault:/dev/rmt/0' };
        const end = await console.copyService.perform(await console.copyService.prepare(request), hooks);
        return { ...end, sentence: end.error?.message ?? '' };
      });
      await expectAllowed(scene, async () => {
        const end = await console.fileRestoreService.drill({ run }, hooks);
        return { ...end, sentence: end.error?.message ?? '' };
      }).finally(() => console.close());
      const sent = vault.commands.slice(from).map(({ line }) => line);
      expect(sent.filter((line) => !line.startsWith('sudo -n ') && !ofEverybody.test(line))).toEqual([]);
      expect(
        sent.filter((line) => /^sudo -n dd ibs=\d+ obs=65536 of=\/dev\/rmt\/0n$/.test(line)),
      ).not.toEqual([]);
    } finally {
      await vault.close();
      await scene.close();
    }
  });

  it('a drive with an invalid name is refused before any host is queried', async () => {
    const scene = await openScene();
    try {
      const from = scene.lab.commands.length;
      const error = await failureOf(allowPrinted(scene, becoming('sudo'), ['node3']));
      expect(error).toMatchObject({
        code: 'COPY_DRIVE_UNREADABLE',
        sentence: '"node3" does not name a drive',
      });
      expect(scene.lab.commands.length).toBe(from);
    } finally {
      await scene.close();
    }
  });

  it('a backup with the lines of an earlier release is verified: how its file system was made is not recorded', async () => {
    const scene = await openScene({ jobs: ['ufs-tar'] });
    try {
      const change = becoming('sudo');
      const lines = await allowPrinted(scene, change);
      const earlier = lines.filter(({ host, said }) => host === 'node3' && !said.includes('mkfs'));
      expect(lines.filter(({ said }) => said.includes('mkfs'))).toHaveLength(1);
      await allow(
        scene,
        'node3',
        earlier.map(({ said }) => said),
      );
      const end = await runScene(scene, { job: 'ufs-tar', change });
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(end.events.filter(({ type }) => type === 'file-system-made')).toEqual([]);
      expect(
        scene.lab.commands.filter(({ line }) => line.startsWith('sudo -n mkfs -F ufs -m ')),
      ).toHaveLength(1);
    } finally {
      await scene.close();
    }
  });

  it("a run whose lines lack a command ends before anything is touched, with sudo's message", async () => {
    const scene = await openScene();
    try {
      const change = becoming('sudo');
      await allowPrinted(scene, change);
      await onHost(scene, 'node3', [
        'sh',
        '-c',
        'echo "root ALL=(root) NOPASSWD: /usr/bin/sdxinfo *" > /etc/sudoers.d/shadowtape',
      ]);
      const end = await runScene(scene, { change });
      expect(end).toMatchObject({
        exitStatus: 1,
        error: {
          code: 'RIGHTS_REFUSED',
          message: 'node3: sudo does not run mt without asking: sudo: a password is required',
        },
      });
      expect(await scene.lab.volumeDigest('Class1', 'Volume1')).toBe(scene.masterBefore);
    } finally {
      await scene.close();
    }
  });

  it('pfexec precedes the same commands', async () => {
    const scene = await openScene();
    try {
      const end = await runScene(scene, { change: becoming('pfexec') });
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      const lines = scene.lab.commands.map(({ line }) => line);
      expect(lines).toContain('pfexec sdxproxy Part -c Class1 -p Volume2 -a pjrm=off');
      expect(lines.filter((line) => line.startsWith('sdx'))).toEqual([]);
    } finally {
      await scene.close();
    }
  });
});
