/**
 * A backup records how its file system was made, from the host's own tool, and a restore shows it next to the command that makes a new one.
 * The oracle asks the master on the cluster.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { factsOf } from '../../src/main/report/document/report-source.ts';
import { restoreListing } from '../../src/main/report/document/how-to-restore.ts';
import { withJob } from '../support/failures.ts';
import { formerScene } from '../support/former-release.ts';
import { openScene, openSceneConsole, runScene, type Scene, type SceneRun } from '../support/lab-run.ts';
import { onHost } from '../support/lab-shell.ts';
import { dyingRun, recoverScene } from '../support/mortal-console.ts';
import { openRestoreScene, restoreScene } from '../support/restore-run.ts';

let scene: Scene;
afterEach(() => scene.close());

const madeIn = ({ events }: Pick<SceneRun, 'events'>) =>
  events.filter((event) => event.type === 'file-system-made');

/** What a report has below the lines that restore: how each file system was made. */
function shownBy(events: SceneRun['events']): string[] {
  const facts = factsOf({ run: 'run', events, journalHash: '' });
  return restoreListing(facts).flatMap((block) =>
    block.kind === 'facts'
      ? block.rows.map(({ name, value }) => `${name}: ${value.map(({ text }) => text).join('')}`)
      : [],
  );
}

const raw = (of: 'Class1' | 'Class2', volume: string) => `/dev/sfdsk/${of}/rdsk/${volume}`;

/** What mkfs prints of the master on node1, with the name of the shadow's device. */
const asMade = async (): Promise<string> =>
  (await onHost(scene, 'node1', ['mkfs', '-F', 'ufs', '-m', raw('Class1', 'Volume1')]))
    .trim()
    .replace(raw('Class1', 'Volume1'), raw('Class2', 'Volume2'));

/** The file system of the master is made again, empty, with an unusual number of inodes. */
const remade = () =>
  onHost(
    scene,
    'node1',
    ['umount', '/app'],
    ['newfs', '-i', '6144', raw('Class1', 'Volume1')],
    ['mount', '/app'],
  );

describe('a backup of a file system', () => {
  it.each(['ufs-tar', 'ufsdump'])('of job %s records the command line that made the ufs', async (job) => {
    scene = await openScene({ jobs: ['ufs-tar', 'ufsdump'] });
    await remade();
    const end = await runScene(scene, { job });
    expect(end.exitStatus, end.sentence).toBe(0);
    const text = await asMade();
    expect(text).toMatch(/^mkfs -F ufs -o nsect=\d+,.*,nbpi=6144,/);
    expect(madeIn(end)).toMatchObject([
      { volume: 'Volume2', host: 'node3', fileSystem: 'ufs', tool: 'mkfs', text },
    ]);
    expect(shownBy(end.events)).toEqual([`File system of Volume2: ${text}`]);
  });

  it('lists the query in its plan, and sends it once, to the raw device of the shadow', async () => {
    scene = await openScene({ jobs: ['ufs-tar'] });
    const console = await openSceneConsole(scene);
    const plan = await console.plan({ job: 'ufs-tar' }).finally(() => console.close());
    const line = `mkfs -F ufs -m ${raw('Class2', 'Volume2')}`;
    const holding = plan.steps.filter(({ after = [] }) => after.some((command) => command.line === line));
    expect(holding.map(({ step }) => step)).toEqual(['6b-1']);
    expect((await runScene(scene, { job: 'ufs-tar' })).exitStatus).toBe(0);
    const sent = scene.lab.commands.filter((command) => command.line.includes('mkfs'));
    expect(sent.map((command) => `${command.host} ${command.line}`)).toEqual([`node3 ${line}`]);
  });

  it('of sfxfs records nothing, since no command is known that shows it', async () => {
    scene = await openScene({ jobs: ['sfxfs-tar'] });
    const end = await runScene(scene, { job: 'sfxfs-tar' });
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(madeIn(end)).toEqual([]);
    expect(shownBy(end.events)).toEqual(['File system of Volume4: how it was made is not recorded']);
  });

  it('on Linux records the superblock, with the number of inodes', async () => {
    scene = await openScene({ platform: 'linux', jobs: ['ext3-tar'] });
    const end = await runScene(scene, { job: 'ext3-tar' });
    expect(end.exitStatus, end.sentence).toBe(0);
    const [made] = madeIn(end);
    const device = '/dev/sfdsk/Class1/dsk/Volume1';
    expect(made).toMatchObject({ volume: 'Volume2', fileSystem: 'ext3', tool: 'dumpe2fs' });
    expect(made?.text).toBe((await onHost(scene, 'node1', ['dumpe2fs', '-h', device])).trim());
    expect(shownBy(end.events)).toEqual([
      expect.stringMatching(
        /^File system of Volume2: Filesystem features: .*; Inode count: \d+; Block count: \d+; /,
      ),
    ]);
  });
});

