/** Searches of the history: by a line as people type it, for a file on tape, and over time. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { RunLine } from '../../src/contract/screens.ts';
import { captureConsole, answersOf, type Captured } from '../support/ui/captured-console.ts';
import { historyAnswers } from '../support/ui/history-answers.ts';
import { runScene } from '../support/lab-run.ts';
import { idle, playConsole, type Play } from '../support/ui/played-console.ts';
import {
  describeInBrowser,
  openServedScene,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';

/** Far more than anything takes; busy machines are slow. */
const soon = { timeout: 60_000, interval: 50 };

const searchLine = ({ page }: ConsolePage) => page.getByRole('searchbox', { name: 'Search runs' });
const fileLine = ({ page }: ConsolePage) =>
  page.getByRole('searchbox', { name: 'Path, name or pattern of a file' });

describeInBrowser('the history searched', (browser) => {
  let opened: ServedScene;
  let tar: string;
  beforeAll(async () => {
    opened = await openServedScene();
    const { scene } = opened;
    await runScene(scene);
    await scene.lab.insertCartridge('second');
    ({ run: tar } = await runScene(scene, { job: 'ufs-tar' }));
  });
  afterAll(() => opened.close());

  it('accepts words and keys, and its chips write into the line', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/runs');
    await console.said('2 runs').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('method:6b');
    await console.said('1 of 2').waitFor();
    await console.button('Verified').click();
    await expect.poll(() => searchLine(console).inputValue(), soon).toBe('method:6b verdict:verified');
    await console.button('This month').click();
    await expect
      .poll(() => searchLine(console).inputValue(), soon)
      .toMatch(/^method:6b verdict:verified after:\d{4}-\d{2}-01$/);
    await console.said('1 of 2').waitFor();
    await console.button('Failed').click();
    await console.said('0 of 2').waitFor();
    await console.button('Show all runs').click();
    await console.said('2 runs').waitFor();
    expect(await searchLine(console).inputValue()).toBe('');
  });

  it('shows where an error is, and what can be searched for', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/runs');
    await console.said('2 runs').waitFor();
    await searchLine(console).fill('Volume2 mehtod:6b');
    const wrong = page.getByRole('alert');
    await wrong
      .getByText(
        /^the search cannot be read at character 9: unknown key "mehtod"; did you mean "method"\? keys:/,
      )
      .waitFor();
    expect(await wrong.locator('mark').textContent()).toBe('mehtod:6b');
    expect(await searchLine(console).getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByRole('grid', { name: 'Runs' }).isVisible()).toBe(true);
    await console.picture('runs-mistyped');
    await searchLine(console).fill('Volume2');
    await wrong.waitFor({ state: 'detached' });
    await console.button('Search help').click();
    await console.button('method:6a').click();
    await expect.poll(() => searchLine(console).inputValue(), soon).toBe('Volume2 method:6a');
    await console.said('1 of 2').waitFor();
  });

  it('keeps a search over a reload, and forgets it', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/runs');
    await searchLine(console).fill('method:6a');
    await console.said('1 of 2').waitFor();
    await console.button('Save this search').click();
    await page.reload();
    const kept = page
      .getByRole('list', { name: 'Saved searches' })
      .getByRole('button', { name: 'method:6a', exact: true });
    await kept.click();
    await expect.poll(() => searchLine(console).inputValue(), soon).toBe('method:6a');
    await console.said('1 of 2').waitFor();
    await console.button('Forget the search method:6a').click();
    await kept.waitFor({ state: 'detached' });
    await console.button('Save this search').waitFor();
  });

  it('finds a file by its name and by a pattern, with the command that restores it', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/runs');
    await page
      .getByRole('navigation', { name: 'History' })
      .getByRole('link', { name: 'Where was this file?' })
      .click();
    await page.getByText('Which tape has it?').waitFor();
    // The examples are names of this tape.
    const example = page.getByRole('button', { name: /^\*\*\/\*\./ });
    await example.click();
    await console.said(/^[1-9]\d*\+? cop(y|ies)/).waitFor();
    await fileLine(console).fill('**');
    await console.said(/^100\+ copies/).waitFor();
    await console.button('Search further').click();
    await console.said(/^[1-4]\d\d\+? copies/).waitFor();
    await page.getByRole('rowheader').filter({ hasText: '2003.tab' }).waitFor();
    await fileLine(console).fill('2003.tab');
    // The only place is open.
    await console.said('1 copy').waitFor();
    const file = page.getByRole('rowheader', { name: './etc/tax/2003.tab' }).getByRole('button');
    expect(await file.getAttribute('aria-expanded')).toBe('true');
    await page.getByRole('row', { name: /2\.0 KiB.*\/dev\/rmt\/0, tape file 0.*verified/ }).waitFor();
    const command = page.getByRole('row').filter({ has: console.button('Copy the command') });
    await command.getByText(/dd if=.* \| tar /).waitFor();
    await console.picture('files');
    await page.getByRole('row').nth(1).getByRole('link').click();
    await page.waitForURL(`**#/runs/${tar}`);
  });

  it('reports that no tape has a file', async () => {
    const console = await browser.page(opened);
    await console.open('#/files/no-such-file.txt');
    await console.heading('On no tape').waitFor();
    expect(await fileLine(console).inputValue()).toBe('no-such-file.txt');
    await console.said('0 copies').waitFor();
  });

  it('shows how a volume has grown, in charts and in numbers that lead to the runs', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/trends');
    await page.getByRole('img', { name: /^Size: bytes on tape between/ }).waitFor();
    await page.getByRole('img', { name: /^Dump rate: average between/ }).waitFor();
    await page.getByRole('img', { name: /^Duration: dump between/ }).waitFor();
    const table = page.getByRole('table', { name: 'Values, last run first' });
    expect(await table.getByRole('row').count()).toBe(3);
    await console.picture('trends');
    await table.getByRole('link').first().click();
    await page.waitForURL(`**#/runs/${tar}`);
  });
});

