/** identify, label, tapes and drive-check, as a user types them. */
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sceneArguments } from '../support/command-line.ts';
import { withJob } from '../support/failures.ts';
import { openScene, runScene, sha256, type Scene } from '../support/lab-run.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
let site: string[];
beforeEach(async () => {
  await open();
});
afterEach(() => scene.close());

async function open(faults: readonly string[] = []): Promise<void> {
  scene = await openScene({ blocks: 4096, faults });
  site = [...(await sceneArguments(scene)), '--trust'];
}

const run = async (...args: string[]) => {
  const { exitStatus, stdout, stderr } = await performed([...site, ...args]);
  return { exitStatus, stdout, stderr: stderr.replace(/^node3 .* accepted \(--trust\)\n/gm, '') };
};
const tapeBytes = async () => sha256(await readFile(scene.lab.tapeFile).catch(() => Buffer.alloc(0)));
const today = () => new Date().toISOString().slice(0, 10);

describe('identify', () => {
  it('says that a tape is blank', async () => {
    expect(await run('identify')).toEqual({
      exitStatus: 0,
      stdout: 'tape in /dev/rmt/0 on node3: blank\n',
      stderr: '',
    });
  });

  it('shows the contents of somebody else’s tape, and leaves it unchanged', async () => {
    await scene.close();
    await open(['tape-not-blank']);
    const before = await tapeBytes();
    expect((await run('identify')).stdout).toBe(
      [
        'tape in /dev/rmt/0 on node3: without a label',
        '  file 0    records of 10,240 B  data that is neither tar nor ufsdump (first record 10,240 bytes)',
        '  end of data after file 0',
        '',
      ].join('\n'),
    );
    expect(await tapeBytes()).toBe(before);
    expect((await run('tapes')).stdout).toBe(`no tapes yet in ${scene.state.tapesFile}\n`);
  });

  it('shows the contents of a labeled tape, file by file, and adds it to the tape inventory', async () => {
    const change = withJob({ media: { layout: 'labelled', name: 'PAYROLL-01', keep: '1 week' } }, 'ufs-tar');
    const end = await runScene(scene, { job: 'ufs-tar', change });
    expect(end.exitStatus).toBe(0);
    const { stdout } = await run('identify');
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^tape in \/dev\/rmt\/0 on node3: "PAYROLL-01", uuid [0-9a-f-]{36}$/);
    expect(lines[1]).toContain(
      `  file 0    records of 32,768 B  the label "PAYROLL-01", written ${today()} by run`,
    );
    expect(lines.slice(2)).toEqual([
      '  file 1    records of 32,768 B  Volume2, method 6b: a tar archive that begins with "./"',
      `  file 2    records of 32,768 B  the manifest of run ${end.run}: 1 file`,
      '  end of data after file 2',
      '  to restore Volume2 by hand: mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 1 && dd if=/dev/rmt/0n bs=32768 | tar xvf -',
      '',
    ]);
    const json = JSON.parse((await run('identify', '--json')).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({
      blank: false,
      label: { name: 'PAYROLL-01', run: end.run },
      manifest: { files: [{ file: 1, volume: 'Volume2' }] },
    });
    const listed = await run('tapes');
    expect(listed.stdout).toMatch(
      new RegExp(
        `^PAYROLL-01 +Volume2 6b .*iB; run ${end.run}; keep until \\d{4}-\\d\\d-\\d\\d UTC; last seen ${today()} \\d\\d:\\d\\d UTC in /dev/rmt/0 on node3\n$`,
      ),
    );
  });
});

