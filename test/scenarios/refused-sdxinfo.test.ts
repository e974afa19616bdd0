import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { checkScene, refusedBeforeJournal, refusedRun } from '../support/refusals.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
afterEach(async () => {
  for (const fault of scene.lab.faults.list()) scene.lab.faults.clear(fault);
  await rm(scene.state.path, { recursive: true, force: true });
});

const inTheLog = (host: string) =>
  `look up the message in the GDS manual and in /var/opt/FJSVsdx/msglog/sdxservd.log on ${host}`;
const toldToFail = 'SDX:sdxinfo: ERROR: the lab was told to fail this command';
const missingHint =
  'install GDS there, or set PATH for non-interactive shells; the backup server needs GDS and GDS Snapshot';

/** The lines of `check` for the jobs, each once; the jobs of the lab share their volumes. */
async function checkOfJobs(): Promise<unknown> {
  const lines = await checkScene(scene);
  const ofJobs = lines
    .filter(({ what }) => what.startsWith('job '))
    .map(({ good, said, hint }) => ({ good, said, hint }));
  expect(ofJobs).toHaveLength(2);
  expect(ofJobs[1]).toEqual(ofJobs[0]);
  return ofJobs[0];
}

describe('sdxinfo of a primary node', () => {
  it.each<[string, string, object]>([
    [
      'is not installed',
      'not-found=node2:sdxinfo',
      { code: 'SDXINFO_MISSING', sentence: 'node2 has no command sdxinfo', hint: missingHint },
    ],
    [
      'prints an error',
      'fail=node1:sdxinfo',
      {
        code: 'SDXINFO_FAILED_ON',
        sentence: `node1: sdxinfo failed: ${toldToFail}`,
        hint: inTheLog('node1'),
      },
    ],
    [
      'prints an error, although it ends with 0',
      'fail=node2:sdxinfo:0',
      {
        code: 'SDXINFO_FAILED_ON',
        sentence: `node2: sdxinfo failed: ${toldToFail}`,
        hint: inTheLog('node2'),
      },
    ],
    [
      'lacks a column that is needed',
      'missing-column=DEVNAM',
      {
        code: 'SDXINFO_COLUMN_MISSING',
        sentence: 'node1: sdxinfo: the disk table has no column DEVNAM',
        hint: 'the columns shown are OBJ NAME TYPE CLASS GROUP DEVBLKS DEVCONNECT STATUS; this release of GDS may print a format that Shadowtape does not know',
      },
    ],
  ])('%s', async (_what, fault, words) => {
    scene.lab.faults.set(fault);
    expect(await refusedBeforeJournal(scene)).toMatchObject(words);
    const { sentence, hint } = words as { sentence: string; hint: string };
    expect(await checkOfJobs()).toEqual({ good: false, said: sentence, hint });
  });

  it('may lack a column that is not needed', async () => {
    scene.lab.faults.set('missing-column=SPARE');
    expect(await checkOfJobs()).toMatchObject({ good: true });
  });

  it.each(['FROZEN-2', 'STOPPED'])(
    'shows the unknown volume status %s: it is reported as printed, and refused',
    async (word) => {
      scene.lab.faults.set(`unknown-status=${word}`);
      const rule = `Every status is known: expected known status words, seen volume Volume2 ${word} on node1, volume Volume2 ${word} on node2`;
      const hint =
        'look up the status in the GDS guide. If it is a normal one, report it, and run the backup when sdxinfo shows another status';
      expect(await refusedRun(scene)).toEqual({ code: 'CHECK_FAILED', sentence: `step 3-1: ${rule}`, hint });
      expect(await checkOfJobs()).toEqual({ good: false, said: rule, hint });
    },
  );

  it('shows no class with that name', async () => {
    const change = (site: SiteTree) => void (jobOf(site)['class'] = 'Class7');
    expect(await refusedBeforeJournal(scene, { change })).toMatchObject({
      code: 'SDXINFO_FAILED_ON',
      sentence: 'node1: sdxinfo failed: SDX:sdxinfo: ERROR: Class7: no such class',
      hint: inTheLog('node1'),
    });
  });
});

describe('sdxinfo of the backup server', () => {
  const backupHint =
    'if this line means "no GDS object" on node3, copy it to gds.noObjectsMessage of the site file. Otherwise check /var/opt/FJSVsdx/msglog/sdxservd.log on node3';

  it('is not installed', async () => {
    scene.lab.faults.set('not-found=node3:sdxinfo');
    expect(await refusedRun(scene)).toEqual({
      code: 'SDXINFO_MISSING',
      sentence: 'node3 has no command sdxinfo',
      hint: missingHint,
    });
    const lines = await checkScene(scene);
    expect(lines.filter(({ good }) => !good)).toEqual([
      {
        host: 'node3',
        what: 'commands',
        good: false,
        said: 'not found: sdxinfo',
        hint: 'install them, or set PATH for non-interactive shells',
      },
      {
        host: 'node1',
        what: 'job raw-dd',
        good: false,
        said: 'node3 has no command sdxinfo',
        hint: missingHint,
      },
      {
        host: 'node1',
        what: 'job ufs-tar',
        good: false,
        said: 'node3 has no command sdxinfo',
        hint: missingHint,
      },
    ]);
  });

  it('fails', async () => {
    scene.lab.faults.set('fail=node3:sdxinfo:3');
    expect(await refusedRun(scene)).toEqual({
      code: 'SDXINFO_FAILED_ON_BACKUP',
      sentence: `node3: sdxinfo failed: ${toldToFail}`,
      hint: backupHint,
    });
  });

  it('fails if the server has no object, with words that the site file does not have', async () => {
    scene.lab.faults.set('fail=node3:sdxinfo');
    const change = (site: SiteTree) => Object.assign(site, { gds: { noObjectsMessage: 'no SDX objects' } });
    expect((await refusedRun(scene, { change })).code).toBe('SDXINFO_FAILED_ON_BACKUP');
  });

  it('fails with the words of the site file, and more', async () => {
    scene.lab.faults.set('fail=node3:sdxinfo');
    const noObjectsMessage = 'the lab was told to fail this command';
    const change = (site: SiteTree) => Object.assign(site, { gds: { noObjectsMessage } });
    expect((await refusedRun(scene, { change })).code).toBe('SDXINFO_FAILED_ON_BACKUP');
  });

  it('fails if the server has no object, in the words of the site file: the run succeeds', async () => {
    const { faults } = scene.lab;
    faults.set('fail=node3:sdxinfo');
    const stop = scene.lab.onCommand(({ host, line, phase }) => {
      if (host !== 'node3' || !line.startsWith('sdxshadowdisk -')) return;
      if (phase === 'started' && line.includes(' -M ')) faults.clear('fail=node3:sdxinfo');
      if (phase === 'ended' && line.includes(' -R ')) faults.set('fail=node3:sdxinfo');
    });
    const change = (site: SiteTree) => {
      Object.assign(site, { gds: { noObjectsMessage: toldToFail } });
      jobOf(site)['services'] = 'not-needed';
    };
    const end = await runScene(scene, { change });
    stop();
    expect(end).toMatchObject({
      verdict: 'verified',
      exitStatus: 0,
      stands: ['Volume2: joined to Volume1, in sync', 'node3: no shadow object of Class2'],
    });
    expect(await clusterState(scene)).toEqual(normalState);
  });
});
