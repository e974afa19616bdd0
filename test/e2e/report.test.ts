/** The report of a run on the screen: what it shows, what can be saved of it, and its proof. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runScene } from '../support/lab-run.ts';
import {
  describeInBrowser,
  openServedScene,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';

describeInBrowser('the report', (browser) => {
  let opened: ServedScene;
  let run: string;
  let failed: string;
  beforeAll(async () => {
    opened = await openServedScene({}, (site) => {
      site['sign'] = { key: opened_key };
    });
    const { scene } = opened;
    ({ run } = await runScene(scene));
    await scene.lab.insertCartridge('second');
    scene.lab.faults.set('tape-error=20');
    ({ run: failed } = await runScene(scene));
  });
  afterAll(() => opened.close());
});