describe('a backup is verified, and records nothing,', () => {
  it.each([
    ['where the tool is not installed', 'not-found=node3:mkfs'],
    ['where the tool fails', 'fail=node3:mkfs'],
    ['where the tool prints nothing', 'ignore=node3:mkfs'],
    ['where the tool does not end', 'hang=node3:mkfs'],
    ['where the end of the answer does not arrive', 'cut-once=node3:mkfs'],
  ])('%s', async (_what, fault) => {
    scene = await openScene({ jobs: ['ufs-tar'] });
    scene.lab.faults.set(fault);
    const end = await runScene(scene, {
      job: 'ufs-tar',
      change: withJob({ timeLimits: { '6b-1': '5 seconds' } }, 'ufs-tar'),
    });
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(madeIn(end)).toEqual([]);
    expect(end.events.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(scene.lab.commands.filter(({ line }) => line.includes('mkfs')).length).toBeLessThanOrEqual(1);
    expect(shownBy(end.events)).toEqual(['File system of Volume2: how it was made is not recorded']);
  });

  it('where the connection drops while the tool works', async () => {
    scene = await openScene({ jobs: ['ufs-tar'] });
    const stop = scene.lab.onCommand(({ phase, line, host }) => {
      if (phase === 'started' && line.includes('mkfs')) scene.lab.breakConnections(host);
    });
    const end = await runScene(scene, { job: 'ufs-tar' });
    stop();
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(madeIn(end)).toEqual([]);
    expect(scene.lab.commands.filter(({ line }) => line.includes('mkfs'))).toHaveLength(1);
  });
});

it.each(['sent', 'answered'] as const)(
  'a console that dies before the query is %s is followed by one that asks again',
  async (moment) => {
    scene = await openScene({ jobs: ['ufs-tar'] });
    let asked = false;
    const { run } = await dyingRun(scene, 'ufs-tar', (event) => {
      if (event.type === 'intent' && event.argv[0] === 'mkfs') {
        asked = true;
        return moment === 'sent' ? 'after' : undefined;
      }
      return asked && event.type === 'outcome' ? 'before' : undefined;
    });
    const end = await recoverScene(scene, 'resume', run);
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    const { events } = await readRun(scene.state, run);
    expect(madeIn({ events }).map(({ text }) => text)).toEqual([await asMade()]);
  },
);

describe('the plan of a restore', () => {
  /** What it says next to the command that makes the new file system. */
  async function notes(
    run: string,
    change?: Parameters<typeof openSceneConsole>[1],
  ): Promise<readonly string[]> {
    const console = await openSceneConsole(scene, change);
    const plan = await console.volumeRestoreService.plan({ run }).finally(() => console.close());
    return plan.steps.find(({ step }) => step === 'make-file-system')?.notes ?? [];
  }
  const notRecorded = 'how the file system of the backup was made is not recorded';

  it('shows how the file system was made, and the site makes the new one alike', async () => {
    const set = { restore: { makeFileSystem: { ufs: 'newfs -i 2048' } } };
    const restoring = await openRestoreScene(set, 0, { job: 'ufs-tar', blocks: 8192 });
    scene = restoring;
    const [note = ''] = await notes(restoring.backup, restoring.change);
    expect(note).toMatch(/^the file system of the backup was made with: mkfs -F ufs -o .*,nbpi=2048,/);
    const end = await restoreScene(restoring);
    expect(end.exitStatus, end.sentence).toBe(0);
    expect(note.endsWith(await asMade())).toBe(true);
    const [start] = end.events;
    expect(start).toMatchObject({ restore: { volumes: [{ made: await asMade() }] } });
    expect(madeIn(end)).toEqual([]);
  });

  it('says that it is not recorded where the backup has no record of it', async () => {
    const restoring = await openRestoreScene({}, 0, {
      job: 'ufs-tar',
      blocks: 8192,
      faults: ['fail=node3:mkfs'],
    });
    scene = restoring;
    expect(await notes(restoring.backup, restoring.change)).toEqual([notRecorded]);
  });

  it('says so of a backup of 0.1.0, too', async () => {
    const former = await formerScene('ended');
    scene = former.scene;
    expect(await notes(former.runs[0] ?? '', former.site)).toEqual([notRecorded]);
  });
});
