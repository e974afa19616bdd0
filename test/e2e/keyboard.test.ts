import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobOf } from '../support/lab-run.ts';
import {
  describeInBrowser,
  openServedScene,
  type ConsolePage,
  type ServedScene,
} from '../support/ui/console-page.ts';

/** Far longer than anything takes. */
const patient = { timeout: 60_000 };
/** More presses than any screen has places. */
const most = 150;

interface Focus {
  /** What has it, in words. */
  readonly name: string;
  /** Why nobody could see it. */
  readonly wrong: string | undefined;
}

/** Runs in the page. The screen itself takes the focus when it is changed, and shows no ring: nothing is pressed on it. */
const look = `(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return { name: 'nothing', wrong: 'the focus is nowhere' };
  const name = element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40);
  const { width, height, top, bottom } = element.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  // An object of the picture shows it at its edge.
  const edge = element.matches('svg *') ? element.querySelector('.edge') : null;
  const hasEdge = edge !== null && parseFloat(getComputedStyle(edge).strokeWidth) === 3;
  const hasRing = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || element.id === 'main' || hasEdge;
  const isSeen = width > 0 && height > 0 && bottom > 0 && top < innerHeight;
  return { name, wrong: isSeen ? (hasRing ? undefined : 'no ring shows the focus') : 'it is not in sight' };
})()`;

const focused = (page: Page): Promise<Focus> => page.evaluate<Focus>(look);
const has = async (locator: Locator): Promise<boolean> =>
  (await locator.page().locator(':focus').and(locator).count()) === 1;

/** Presses Tab until it is reached; on its way the focus must be seen at each place. */
async function tabTo({ page }: ConsolePage, locator: Locator): Promise<void> {
  await locator.waitFor();
  const passed: string[] = [];
  let isThere = await has(locator);
  for (let press = 0; press < most && !isThere; press += 1) {
    await page.keyboard.press('Tab');
    const { name, wrong } = await focused(page);
    passed.push(name);
    // After the last place comes the browser's own window, and then the first place again.
    if (name !== 'nothing') expect({ name, wrong }).toEqual({ name, wrong: undefined });
    isThere = await has(locator);
  }
  expect(isThere, `reached by Tab, not only ${passed.join(' | ')}`).toBe(true);
}

async function pressOn(console: ConsolePage, locator: Locator, key = 'Enter'): Promise<void> {
  await tabTo(console, locator);
  await console.page.keyboard.press(key);
}

const screens = ['Protection', 'Topology', 'Plan', 'Run', 'Verification', 'Runs', 'Restore', 'Tape', 'Sites'];

describeInBrowser('by keyboard alone', (browser) => {
  let opened: ServedScene;
  beforeAll(async () => {
    opened = await openServedScene({}, (site) => {
      jobOf(site)['approve'] = 'operator';
    });
  });
  afterAll(() => opened.close());

  it('a run goes from its plan over the approval to verified, and is found again in the history', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    await console.open();
    await console.heading('Topology').waitFor();
    await page.keyboard.press('3');
    await console.heading('Plan').waitFor();
    await console.heading('Part Volume2 from Volume1').waitFor();
    await pressOn(console, console.button('Back up Volume2'));

    await pressOn(console, console.button('Show the verification…'));
    const approve = console.button('Approve and start the dump');
    await pressOn(console, approve);
    await approve.waitFor({ state: 'detached' });
    // The button is gone; the focus is still on the screen.
    await expect.poll(() => focused(page), patient).toMatchObject({ wrong: undefined });

    await page.keyboard.press('4');
    await page.getByText('Backup verified').waitFor();
    await expect.poll(() => focused(page), patient).toMatchObject({ wrong: undefined });
    // The steps are one place for Tab; the arrows go through them.
    await tabTo(console, page.getByRole('button', { name: /^done\s+Unlock Class1/ }));
    const part = page.getByRole('button', { name: /3-3 Part Volume2 from Volume1/ });
    for (let press = 0; press < most && !(await has(part)); press += 1) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByText('sdxproxy Part -c Class1 -p Volume2 -a pjrm=off').first().waitFor();

    await page.keyboard.press('6');
    await console.said('1 run').waitFor();
    const list = page.getByRole('grid', { name: 'Runs' });
    await tabTo(console, list);
    await page.keyboard.press('Space');
    await expect
      .poll(() => page.getByRole('checkbox', { name: /^Compare run/ }).isChecked(), patient)
      .toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Back up Volume2' }).waitFor();
    await pressOn(console, console.button('Back to the history'));
    await console.heading('Runs').waitFor();
    await expect.poll(() => focused(page), patient).toMatchObject({ wrong: undefined });
  });

  it('every screen is reached by its number and by Tab, and every place on it shows that it has the focus', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/home');
    for (const [index, title] of screens.entries()) {
      await page.keyboard.press(String(index + 1));
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      // At the beginning there is no previous screen.
      if (index > 0) await expect.poll(() => focused(page), patient).toMatchObject({ wrong: undefined });
      // All the way round, and to the way to the next screen.
      const next = screens[(index + 1) % screens.length] ?? '';
      await tabTo(
        console,
        page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: next, exact: true }),
      );
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Protection' }).waitFor();
  });

  it('Ctrl K finds a screen by typing, and N opens the notices', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    await console.open('#/topology');
    await console.heading('Topology').waitFor();
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Screen, job, run or action' });
    await expect.poll(() => has(field), patient).toBe(true);
    await page.keyboard.type('tap');
    await page.getByRole('option', { name: /^Tape/, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**#/tape');
    await console.heading('Tape').waitFor();
    await page.keyboard.press('n');
    await page.getByRole('dialog', { name: 'Notices of this session' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('a dialog keeps the focus, Escape closes it, and gives the focus back to what opened it', async () => {
    const console = await browser.page(opened);
    const { page } = console;
    const dialogs = [
      ['#/topology', 'Keys (?)', 'Keys'],
      ['#/sites', 'Open another site…', 'Open another site'],
      ['#/sites/edit', 'Add a job…', 'Add a job'],
      ['#/tape', 'Label the tape…', 'Label the tape'],
    ] as const;
    for (const [hash, button, title] of dialogs) {
      await console.open(hash);
      await pressOn(console, console.button(button));
      const dialog = page.getByRole('dialog', { name: title });
      await dialog.waitFor();
      for (let press = 0; press < 12; press += 1) {
        await page.keyboard.press('Tab');
        expect(await dialog.locator(':focus').count()).toBe(1);
        expect(await focused(page)).toMatchObject({ wrong: undefined });
      }
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await expect.poll(() => has(console.button(button)), patient).toBe(true);
    }
  });
});
