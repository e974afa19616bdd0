/** A disk with bad sectors: a job that allows it gets zeros instead, and a list of them. */
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { readManifest } from '../../src/main/tape/tape-manifest.ts';
import { withJob } from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  sha256,
  smallBlocks,
  type Scene,
} from '../support/lab-run.ts';
import { filesOfTape } from '../support/tap-file.ts';

const recordBytes = 32_768;

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const change = (more: object = {}) =>
  withJob({
    services: 'not-needed',
    media: { layout: 'labelled', name: 'A' },
    onReadError: 'zero-and-list',
    ...more,
  });

/** The disk gets its bad sectors once the shadow was compared. @param records counted from 1 */
const breaking = (records: string) => (event: RunEvent) => {
  if (event.type === 'step-started' && event.step === '6a') scene.lab.faults.set(`unreadable=${records}`);
};

const unreadable = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'warning' && event.kind === 'unreadable' ? [event.text] : []));

/** The master's bytes with zeros instead of some records, counted from 0. */
async function masterWithout(...records: number[]): Promise<Buffer> {
  const bytes = await buffer(scene.lab.readVolume('Class1', 'Volume1'));
  for (const record of records) bytes.fill(0, record * recordBytes, (record + 1) * recordBytes);
  return bytes;
}

describe('a volume with records that cannot be read', () => {
  it('is on tape with zeros for them, which run, manifest and report list', async () => {
    const end = await runScene(scene, { change: change(), onEvent: breaking('1,18,64') });
    expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0, unreadable: 3 });
    expect(unreadable(end.events)).toEqual([
      'record 0 of Volume2 (from byte 0 on) cannot be read: zeros are on the tape in its place',
      'record 17 of Volume2 (from byte 557,056 on) cannot be read: zeros are on the tape in its place',
      'record 63 of Volume2 (from byte 2,064,384 on) cannot be read: zeros are on the tape in its place',
    ]);
    const [, data = [], manifest = []] = await filesOfTape(scene.lab.tapeFile);
    expect(data.map((record) => record.length)).toEqual(
      Array.from({ length: smallBlocks / 64 }, () => recordBytes),
    );
    const expected = await masterWithout(0, 17, 63);
    expect(sha256(Buffer.concat(data))).toBe(sha256(expected));
    expect(readManifest(Buffer.concat(manifest))).toMatchObject({
      manifest: { files: [{ volume: 'Volume2', unreadable: [0, 17, 63], sha256: sha256(expected) }] },
    });
    expect(end.events.at(-1)).toMatchObject({ type: 'run-finished', exitStatus: 0, unreadable: 3 });
    expect(await clusterState(scene)).toEqual(normalState);
    const console = await openSceneConsole(scene, change());
    try {
      const verified = await console.verify(end.run, new AbortController().signal, () => undefined);
      expect(verified[0]?.sha256).toBe(sha256(expected));
    } finally {
      await console.close();
    }
  });

  it('fails the dump of any other job', async () => {
    const end = await runScene(scene, { change: change({ onReadError: 'fail' }), onEvent: breaking('18') });
    expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2, error: { code: 'DUMP_SOURCE_FAILED' } });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is still compared with the cluster, except those records', async () => {
    const end = await runScene(scene, {
      change: change(),
      onEvent(event) {
        breaking('18')(event);
        if (event.type === 'step-started' && event.step === '6a') scene.lab.faults.set('wrong-disk');
      },
    });
    expect(end).toMatchObject({ verdict: 'failed', error: { code: 'DUMP_DIFFERS' } });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it.each([
    [{ method: '6b' }, 'zero-and-list needs method 6a: with 6b another program reads Volume2'],
    [{ route: 'server' }, 'zero-and-list needs route: console, which sees each record'],
    [
      { verify: { fingerprint: 'all' } },
      'zero-and-list does not go with verify.fingerprint: all: the hash of the proxy would differ',
    ],
  ])('cannot be combined with %j', async (more, reason) => {
    await expect(openSceneConsole(scene, change(more))).rejects.toThrow(`onReadError: ${reason}`);
  });
});