describeInBrowser('a long history', (browser) => {
  const many = 10_000;
  let play: Play;
  let captured: Captured;
  beforeAll(async () => {
    captured = await captureConsole({ runs: [] });
    const lines = Array.from({ length: many }, (_, at): RunLine => {
      const startedAt = new Date(Date.UTC(2026, 10, 22, 2) - at * 3_600_000).toISOString();
      return {
        run: `20261122-${String(many - at).padStart(6, '0')}-volume2`,
        trouble: undefined,
        job: 'nightly',
        site: 'payroll',
        method: '6a',
        class: 'Class1',
        volumes: ['Volume2'],
        tape: { host: 'node3', device: '/dev/rmt/0' },
        tapeNames: [`TAPE-${at}`],
        operator: 'aiko',
        startedAt,
        finishedAt: startedAt,
        verdict: at % 7 === 0 ? 'failed' : 'verified',
        exitStatus: 0,
        sentence: undefined,
        currentStep: undefined,
        live: false,
        bytes: at,
        digests: {},
      };
    });
    play = { answers: { ...answersOf(captured), ...historyAnswers(lines, []) }, activity: idle, runs: {} };
  });

  it('is read page by page on scrolling, and draws only what is in view', async () => {
    const console = await playConsole(play);
    onTestFinished(() => console.close());
    const page = await browser.page(console);
    await page.open('#/runs');
    await page.said('500+ runs').waitFor();
    const grid = page.page.getByRole('grid', { name: 'Runs' });
    await grid.focus();
    // Chromium may drop a key during a scroll, so it is pressed until it takes effect.
    const known = async () => {
      await page.page.keyboard.press('End');
      const said = await page.said(/^[\d,]+\+ runs$/).textContent();
      return Number(said?.replaceAll(/\D/g, ''));
    };
    await expect.poll(known).toBeGreaterThanOrEqual(2000);
    expect(await grid.getByRole('row').count()).toBeLessThan(60);
    await searchLine(page).fill('TAPE-9999');
    await page.said('1 run').waitFor();
    await grid.getByText('TAPE-9999').waitFor();
  });

  it('shows what the index does not cover yet, and queries again once it has caught up', async () => {
    const behind = {
      ...play,
      activity: { ...idle, indexing: { what: 'runs', done: 7289, total: many } as const },
      answers: {
        ...play.answers,
        searchRuns: () => ({ lines: [], more: false, took: 2000, unread: 2711 }),
      },
    };
    const console = await playConsole(behind);
    onTestFinished(() => console.close());
    const page = await browser.page(console);
    await page.open('#/runs');
    await page.said('2,711 journals are not in the index yet: their contents are missing here.').waitFor();
    await page.said('Updating the index: journals 7,289 of 10,000.').waitFor();
    await page.page.getByRole('progressbar', { name: 'Index of the history' }).waitFor();
    behind.answers = { ...play.answers } as typeof behind.answers;
    console.tellActivity(idle);
    await page.said('500+ runs').waitFor();
    expect(await page.page.getByText('not in the index yet').count()).toBe(0);
  });
});
