/**
 * Every screen in its main states, dialogs included, checked by all rules of axe-core: in the light theme, and the
 * rules for colors in the dark one, too. At each size of a window, no text is cut off, and no button is out of reach.
 * `npm test` checks a state of each screen and a sample of the others, `npm run test:failures` all of them.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { mayComplain, picturesOf, type Picture } from '../screenshots/pictures.ts';
import { capturePlays, forTests } from '../screenshots/plays.ts';
import { sampled } from '../support/sampled.ts';
import { contrastViolationsOn, violationsOn } from '../support/ui/axe.ts';
import { clippedOn } from '../support/ui/clipped.ts';
import { describeInBrowser, type ConsolePage } from '../support/ui/console-page.ts';
import { playConsole, type PlayedConsole } from '../support/ui/played-console.ts';

/** Screens have more states than these; those only have other texts in the same places. */
const states = [
  'home-mixed',
  'home-asking',
  'home-digest',
  'home-none',
  'home-refused',
  'home-lab-dialog',
  'topology-loading',
  'topology-joined',
  'topology-chosen',
  'topology-dumping',
  'topology-500-all',
  'topology-empty',
  'topology-failed',
  'topology-disconnected',
  'topology-help',
  'topology-palette',
  'topology-glossary',
  'plan',
  'plan-failed',
  'plan-refused',
  'run-none',
  'run-unknown',
  'run-asking',
  'run-dumping',
  'run-stop-dialog',
  'run-step-failed',
  'run-halted',
  'run-dead',
  'run-several-tapes',
  'run-log',
  'run-copied',
  'run-copy-dialog',
  'verify-asking',
  'verify-signature',
  'verify-mismatch',
  'runs',
  'runs-saved',
  'runs-keys',
  'runs-opened',
  'runs-compared',
  'runs-audit',
  'report-failed',
  'report-menu',
  'report-notices',
  'report-none',
  'files-found',
  'trends',
  'tape-identified',
  'tape-library',
  'tape-library-unseen',
  'tape-alert',
  'tape-label-dialog',
  'tape-check-dialog',
  'tape-place-dialog',
  'tape-found-dialog',
  'sites-overview',
  'sites-checked-bad',
  'sites-edit',
  'sites-edit-text',
  'form-site-hosts',
  'form-site-library',
  'form-job-services',
  'form-job-proof',
  'sites-new-job',
  'sites-first',
  'sites-first-named',
  'sites-first-volumes',
  'sites-key-changed',
  'sites-key-dialog',
  'sites-open-dialog',
  'login-host-key',
  'restore-what',
  'restore-what-files',
  'restore-where',
  'restore-where-files',
  'restore-plan',
  'restore-refused',
  'restore-files',
  'restore-drill',
  'restore-approval-1',
  'restore-approval-1-typed',
  'restore-approval-2-typed',
  'restore-done',
  'restore-proven',
  'restore-drilling',
  'restore-next-tape',
  'restore-files-incomplete',
  'restore-drill-done',
  'restore-history',
  'home-protected',
  'run-done',
] as const;

/** One of each screen: they are in every sample. */
const alwaysJudged: readonly (typeof states)[number][] = [
  'home-mixed',
  'topology-joined',
  'plan',
  'run-asking',
  'verify-mismatch',
  'runs',
  'report-notices',
  'tape-identified',
  'sites-edit',
  'restore-plan',
];

/** Screens with little to say, and how many texts they have at least in the smallest window. */
const fewTexts: Readonly<Partial<Record<(typeof states)[number], number>>> = {
  'home-none': 8,
  'topology-loading': 7,
  'topology-failed': 14,
  'plan-failed': 11,
  'run-none': 7,
  'run-unknown': 9,
  'report-none': 6,
  'restore-where': 20,
  'restore-refused': 15,
  'restore-drilling': 16,
};

/** 640x400 is 1280x800 at 200 % zoom. */
const sizes = [
  [800, 600],
  [900, 700],
  [1280, 800],
  [1920, 1080],
  [3840, 2160],
  [640, 400],
] as const;

const usualSize = { width: 1280, height: 800 };

/** Runs in the page: true once the answers are drawn. */
const isDrawn = `document.fonts.status === 'loaded' && !document.querySelector('.skeleton, [aria-busy="true"]')`;

/** Runs in the page: what follows the size of the window, such as a chart, has followed. */
const hasFollowed = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))`;

/** @returns what is clipped, for each size at which something is */
async function clippedAtSizes(page: Page, fewest: number | undefined): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await page.evaluate(hasFollowed);
    const clipped = await clippedOn(page, fewest);
    if (clipped.length > 0) found[`${width}x${height}`] = clipped;
  }
  return found;
}

describeInBrowser('every screen', (browser) => {
  let pictures: readonly Picture[];
  beforeAll(async () => {
    // Five hundred volumes are drawn as eighty are.
    pictures = picturesOf(await capturePlays(forTests), 80);
    // Five labs at once, on a machine that may be loaded.
  }, 300_000);

  /** One page for all states: a new one for each would start a process, and compile the program of the page again. */
  let stage: { readonly console: PlayedConsole; readonly on: ConsolePage } | undefined;
  afterAll(() => stage?.console.close());

  async function onStage(picture: Picture): Promise<{ console: PlayedConsole; on: ConsolePage }> {
    if (stage) {
      Object.assign(stage.console.play, picture.play);
      await stage.on.openAnew(picture.hash);
      return stage;
    }
    const console = await playConsole({ ...picture.play });
    const on = await browser.lastingPage(console);
    stage = { console, on: await on.open(picture.hash) };
    return stage;
  }

  /** A console that must disappear gets its own page. */
  async function alone(picture: Picture): Promise<{ console: PlayedConsole; on: ConsolePage }> {
    const console = await playConsole(picture.play);
    onTestFinished(() => console.close());
    const on = await browser.page(console, { mayComplain: mayComplain(picture) });
    return { console, on: await on.open(picture.hash) };
  }

  const judged = sampled(states, 6, (name) => alwaysJudged.includes(name));
  it.each(judged)('axe-core finds nothing, and nothing is clipped, on %s', async (name) => {
    const picture = pictures.find((each) => each.name === name);
    if (!picture) throw new Error(`nothing is called ${name}`);
    const { console, on } = await (mayComplain(picture).length > 0 ? alone(picture) : onStage(picture));
    const { page } = on;
    await page.setViewportSize(usualSize);
    await page.getByRole('heading', { level: 1, includeHidden: true }).first().waitFor({ state: 'attached' });
    await picture.act?.(page, console);
    expect(await violationsOn(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await contrastViolationsOn(page)).toEqual([]);
    if (!name.endsWith('-loading'))
      await expect.poll(() => page.evaluate(isDrawn), { interval: 30 }).toBe(true);
    expect(await clippedAtSizes(page, fewTexts[name])).toEqual({});
    expect(on.complaints.splice(0)).toEqual([]);
  });

  it('a run that is opened in a narrow window begins with what it is, not with its present step', async () => {
    const picture = pictures.find(({ name }) => name === 'run-dumping');
    if (!picture) throw new Error('nothing is called run-dumping');
    const console = await playConsole(picture.play);
    onTestFinished(() => console.close());
    const on = await browser.page(console);
    const { page } = on;
    await page.setViewportSize({ width: 900, height: 700 });
    await on.open(picture.hash);
    await picture.act?.(page, console);
    await page.locator('main [aria-current="step"]').waitFor();
    await expect.poll(() => page.evaluate(isDrawn), { interval: 30 }).toBe(true);
    expect(await page.evaluate('document.querySelector("main").scrollTop')).toBe(0);
  });
});
