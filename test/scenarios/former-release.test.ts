/** State, locks, tape and site file that release 0.1.0 wrote: read, audited, resumed and rolled back by this one. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listTapes, readRun } from '../../src/main/application/console.ts';
import { auditState } from '../../src/main/proof/audit.ts';
import { worstToSign } from '../../src/folds/audit-words.ts';
import { expectNormal } from '../support/deaths.ts';
import { asItLeftThem, formerScene, type FormerScene, type FormerState } from '../support/former-release.ts';
import { openSceneConsole, sha256 } from '../support/lab-run.ts';
import { locksLeft } from '../support/lab-shell.ts';
import { performed } from '../support/performed-command.ts';
import { filesOfTape, firstFileOfTape } from '../support/tap-file.ts';

async function former(which: FormerState) {
  const found = await formerScene(which);
  onTestFinished(() => found.scene.close());
  const { scene, site } = found;
  const args = ['--site', await scene.writeSite(site), '--state', scene.state.path];
  return { ...found, args, run: (...more: string[]) => performed([...args, ...more]) };
}

const program = (args: readonly string[]) => ['shadowtape', ...args].join(' ');

describe('two runs of release 0.1.0 that ended verified', () => {
  it('are listed, searched and audited, their tape is read back and kept, and a changed byte is found', async () => {
    const { scene, folder, site, runs, run } = await former('ended');
    const [files = '', labelled = ''] = runs;
    const listed = (await run('runs')).stdout.split('\n').filter((line) => line !== '');
    expect(listed.map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      [labelled, 'verified'],
      [files, 'verified'],
    ]);
    expect((await run('where', '*', '--json')).stdout).toContain(`"run":"${files}"`);

    const signers = join(folder, 'allowed_signers');
    await writeFile(signers, `backup ${await readFile(join(folder, 'sign.pub'), 'utf8')}`);
    const audited = await run('audit', '--signers', signers);
    expect(audited.stdout).toContain('2 seals, chain intact');
    expect(audited.exitStatus, audited.stdout).toBe(0);

    expect(listTapes(scene.state)).toMatchObject({ tapes: [{ name: 'NIGHTLY-1', run: labelled }] });
    await copyFile(join(folder, 'tape.tap'), scene.lab.tapeFileOf('former'));
    await scene.lab.insertCartridge('former');
    const console = await openSceneConsole(scene, site);
    onTestFinished(() => console.close());
    const abort = new AbortController().signal;
    expect(await console.verify(labelled, abort, () => undefined)).toMatchObject([
      { volume: 'Volume2', bytes: 262_144 },
    ]);
    // It is kept for seven years, by its label.
    const next = await run('run', 'labelled');
    expect(next.stdout).toContain('the tape "NIGHTLY-1" in /dev/rmt/0 on node3 is in retention until 2033-');
    expect(next.exitStatus).toBe(1);
    const [label] = await firstFileOfTape(scene.lab.tapeFileOf('former'));
    expect(label?.toString('latin1')).toContain('NIGHTLY-1');

    const file = scene.state.journalFile(labelled);
    await writeFile(file, (await readFile(file, 'utf8')).replace('"verified"', '"unverified"'));
    expect(worstToSign(await auditState({ state: scene.state }))).toBe('wrong');
  });

  it('are restored from their tape: as an image here, and on the cluster', async () => {
    const { scene, folder, runs, run } = await former('ended');
    const [, labelled = ''] = runs;
    await copyFile(join(folder, 'tape.tap'), scene.lab.tapeFileOf('former'));
    await scene.lab.insertCartridge('former');
    const [, data = []] = await filesOfTape(scene.lab.tapeFileOf('former'));
    const onTape = sha256(Buffer.concat(data));
    const to = join(scene.folder, 'image');
    const image = await run('restore', labelled, '--to', to);
    expect(image.exitStatus, image.stderr).toBe(0);
    expect(sha256(await readFile(to))).toBe(onTape);
    expect((await run('restore', labelled, '--drill')).exitStatus).toBe(0);
    expect(await scene.lab.volumeDigest('Class1', 'Volume1')).not.toBe(onTape);
    let restored: Promise<string> | undefined;
    const stop = scene.lab.onCommand(({ phase, line }) => {
      // Before the services write to it.
      if (phase === 'started' && line.startsWith('mount /app'))
        restored ??= scene.lab.volumeDigest('Class1', 'Volume1');
    });
    const volume = await run('restore', labelled, '--replace', 'Volume1', '--yes').finally(stop);
    expect(volume.exitStatus, volume.stdout + volume.stderr).toBe(0);
    expect(await restored).toBe(onTape);
  });
});

describe.each([
  ['killed', 'console'],
  ['detached', 'server'],
] as const)('a run of release 0.1.0 whose console was %s, route %s', (which, _route) => {
  /** The hosts as that run left them. */
  async function left() {
    const found: FormerScene & Awaited<ReturnType<typeof former>> = await former(which);
    await asItLeftThem(found);
    const folders = JSON.parse(await readFile(join(found.folder, 'folders.json'), 'utf8')) as string[];
    expect(found.scene.lab.world().directories.node3).toEqual(folders);
    return { ...found, name: found.runs[0] ?? '' };
  }

  it('keeps the class locked: that release does not record whether its process is running', async () => {
    const { scene, args, run, name } = await left();
    const locks = locksLeft(scene);
    const next = await run('run', 'raw-dd');
    expect(next.stdout).toContain(`Class1 is locked on node3 by run ${name} of root on console1`);
    expect(next.exitStatus).toBe(1);
    const busy = await run('unwind', name);
    expect(busy.stderr).toContain(`run ${name} is being worked on by root on console1`);
    expect(busy.exitStatus).toBe(1);
    expect(locksLeft(scene)).toEqual(locks);
    expect(scene.lab.world().shadow.volumes).toHaveLength(1);
    const rolledBack = await run('unwind', name, '--take-over-lock');
    expect(rolledBack.exitStatus, `${program(args)}\n${rolledBack.stdout}${rolledBack.stderr}`).toBe(2);
    await expectNormal(scene, name);
  });

  it('is resumed to its verified end', async () => {
    const { scene, run, name } = await left();
    if (which === 'killed') await scene.lab.insertCartridge('tape', { blank: true });
    const resumed = await run('resume', name, '--take-over-lock', '--yes');
    expect(resumed.exitStatus, `${resumed.stdout}${resumed.stderr}`).toBe(0);
    const { events } = await readRun(scene.state, name);
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', verdict: 'verified', exitStatus: 0 });
    await expectNormal(scene, name);
  });
});
