/**
 * Way A for backups of files: a new file system on the proxy, filled and compared there, then copied to the master.
 * Oracles read the disks.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { filesOfVolume, jobOf, openSceneConsole, type SiteTree } from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { failureOf } from '../support/refusals.ts';
import {
  openRestoreScene,
  RestoreOracle,
  restoreScene,
  restoringCommands,
  type RestoreScene,
  type RestoreSceneOptions,
  type RestoreSetting,
} from '../support/restore-run.ts';
import { sampled } from '../support/sampled.ts';

let scene: RestoreScene;
/** SHA-256 of each file of the master, before its backup. */
let files: Readonly<Record<string, string>>;
afterEach(() => scene.close());

interface Kind {
  readonly method: string;
  readonly job: string;
  readonly pair: { readonly master: string; readonly proxy: string };
}

const ufs = { master: 'Volume1', proxy: 'Volume2' };
const sfxfs = { master: 'Volume3', proxy: 'Volume4' };
const kinds: readonly Kind[] = [
  { method: '6b', job: 'ufs-tar', pair: ufs },
  { method: '6c', job: 'ufsdump', pair: ufs },
  { method: '6d', job: 'sfxfs-tar', pair: sfxfs },
  { method: '6e', job: 'sfxdump', pair: sfxfs },
];

const restoreOfSfxfs = { restore: { makeFileSystem: { sfxfs: 'mkfs -F sfxfs' } } };

/** A backup whose files are known; the master holds noise since. */
async function open(
  { job, pair }: Kind,
  set: Record<string, unknown>,
  options: RestoreSceneOptions = {},
): Promise<void> {
  scene = await openRestoreScene(pair === sfxfs ? { ...restoreOfSfxfs, ...set } : set, 0, {
    job,
    pair,
    blocks: 8192,
    ...options,
  });
  // The proxy was synchronized before the noise, and has followed the master since: only the backup has the files.
  files = scene.filesBefore;
}

const filesNow = (volume: string) => filesOfVolume(scene.lab, 'Class1', volume);

/** Restores; the oracle watches the master until its replacement is approved. */
async function restore(setting: RestoreSetting = {}) {
  const oracle = new RestoreOracle(scene);
  let restored: Promise<Record<string, string>> | undefined;
  const end = await restoreScene(scene, {
    ...setting,
    onEvent(event) {
      oracle.hear(event);
      // Before the services write to it.
      if (event.type === 'step-started' && event.step === '3-4') restored ??= filesNow(scene.master);
      setting.onEvent?.(event);
    },
  });
  expect(await oracle.wrong()).toEqual([]);
  return { ...end, restored: await restored };
}

const digestsOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'restore-digest' ? [event] : []));

const written = kinds.flatMap((kind) =>
  ['console', 'server'].map((route) => ({ kind, method: kind.method, route })),
);

describe('a lost master', () => {
  const ways = sampled(written, 3);
  it.each(ways)(
    'is restored from a tape of method $method, written by route $route',
    async ({ kind, route }) => {
      await open(kind, { route });
      expect(Object.keys(files).length).toBeGreaterThan(100);
      const end = await restore();
      expect(end.error?.message).toBeUndefined();
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
      expect(end.restored).toEqual(files);
      expect(scene.lab.world()).toMatchObject({ shadow: { disks: [] }, mounts: { node3: [] } });
      expect(scene.lab.world().pairs.every(({ proxy }) => proxy.state === 'Join')).toBe(true);
      expect(await onHost(scene, 'node3', ['ls', '/'])).not.toContain('mnt1');
      const [tape, sent, shadow, proxy, master] = digestsOf(end.events);
      expect([tape?.sha256, sent?.sha256]).toEqual([scene.backupDigest, scene.backupDigest]);
      expect(shadow).toMatchObject({ place: 'shadow', reference: true });
      expect([proxy?.sha256, master?.sha256]).toEqual([shadow?.sha256, shadow?.sha256]);
    },
  );
});

