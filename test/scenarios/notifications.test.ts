import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { readSeals } from '../../src/main/proof/seals-file.ts';
import { sceneArguments } from '../support/command-line.ts';
import { withJob } from '../support/failures.ts';
import { openScene, openSceneConsole, runScene, type Scene, type SiteTree } from '../support/lab-run.ts';
import { failureOf } from '../support/refusals.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

/** Writes its input to a file that is named after the event. */
function way(name: string, ...on: string[]) {
  const script = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const { SHADOWTAPE_EVENT, SHADOWTAPE_RUN, SHADOWTAPE_VERDICT } = process.env;
    const facts = [SHADOWTAPE_RUN, SHADOWTAPE_VERDICT].join(' ');
    writeFileSync(process.argv[1] + SHADOWTAPE_EVENT, facts + '\\n' + readFileSync(0, 'utf8'));`;
  return { on, command: [process.execPath, '-e', script, join(scene.folder, `told-${name}-`)] };
}

const everything = ['success', 'failure', 'operator-needed'];
const ofSite =
  (...ways: object[]) =>
  (site: SiteTree) =>
    void (site.notify = ways);

/** What was sent, by the name of its file. */
async function told(): Promise<Record<string, string>> {
  const files = (await readdir(scene.folder)).filter((file) => file.startsWith('told-')).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(scene.folder, file), 'utf8')));
  return Object.fromEntries(files.map((file, index) => [file, texts[index] ?? '']));
}

describe('a receiver', () => {
  it('is notified of a successful run, but not of a question that is answered at once', async () => {
    const end = await runScene(scene, {
      approveVerified: true,
      change(site) {
        withJob({ approve: 'operator' })(site);
        site.notify = [way('site', ...everything)];
      },
    });
    expect(end.exitStatus).toBe(0);
    const texts = await told();
    expect(Object.keys(texts)).toEqual(['told-site-success']);
    expect(texts['told-site-success']).toContain(`${end.run} verified\n${end.sentence}\n`);
    expect(texts['told-site-success']).toContain(`Journal   ${end.journalFile}\n`);
    expect(texts['told-site-success']).toContain('Size      2 MiB\n');
    // The head is published: it proves later that the run and its seal are still there.
    const { lastHash, seals } = await readSeals(scene.state);
    expect(seals.map(({ run }) => run)).toEqual([end.run]);
    expect(texts['told-site-success']).toContain(`Seals     head ${lastHash}\n`);
  });

  it('is notified according to the list of the job, instead of the site’s', async () => {
    await runScene(scene, {
      change(site) {
        withJob({ notify: [way('job', 'success')] })(site);
        site.notify = [way('site', ...everything)];
      },
    });
    expect(Object.keys(await told())).toEqual(['told-job-success']);
  });

  it('is notified of a run that has failed', async () => {
    scene.lab.faults.set('fail=node3:sdxshadowdisk -M');
    const end = await runScene(scene, { change: ofSite(way('site', ...everything)) });
    expect(end.exitStatus).toBe(2);
    const texts = await told();
    expect(Object.keys(texts)).toEqual(['told-site-failure']);
    expect(texts['told-site-failure']).toContain(
      `${end.run} failed\n${end.sentence}\nhint: ${end.error?.hint}\n`,
    );
  });

  it('is notified of a run that could not begin because a host is down', async () => {
    scene.lab.faults.set('host-down=node1');
    const error = await failureOf(runScene(scene, { change: ofSite(way('site', ...everything)) }));
    const texts = await told();
    expect(Object.keys(texts)).toEqual(['told-site-failure']);
    expect(texts['told-site-failure']).toContain(` failed\n${error.sentence}\nhint: ${error.hint}\n`);
  });

  it('is not notified of a run that was canceled before it began', async () => {
    const cancel = new AbortController();
    cancel.abort();
    scene.lab.faults.set('host-down=node1');
    await failureOf(runScene(scene, { cancel: cancel.signal, change: ofSite(way('site', ...everything)) }));
    expect(await told()).toEqual({});
  });
});

describe('a channel that does not work', () => {
  const broken = { on: everything, command: ['/nowhere/page'] };
  const warning =
    'the notification by command /nowhere/page failed: the notification command /nowhere/page cannot be started: there is no such program';

  it('harms neither the run nor its journal, and is reported on standard error', async () => {
    const args = await sceneArguments(scene);
    await scene.writeSite(ofSite(broken, way('site', 'success')));
    const { exitStatus, stderr, stdout } = await performed([...args, '--trust', 'run', 'raw-dd']);
    expect(exitStatus).toBe(0);
    expect(stderr).toContain(`shadowtape: ${warning}\n`);
    expect(stdout).toContain('verified: Volume2 is on the tape');
    const [run = ''] = await scene.state.runs();
    const { events } = await readRun(scene.state, run);
    expect(events.at(-1)?.type).toBe('run-finished');
    expect(Object.keys(await told())).toEqual(['told-site-success']);
  });

  it('is found by check --notify, which tests each channel once', async () => {
    const change = (site: SiteTree) => {
      ofSite(broken, way('site', 'success'))(site);
      withJob({ notify: [{ ...broken, on: ['failure'] }] })(site);
    };
    const args = await sceneArguments(scene);
    await scene.writeSite(change);
    const { exitStatus, stdout } = await performed([...args, '--trust', 'check', '--notify']);
    expect(exitStatus).toBe(1);
    const lines = stdout.split('\n').filter((line) => line.includes('console'));
    expect(lines).toEqual([
      '✗ console  command /nowhere/page: the notification command /nowhere/page cannot be started: there is no such program',
      `✓ console  command ${process.execPath}: test sent; command exited 0`,
    ]);
    expect((await told())['told-site-test']).toContain('test of the notifications of site lab');
  });

  it('is not tested by check alone', async () => {
    const console = await openSceneConsole(scene, ofSite(way('site', ...everything)));
    await console.check(() => undefined);
    await console.close();
    expect(await told()).toEqual({});
  });
});
