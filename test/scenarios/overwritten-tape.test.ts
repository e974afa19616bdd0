/** A tape is overwritten on purpose: the run whose data it held is marked as lost, everywhere, with the run that overwrote it. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstPrevious, lineHash } from '../../src/main/journal/journal.ts';
import { sceneArguments } from '../support/command-line.ts';
import { withJob } from '../support/failures.ts';
import { openScene, runScene, sha256, type Scene, type SceneRun } from '../support/lab-run.ts';
import { refusedRun } from '../support/refusals.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
let site: string[];
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
  site = [...(await sceneArguments(scene)), '--trust'];
});
afterEach(() => scene.close());

const today = () => new Date().toISOString().slice(0, 10);
const shadowtape = async (...args: string[]) => (await performed([...site, ...args])).stdout;
const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function verified(
  media: object,
  job = 'raw-dd',
  route: 'console' | 'server' = 'console',
): Promise<SceneRun> {
  const change = withJob(job === 'raw-dd' ? { services: 'not-needed', media } : { media }, job);
  const end = await runScene(scene, { job, route, change });
  expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
  return end;
}

/** The line of `runs` for one run. */
/** Two runs of one second differ in the end of their names. */
const lineOf = async ({ run }: SceneRun) =>
  (await shadowtape('runs')).split('\n').find((line) => line.startsWith(`${run} `)) ?? '';

/**
 * Turns the journal into one of an earlier release, without the first record of the tape; the tape inventory does not
 * have it either.
 */
async function forgetFirstRecord({ run }: SceneRun): Promise<void> {
  const file = scene.state.journalFile(run);
  let previous = firstPrevious;
  const lines = jsonLines(await readFile(file, 'utf8')).map(({ firstRecordSha256: _known, ...event }) => {
    const line = JSON.stringify({ ...event, prev: previous });
    previous = lineHash(line);
    return line;
  });
  await writeFile(file, `${lines.join('\n')}\n`);
  await rm(scene.state.tapesFile, { force: true });
}