describe('label', () => {
  it('that fails while it writes exits 2, because the contents of the tape may be lost; if refused, 1', async () => {
    scene.lab.faults.set('write-protected');
    expect((await run('label', 'A')).exitStatus).toBe(1);
    scene.lab.faults.clear('write-protected');
    scene.lab.faults.set('tape-error=1');
    const failed = await run('label', 'A');
    expect(failed.stderr).toContain('writing to the tape failed: write: I/O error');
    expect(failed.exitStatus).toBe(2);
  });

  it('labels a blank tape, and then only if it is named', async () => {
    expect((await run('label', 'A')).stdout).toBe(
      'labeled: the tape in /dev/rmt/0 on node3 is now "A"; it was blank\n',
    );
    const before = await tapeBytes();
    const refused = await run('label', 'B');
    expect(refused).toMatchObject({ exitStatus: 1, stdout: '' });
    expect(refused.stderr).toBe(
      `shadowtape: the tape in /dev/rmt/0 on node3 is not blank: it holds the label "A", written ${today()}\n` +
        '  hint: insert a blank tape; or, if its contents may be lost, name it: --overwrite A\n',
    );
    expect(await tapeBytes()).toBe(before);
    expect((await run('label', 'B', '--overwrite', 'A')).stdout).toBe(
      `labeled: the tape in /dev/rmt/0 on node3 is now "B"; erased: the label "A", written ${today()}\n`,
    );
    expect((await filesOfTape(scene.lab.tapeFile)).map((records) => records.length)).toEqual([1]);
    const tapes = (await run('tapes', '--json')).stdout.trimEnd().split('\n');
    expect(tapes.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(['B', 'A']);
  });

  it('refuses a tape in retention, an invalid name, and a tape that cannot be written', async () => {
    const change = withJob({ media: { layout: 'labelled', name: 'A', keep: '1 year' } });
    expect((await runScene(scene, { change })).exitStatus).toBe(0);
    const kept = await run('label', 'B', '--overwrite', 'A');
    expect(kept.exitStatus).toBe(1);
    expect(kept.stderr).toMatch(
      /^shadowtape: the tape "A" in \/dev\/rmt\/0 on node3 is in retention until \d{4}-\d\d-\d\d\n {2}hint: insert another tape\n$/,
    );
    expect((await run('label', 'data')).stderr).toContain(
      'shadowtape: "data" cannot be the name of a tape\n',
    );
    scene.lab.faults.set('no-tape');
    expect((await run('label', 'B')).stderr).toContain(
      'no cartridge is ready in the tape drive: /dev/rmt/0 on node3',
    );
  });
});

describe('drive-check', () => {
  const marks = (stdout: string) =>
    stdout.split('\n').flatMap((line) => /^[✓✗] [^:]+/u.exec(line)?.[0] ?? []);

  it('writes, reads and spaces on a blank tape, and reports what remains on it', async () => {
    const { exitStatus, stdout } = await run('drive-check', '--scratch');
    expect(marks(stdout)).toEqual([
      '✓ tape',
      '✓ write protection',
      '✓ records of 512 bytes',
      '✓ records of 10,240 bytes',
      '✓ records of 32,768 bytes',
      '✓ records of 262,144 bytes',
      '✓ spacing forwards',
      '✓ spacing back',
      '✓ speed',
      '✓ left on the tape',
    ]);
    expect(stdout).toMatch(
      /^✓ speed: 64 MiB written at [\d.]+ MB\/s, read at [\d.]+ MB\/s \(through the console/m,
    );
    expect(exitStatus).toBe(0);
    expect(await filesOfTape(scene.lab.tapeFile)).toEqual([[]]);
    expect((await run('identify')).stdout).toBe(
      [
        'tape in /dev/rmt/0 on node3: without a label',
        '  file 0                         a file mark at its beginning',
        '  not checked after a file mark at the beginning',
        '',
      ].join('\n'),
    );
    expect((await run('label', 'A', '--overwrite', 'data')).exitStatus).toBe(0);
  });

  it('is not started without --scratch, nor on a tape that is not named', async () => {
    expect((await run('drive-check')).stderr).toContain("required option '--scratch' not specified");
    await run('label', 'A');
    const before = await tapeBytes();
    const refused = await run('drive-check', '--scratch', '--overwrite', 'B');
    expect(refused.exitStatus).toBe(1);
    expect(refused.stderr).toContain(
      'shadowtape: the tape in /dev/rmt/0 on node3 is not the tape "B": it holds the label "A"',
    );
    expect(await tapeBytes()).toBe(before);
  });

  it('reports which record size a drive fails at, and continues', async () => {
    scene.lab.faults.set('fail-once=node3:dd ibs=262144 obs=10240');
    const { exitStatus, stdout } = await run('drive-check', '--scratch');
    expect(exitStatus).toBe(1);
    expect(marks(stdout).filter((line) => line.startsWith('✗'))).toEqual(['✗ records of 10,240 bytes']);
    expect(stdout).toContain(
      '✗ records of 10,240 bytes: writing to the tape failed: dd: the lab was told to fail this command\n',
    );
  });

  it('detects a drive that corrupts data', async () => {
    scene.lab.faults.set('tape-corrupt=3');
    const { exitStatus, stdout } = await run('drive-check', '--scratch');
    expect(exitStatus).toBe(1);
    expect(stdout).toContain(
      '✗ records of 512 bytes: the tape does not hold what was read: SHA-256: expected ',
    );
  });
});
