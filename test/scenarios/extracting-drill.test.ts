/**
 * A drill that extracts a backup into a scratch folder: the folder holds what the volume held while the tape is read, and
 * is gone at the end.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReportService, type DrillResult } from '../../src/main/application/console.ts';
import { drillsMade, provenDrills } from '../../src/main/journal/drill-records.ts';
import { restoreLines } from '../../src/main/history/restore-records.ts';
import { restoreSentence } from '../../src/folds/restore/restore-outcome.ts';
import { flipped } from '../support/changed-tape.ts';
import { sceneArguments, startCommand } from '../support/command-line.ts';
import { withJob } from '../support/failures.ts';
import {
  clusterState,
  filesOfVolume,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { fillers, fillUp, locksLeft, onHost } from '../support/lab-shell.ts';
import { performed } from '../support/performed-command.ts';
import { failureOf } from '../support/refusals.ts';
import { filesOfTape } from '../support/tap-file.ts';

const tools = { ufsdump: 'ufsrestore', sfxdump: 'sfxrestore' } as const;
/** A raw device, archives and dumps of both file systems. */
const jobs = ['raw-dd', 'ufs-tar', 'ufsdump', 'sfxfs-tar', 'sfxdump'] as const;
type Job = (typeof jobs)[number];

let scene: Scene;
const runs = new Map<Job, string>();
/** SHA-256 of each file of the volume by its path; of the image by the empty path. */
const wanted = new Map<Job, Readonly<Record<string, string>>>();

const change = (site: SiteTree): void => {
  for (const job of jobs) withJob({ verify: { fingerprint: 2, readback: true } }, job)(site);
};
const runOf = (job: Job): string => runs.get(job) ?? '';

beforeAll(async () => {
  scene = await openScene({ blocks: 4096, jobs: [...jobs] });
  for (const job of jobs) {
    await scene.lab.insertCartridge(job, { blank: true });
    const end = await runScene(scene, { job, change });
    expect(end.exitStatus, end.sentence).toBe(0);
    runs.set(job, end.run);
    const [records = []] = await filesOfTape(scene.lab.tapeFileOf(job));
    const volume = job.startsWith('sfx') ? 'Volume3' : 'Volume1';
    wanted.set(
      job,
      job === 'raw-dd'
        ? { '': sha256(Buffer.concat(records)) }
        : await filesOfVolume(scene.lab, 'Class1', volume),
    );
  }
  await onHost(
    scene,
    'node1',
    ['mkdir', '/var/tmp/drills'],
    ['sh', '-c', 'echo kept > /var/tmp/drills/kept'],
  );
});
afterAll(() => scene.close());

async function drill(
  job: Job,
  to: string | undefined,
  abort = new AbortController().signal,
): Promise<DrillResult> {
  await scene.lab.insertCartridge(job);
  const console = await openSceneConsole(scene, change);
  try {
    return await console.fileRestoreService.drill(
      { run: runOf(job), to },
      { abort, ask: undefined, onProgress: () => undefined },
    );
  } finally {
    await console.close();
  }
}

const folderHere = (): Promise<string> => mkdtemp(join(scene.folder, 'drills-'));

/** SHA-256 of each file below a folder of this computer. */
async function filesHere(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const pairs = files.map(
    async (file) => [file.slice(folder.length + 1), sha256(await readFile(file))] as const,
  );
  return Object.fromEntries(await Promise.all(pairs));
}

/** Of one file of the host. */
const digestOn = async (path: string): Promise<string> =>
  (await onHost(scene, 'node1', ['digest', '-a', 'sha256', path])).trim();

const namesOn = async (folder: string): Promise<string[]> =>
  (await onHost(scene, 'node1', ['ls', folder])).split('\n').filter((name) => name !== '');

