/** Logins without rights: what `check --rights` prints is all that a run needs, whatever its job. */
import { describe, expect, it } from 'vitest';
import type { CheckLine } from '../../src/contract/plan.ts';
import { openScene, openSceneConsole, runScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';

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

/** The lines that are printed for the site, written into each host's sudoers. */
async function allowPrinted(scene: Scene, change: (site: SiteTree) => void): Promise<CheckLine[]> {
  const console = await openSceneConsole(scene, change);
  try {
    const lines = await console.checkRights(() => undefined);
    for (const host of hosts) {
      const own = lines.filter((line) => line.host === host).map(({ said }) => said);
      await onHost(scene, host, [
        'sh',
        '-c',
        'mkdir /etc/sudoers.d; printf "%s\\n" "$@" > /etc/sudoers.d/shadowtape',
        'sh',
        ...own,
      ]);
    }
    return lines;
  } finally {
    await console.close();
  }
}

const jobs = ['raw-dd', 'ufs-tar', 'ufsdump', 'sfxfs-tar', 'sfxdump', 'three-volumes', 'striped'];

describe('a login that may do nothing but the printed lines', { timeout: 120_000 }, () => {
  it.each(jobs)('job %s ends verified', async (name) => {
    const scene = await openScene({ jobs: [name] });
    try {
      const change = becoming('sudo');
      const lines = await allowPrinted(scene, change);
      expect(lines.filter(({ good, what }) => !good || what !== 'sudoers')).toEqual([]);
      const from = scene.lab.commands.length;
      const end = await runScene(scene, { job: name, change });
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      const health = end.events.findLast((event) => event.type === 'drive-health');
      expect(health).toMatchObject({ alerts: [], loads: 4711 });
      const bare = scene.lab.commands
        .slice(from)
        .filter(({ line }) => !line.startsWith('sudo -n ') && !ofEverybody.test(line));
      expect(bare.map(({ host, line }) => `${host} ${line}`)).toEqual([]);
    } finally {
      await scene.close();
    }
  });

  it('a run whose lines lack a command ends before anything is touched, with the words of sudo', async () => {
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

  it('pfexec stands before the same commands', async () => {
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
