import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  openSceneConsole,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { checkScene, failureOf } from '../support/refusals.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
afterEach(() => {
  for (const fault of scene.lab.faults.list()) scene.lab.faults.clear(fault);
});

const ready = 'Volume2 is joined to Volume1, in sync, 4,096 blocks from 65,536; no shadow in Class2';
const onPrimary = 'sdxinfo, sdxproxy, sdxvolume, dd';
const onBackup =
  'sdxinfo, sdxshadowdisk, sdxshadowgroup, sdxshadowvolume, dd, mkdir, rmdir, ls, cat, fsck, mount, umount, tar, mt';
const protectionUnknown = '; mt on node3 does not say whether it is write-protected';
const healthy =
  'no TapeAlert flag; no cleaning requested; 4711 loads; compression on; encryption not available (stenc is not installed on node3)';
const installHint = 'install them, or set PATH for non-interactive shells';

describe('check', () => {
  it('finds everything OK on a healthy lab, and changes nothing', async () => {
    const good = (host: string, what: string, said: string) => ({
      host,
      what,
      good: true,
      said,
      hint: undefined,
    });
    const login = (host: string) => [
      good(host, 'login', 'reached, host key known, logged in'),
      good(host, 'login shell', '/bin/sh, passes every byte unchanged'),
    ];
    expect(await checkScene(scene)).toEqual([
      ...login('node1'),
      good('node1', 'commands', onPrimary),
      ...login('node2'),
      good('node2', 'commands', onPrimary),
      ...login('node3'),
      good('node3', 'commands', onBackup),
      good('node3', 'drive /dev/rmt/0', healthy),
      good('node3', 'tape /dev/rmt/0', `a blank cartridge is in the drive${protectionUnknown}`),
      good('node1', 'job raw-dd', ready),
      good('node1', 'job ufs-tar', ready),
    ]);
    expect(await clusterState(scene)).toEqual(normalState);
    expect(locksLeft(scene)).toEqual([]);
    expect(await scene.state.runs()).toEqual([]);
  });

  it('continues to check after an error: a command, the tape and the proxy at once', async () => {
    for (const fault of ['not-found=node2:sdxproxy', 'no-tape', 'slice=COPY']) scene.lab.faults.set(fault);
    const lines = await checkScene(scene);
    expect(lines.map(({ good }) => good)).toEqual([
      ...[true, true, true],
      ...[true, true, false],
      ...[true, true, true, true],
      ...[false, false, false],
    ]);
    expect(lines.filter(({ good }) => !good)).toMatchObject([
      { host: 'node2', what: 'commands', said: 'not found: sdxproxy', hint: installHint },
      {
        host: 'node3',
        what: 'tape /dev/rmt/0',
        said: 'no cartridge is ready in the tape drive: /dev/rmt/0 on node3',
      },
      {
        host: 'node1',
        what: 'job raw-dd',
        said: 'Proxy slices are valid: expected each slice STOP, seen slice of Disk3 COPY (node1)',
      },
      { host: 'node1', what: 'job ufs-tar' },
    ]);
  });

  describe('with data on the tape in the drive', () => {
    const device = 'tape /dev/rmt/0';
    const found = 'data that is neither tar nor ufsdump (first record 10,240 bytes)';
    const holds = `the cartridge in the drive holds ${found}${protectionUnknown}`;
    const tapeLines = async (change: (site: SiteTree) => void) =>
      (await checkScene(scene, change)).filter(({ what }) => what.startsWith(device));
    const media = (ofRaw: object, ofTar: object) => (site: SiteTree) => {
      jobOf(site)['media'] = ofRaw;
      jobOf(site, 'ufs-tar')['media'] = ofTar;
    };
    const notBlank = `not for this job: the tape in /dev/rmt/0 on node3 is not blank: it holds ${found}`;

    beforeAll(async () => {
      await scene.lab.insertCartridge('foreign');
      scene.lab.faults.set('tape-not-blank');
      await scene.lab.faultsSettled();
    });
    afterAll(() => scene.lab.insertCartridge('tape'));

    it('refuses it if the run of every job would, and gives the reason of each', async () => {
      const lines = await tapeLines(media({}, { layout: 'labelled', name: 'NIGHTLY' }));
      expect(lines).toMatchObject([
        { good: false, what: device, said: holds },
        { good: false, what: `${device}, job raw-dd`, said: notBlank },
        { good: false, what: `${device}, job ufs-tar` },
      ]);
      expect(lines[1]?.hint).toBe(
        'insert a blank tape; or, if its contents may be lost, set media.overwrite: true in the job',
      );
      expect(lines[2]?.said).toContain(`has no label: it holds ${found}`);
      expect(locksLeft(scene)).toEqual([]);
    });

    it('accepts it if it is the tape of another job, and reports it', async () => {
      expect(await tapeLines(media({}, { overwrite: true }))).toMatchObject([
        { good: true, what: device, said: holds },
        {
          good: true,
          what: `${device}, job raw-dd`,
          said: `${notBlank}; the tape suits ufs-tar`,
        },
      ]);
    });
  });

  it('queries each host only for the commands that its role needs', async () => {
    for (const fault of ['not-found=node1:mt', 'not-found=node1:sdxshadowdisk', 'not-found=node3:sdxproxy'])
      scene.lab.faults.set(fault);
    expect((await checkScene(scene)).every(({ good }) => good)).toBe(true);
    scene.lab.faults.set('not-found=node3:tar');
    const change = (site: Parameters<typeof jobOf>[0]) => void delete site.jobs['ufs-tar'];
    expect((await checkScene(scene)).find(({ good }) => !good)).toMatchObject({
      host: 'node3',
      what: 'commands',
      said: 'not found: tar',
    });
    expect((await checkScene(scene, change)).every(({ good }) => good)).toBe(true);
  });

  it('reports every rule that a proxy breaks, each with its own remedy', async () => {
    scene.lab.faults.set('slice=INVALID');
    scene.lab.faults.set('unknown-status=SLEEPING');
    const bad = (await checkScene(scene)).filter(({ what, good }) => what === 'job raw-dd' && !good);
    expect(bad.map(({ said }) => said)).toEqual([
      'Proxy slices are valid: expected each slice STOP, seen slice of Disk3 INVALID (node1)',
      'Every status is known: expected known status words, seen volume Volume2 SLEEPING on node1, volume Volume2 SLEEPING on node2',
    ]);
    expect(new Set(bad.map(({ hint }) => hint)).size).toBe(2);
  });

  it('cannot be made of an invalid site', async () => {
    const error = await failureOf(openSceneConsole(scene, (site) => void (jobOf(site)['fingerprint'] = 64)));
    expect(error).toMatchObject({
      code: 'SITE_KEY_UNKNOWN',
      sentence: expect.stringMatching(
        /\/site\.yaml:\d+: unknown key "fingerprint" in jobs\.raw-dd$/,
      ) as string,
    });
  });
});