/** What the scratch folder holds at the last command before it is removed: the tape is rewound by then. */
async function atRemoval<Value, End = DrillResult>(
  isRemoval: (line: string) => boolean,
  look: () => Promise<Value | undefined>,
  work: () => Promise<End>,
): Promise<{ readonly seen: Value | undefined; readonly end: End }> {
  let seen: Value | undefined;
  const stop = scene.lab.onCommand(async ({ phase, line }) => {
    if (phase === 'started' && isRemoval(line)) seen = (await look()) ?? seen;
  });
  const end = await work().finally(stop);
  return { seen, end };
}

const rewinds = (line: string): boolean => line.includes('rewind');

/** Puts a file of somebody else into the scratch folder. @returns its name, once files are extracted there */
async function putTheirs(folder: string, path: string): Promise<string | undefined> {
  const [scratch] = await readdir(folder);
  if (scratch === undefined || !existsSync(join(folder, scratch, 'files'))) return undefined;
  await writeFile(join(folder, scratch, path), 'theirs');
  return scratch;
}

describe('a drill on this computer', () => {
  it.each(['raw-dd', 'ufs-tar', 'sfxfs-tar'] as const)(
    'extracts the backup of %s into a new folder that nobody else enters, and removes it',
    async (job) => {
      const folder = await folderHere();
      await writeFile(join(folder, 'kept'), 'kept');
      const look = async () => {
        const scratch = (await readdir(folder)).find((name) => name.startsWith('shadowtape-drill-'));
        if (scratch === undefined) return undefined;
        const { mode } = await stat(join(folder, scratch));
        return { mode: mode & 0o777, files: await filesHere(join(folder, scratch)) };
      };
      const { seen, end } = await atRemoval(rewinds, look, () => drill(job, folder));
      expect(end, end.error?.message).toMatchObject({ exitStatus: 0, level: 'extracted', notes: [] });
      const own = Object.entries(wanted.get(job) ?? {});
      const expected = own.map(([path, digest]) => [job === 'raw-dd' ? 'image' : `files/${path}`, digest]);
      expect(seen?.mode).toBe(0o700);
      // An image gets its name once it is compared, which is after the tape is rewound.
      const found = Object.entries(seen?.files ?? {}).map(([path, digest]) => [
        path.replace(/^image\..*/, 'image'),
        digest,
      ]);
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
      expect(await readdir(folder)).toEqual(['kept']);
      expect(await clusterState(scene)).toEqual(normalState);
      expect(locksLeft(scene)).toEqual([]);
    },
  );

  it('says its level on the command line, in JSON and in the history', async () => {
    const folder = await folderHere();
    await scene.lab.insertCartridge('ufs-tar');
    const words = await sceneArguments(scene);
    const end = await performed([...words, 'restore', runOf('ufs-tar'), '--drill', '--to', folder]);
    expect(end.exitStatus, end.stderr).toBe(0);
    expect(end.stdout).toContain(
      'level: read from tape and compared, extracted into a scratch folder, not restored',
    );
    expect(end.stdout).toMatch(/^extracted: \d+ entries of Volume2(; links|$)/m);
    expect(end.stdout).toContain(`removed again: the scratch folder below ${folder}\n`);
    const json = await performed([
      ...words,
      'restore',
      runOf('ufs-tar'),
      '--drill',
      '--to',
      folder,
      '--json',
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      exitStatus: 0,
      level: 'extracted',
      volumes: [{ volume: 'Volume2', extracted: { entries: expect.any(Number) as number } }],
    });
    expect(await readdir(folder)).toEqual([]);
    const shown = await performed(['--state', scene.state.path, 'show', runOf('ufs-tar')]);
    expect(shown.stdout).toMatch(
      /proven restorable [-\d]+ [\d:]+ UTC by a drill \(read from tape and compared, extracted into a scratch folder, not restored\)/,
    );
    expect(provenDrills(scene.state.restoresFolder).get(runOf('ufs-tar'))?.level).toBe('extracted');
    const [summary] = (await new ReportService(scene.state).document(runOf('ufs-tar'))).sections;
    expect(JSON.stringify(summary)).toMatch(
      /"Last drill",.*: read from tape and compared, extracted into a scratch folder, not restored"/,
    );
  });

  it('keeps a file that it did not write, names it, and is proven nevertheless', async () => {
    const folder = await folderHere();
    const put = () => putTheirs(folder, 'files/theirs');
    const { seen: scratch = '', end } = await atRemoval(rewinds, put, () => drill('ufs-tar', folder));
    expect(end).toMatchObject({ exitStatus: 2, level: 'extracted', error: { code: 'DRILL_SCRATCH_LEFT' } });
    expect(end.error?.message).toBe(
      `the scratch folder ${join(folder, scratch)} of the drill may still exist: it holds files/theirs, which the drill did not write`,
    );
    expect(await filesHere(join(folder, scratch))).toEqual({ 'files/theirs': sha256(Buffer.from('theirs')) });
    expect(provenDrills(scene.state.restoresFolder).get(runOf('ufs-tar'))?.level).toBe('extracted');
  });

  it('does not say on the command line that its folder was removed while that holds a file of others', async () => {
    const folder = await folderHere();
    const put = () => putTheirs(folder, 'theirs');
    const words = await sceneArguments(scene);
    const { seen: scratch = '', end } = await atRemoval(rewinds, put, () =>
      performed([...words, 'restore', runOf('ufs-tar'), '--drill', '--to', folder]),
    );
    expect(end.exitStatus).toBe(2);
    expect(end.stdout).toMatch(/^extracted: \d+ entries of Volume2/m);
    expect(end.stdout).not.toContain('removed');
    expect(end.stderr).toContain(
      `the scratch folder ${join(folder, scratch)} of the drill may still exist: it holds theirs, which the drill did not write`,
    );
    expect(await filesHere(join(folder, scratch))).toEqual({ theirs: sha256(Buffer.from('theirs')) });
  });

  it('that is canceled removes its folder', async () => {
    const folder = await folderHere();
    const cancel = new AbortController();
    const stopAt = async () => {
      const isExtracted = (await readdir(folder, { recursive: true })).some((path) =>
        path.includes('files/'),
      );
      if (isExtracted) cancel.abort();
    };
    const { end } = await atRemoval(rewinds, stopAt, () => drill('ufs-tar', folder, cancel.signal));
    expect(end).toMatchObject({ exitStatus: 1, volumes: [], error: { code: 'DRILL_CANCELLED' } });
    expect(end.level).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['raw-dd', 'RESTORE_TAPE_DIFFERS'],
    ['ufs-tar', 'RESTORE_READ_FAILED'],
  ] as const)('of a tape mismatch of %s exits 4, and removes its folder', async (job, code) => {
    const folder = await folderHere();
    const tape = scene.lab.tapeFileOf(job);
    const bytes = await readFile(tape);
    await scene.lab.insertCartridge('another');
    await writeFile(tape, flipped(Buffer.from(bytes), job === 'raw-dd' ? 100_000 : undefined));
    const end = await drill(job, folder);
    await scene.lab.insertCartridge('another');
    await writeFile(tape, bytes);
    expect(end).toMatchObject({ exitStatus: 4, volumes: [], error: { code } });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a drill on a host', () => {
  const place = 'node1:/var/tmp/drills';
  const removes = (line: string): boolean => line.includes('rm -rf');

  it.each(jobs)('extracts the backup of %s into a new folder, and removes it', async (job) => {
    const files = Object.keys(wanted.get(job) ?? {});
    const look = async () => {
      const scratch = (await namesOn('/var/tmp/drills')).find((name) => name !== 'kept') ?? '';
      const paths = files.map((path) => (path === '' ? 'image' : `files/${path}`));
      const digests = paths.map((path) => digestOn(`/var/tmp/drills/${scratch}/${path}`));
      const all = await Promise.all(digests);
      return Object.fromEntries(files.map((path, index) => [path, all[index]]));
    };
    const { seen, end } = await atRemoval(removes, look, () => drill(job, place));
    expect(end, end.error?.message).toMatchObject({ exitStatus: 0, level: 'extracted' });
    expect(seen).toEqual(wanted.get(job));
    expect(await namesOn('/var/tmp/drills')).toEqual(['kept']);
    expect(await onHost(scene, 'node1', ['cat', '/var/tmp/drills/kept'])).toBe('kept\n');
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('of a backup that cannot be extracted reads its tape nevertheless, and exits 2', async () => {
    scene.lab.faults.set('fail-once=node1:ufsrestore');
    const end = await drill('ufsdump', place);
    expect(end).toMatchObject({ exitStatus: 2, level: 'read', volumes: [{ volume: 'Volume2' }] });
    expect(end.error).toMatchObject({ code: 'COMMAND_FAILED' });
    expect(scene.lab.faults.list()).toEqual([]);
    expect(provenDrills(scene.state.restoresFolder).get(runOf('ufsdump'))?.level).toBe('read');
    expect(await namesOn('/var/tmp/drills')).toEqual(['kept']);
  });

  it('leaves a folder into which somebody has put something', async () => {
    let scratch = '';
    const put = async () => {
      scratch = (await namesOn('/var/tmp/drills')).find((name) => name !== 'kept') ?? '';
      await onHost(scene, 'node1', ['sh', '-c', `echo theirs > /var/tmp/drills/${scratch}/files/theirs`]);
    };
    const { end } = await atRemoval(
      (line) => line.includes('exec tar cf -'),
      put,
      () => drill('ufs-tar', place),
    );
    expect(end.error?.message).toBe(
      `the scratch folder node1:/var/tmp/drills/${scratch} of the drill may still exist: it holds ./theirs, which the drill did not write`,
    );
    expect(end).toMatchObject({ exitStatus: 2, level: 'extracted' });
    const theirs = `/var/tmp/drills/${scratch}/files/theirs`;
    expect(await onHost(scene, 'node1', ['cat', theirs])).toBe('theirs\n');
    await onHost(scene, 'node1', ['rm', '-r', `/var/tmp/drills/${scratch}`]);
  });

  it('does not remove a folder on which a file system is mounted', async () => {
    let scratch = '';
    const mount = async () => {
      scratch = (await namesOn('/var/tmp/drills')).find((name) => name !== 'kept') ?? '';
      await onHost(
        scene,
        'node1',
        ['umount', '/home'],
        ['mount', '-F', 'ufs', '/dev/sfdsk/Class1/dsk/Volume5', `/var/tmp/drills/${scratch}/files`],
      );
    };
    const sent: string[] = [];
    const stop = scene.lab.onCommand(({ phase, line }) => void (phase === 'started' && sent.push(line)));
    const isLook = (line: string): boolean => /cat \/etc\/mnttab$/.test(line);
    const { end } = await atRemoval(isLook, mount, () => drill('ufs-tar', place)).finally(stop);
    expect(end).toMatchObject({ exitStatus: 2, error: { code: 'DRILL_SCRATCH_LEFT' } });
    expect(end.error?.message).toContain('/dev/sfdsk/Class1/dsk/Volume5 is mounted there');
    expect(sent.filter(removes)).toEqual([]);
    await onHost(
      scene,
      'node1',
      ['umount', `/var/tmp/drills/${scratch}/files`],
      ['mount', '/home'],
      ['rm', '-r', `/var/tmp/drills/${scratch}`],
    );
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('whose console is killed names its folder, and the next drill does, too', async () => {
    await scene.lab.insertCartridge('ufs-tar');
    const command = startCommand([
      ...(await sceneArguments(scene)),
      'restore',
      runOf('ufs-tar'),
      ...['--drill', '--to', place],
    ]);
    const stop = scene.lab.onCommand(async ({ phase, line }) => {
      if (phase !== 'started' || !line.includes('exec tar cf -')) return;
      command.process.kill('SIGKILL');
      await command.end;
    });
    const { exitStatus } = await command.end.finally(stop);
    expect(exitStatus).toBe(null);
    const scratch = (await namesOn('/var/tmp/drills')).find((name) => name !== 'kept') ?? '';
    const killed = (await restoreLines(scene.state, new Set(), 10)).find(
      ({ kind, finishedAt }) => kind === 'drill' && finishedAt === undefined,
    );
    expect(killed && restoreSentence(killed)).toBe(
      `it has no end: it runs in another process, or was interrupted; its scratch folder node1:/var/tmp/drills/${scratch} may still exist`,
    );
    const before = drillsMade(scene.state.restoresFolder).length;
    const next = await drill('ufs-tar', place);
    expect(next).toMatchObject({ exitStatus: 0, level: 'extracted' });
    expect(next.notes).toEqual([
      `An earlier drill has no end, and its scratch folder node1:/var/tmp/drills/${scratch} still exists. Remove it if that drill is not running`,
    ]);
    expect(drillsMade(scene.state.restoresFolder)).toHaveLength(before + 1);
    expect((await namesOn('/var/tmp/drills')).sort()).toEqual(['kept', scratch].sort());
    await onHost(scene, 'node1', ['rm', '-r', `/var/tmp/drills/${scratch}`]);
    expect((await drill('ufs-tar', place)).notes).toEqual([]);
  });
});

describe('a drill is refused before anything is touched', () => {
  async function refusal(job: Job, to: string) {
    const sent = scene.lab.commands.length;
    const error = await failureOf(drill(job, to));
    const lines = scene.lab.commands.slice(sent).map(({ line }) => line);
    expect(lines.filter((line) => /mkdir|mt -f|dd /.test(line))).toEqual([]);
    return { code: error.code, message: error.sentence };
  }

  it('where the folder does not exist, is a file, or is a device', async () => {
    const folder = await folderHere();
    await writeFile(join(folder, 'file'), '');
    const unusable = (target: string, reason: string) => ({
      code: 'RESTORE_TARGET_UNUSABLE',
      message: `nothing can be restored to ${target}: ${reason}`,
    });
    const missing = join(folder, 'missing');
    expect(await refusal('ufs-tar', missing)).toEqual(unusable(missing, `${missing} is not a folder`));
    const file = join(folder, 'file');
    expect(await refusal('ufs-tar', file)).toEqual(unusable(file, `${file} is not a folder`));
    expect(await refusal('ufs-tar', 'node1:/var/tmp/none')).toEqual(
      unusable('node1:/var/tmp/none', '/var/tmp/none is not a folder'),
    );
    expect(await refusal('raw-dd', 'node1:/dev/rdsk/c2t0d0s0')).toEqual(
      unusable('node1:/dev/rdsk/c2t0d0s0', 'a drill extracts into a folder, not to a device'),
    );
  });

  it.each(['ufsdump', 'sfxdump'] as const)('where this computer cannot read the dump of %s', async (job) => {
    const folder = await folderHere();
    expect(await refusal(job, folder)).toEqual({
      code: 'DRILL_NEEDS_HOST',
      message: `a drill cannot extract this backup below ${folder}: only ${tools[job]} reads it`,
    });
  });

  it('where the host has too little space', async () => {
    await fillUp(scene.lab, 'node1');
    expect((await refusal('ufs-tar', 'node1:/var/tmp/drills')).code).toBe('RESTORE_NO_SPACE');
    await onHost(scene, 'node1', ['rm', ...fillers]);
  });

  it('where the host is none of the site', async () => {
    expect((await refusal('ufs-tar', 'node9:/var/tmp')).code).toBe('RESTORE_HOST_UNKNOWN');
  });
});
