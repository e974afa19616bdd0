/** A page with a stopped clock, and a picture of it once nothing moves any more. */
import type { Browser, Page } from 'playwright-core';

/** Milliseconds between two pictures of a page that is not at rest yet. */
const pause = 150;

/** Milliseconds after which a page counts as one that never comes to rest. */
const patience = 60_000;

/** Runs in the page: its Date has one moment, and so does the steady clock; timers continue. */
function stopClocks(now: number): void {
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: unknown[]) => Reflect.construct(target, given.length > 0 ? given : [now]),
    get: (target, name) => (name === 'now' ? () => now : Reflect.get(target, name)),
  });
  Object.defineProperty(performance, 'timeOrigin', { get: () => now - performance.now() });
}

/** @param now the moment that the page shows, in milliseconds since 1970; its zone is UTC */
export async function stillPage(
  browser: Browser,
  now: number,
  viewport: { width: number; height: number },
): Promise<Page> {
  const context = await browser.newContext({
    viewport,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-US',
  });
  await context.addInitScript(stopClocks, now);
  return context.newPage();
}

/**
 * A picture of a page at rest: the same twice.
 *
 * @param expected taken before: the first picture that is the same ends the waiting
 * @throws where the page is never at rest
 */
export async function pictureAtRest(page: Page, expected?: Buffer): Promise<Buffer> {
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  const take = () => page.screenshot({ animations: 'disabled', caret: 'hide' });
  const givesUp = performance.now() + patience;
  let last = await take();
  for (let same = 0; same < (expected ? 4 : 2);) {
    if (expected?.equals(last)) return last;
    if (performance.now() > givesUp && same === 0) throw new Error('the page is never at rest');
    await page.waitForTimeout(pause);
    const next = await take();
    same = next.equals(last) ? same + 1 : 0;
    last = next;
  }
  return last;
}
