import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunPush } from '../../src/contract/screens.ts';
import type { Served } from '../../src/main/serve/serve.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { serveScene, TestPage } from '../support/serve.ts';

let scene: Scene;
let served: Served;
let page: TestPage;

async function begin(change?: (site: SiteTree) => void): Promise<void> {
  served = await serveScene(scene, change);
  page = await TestPage.open(served);
}

beforeEach(async () => {
  scene = await openScene();
});
afterEach(async () => {
  served.desk.runs.haltAll();
  await served.desk.runs.settled();
  await served.close();
  await scene.close();
});

const askOperator = (site: SiteTree) => {
  jobOf(site)['approve'] = 'operator';
};

const kinds = (pushes: readonly RunPush[]) => [...new Set(pushes.map(({ kind }) => kind))].sort();

describe('a run in the browser', () => {
  it('is approved by a page, and followed by two to the same end', async () => {
    await begin(askOperator);
    const other = await TestPage.open(served);
    const { run } = await page.result('start', { job: 'raw-dd' });
    const mine = page.follow('run', { run });
    const theirs = other.follow('run', { run });
    const { question } = await mine.until((followed) => followed.question !== undefined);
    expect(question).toMatchObject({
      run,
      id: 'approve-shadow',
      choices: [
        { id: 'approve', asksReason: false },
        { id: 'stop', asksReason: false },
      ],
    });
    expect(served.desk.activity.runs).toMatchObject([
      { run, job: 'raw-dd', volumes: ['Volume2'], asking: true },
    ]);
    const { number } = question ?? { number: 0 };
    expect(await other.ask('answer', { run, number, choice: 'perhaps' })).toMatchObject({
      error: { sentence: 'request "answer" refused: the choices are approve, stop' },
    });
    expect(await other.ask('answer', { run, number, choice: 'approve' })).toEqual({ result: null });
    expect(await page.ask('answer', { run, number, choice: 'stop' })).toMatchObject({
      error: {
        code: 'QUESTION_OVER',
        sentence: 'the question was answered, or the run continued without it',
      },
    });
    await mine.until(({ end }) => end !== undefined);
    await theirs.until(({ end }) => end !== undefined);
    expect(mine.end).toEqual({ kind: 'end', exitStatus: 0 });
    expect(theirs.events).toEqual(mine.events);
    expect(mine.events.map(({ seq }) => seq)).toEqual(mine.events.map((_event, index) => index + 1));
    expect(mine.question).toBeUndefined();
    expect(kinds(mine.pushes)).toEqual(['end', 'events', 'progress', 'question']);
    const view = await page.result('run', { run });
    expect(view.events).toEqual(mine.events);
    expect(view).toMatchObject({ chain: 'intact', line: { verdict: 'verified', live: false } });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('continues while its page is loaded again, and is then shown from the beginning', async () => {
    await begin(askOperator);
    const { run } = await page.result('start', { job: 'raw-dd' });
    const before = await page.follow('run', { run }).until((followed) => followed.question !== undefined);
    await page.close();
    const anew = await TestPage.open(served);
    const after = await anew.follow('run', { run }).until((followed) => followed.question !== undefined);
    expect(after.events.slice(0, before.events.length)).toEqual(before.events);
    expect(after.question).toEqual(before.question);
    const view = await anew.result('run', { run });
    expect(view.line).toMatchObject({ live: true, verdict: 'unfinished' });
    expect(view.plan?.steps.map(({ step }) => step)).toContain('3-3');
    await anew.result('answer', { run, number: after.question?.number ?? 0, choice: 'approve' });
    await after.until(({ end }) => end !== undefined);
    expect(after.end).toMatchObject({ exitStatus: 0 });
    // A new page gets the same from the journal.
    const later = await anew.follow('run', { run }).until(({ end }) => end !== undefined);
    expect(later.events).toEqual(after.events);
  });

  it('is stopped by a page: the cluster is rolled back', async () => {
    await begin(askOperator);
    const { run } = await page.result('start', { job: 'raw-dd' });
    const followed = await page.follow('run', { run }).until((each) => each.question !== undefined);
    const { number } = followed.question ?? { number: 0 };
    expect(await page.ask('cancel', { run })).toEqual({ result: null });
    await followed.until(({ end }) => end !== undefined);
    expect(followed.end).toMatchObject({ exitStatus: 2 });
    expect(await page.ask('answer', { run, number, choice: 'approve' })).toMatchObject({
      error: { code: 'QUESTION_OVER' },
    });
    expect(await page.ask('cancel', { run })).toMatchObject({
      error: { code: 'RUN_NOT_LIVE', sentence: `run ${run} is not running in this console` },
    });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is halted, shown as interrupted, and rolled back from there', async () => {
    await begin(askOperator);
    const { run } = await page.result('start', { job: 'raw-dd' });
    const followed = await page.follow('run', { run }).until((each) => each.question !== undefined);
    await page.result('halt', { run });
    await followed.until(({ end }) => end !== undefined);
    expect(followed.end).toMatchObject({ exitStatus: 3 });
    expect(await page.result('recoveryRefusals', { run })).toEqual({});
    const again = page.follow('run', { run });
    expect(await page.result('unwind', { run })).toEqual({ run });
    await again.until(({ pushes }) => pushes.filter(({ kind }) => kind === 'end').length === 2);
    expect(again.events.map(({ seq }) => seq)).toEqual(again.events.map((_event, index) => index + 1));
    expect(again.pushes.at(-1)).toMatchObject({ kind: 'end', exitStatus: 2 });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('offers no resume if the proxy was rejoined by hand since, and no rollback once nothing is left', async () => {
    await begin(askOperator);
    const { run } = await page.result('start', { job: 'raw-dd' });
    const followed = await page.follow('run', { run }).until((each) => each.question !== undefined);
    expect(await page.ask('recoveryRefusals', { run })).toMatchObject({ error: { code: 'RUN_IS_LIVE' } });
    await page.result('halt', { run });
    await followed.until(({ end }) => end !== undefined);
    for (const line of [
      'sdxshadowvolume -F -c Class2 -v Volume2',
      'sdxshadowvolume -R -c Class2 -v Volume2',
      'sdxshadowgroup -R -c Class2 -g Group2',
      'sdxshadowdisk -R -c Class2 -d Disk3',
    ])
      await scene.lab.type('node3', line);
    await scene.lab.type('node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
    await scene.lab.copyingFinished();
    const joined = 'Volume2 is joined again: the data from the moment of the part is lost';
    expect(await page.result('recoveryRefusals', { run })).toEqual({
      resume: `run ${run} cannot be resumed: ${joined}`,
    });
    const again = page.follow('run', { run });
    await page.result('unwind', { run });
    await again.until(({ pushes }) => pushes.filter(({ kind }) => kind === 'end').length === 2);
    expect(await page.result('recoveryRefusals', { run })).toMatchObject({
      resume: expect.stringContaining(`run ${run} has ended`) as string,
    });
  });

  it('uses the drive exclusively, and keeps its site open', async () => {
    await begin(askOperator);
    const { run } = await page.result('start', { job: 'raw-dd' });
    const followed = await page.follow('run', { run }).until((each) => each.question !== undefined);
    const inUse = 'the drive /dev/rmt/0 on node3 is in use: a run of job raw-dd is running';
    for (const reply of [
      await page.ask('start', { job: 'ufs-tar' }),
      await page.ask('identify', {}),
      await page.ask('label', { name: 'A1' }),
      await page.ask('driveCheck', { overwrite: 'data' }),
    ])
      expect(reply).toMatchObject({ error: { code: 'DRIVE_IN_USE', sentence: inUse } });
    expect(await page.result('tape', {})).toMatchObject({
      state: 'busy',
      said: 'a run of job raw-dd is running',
    });
    expect(await page.ask('openSite', {})).toMatchObject({
      error: { sentence: `the site stays open: run ${run} is running` },
    });
    expect(await page.ask('unwind', { run })).toMatchObject({
      error: { code: 'RUN_IS_LIVE', sentence: `run ${run} is running in this console` },
    });
    await page.result('cancel', { run });
    await followed.until(({ end }) => end !== undefined);
    expect(await page.result('identify', {})).toMatchObject({ host: 'node3', blank: true });
  });

  it('is refused with its reason, and leaves the drive free', async () => {
    await begin();
    for (const time of ['first', 'second'])
      expect([time, await page.ask('start', { job: 'nightly' })]).toMatchObject([
        time,
        { error: { code: 'JOB_UNKNOWN' } },
      ]);
    expect(served.desk.activity.runs).toEqual([]);
    expect(await page.ask('run', { run: 'none' })).toMatchObject({ error: { code: 'RUN_UNKNOWN' } });
    const followed = page.follow('run', { run: 'none' });
    await followed.until(({ error }) => error !== undefined);
    expect(followed.error).toMatchObject({ sentence: 'there is no run none' });
  });
});
