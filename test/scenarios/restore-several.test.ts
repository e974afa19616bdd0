/** Restores of runs with several tapes, and with several volumes on one tape. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Ask, RestoreResult } from '../../src/main/application/console.ts';
import { withJob } from '../support/failures.ts';
import {
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { filesOfTape } from '../support/tap-file.ts';

const recordBytes = 32_768;
/** Volume2 has forty records; three tapes of sixteen are needed, labels included. */
const blocks = 40 * 64;

let scene: Scene;
afterEach(() => scene.close());

async function restore(
  what: readonly string[],
  { ask, volume, change }: { ask?: Ask; volume?: string; change?: (site: SiteTree) => void },
): Promise<RestoreResult> {
  const console = await openSceneConsole(scene, change);
  try {
    const service = console.fileRestoreService;
    const request = { what, volume, to: join(scene.folder, 'image'), overwrite: 'never' } as const;
    const prepared = await service.prepare(request, () => Promise.resolve({ hits: [], more: false }));
    const abort = new AbortController().signal;
    return await service.perform(prepared, {
      abort,
      ask,
      onProgress: () => undefined,
      onFile: () => undefined,
    });
  } finally {
    await console.close();
  }
}

const digestOfImage = async () => sha256(await readFile(join(scene.folder, 'image')));

it('three tapes are requested in their order; a wrong one is named, and skipped', async () => {
  scene = await openScene({ blocks, tapeBytes: 16 * recordBytes, slots: 16 });
  const media = { layout: 'labelled', name: 'NIGHTLY', span: true };
  const change = withJob({ services: 'not-needed', media, verify: { fingerprint: 8, readback: false } });
  const questions: string[] = [];
  const operator =
    (tapes: string[]): Ask =>
    async ({ id, text }) => {
      if (id !== 'next-tape') return { choice: 'approve', by: 'test' };
      questions.push(text);
      await scene.lab.insertCartridge(tapes.shift() ?? 'none');
      return { choice: 'ready', by: 'test' };
    };
  const { run, exitStatus, sentence } = await runScene(scene, { change, ask: operator(['second', 'third']) });
  expect(exitStatus, sentence).toBe(0);
  questions.length = 0;
  const result = await restore([run], {
    change,
    ask: operator(['second', 'tape', 'third', 'second', 'third']),
  });
  expect(result, result.error?.message).toMatchObject({
    exitStatus: 0,
    sources: [{ run, isCompared: true }],
  });
  expect(await digestOfImage()).toBe(scene.masterBefore);
  const words = (number: number, name: string) => `tape ${number} of run ${run}, "${name}"`;
  const first = words(1, 'NIGHTLY');
  const second = words(2, 'NIGHTLY-2');
  expect(
    questions.map((text) => text.replace(/it holds the label ("[^"]*"),.*?\. Insert/, 'it holds $1. Insert')),
  ).toEqual([
    `the tape in /dev/rmt/0 on node3 is not ${first}: it holds "NIGHTLY-3". Insert ${first} into /dev/rmt/0 on node3.`,
    `the tape in /dev/rmt/0 on node3 is not ${first}: it holds "NIGHTLY-2". Insert ${first} into /dev/rmt/0 on node3.`,
    `Insert ${second} into /dev/rmt/0 on node3.`,
    `the tape in /dev/rmt/0 on node3 is not ${second}: it holds "NIGHTLY-3". Insert ${second} into /dev/rmt/0 on node3.`,
    `Insert ${words(3, 'NIGHTLY-3')} into /dev/rmt/0 on node3.`,
  ]);
});

it('one of several volumes is restored from its own file of the tape', async () => {
  scene = await openScene({ blocks, jobs: ['three-volumes'] });
  const { run, exitStatus, sentence } = await runScene(scene, { job: 'three-volumes' });
  expect(exitStatus, sentence).toBe(0);
  await expect(restore([run], {})).rejects.toMatchObject({
    code: 'RESTORE_VOLUME_NOT_NAMED',
    message: `run ${run} has several volumes: Volume2, Volume4, Volume6`,
  });
  const result = await restore([run], { volume: 'Volume4' });
  expect(result, result.error?.message).toMatchObject({ exitStatus: 0 });
  const [, ...files] = await filesOfTape(scene.lab.tapeFile);
  const digests = files.map((records) => sha256(Buffer.concat(records)));
  expect(new Set(digests).size).toBe(4);
  expect(await digestOfImage()).toBe(digests[1]);
});
