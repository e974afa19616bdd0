/** Route `server`: the dump runs on the backup server alone, and its data never leaves it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../support/refusals.ts';
import { withJob } from '../support/failures.ts';
import {
  filesOfVolume,
  normalState,
  clusterState,
  openScene,
  openSceneConsole,
  sha256,
  type Scene,
  type SceneRun,
} from '../support/lab-run.ts';
import { filesFromRestore, filesFromTar } from '../support/restored-files.ts';
import { expectCleared, runServer, worksOf } from '../support/server-run.ts';
import { filesOfTape, firstFileOfTape } from '../support/tap-file.ts';

const volumes = {
  'raw-dd': { proxy: 'Volume2', master: 'Volume1' },
  'ufs-tar': { proxy: 'Volume2', master: 'Volume1' },
  ufsdump: { proxy: 'Volume2', master: 'Volume1' },
  'sfxfs-tar': { proxy: 'Volume4', master: 'Volume3' },
  sfxdump: { proxy: 'Volume4', master: 'Volume3' },
} as const;
type JobName = keyof typeof volumes;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ blocks: 4096, jobs: Object.keys(volumes) });
});
afterAll(() => scene.close());

let tapes = 0;
/** A blank cartridge for each scenario. @returns the file of its image */
async function blankTape(): Promise<string> {
  const name = `blank-${(tapes += 1)}`;
  await scene.lab.insertCartridge(name);
  return scene.lab.tapeFileOf(name);
}

async function expectVerified(end: SceneRun, job: JobName): Promise<void> {
  const { proxy, master } = volumes[job];
  expect(end).toMatchObject({
    verdict: 'verified',
    exitStatus: 0,
    sentence: `${proxy} is on the tape in /dev/rmt/0 on node3, and every record was read back and compared`,
    stands: [`${proxy}: joined to ${master}, in sync`, 'node3: no shadow object of Class2'],
  });
  await expectCleared(scene, end.run);
  expect(await clusterState(scene)).toMatchObject({
    ...normalState,
    masterUnchanged: expect.any(Boolean) as boolean,
  });
}

/** The files that the master holds, which nobody writes to while the run continues. */
const sourceOf = (job: JobName) => filesOfVolume(scene.lab, 'Class1', volumes[job].master);

/**
 * The command lines that opened a volume or the tape for data; those of the fingerprint, of the records that are kept
 * at the read-back, and of the query of the tape omitted.
 */
function linesOverSsh(from: number): string[] {
  return scene.lab.commands
    .slice(from)
    .map(({ line }) => line)
    .filter(
      (line) => /^(dd|tar|ufsdump|sfxdump|cat) /.test(line) && !/count=1|\.work\/samples|mnttab/.test(line),
    );
}

describe('a whole backup through the backup server', () => {
  it('6a: the tape holds the blocks of the part, and no data but sampled records comes over ssh', async () => {
    const tape = await blankTape();
    const master = await scene.lab.volumeDigest('Class1', 'Volume1');
    const from = scene.lab.commands.length;
    const end = await runServer(scene, { change: withJob({ services: 'not-needed' }) });
    await expectVerified(end, 'raw-dd');
    const records = await firstFileOfTape(tape);
    expect(new Set(records.map(({ length }) => length))).toEqual(new Set([32_768]));
    expect(sha256(Buffer.concat(records))).toBe(master);
    expect(linesOverSsh(from)).toEqual([]);
    const digests = end.events.filter((event) => event.type === 'digest');
    expect(digests).toMatchObject([
      { hop: 'handed', bytes: 4096 * 512, records: 64, sha256: master, onTapeSha256: master },
      { hop: 'counted', bytes: 4096 * 512, records: 64 },
      { hop: 'readback', bytes: 4096 * 512, records: 64, sha256: master },
    ]);
    expect(digests[0]).toHaveProperty('cksum', (digests[2] as { cksum?: number }).cksum);
    expect(end.events).toContainEqual(
      expect.objectContaining({
        type: 'check',
        step: 'read-back',
        rule: 'read-back-records',
        title: 'Records as read back from tape',
        expected: '16 sampled records match',
        actual: '16 match',
        verdict: 'equal',
      }),
    );
    expect(worksOf(end.events)).toEqual([
      'dump starting',
      'dump ended',
      'read-back starting',
      'read-back ended',
      'dump cleared',
      'read-back cleared',
    ]);
  });

  it.each(['ufs-tar', 'sfxfs-tar'] as const)(
    '%s: GNU tar lists and extracts the files of the source',
    async (job) => {
      const tape = await blankTape();
      await expectVerified(await runServer(scene, { job }), job);
      const records = await firstFileOfTape(tape);
      expect(new Set(records.map(({ length }) => length))).toEqual(new Set([32_768]));
      const source = await sourceOf(job);
      expect(Object.keys(source).length).toBeGreaterThan(100);
      expect(await filesFromTar(scene, records, Object.keys(source))).toEqual(source);
    },
  );

  it.each([
    ['ufsdump', 'ufsrestore'],
    ['sfxdump', 'sfxrestore'],
  ] as const)('%s: %s on the backup server restores the files of the source', async (job, tool) => {
    await blankTape();
    await expectVerified(await runServer(scene, { job }), job);
    const source = await sourceOf(job);
    expect(Object.keys(source).length).toBeGreaterThan(100);
    expect(await filesFromRestore(scene, tool, Object.keys(source))).toEqual(source);
  });
});