describe('a tape without a label', () => {
  it.each(['console', 'server'] as const)(
    'that route %s has written is recognized by its first record',
    async (route) => {
      const first = await verified({}, route === 'console' ? 'ufs-tar' : 'raw-dd', route);
      const [record] = (await filesOfTape(scene.lab.tapeFile))[0] ?? [];
      const handed = first.events.find((event) => event.type === 'digest' && event.hop === 'handed');
      expect(handed).toMatchObject({ firstRecordSha256: sha256(record ?? Buffer.alloc(0)) });
      expect(await shadowtape('identify')).toContain(
        `on node3: without a label, written by run ${first.run} (verified)\n`,
      );
      const second = await verified({ overwrite: true }, 'raw-dd', route);
      const lost = `lost: the tape was overwritten by run ${second.run} on ${today()}`;
      expect(await lineOf(first)).toContain(lost);
      expect(await lineOf(second)).not.toContain('lost');
      expect(await shadowtape('show', first.run)).toMatch(new RegExp(`\\n${lost} \\d\\d:\\d\\d UTC\\n`));
      expect(jsonLines(await shadowtape('show', first.run, '--json')).at(-1)).toMatchObject({
        type: 'tape-lost',
        run: first.run,
        by: second.run,
        certain: true,
      });
      expect(jsonLines(await shadowtape('runs', '--json')).map((line) => line['lost'])).toMatchObject([
        undefined,
        [{ by: second.run, certain: true }],
      ]);
      if (route === 'console') {
        expect(await shadowtape('where', 'ledger-2005.db')).toMatch(
          new RegExp(`\\n  ${lost} \\d\\d:\\d\\d UTC\\n`),
        );
        expect(jsonLines(await shadowtape('where', 'ledger-2005.db', '--json'))).toMatchObject([
          { lost: [{ by: second.run }] },
        ]);
      }
    },
  );

  it.each(['console', 'server'] as const)(
    'of an earlier release, that route %s has written, is recognized once verify has read it back',
    async (route) => {
      const first = await verified({}, 'raw-dd', route);
      await forgetFirstRecord(first);
      expect((await performed([...site, 'label', 'A'])).stderr).not.toContain('written by run');
      const { exitStatus, stdout } = await performed([...site, 'verify', first.run]);
      expect({ exitStatus, stdout }).toMatchObject({
        exitStatus: 0,
        stdout: expect.stringContaining(`verified: the tape holds Volume2 of run ${first.run}`) as string,
      });
      expect((await performed([...site, 'label', 'A'])).stderr).toContain(`written by run ${first.run}\n`);
      const second = await verified({ overwrite: true });
      expect(await lineOf(first)).toContain(
        `lost: the tape was overwritten by run ${second.run} on ${today()}`,
      );
    },
  );

  it('that verify finds to be another does not count as that of the run', async () => {
    const first = await verified({}, 'ufs-tar');
    await forgetFirstRecord(first);
    await scene.lab.insertCartridge('other', { blank: true });
    await verified({});
    expect((await performed([...site, 'verify', first.run])).exitStatus).toBe(4);
    await scene.lab.insertCartridge('tape');
    expect((await performed([...site, 'label', 'A'])).stderr).not.toContain('written by run');
  });

  it('is read back and cannot be recorded: it holds the backup nevertheless', async () => {
    const first = await verified({}, 'raw-dd');
    await rm(scene.state.tapesFile, { force: true });
    await mkdir(scene.state.tapesFile);
    const { exitStatus, stdout } = await performed([...site, 'verify', first.run]);
    expect(exitStatus).toBe(0);
    expect(stdout).toContain(`the tape inventory ${scene.state.tapesFile} cannot be written`);
  });

  it('names the run that label refuses to lose, and then loses', async () => {
    const first = await verified({}, 'ufs-tar');
    const refused = await performed([...site, 'label', 'A']);
    expect(refused.stderr).toContain(
      `it holds a tar archive that begins with "./", written by run ${first.run}\n  hint: insert a blank tape; or, if its contents may be lost, name it: --overwrite data\n`,
    );
    expect(await lineOf(first)).not.toContain('lost');
    await shadowtape('label', 'A', '--overwrite', 'data');
    expect(await lineOf(first)).toContain(`lost: the tape was overwritten by hand on ${today()}`);
  });

  it('is not lost if the cartridge is write-protected', async () => {
    const first = await verified({}, 'ufs-tar');
    scene.lab.faults.set('write-protected');
    const change = withJob({ services: 'not-needed', media: { overwrite: true } });
    expect(await runScene(scene, { change })).toMatchObject({ error: { code: 'TAPE_WRITE_PROTECTED' } });
    expect(await lineOf(first)).not.toContain('lost');
  });
});

describe('a labeled tape', () => {
  it('that another run overwrites is marked in tapes and runs', async () => {
    const first = await verified({ layout: 'labelled', name: 'A', keep: '7 years' });
    const second = await verified({ layout: 'labelled', name: 'A', keep: '7 years', overwrite: true });
    const lost = `overwritten by run ${second.run} on ${today()}`;
    const [now, before] = (await shadowtape('tapes')).split('\n');
    expect(now).toContain(`run ${second.run}; keep until `);
    expect(now).not.toContain('lost');
    expect(before).toContain(`run ${first.run}; last seen`);
    expect(before).toContain(`lost: the tape was ${lost}`);
    expect(before).not.toContain('keep until');
    expect(await lineOf(first)).toContain(`lost: tape "A" was ${lost}`);
    expect(await lineOf(second)).not.toContain('lost');
  });
});

describe('the hint of a labeled job that finds a tape without a label', () => {
  it('works when it is followed', async () => {
    await scene.close();
    scene = await openScene({ blocks: 4096, faults: ['tape-not-blank'] });
    site = [...(await sceneArguments(scene)), '--trust'];
    const media = { layout: 'labelled', name: 'A', keep: '30 days' };
    const refused = await refusedRun(scene, { change: withJob({ services: 'not-needed', media }) });
    const [, hint = ''] = /shadowtape (label .*)$/.exec((refused as { hint: string }).hint) ?? [];
    expect(hint).toBe('label A --overwrite data');
    expect(await shadowtape(...hint.split(' '))).toContain(
      'labeled: the tape in /dev/rmt/0 on node3 is now "A"',
    );
    const end = await verified(media);
    expect(sha256(Buffer.concat((await filesOfTape(scene.lab.tapeFile))[1] ?? []))).toBe(scene.masterBefore);
    expect(end.events.filter(({ type }) => type === 'warning')).toMatchObject([
      { text: `the tape holds the label "A", written ${today()}; nothing was written after it` },
    ]);
  });
});
