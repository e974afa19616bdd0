/**
 * A drill reads a whole backup from its tapes, compares it, and writes nothing; the history then shows when the backup
 * was last verified.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReportService } from '../../src/main/application/console.ts';
import { History } from '../../src/main/history/history.ts';
import { withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  type Scene,
} from '../support/lab-run.ts';
import { openRestoreScene, restoreScene } from '../support/restore-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { sceneArguments } from '../support/command-line.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
let run: string;

const change = withJob({ media: { layout: 'labelled' } }, 'three-volumes');

beforeAll(async () => {
  scene = await openScene({ jobs: ['three-volumes'] });
  const end = await runScene(scene, { job: 'three-volumes', change });
  expect(end.exitStatus, end.sentence).toBe(0);
  ({ run } = end);
});
afterAll(() => scene.close());

async function drill(volume?: string) {
  const console = await openSceneConsole(scene, change);
  try {
    return await console.fileRestoreService.drill(
      { run, volume },
      { abort: new AbortController().signal, ask: undefined, onProgress: () => undefined },
    );
  } finally {
    await console.close();
  }
}

async function lineOfRun() {
  const history = new History(scene.state);
  try {
    const { lines } = await history.search({ query: '', limit: 10 });
    return lines.find((line) => line.run === run);
  } finally {
    await history.close();
  }
}

describe('a drill', () => {
  it('reads each volume of the run and names it in the history', async () => {
    const sent = scene.lab.commands.length;
    const one = await drill('Volume4');
    expect(one).toMatchObject({ exitStatus: 0, volumes: [{ volume: 'Volume4' }], level: 'read' });
    expect((await lineOfRun())?.drilled).toMatchObject({ volumes: ['Volume4'], level: 'read' });
    const all = await drill();
    expect(all.volumes.map(({ volume }) => volume)).toEqual(['Volume2', 'Volume4', 'Volume6']);
    expect((await lineOfRun())?.drilled).toEqual({
      at: expect.any(String) as string,
      level: 'read',
    });
    const lines = scene.lab.commands.slice(sent).map(({ line }) => line);
    expect(lines.filter((line) => /sdx|of=|umount/.test(line))).toEqual([]);
    expect(await clusterState(scene)).toEqual(normalState);
    expect(locksLeft(scene)).toEqual([]);
  });

  it('is shown by show', async () => {
    const { stdout } = await performed(['--state', scene.state.path, 'show', run]);
    expect(stdout).toMatch(
      /^Volume2, Volume4, Volume6 proven restorable \d{4}-\d\d-\d\d \d\d:\d\d UTC by a drill \(read from tape and compared, not restored\)$/m,
    );
    const json = await performed(['--state', scene.state.path, 'show', run, '--json']);
    expect(JSON.parse(json.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'drilled',
      level: 'read',
    });
    const report = new ReportService(scene.state);
    expect(JSON.stringify((await report.document(run)).sections)).toContain(
      'read from tape and compared, not restored',
    );
  });

  it('of a tape mismatch exits 4, and leaves the last verification as it was', async () => {
    const before = (await lineOfRun())?.drilled;
    const file = scene.lab.tapeFile;
    await scene.lab.ejectCartridge();
    const bytes = await readFile(file);
    const spoilt = Buffer.from(bytes);
    spoilt[300_000] = (spoilt[300_000] ?? 0) ^ 1;
    await writeFile(file, spoilt);
    await scene.lab.insertCartridge('tape');
    const end = await drill();
    expect(end).toMatchObject({ exitStatus: 4, volumes: [], error: { code: 'RESTORE_TAPE_DIFFERS' } });
    expect(end.level).toBeUndefined();
    expect((await lineOfRun())?.drilled).toEqual(before);
    expect((await readdir(scene.state.restoresFolder)).every((name) => name.endsWith('-drill.ndjson'))).toBe(
      true,
    );
    await scene.lab.ejectCartridge();
    await writeFile(file, bytes);
    await scene.lab.insertCartridge('tape');
  });

  it('of 0.1.0 does not say its level: nothing is said of it', async () => {
    const restores = scene.state.restoresFolder;
    for (const name of await readdir(restores)) {
      const file = join(restores, name);
      await writeFile(file, (await readFile(file, 'utf8')).replaceAll(',"level":"read"', ''));
    }
    const { stdout } = await performed(['--state', scene.state.path, 'show', run]);
    expect(stdout).toMatch(/^Volume2, Volume4, Volume6 proven restorable [-\d: ]+ UTC by a drill$/m);
    expect((await lineOfRun())?.drilled).toEqual({ at: expect.any(String) as string });
    const { sections } = await new ReportService(scene.state).document(run);
    expect(JSON.stringify(sections)).toContain('Last drill');
    expect(JSON.stringify(sections)).not.toContain('read from tape and compared');
  });

  it('of another tape proves nothing', async () => {
    await scene.lab.insertCartridge('another');
    const end = await drill();
    expect(end).toMatchObject({ exitStatus: 1, volumes: [], error: { code: 'TAPE_IS_ANOTHER' } });
    await scene.lab.insertCartridge('tape');
  });
});

describe('a drill of the latest run, which is a restore', () => {
  it('names the newest backup of its job that can be read, and that is drilled', async () => {
    const restored = await openRestoreScene();
    try {
      const end = await restoreScene(restored);
      expect(end.exitStatus, end.sentence).toBe(0);
      const words = await sceneArguments(restored);
      const sent = restored.lab.commands.length;
      const refused = await performed([...words, 'restore', 'latest', '--drill']);
      expect(refused.exitStatus).toBe(1);
      expect(refused.stderr).toContain(`run ${end.run} is a restore, and a drill reads a backup\n`);
      const [, backup = ''] = /^ {2}hint: .*restore (\S+) --drill$/m.exec(refused.stderr) ?? [];
      expect(backup).toBe(restored.backup);
      expect(restored.lab.commands.slice(sent)).toEqual([]);
      const obeyed = await performed([...words, 'restore', backup, '--drill']);
      expect(obeyed.exitStatus, obeyed.stderr).toBe(0);
    } finally {
      await restored.close();
    }
  });
});
