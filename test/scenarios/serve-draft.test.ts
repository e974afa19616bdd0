import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Served } from '../../src/main/serve/serve.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { serveScene, TestPage } from '../support/serve.ts';

let scene: Scene;
let served: Served;
let page: TestPage;
let text: string;

beforeEach(async () => {
  scene = await openScene();
  served = await serveScene(scene);
  page = await TestPage.open(served);
  text = (await page.result('siteFile', {})).text;
});
afterEach(async () => {
  await served.close();
  await scene.close();
});

describe('a site file that is being written', () => {
  it('is read, checked, and saved with its comments', async () => {
    const site = await page.result('siteFile', {});
    expect(site).toMatchObject({ file: join(scene.folder, 'site.yaml'), troubles: [] });
    expect(site.jobs.map(({ name }) => name)).toEqual(['raw-dd', 'ufs-tar']);
    const wrong = site.text.replace('method: 6b', 'method: 7b');
    const draft = await page.result('draftSite', { text: wrong });
    expect(draft.troubles).toMatchObject([
      { sentence: 'jobs.ufs-tar.method: must be one of: 6a, 6b, 6c, 6d, 6e', path: 'jobs.ufs-tar.method' },
    ]);
    expect(draft.jobs.map(({ name }) => name)).toEqual(['raw-dd']);
    const save = { file: site.file, ...(site.digest === undefined ? {} : { digest: site.digest }) };
    expect(await page.ask('saveSite', { ...save, text: wrong })).toMatchObject({
      error: { code: 'SITE_VALUE_WRONG' },
    });
    const mine = `# Ask Marion before you change this.\n${site.text}`;
    const saved = await page.result('saveSite', { ...save, text: mine });
    expect(await readFile(site.file, 'utf8')).toBe(mine);
    await writeFile(site.file, site.text);
    expect(await page.ask('saveSite', { file: site.file, digest: saved.digest, text: mine })).toMatchObject({
      error: { code: 'SITE_FILE_CHANGED' },
    });
    expect(await page.ask('siteFile', { file: '/etc/passwd' })).toMatchObject({
      error: { code: 'SITE_FILE_UNREADABLE' },
    });
  });

  it('can have its jobs planned before it is saved', async () => {
    const renamed = text.replace('raw-dd:', 'nightly:').replace('route: console', 'route: server');
    const plan = await page.result('draftPlan', { text: renamed, job: 'nightly' });
    expect(plan).toMatchObject({ job: 'nightly', route: 'server', volume: 'Volume2' });
    expect(plan.steps.map(({ step }) => step)).toContain('3-3');
    const asked = scene.lab.commands.length;
    expect(await page.result('draftPlan', { text: renamed, job: 'nightly' })).toEqual(plan);
    // While somebody types, sdxinfo is not sent again and again.
    expect(scene.lab.commands).toHaveLength(asked);
    expect(await page.ask('draftPlan', { text: renamed, job: 'raw-dd' })).toMatchObject({
      error: { code: 'JOB_UNKNOWN' },
    });
  });

  it('can have its hosts tested, each separately', async () => {
    expect(await page.result('probeHost', { text, host: 'node3' })).toEqual({
      host: 'node3',
      reached: true,
      system: 'SunOS 5.9',
      hasGds: true,
    });
    expect(await page.result('probeHost', { text, host: 'node9' })).toMatchObject({
      reached: false,
      hasGds: false,
      trouble: expect.stringMatching(/node9/) as string,
    });
    scene.lab.faults.set('login-refused=node2');
    expect(await page.result('probeHost', { text, host: 'node2' })).toMatchObject({
      reached: false,
      trouble: expect.stringMatching(/^node2 does not let root log in/) as string,
      code: 'LOGIN_REFUSED',
    });
  });

  it('finds the pairs of the cluster from the hosts alone', async () => {
    const hostsAlone = text.slice(0, text.indexOf('jobs:'));
    const found = await page.result('findPairs', { text: hostsAlone });
    expect(found.proposedShadowClass).toBe('Class2');
    expect(found.tapeDevices).toEqual(['/dev/rmt/0']);
    expect(found.diskDevices).toContain('c1t1d3');
    expect(found.diskDevices.filter((name) => !/^c\d+t\d+d\d+$/.test(name))).toEqual([]);
    expect(found.pairs.find(({ proxy }) => proxy === 'Volume2')).toMatchObject({
      class: 'Class1',
      master: 'Volume1',
      joined: true,
      blocks: 4096,
      disks: ['Disk3'],
      proposedDevices: { Disk3: 'c1t1d3' },
    });
    // A dangling refusal would hide a pair that can be backed up.
    expect(found.pairs.map(({ refusal }) => refusal)).toEqual(found.pairs.map(() => undefined));
    expect(found.pairs.map(({ master, proxy }) => `${master} ${proxy}`)).toEqual([
      'Volume1 Volume2',
      'Volume3 Volume4',
      'Volume5 Volume6',
      'Volume7 Volume8',
      'Volume9 Volume10',
      'Volume11 Volume12',
    ]);
  });
});
