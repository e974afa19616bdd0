/** A reader with errors that exits 0: what it skipped is reported everywhere, or fails the run. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReportService } from '../../src/main/application/console.ts';
import { endLines } from '../../src/main/cli/run/run-command.ts';
import { plainText } from '../../src/main/cli/terminal/lines.ts';
import { normalStands, withJob } from '../support/failures.ts';
import {
  clusterState,
  filesOfVolume,
  normalState,
  openScene,
  runScene,
  type Scene,
  type SceneRun,
} from '../support/lab-run.ts';
import { firstFileOfTape } from '../support/tap-file.ts';
import { unpackedFiles } from '../support/unpack-tar.ts';

let scene: Scene;
/** SHA-256 of every file of the source. */
let source: Record<string, string>;
beforeEach(async () => {
  scene = await openScene();
  source = await filesOfVolume(scene.lab, 'Class1', 'Volume1');
});
afterEach(() => scene.close());

const routes = ['console', 'server'] as const;

/** Files of the source that the tape lacks, or holds with other bytes. */
async function missing(): Promise<{ absent: string[]; other: string[] }> {
  const onTape = await unpackedFiles(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)));
  const absent = Object.keys(source).filter((path) => onTape[path] === undefined);
  const other = Object.keys(source).filter(
    (path) => onTape[path] !== undefined && onTape[path] !== source[path],
  );
  return { absent, other };
}

/** What the run says last, without colors. */
const lastLine = (end: SceneRun): string =>
  plainText(endLines(end, { stateOption: '', siteOption: '' })[0] ?? '');

const warnings = ({ events }: SceneRun) =>
  events.flatMap((event) => (event.type === 'warning' && event.kind !== undefined ? [event] : []));

async function reportText(run: string): Promise<string> {
  return JSON.stringify(await new ReportService(scene.state).document(run));
}

describe.each(routes)('route %s: files that tar skips', (route) => {
  it('are listed in the run, the journal, the report and the last line; the run is verified', async () => {
    scene.lab.faults.set('tar-sockets=2');
    scene.lab.faults.set('tar-long-links=1');
    const end = await runScene(scene, { job: 'ufs-tar', route });
    expect(end, end.sentence).toMatchObject({
      verdict: 'verified',
      exitStatus: 0,
      skipped: 3,
      stands: normalStands,
    });
    const { absent, other } = await missing();
    expect([absent.length, other]).toEqual([3, []]);
    expect(warnings(end).map(({ kind, file }) => [kind, file?.replace(/^\.\//, '')])).toEqual(
      expect.arrayContaining(absent.map((path) => ['skipped', path])) as unknown,
    );
    expect(warnings(end)[0]?.text).toMatch(/^not on tape: tar: .+: symbolic link too long$/);
    expect(end.events.at(-1)).toMatchObject({ type: 'run-finished', verdict: 'verified', skipped: 3 });
    expect(lastLine(end)).toBe(`verified, 3 files skipped: ${end.sentence}`);
    const report = await reportText(end.run);
    expect(report).toContain('Result: Verified, 3 files skipped');
    expect(report).not.toContain('No warnings');
    for (const path of absent) expect(report).toContain(path);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('fail the run if the job says onSkippedFiles: fail; it is rolled back', async () => {
    scene.lab.faults.set('tar-sockets=2');
    const end = await runScene(scene, {
      job: 'ufs-tar',
      route,
      change: withJob({ onSkippedFiles: 'fail' }, 'ufs-tar'),
    });
    expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2, error: { code: 'FILES_SKIPPED' } });
    expect(end.sentence).toMatch(
      /^tar ended with exit status 0, but 2 files are not on tape as they are on the volume: \.\/.+ is not a file\. Not dumped; \.\/.+ is not a file\. Not dumped$/,
    );
    expect(end.skipped).toBeUndefined();
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('that change while tar reads them are counted separately', async () => {
    scene.lab.faults.set('tar-changed=1');
    const end = await runScene(scene, { job: 'ufs-tar', route });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0, inconsistent: 1 });
    const { absent, other } = await missing();
    expect([absent, other.length]).toEqual([[], 1]);
    expect(warnings(end)).toMatchObject([{ kind: 'inconsistent', file: `./${other[0] ?? ''}` }]);
    expect(lastLine(end)).toBe(`verified, 1 file inconsistent: ${end.sentence}`);
  });

  it('and cannot read fail the run, whatever the job says', async () => {
    scene.lab.faults.set('tar-unread');
    const end = await runScene(scene, { job: 'ufs-tar', route });
    expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2, error: { code: 'DUMP_NOT_CLOSED' } });
    expect(end.sentence).toMatch(
      /^tar ended with exit status 0, but said: Read error on \.\/.+: I\/O error$/,
    );
    expect(await clusterState(scene)).toEqual(normalState);
  });
});

describe('a tar without messages', () => {
  it('leaves the end of the run unchanged: no field, no text', async () => {
    const end = await runScene(scene, { job: 'ufs-tar' });
    const last = end.events.at(-1);
    expect(last).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect([last && 'skipped' in last, last && 'inconsistent' in last]).toEqual([false, false]);
    expect(await missing()).toEqual({ absent: [], other: [] });
    expect(await reportText(end.run)).not.toContain('not on tape');
  });
});
