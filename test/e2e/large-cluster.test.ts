/** 500 volumes on 75 disks: found, folded, moved, and never more drawn than is seen. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { largeCluster } from '../support/ui/clusters.ts';
import { describeInBrowser } from '../support/ui/console-page.ts';
import { idle, playConsole, type PlayedConsole } from '../support/ui/played-console.ts';
import { guideSite, seenCluster } from '../support/ui/sites.ts';

/** Elements of the picture: what a window of 1280 by 800 shows at once, and some around it. */
const mostElements = 1500;
/** All of it, from so far away that no word is drawn: a shape for each volume on each disk, and a tie for each pair. */
const mostFromFar = 4500;
/** Pixels. */
const leastType = 6.9;

describeInBrowser('a cluster of 500 volumes', (browser) => {
  let console: PlayedConsole;
  let page: Page;
  let picture: Locator;

  beforeAll(async () => {
    const answers = { site: () => guideSite, look: () => seenCluster(largeCluster(500)) };
    console = await playConsole({ answers, activity: idle, runs: {} });
  });
  afterAll(() => console.close());

  beforeEach(async () => {
    ({ page } = await (await browser.page(console)).open());
    picture = page.getByRole('group', { name: /^The cluster, its disks/ });
    await object('Group1 mirror · 10 volumes, group, folded').waitFor();
  });

  const object = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const svg = `document.querySelector('svg[aria-label^="The cluster, its disks"]')`;
  const elements = () => page.evaluate<number>(`${svg}.querySelectorAll('*').length`);
  const scale = (percent: number) =>
    page.getByRole('button', { name: `${percent} %, show at actual size`, exact: true });

  /** How large the smallest type is that is seen, in pixels. */
  const smallestType = () =>
    page.evaluate<number>(`Math.min(...[...${svg}.querySelectorAll('text')]
      .filter((text) => text.checkVisibility() && text.textContent.trim() !== '')
      .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))`);

  async function isInPicture(element: Locator): Promise<boolean> {
    const [inner, outer] = [await element.boundingBox(), await picture.boundingBox()];
    if (!inner || !outer) return false;
    const [right, bottom] = [inner.x + inner.width, inner.y + inner.height];
    return (
      inner.x >= outer.x &&
      inner.y >= outer.y &&
      right <= outer.x + outer.width &&
      bottom <= outer.y + outer.height
    );
  }

  it('shows its numbers, and an invalid slice is seen while its group is folded', async () => {
    const aside = page.getByRole('complementary', { name: 'The cluster' });
    await aside.getByText('500', { exact: true }).waitFor();
    await aside.getByText('250 of 250', { exact: true }).waitFor();
    expect(await object('Copy6 proxy · INVALID, volume').count()).toBe(1);
    expect(await elements()).toBeLessThan(mostElements);
    expect(await smallestType()).toBeGreaterThan(leastType);
  });

  it('finds one volume of them by its name, opens its group and goes there', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('Copy124');
    const search = page.getByRole('search');
    await search.getByText('1', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await search.getByText('1 of 1', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Copy124', exact: true }).waitFor();
    await object('Group26 mirror · 10 volumes, group').waitFor();
    const volume = object('Copy124 proxy · STOP, volume');
    expect(await isInPicture(volume)).toBe(true);
    expect(await volume.getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Escape');
    await search.getByText('nothing', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('searchbox').or(page.getByRole('textbox')).fill('Volume999');
    await search.getByText('nothing', { exact: true }).waitFor();
  });

  it('unfolds one group by its sign, all, and folds them again', async () => {
    await object('Group1 mirror · 10 volumes, group, folded').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await object('Group1 mirror · 10 volumes, group').waitFor();
    await object(/^Disk1 /).waitFor();
    await press('Unfold all groups');
    await object('Group3 mirror · 10 volumes, group').waitFor();
    expect(await elements()).toBeLessThan(mostElements);
    expect(await smallestType()).toBeGreaterThan(leastType);
    await press('Fold all groups');
    await object('Group3 mirror · 10 volumes, group, folded').waitFor();
  });

  it('is moved and zoomed by the mouse', async () => {
    const group = object('Group5 mirror · 10 volumes, group, folded');
    const before = await group.boundingBox();
    const { x = 0, y = 0 } = before ?? {};
    await page.mouse.move(900, 600);
    await page.mouse.down();
    await page.mouse.move(900, 500, { steps: 5 });
    await page.mouse.up();
    expect(await group.boundingBox()).toEqual({ ...before, y: y - 100 });
    await page.mouse.wheel(0, -60);
    await expect.poll(() => group.boundingBox()).toEqual({ ...before, y: y - 40 });
    await page.mouse.move(x + 5, y - 40);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -200);
    await page.keyboard.up('Control');
    await scale(149).waitFor();
    // What was below the pointer stays there.
    const after = await group.boundingBox();
    expect(after?.x).toBeCloseTo(x + 5 - 5 * 1.49, -1);
    await scale(149).click();
    await scale(100).waitFor();
  });

  it('is moved and zoomed by keys, from object to object', async () => {
    await object('node1 primary, reached').focus();
    await page.keyboard.press('ArrowRight');
    const focused = () => page.evaluate<string>('document.activeElement?.getAttribute("aria-label") ?? ""');
    await expect.poll(focused).toMatch(/^(Class1|Group1|Data\d+) /);
    for (let press = 0; press < 60; press += 1) await page.keyboard.press('ArrowDown');
    await expect.poll(focused).not.toMatch(/^(Class1|Group1|Data1) /);
    expect(await isInPicture(page.locator(':focus'))).toBe(true);
    await page.keyboard.press('-');
    await scale(80).waitFor();
    await page.keyboard.press('+');
    await scale(100).waitFor();
    const place = await page.locator(':focus').boundingBox();
    await page.keyboard.press('Shift+ArrowDown');
    expect(await page.locator(':focus').boundingBox()).not.toEqual(place);
  });

  it('draws no more than is seen, wherever it is moved to, and from far away shapes alone', async () => {
    await press('Unfold all groups');
    await object('Group1 mirror · 10 volumes, group').waitFor();
    await page.mouse.move(900, 400);
    for (let wheel = 0; wheel < 10; wheel += 1) {
      await page.mouse.wheel(0, 900);
      expect(await elements()).toBeLessThan(mostElements);
    }
    // The end of it.
    await object('Group50 mirror · 10 volumes, group').waitFor();
    expect(await object('Group1 mirror · 10 volumes, group').count()).toBe(0);
    await press('Show all (0)');
    expect(await picture.getByText('Group1').first().isVisible()).toBe(false);
    expect(await object('Data250 master · ACTIVE, volume').count()).toBe(2);
    expect(await elements()).toBeLessThan(mostFromFar);
  });

  it('is drawn while it is dragged, frame by frame', async () => {
    await press('Unfold all groups');
    await object('Group1 mirror · 10 volumes, group').waitFor();
    await page.evaluate(`window.frames_ = 0;
      window.counting = true;
      const count = () => { window.frames_ += 1; if (window.counting) requestAnimationFrame(count); };
      requestAnimationFrame(count);`);
    await page.mouse.move(900, 650);
    await page.mouse.down();
    await page.mouse.move(900, 150, { steps: 40 });
    await page.mouse.up();
    const frames = await page.evaluate<number>('(window.counting = false, window.frames_)');
    // How many a second is the bench's to say; here, that it was drawn on the way at all.
    expect(frames).toBeGreaterThan(4);
    expect(await elements()).toBeLessThan(mostElements);
  });
});
