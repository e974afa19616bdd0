import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Served } from '../../src/main/serve/serve.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { serveScene, TestPage } from '../support/serve.ts';

let scene: Scene;
let served: Served;
let page: TestPage;

beforeEach(async () => {
  scene = await openScene();
});
afterEach(async () => {
  await served.close();
  await scene.close();
});

describe('a query of the hosts', () => {
  it('shows both domains, the mounts and the drive', async () => {
    served = await serveScene(scene);
    page = await TestPage.open(served);
    const view = await page.result('look', {});
    expect(view.hosts).toEqual([
      { host: 'node1', reached: true },
      { host: 'node2', reached: true },
      { host: 'node3', reached: true },
    ]);
    expect(view.topology.nodes).toEqual([
      { name: 'node1', domain: 'primary' },
      { name: 'node2', domain: 'primary' },
      { name: 'node3', domain: 'backup' },
    ]);
    const proxy = view.topology.volumes.find(({ name }) => name === 'Volume2');
    expect(proxy).toMatchObject({ class: 'Class1', master: 'Volume1', joined: true });
    expect(view.tape).toMatchObject({ host: 'node3', device: '/dev/rmt/0', state: 'ready' });
  });

  it('is shared by all simultaneous callers', async () => {
    served = await serveScene(scene);
    const pages = await Promise.all([1, 2, 3].map(() => TestPage.open(served)));
    const views = await Promise.all(pages.map((each) => each.result('look', {})));
    expect(new Set(views.map(({ at }) => at)).size).toBe(1);
    const asked = scene.lab.commands.filter(
      ({ host, line }) => host === 'node1' && line.startsWith('sdxinfo'),
    );
    expect(asked).toHaveLength(2);
  });

  it('shows the rest if a host cannot be reached', async () => {
    scene.lab.faults.set('login-refused=node1');
    served = await serveScene(scene);
    page = await TestPage.open(served);
    const { hosts, topology } = await page.result('look', {});
    expect(hosts).toMatchObject([
      {
        host: 'node1',
        reached: false,
        trouble: expect.stringMatching(/^node1 does not let root log in/) as string,
      },
      { host: 'node2', reached: true },
      { host: 'node3', reached: true },
    ]);
    expect(topology.nodes.map(({ name }) => name)).toEqual(['node2', 'node3']);
    expect(topology.volumes.some(({ name }) => name === 'Volume2')).toBe(true);
  });
});

describe('a site in the browser', () => {
  it('is described, checked line by line, and left for another one', async () => {
    served = await serveScene(scene);
    page = await TestPage.open(served);
    const site = await page.result('site', {});
    expect(site).toMatchObject({
      name: 'lab',
      isLab: false,
      guest: 'browser',
      tape: { host: 'node3', drive: 'LTO-4', speed: { floor: 40_000_000, top: 120_000_000 } },
    });
    expect(site.jobs).toMatchObject([
      {
        name: 'raw-dd',
        volumes: [{ master: 'Volume1', proxy: 'Volume2', method: '6a' }],
        shadowClass: 'Class2',
      },
      { name: 'ufs-tar', method: '6b' },
    ]);
    const lines = await page.result('check', {});
    expect(lines.every(({ good }) => good)).toBe(true);
    expect(await page.ask('openSite', { file: '/nowhere/site.yaml' })).toMatchObject({
      error: { code: 'SITE_FILE_MISSING' },
    });
    expect((await page.result('site', {})).file).toBe(site.file);
    const other = await scene.writeSite((tree) => {
      tree.site = 'another';
    });
    expect(await page.result('openSite', { file: other })).toMatchObject({ name: 'another', file: other });
    expect(await page.result('look', {})).toMatchObject({ tape: { state: 'ready' } });
  });

  it('asks about an unknown host key', async () => {
    served = await serveScene(scene);
    page = await TestPage.open(served);
    const text = (await page.result('siteFile', {})).text;
    const followed = page.follow('activity', {});
    // Under another name the host is not known: its key is a new one.
    const probing = page.result('probeHost', {
      text: text.replaceAll('127.0.0.1', 'localhost'),
      host: 'node1',
    });
    await followed.until(() => served.desk.activity.logins.length === 1);
    const [question] = served.desk.activity.logins;
    expect(question).toMatchObject({
      kind: 'host-key',
      host: 'node1',
      fingerprint: expect.stringMatching(/^SHA256:[\w+/]{43}$/) as string,
      mayKeep: false,
    });
    await page.result('login', { number: question?.number ?? 0, answer: 'yes' });
    expect(await probing).toEqual({ host: 'node1', reached: true, system: 'SunOS 5.9', hasGds: true });
    expect(await page.ask('login', { number: question?.number ?? 0, answer: 'yes' })).toMatchObject({
      error: { code: 'QUESTION_OVER' },
    });
  });
});
