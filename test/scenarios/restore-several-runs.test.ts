/** Volumes with backups in several runs: a restore uses one run, and its hint leads through both. Oracles read the disks. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ask } from '../../src/main/application/console.ts';
import { sceneArguments } from '../support/command-line.ts';
import { jobOf, openSceneConsole, runScene, type SiteTree } from '../support/lab-run.ts';
import { failureOf } from '../support/refusals.ts';
import {
  openRestoreScene,
  RestoreOracle,
  restoreScene,
  restoringCommands,
  type RestoreScene,
} from '../support/restore-run.ts';
import { performed } from '../support/performed-command.ts';

/** A master whose beginning is noise cannot be mounted again. */
const noiseFrom = 1_000_000;

/** A job for the second pair only, on a separate disk. */
function change(site: SiteTree): void {
  const job = jobOf(site, 'three-volumes');
  Object.assign(job, {
    volumes: [{ master: 'Volume3', proxy: 'Volume4' }],
    shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } },
    media: { layout: 'plain' },
    services: { nodes: { node1: { stop: ['umount /data'], resume: ['mount /data'] } } },
  });
}

const asked = (site: SiteTree): void => {
  change(site);
  for (const name of ['raw-dd', 'three-volumes']) jobOf(site, name)['services'] = 'ask';
};

describe('Volume1 and Volume3, each backed up by its own run', () => {
  let scene: RestoreScene;
  let second: string;
  let secondDigest: string;
  const digest = (volume: string) => scene.lab.volumeDigest('Class1', volume);

  beforeAll(async () => {
    scene = await openRestoreScene({}, noiseFrom, { jobs: ['raw-dd', 'three-volumes'] });
    await scene.lab.insertCartridge('second', { blank: true });
    const run = await runScene(scene, { job: 'three-volumes', change });
    expect(run, run.sentence).toMatchObject({ exitStatus: 0 });
    second = run.run;
    const dump = run.events.find((event) => event.type === 'digest' && event.hop === 'handed');
    secondDigest = dump?.type === 'digest' ? (dump.onTapeSha256 ?? '') : '';
    await scene.lab.writeMaster(500_000, randomBytes(100_000), 'Volume3');
    scene = { ...scene, commandsBefore: scene.lab.commands.length };
  });
  afterAll(() => scene.close());

  const commands = () =>
    `shadowtape restore ${scene.backup} --replace Volume1; then shadowtape restore ${second} --replace Volume3`;
  const sentence = () =>
    `a restore takes the volumes of one run, and these are in several: Volume1 in run ${scene.backup}, Volume3 in run ${second}`;

  it('are refused together, before anything is touched; plan says the same', async () => {
    const refused = await failureOf(restoreScene(scene, { replace: ['Volume1', 'Volume3'], change }));
    expect(refused).toMatchObject({ code: 'RESTORE_SEVERAL_RUNS', sentence: sentence() });
    expect(refused.hint).toBe(
      `each run shows another instant, so restore them one after the other: ${commands()}. Services start after each; to keep them stopped until the last, set services: ask in the jobs, and start them yourself`,
    );
    const console = await openSceneConsole(scene, change);
    try {
      const { volumeRestoreService } = console;
      const source = { run: scene.backup, further: [second] };
      expect(await failureOf(volumeRestoreService.plan(source))).toMatchObject(refused);
    } finally {
      await console.close();
    }
    expect(restoringCommands(scene)).toEqual([]);
  });

  it.each([
    ['restore', '--yes', '--replace', 'Volume1', 'Volume3', '--'],
    ['plan', 'restore'],
  ])('are refused on the command line with both runs named: %s', async (...words) => {
    const site = await sceneArguments(scene);
    const { exitStatus, stderr } = await performed([...site, '--trust', ...words, scene.backup, second]);
    expect(exitStatus).toBe(1);
    expect(stderr).toContain(sentence());
    // Each command has the options that lead to this site.
    expect(stderr).toMatch(
      new RegExp(`restore ${scene.backup} --replace Volume1; then .* restore ${second} --replace Volume3\\.`),
    );
    expect(restoringCommands(scene)).toEqual([]);
  });

  it('keep their own refusals if another run, or no run, is meant', async () => {
    const other = await failureOf(restoreScene(scene, { replace: ['Volume3'], change }));
    expect(other.code).toBe('RESTORE_NOT_CONFIRMED');
    const none = await failureOf(restoreScene(scene, { replace: ['Volume1', 'Volume5'], change }));
    expect(none.code).toBe('RESTORE_REPLACES_FEWER');
    expect(restoringCommands(scene)).toEqual([]);
  });

  it('are restored one after the other as the hint says, the services stopped until both are', async () => {
    const { lab } = scene;
    const mounted = () => lab.world().mounts.node1.map(({ directory }) => directory);
    expect(mounted()).toEqual(expect.arrayContaining(['/app', '/data']));
    for (const folder of ['/app', '/data']) await lab.type('node1', `umount ${folder}`);
    const answers: string[] = [];
    const ask: Ask = ({ id, choices }) => {
      answers.push(id);
      return Promise.resolve({ choice: choices[0]?.id ?? '', by: 'marion' });
    };
    for (const [run, master, tape] of [
      [scene.backup, 'Volume1', 'tape'],
      [second, 'Volume3', 'second'],
    ] as const) {
      await lab.insertCartridge(tape);
      const oracle = new RestoreOracle({ ...scene, master, noiseDigest: await digest(master) });
      const end = await restoreScene(scene, {
        ...{ run, replace: [master], change: asked, ask, approveVerified: false },
        onEvent: oracle.hear,
      });
      expect(end.error?.message).toBeUndefined();
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, hasLocks: false });
      expect(await oracle.wrong()).toEqual([]);
      expect(mounted().filter((folder) => ['/app', '/data'].includes(folder))).toEqual([]);
    }
    const each = ['approve-overwrite', 'approve-replace', 'services-stopped', 'services-resumed'];
    expect(answers).toEqual([...each, ...each]);
    expect(await Promise.all(['Volume1', 'Volume3'].map(digest))).toEqual([scene.backupDigest, secondDigest]);
    expect(
      lab
        .world()
        .pairs.slice(0, 2)
        .map(({ proxy }) => proxy.state),
    ).toEqual(['Join', 'Join']);
  });
});