describe('a restore of files', () => {
  it('of ufs sends these commands between the approvals', async () => {
    await open(kinds[0] as Kind, {});
    const end = await restore();
    expect(end.exitStatus, end.sentence).toBe(0);
    const sent = scene.lab.commands
      .slice(scene.commandsBefore)
      .map(({ line }) => line.replace(/^LC_ALL=C /, ''));
    const from = sent.findIndex((line) => line.startsWith('newfs'));
    const to = sent.findIndex((line) => line.startsWith('rmdir /mnt1'));
    expect(sent.slice(from, to + 1).filter((line) => /newfs|mkdir|mount|tar |rmdir/.test(line))).toEqual([
      'newfs /dev/sfdsk/Class2/rdsk/Volume2',
      'mkdir /mnt1',
      'mount -F ufs /dev/sfdsk/Class2/dsk/Volume2 /mnt1',
      `sh -c 'cd "$1" && exec tar xpf -' sh /mnt1`,
      `sh -c 'cd "$1" && exec tar cf - .' sh /mnt1`,
      'umount /mnt1',
      'rmdir /mnt1',
    ]);
  });

  it('of ufs makes the file system with the parameters that the site names', async () => {
    await open(kinds[0] as Kind, { restore: { makeFileSystem: { ufs: 'newfs -v -b 8192 -i 2048' } } });
    const end = await restore();
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(end.restored).toEqual(files);
    const lines = scene.lab.commands.slice(scene.commandsBefore).map(({ line }) => line);
    expect(lines.filter((line) => line.startsWith('newfs'))).toEqual([
      'newfs -v -b 8192 -i 2048 /dev/sfdsk/Class2/rdsk/Volume2',
    ]);
  });

  it("of sfxfs writes the master's own device name before the services start", async () => {
    await open(kinds[2] as Kind, {});
    const end = await restore();
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(
      scene.lab.commands
        .slice(scene.commandsBefore)
        .map(({ host, line }) => `${host} ${line.replace(/^LC_ALL=C /, '')}`)
        .filter((line) => /sfxadm|fsck|-N -c Class1 -v Volume3|mount \/data/.test(line)),
    ).toEqual([
      'node1 umount /data',
      'node1 sdxvolume -N -c Class1 -v Volume3 -e mode=ro',
      'node1 sdxvolume -N -c Class1 -v Volume3 -e node=node1:node2',
      'node1 sfxadm /dev/sfdsk/Class1/rdsk/Volume3',
      'node1 fsck -F sfxfs -y /dev/sfdsk/Class1/rdsk/Volume3',
      'node1 mount /data',
    ]);
  });

  it('of sfxfs is refused if the site does not say how its file system is made', async () => {
    await open(kinds[3] as Kind, {});
    const change = (site: SiteTree) => {
      scene.change(site);
      delete jobOf(site, 'sfxdump')['restore'];
    };
    const { sentence } = await failureOf(restoreScene(scene, { change }));
    expect(sentence).toBe(
      `run ${scene.backup} cannot be restored by this release: the files of Volume4 need a new file system, and only the site knows how its sfxfs is made. Set jobs.sfxdump.restore.makeFileSystem.sfxfs`,
    );
    expect(restoringCommands(scene)).toEqual([]);
  });

  it('does not accept a parted proxy as its source: nothing proves the contents of a file system', async () => {
    await open(kinds[0] as Kind, { rejoin: 'leave-parted' });
    const { code, sentence } = await failureOf(restoreScene(scene, { fromProxy: true }));
    expect(code).toBe('RESTORE_UNSUPPORTED');
    expect(sentence).toContain('nothing proves that the parted proxy still holds them. Restore from tape');
    const end = await restore();
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(end.restored).toEqual(files);
  });

  it('finds a file that differs from the one on tape: the master keeps its data', async () => {
    await open(kinds[0] as Kind, {});
    scene.lab.faults.set('extract-alters');
    const end = await restore();
    expect(end).toMatchObject({ verdict: 'failed', exitStatus: 3, error: { code: 'RESTORE_FILES_DIFFER' } });
    expect(end.sentence).toMatch(
      /^step write: 1 of \d+ files on Volume2 are not as the backup of run \S+ has them: \.\/\S+ has the SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64}$/,
    );
    expect(await scene.lab.volumeDigest('Class1', 'Volume1')).toBe(scene.noiseDigest);
    expect(scene.lab.world()).toMatchObject({ proxy: { state: 'Part' }, shadow: { volumes: [] } });
    expect(scene.lab.world().mounts.node3).toEqual([]);
  });

  it('asks with what is lost: a new file system, files that tar had skipped', async () => {
    scene = await openRestoreScene({}, 0, { job: 'ufs-tar', blocks: 8192, faults: ['tar-sockets=2'] });
    const asked: string[] = [];
    await restoreScene(scene, {
      replace: [],
      ask(question) {
        asked.push(question.text);
        return Promise.resolve({ choice: 'stop', by: 'marion' });
      },
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(
      'The current data of Volume2 is lost. Files are restored into a new file system. 2 files are missing from the backup, or changed while tar read them: see the report of the backup.',
    );
  });

  it('finds a taken mount point and a missing program before anything is touched', async () => {
    await open(kinds[1] as Kind, {});
    await onHost(scene, 'node3', ['mkdir', '/mnt1']);
    expect(await restore()).toMatchObject({
      exitStatus: 1,
      error: { code: 'MOUNT_POINT_TAKEN' },
      stands: ['nothing was touched'],
    });
    await onHost(scene, 'node3', ['rmdir', '/mnt1']);
    scene.lab.faults.set('not-found=node3:newfs');
    expect(await restore()).toMatchObject({
      exitStatus: 1,
      error: { code: 'TOOLS_MISSING', message: expect.stringContaining('newfs') as string },
      stands: ['nothing was touched'],
    });
    expect(restoringCommands(scene)).toEqual([]);
  });

  it('is planned with every command, including the new file system', async () => {
    await open(kinds[2] as Kind, {});
    const console = await openSceneConsole(scene, scene.change);
    const plan = await console.volumeRestoreService
      .plan({ run: scene.backup })
      .finally(() => console.close());
    expect(plan.steps.map(({ step }) => step)).toEqual(
      'lock tools mount-point read-tape view mark 3-3 fingerprint 3-5 5 verify approve-overwrite activate make-file-system mount write unmount read-shadow 7 start-proxy read-proxy stop-proxy approve-replace 3-2 stop-master rejoin-restore watch-restore open-master read-master close-master start-master rename-device 3-4 unlock'.split(
        ' ',
      ),
    );
    expect(
      plan.steps.find(({ step }) => step === 'make-file-system')?.commands.map(({ line }) => line),
    ).toEqual(['test -c /dev/sfdsk/Class2/rdsk/Volume4', 'mkfs -F sfxfs /dev/sfdsk/Class2/rdsk/Volume4']);
  });
});
