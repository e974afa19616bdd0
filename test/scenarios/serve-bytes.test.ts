import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Served } from '../../src/main/serve/serve.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { serveScene, TestPage } from '../support/serve.ts';

/** 32 MiB: about a thousand records, so that one message per record would show. */
const blocks = 65_536;

let scene: Scene;
let served: Served;
beforeEach(async () => {
  scene = await openScene({ blocks });
  served = await serveScene(scene);
});
afterEach(async () => {
  await served.close();
  await scene.close();
});

it('sends a page what it shows of the data, never the data', async () => {
  const page = await TestPage.open(served);
  const { run } = await page.result('start', { job: 'raw-dd' });
  const told = { longest: 0, progress: 0, longestProgress: 0 };
  page.socket.on('message', (data) => {
    const { length } = data as Buffer;
    if ((data as Buffer).includes('"kind":"progress"')) {
      told.progress += 1;
      told.longestProgress = Math.max(told.longestProgress, length);
    }
    told.longest = Math.max(told.longest, length);
  });
  const followed = page.follow('run', { run });
  await followed.until(({ end }) => end !== undefined);
  expect(followed.end).toMatchObject({ exitStatus: 0 });
  const dumped = followed.events.filter(({ type }) => type === 'digest');
  expect(dumped[0]).toMatchObject({ bytes: blocks * 512 });
  // The journal has almost nothing of both directions of the data; the number of progress events depends on time, not
  // on bytes.
  const ofData = followed.events.filter(
    (event) => 'step' in event && typeof event.step === 'string' && ['6a', 'read-back'].includes(event.step),
  );
  expect(ofData.length).toBeGreaterThan(4);
  expect(JSON.stringify(ofData).length).toBeLessThan((blocks * 512) / 250);
  expect(told.longest).toBeLessThan(64 * 1024);
  expect(told.progress).toBeGreaterThan(0);
  expect(told.longestProgress).toBeLessThan(1024);
  await page.close();
});