describe('the digest of the dump', () => {
  it('cksum: computed in the same pass, and compared when the tape is read back', async () => {
    await blankTape();
    const change = withJob({ verify: { fingerprint: 4, digest: 'cksum' } });
    const end = await runServer(scene, { change });
    await expectVerified(end, 'raw-dd');
    const [handed, , readback] = end.events.filter((event) => event.type === 'digest');
    expect(handed).toMatchObject({ hop: 'handed', cksum: expect.any(Number) as number });
    expect(handed).not.toHaveProperty('sha256');
    expect(readback).toMatchObject({ hop: 'readback', bytes: 4096 * 512, cksum: handed?.cksum });
    const console = await openSceneConsole(scene, change);
    const never = new AbortController().signal;
    const files = await console.verify(end.run, never, () => undefined).finally(() => console.close());
    expect(files).toMatchObject([{ volume: 'Volume2', bytes: 4096 * 512, records: 64 }]);
  });

  it.each(['raw-dd', 'ufs-tar'] as const)(
    'none, %s: the guide’s command alone; the tape is not read back, and the run ends unverified',
    async (job) => {
      const tape = await blankTape();
      const change = withJob({ verify: { fingerprint: 4, digest: 'none' } }, job);
      const end = await runServer(scene, { job, change });
      expect(end).toMatchObject({
        verdict: 'unverified',
        exitStatus: 0,
        sentence: `Volume2 is on the tape in /dev/rmt/0 on node3; it was not read back${job === 'raw-dd' ? ', and no record on it was compared with the cluster' : ''}`,
      });
      const uncompared =
        ', and no record on tape is compared with the cluster: sampled records are only read through the shadow, before and after the dump';
      expect(end.events).toContainEqual(
        expect.objectContaining({
          type: 'step-finished',
          step: 'read-back',
          result: 'skipped',
          reason: `the job says verify.digest: none, so there is nothing to compare; the run ends unverified${job === 'raw-dd' ? uncompared : ''}`,
        }),
      );
      await expectCleared(scene, end.run);
      const records = await firstFileOfTape(tape);
      const source = await sourceOf(job);
      if (job === 'ufs-tar') expect(await filesFromTar(scene, records, Object.keys(source))).toEqual(source);
      if (job === 'raw-dd') expect(Buffer.concat(records)).toHaveLength(4096 * 512);
      const console = await openSceneConsole(scene);
      const abort = new AbortController().signal;
      const verified = console.verify(end.run, abort, () => undefined).finally(() => console.close());
      await expect(verified).rejects.toMatchObject({
        code: 'RUN_HAS_NO_DIGEST',
        message: `run ${end.run} took no digest of Volume2 (verify.digest: none), so its tape cannot be compared`,
      });
    },
  );
});

describe('a labeled tape', () => {
  it('has label, dump and manifest, and is verified', async () => {
    const tape = await blankTape();
    const change = withJob({ services: 'not-needed', media: { layout: 'labelled', name: 'PAYROLL-01' } });
    const master = await scene.lab.volumeDigest('Class1', 'Volume1');
    const end = await runServer(scene, { change });
    expect(end).toMatchObject({
      verdict: 'verified',
      exitStatus: 0,
      sentence:
        'Volume2 is on the tape "PAYROLL-01" in /dev/rmt/0 on node3, and every record was read back and compared',
    });
    const [label, dump, manifest, ...more] = await filesOfTape(tape);
    expect(label?.[0]?.toString('latin1')).toContain('PAYROLL-01');
    expect(sha256(Buffer.concat(dump ?? []))).toBe(master);
    expect(manifest?.[0]?.toString('latin1')).toContain(master);
    expect(more.flat()).toEqual([]);
    await expectCleared(scene, end.run);
  });
});

describe('verify', () => {
  it('reads a tape over ssh that was written on the backup server, and finds one flipped bit', async () => {
    await blankTape();
    const end = await runServer(scene);
    const console = await openSceneConsole(scene);
    const never = new AbortController().signal;
    const verify = () => console.verify(end.run, never, () => undefined);
    try {
      const digest = end.events.find((event) => event.type === 'digest');
      expect(await verify()).toEqual([
        {
          volume: 'Volume2',
          bytes: 4096 * 512,
          records: 64,
          cksum: expect.any(Number) as number,
          sha256: digest?.onTapeSha256,
        },
      ]);
      scene.lab.faults.set('tape-corrupt=3');
      await runServer(scene, {
        change: withJob({ media: { overwrite: true }, verify: { readback: false } }),
      });
      scene.lab.faults.clear('tape-corrupt');
      expect(await failureOf(verify())).toMatchObject({
        code: 'TAPE_DIFFERS',
        sentence: expect.stringMatching(
          /^the tape does not hold what was read: SHA-256: expected [0-9a-f]{64}, read back [0-9a-f]{64}$/,
        ) as string,
      });
    } finally {
      await console.close();
    }
  });

  it.each(['sha256', 'cksum'] as const)(
    'by %s: a bit that was flipped on its way to the tape exits 4',
    async (digest) => {
      await blankTape();
      scene.lab.faults.set('tape-corrupt=3');
      const end = await runServer(scene, { change: withJob({ verify: { fingerprint: 4, digest } }) });
      scene.lab.faults.clear('tape-corrupt');
      expect(end).toMatchObject({ exitStatus: 4, verdict: 'failed', error: { code: 'TAPE_DIFFERS' } });
      expect(end.sentence).toMatch(
        /^the tape does not hold what was read: cksum: expected \d+, read back \d+$/,
      );
      await expectCleared(scene, end.run);
      expect(await clusterState(scene)).toMatchObject({ proxy: 'Join', shadowObjects: 0 });
    },
  );
});
