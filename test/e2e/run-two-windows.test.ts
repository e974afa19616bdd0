import type { WebSocketRoute } from 'playwright-core';
import { expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import { withJob } from '../support/failures.ts';
import { clusterState, normalState } from '../support/lab-run.ts';
import {
  describeInBrowser,
  servedScene,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';

const asking = 'The shadow is verified: approve it?';
const done = 'Backup verified';

/** Waits until the footer counts as many events as the run's journal holds. The run asks, so no more are added. */
async function countsTheJournal({ page }: ConsolePage, { scene }: ServedScene, run: string): Promise<void> {
  const { events } = await readRun(scene.state, run);
  await page.getByRole('contentinfo').getByText(`${events.length} events`, { exact: true }).waitFor();
}

/** Runs in the page, before anything is loaded: keeps the footer's text when the run's steps are first drawn. */
const keepFirstFooter = `window.firstFooter = new Promise((resolve) => {
  new MutationObserver((_changes, observer) => {
    if (!document.querySelector('main button[data-key]')) return;
    observer.disconnect();
    resolve(document.querySelector('footer').textContent);
  }).observe(document, { childList: true, subtree: true });
})`;

describeInBrowser('one run in two windows', (browser) => {
  it('is the same in both, and an answer in one removes the question in both', async () => {
    const console = await servedScene({}, withJob({ approve: 'operator' }));
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const mine = await (await browser.page(console)).open(`#/run/${run}`);
    const theirs = await (await browser.page(console)).open(`#/run/${run}`);
    await mine.heading(asking).waitFor();
    await theirs.heading(asking).waitFor();
    for (const each of [mine, theirs]) await countsTheJournal(each, console, run);

    await theirs.open(`#/verify/${run}`);
    await theirs.button('Approve and start the dump').click();
    await mine.heading(asking).waitFor({ state: 'detached' });
    for (const each of [mine, theirs]) await each.heading(done).waitFor();
    const steps = await Promise.all([mine, theirs].map((each) => each.region('Steps').innerText()));
    expect(steps[0]).toBe(steps[1]);
    expect(await clusterState(console.scene)).toEqual(normalState);
  });

  it('is halted in one and rolled back from the other: both show that it continues, and its end', async () => {
    const console = await servedScene({ faults: ['slow-rejoin=20000'] }, withJob({ approve: 'operator' }));
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const mine = await (await browser.page(console)).open(`#/run/${run}`);
    const theirs = await (await browser.page(console)).open(`#/run/${run}`);
    await mine.heading(asking).waitFor();
    await console.ask('halt', { run });
    for (const each of [mine, theirs]) await each.heading('Action required').waitFor();
    await theirs.button('Roll back the run').click();
    const goesOn = (each: ConsolePage) => each.page.getByText(/^rolling back/).waitFor();
    await Promise.all([mine, theirs].map(goesOn));
    console.scene.lab.faults.clear('slow-rejoin');
    for (const each of [mine, theirs]) await each.heading('Failed, rolled back').waitFor();
    expect(await clusterState(console.scene)).toEqual(normalState);
  });

  it('continues while its page is loaded again: all its events are there, and the question', async () => {
    const console = await servedScene({}, withJob({ approve: 'operator' }));
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const on = await (await browser.page(console)).open(`#/run/${run}`);
    await on.heading(asking).waitFor();
    await countsTheJournal(on, console, run);
    await on.page.addInitScript(keepFirstFooter);
    await on.page.reload();
    // The count is there when the run is first drawn, not a moment later.
    const { events } = await readRun(console.scene.state, run);
    expect(await on.page.evaluate('window.firstFooter')).toContain(`${events.length} events`);
    await on.heading(asking).waitFor();
    await on.button('Show the verification…').click();
    await on.button('Approve and start the dump').click();
    await on.heading(done).waitFor();
    expect(await clusterState(console.scene)).toEqual(normalState);
  });

  it('continues while its page has lost the console: the page reports it, and is complete after the reconnect', async () => {
    const console = await servedScene({}, withJob({ approve: 'operator' }));
    const { run } = await console.ask('start', { job: 'raw-dd' });
    // Chromium prints this, and Playwright's socket throws it, where the page sends something at the moment of the cut.
    const mayComplain = [/^WebSocket is already in CLOSING or CLOSED state\.$/];
    const on = await browser.page(console, { mayComplain });
    const routes: WebSocketRoute[] = [];
    let isCut = false;
    await on.page.routeWebSocket('**/bridge', (route) => {
      if (isCut) void route.close();
      else routes.push(route.connectToServer(), route);
    });
    await on.open(`#/run/${run}`);
    await on.heading(asking).waitFor();
    isCut = true;
    for (const route of routes) await route.close();
    await on.said('Connection to the console lost.').waitFor();
    await on.page.getByText('last seen: waiting for your answer').waitFor();
    for (const name of ['Stop the backup…', 'Remove the shadow and rejoin'])
      expect(await on.button(name).getAttribute('title')).toBe('the connection to the console is lost');
    await on.picture('lost');

    // Meanwhile it is answered elsewhere, and runs until it ends.
    const question = console.served.desk.activity.runs[0];
    expect(question).toMatchObject({ run, asking: true });
    await console.ask('answer', { run, number: 1, choice: 'approve' });
    await console.served.desk.runs.settled();
    isCut = false;
    await on.heading(done).waitFor();
    await on.said('Connection to the console lost.').waitFor({ state: 'detached' });
    expect(await clusterState(console.scene)).toEqual(normalState);
  });
});
