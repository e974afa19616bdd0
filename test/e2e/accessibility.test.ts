/** Every screen in its main states, dialogs included, judged by all rules of axe-core: in light, and what colors decide in dark, too. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { mayComplain, picturesOf, type Picture } from '../screenshots/pictures.ts';
import { capturePlays, forTests } from '../screenshots/plays.ts';
import { describeInBrowser, type ConsolePage } from '../support/ui/console-page.ts';
import { playConsole, type PlayedConsole } from '../support/ui/played-console.ts';

/** Screens are drawn with more states than these; what they add is other words in the same places. */
const states = [
  'home-mixed',
  'home-asking',
  'home-none',
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
  'run-none',
  'run-unknown',
  'run-asking',
  'run-dumping',
  'run-stop-dialog',
  'run-step-failed',
  'run-halted',
  'run-dead',
  'run-several-tapes',
  'verify-asking',
  'verify-mismatch',
  'runs',
  'runs-saved',
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
  'tape-label-dialog',
  'tape-check-dialog',
  'sites-overview',
  'sites-checked-bad',
  'sites-edit',
  'sites-edit-text',
  'sites-new-job',
  'sites-first',
  'sites-first-volumes',
  'sites-open-dialog',
  'login-host-key',
] as const;

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

/** @returns what is wrong, a line each; none where all is well */
async function violations(
  page: Page,
  runOnly: { type: 'tag' | 'rule'; values: string[] },
): Promise<string[]> {
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ['violations'] }).then((result) => result.violations)`,
  )) as Violation[];
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

describeInBrowser('axe-core finds nothing', (browser) => {
  let pictures: readonly Picture[];
  beforeAll(async () => {
    // Five hundred volumes are drawn as eighty are.
    pictures = picturesOf(await capturePlays(forTests), 80);
    // Four labs at once, on a machine that may be loaded.
  }, 300_000);

  /** One page for all states: a new one for each would start a process, and compile the program of the page once more. */
  let stage: { readonly console: PlayedConsole; readonly on: ConsolePage } | undefined;
  afterAll(() => stage?.console.close());

  async function onStage(picture: Picture): Promise<{ console: PlayedConsole; on: ConsolePage }> {
    if (stage) {
      Object.assign(stage.console.play, picture.play);
      await stage.on.openAnew(picture.hash);
      return stage;
    }
    const console = await playConsole({ ...picture.play });
    const on = await browser.lastingPage(console, { reducedMotion: true });
    stage = { console, on: await on.open(picture.hash) };
    return stage;
  }

  /** A console that is to be lost takes its page along. */
  async function alone(picture: Picture): Promise<{ console: PlayedConsole; on: ConsolePage }> {
    const console = await playConsole(picture.play);
    onTestFinished(() => console.close());
    const on = await browser.page(console, { reducedMotion: true, mayComplain: mayComplain(picture) });
    return { console, on: await on.open(picture.hash) };
  }

  it.each(states)('on %s', async (name) => {
    const picture = pictures.find((each) => each.name === name);
    if (!picture) throw new Error(`nothing is called ${name}`);
    const { console, on } = await (mayComplain(picture).length > 0 ? alone(picture) : onStage(picture));
    const { page } = on;
    await page.getByRole('heading', { level: 1, includeHidden: true }).first().waitFor({ state: 'attached' });
    await picture.act?.(page, console);
    await page.evaluate(axe);
    expect(await violations(page, { type: 'tag', values: tags })).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page, { type: 'rule', values: ['color-contrast'] })).toEqual([]);
    expect(on.complaints.splice(0)).toEqual([]);
  });
});
