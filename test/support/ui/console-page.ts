/** The console as a person uses it: a scene's desk served to Chromium, found by roles and names, with what the browser complained of. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import type { Channel, Reply, RequestOf, Responses } from '../../../src/contract/channels.ts';
import { serve, type Served } from '../../../src/main/serve/serve.ts';
import { chromiumBrowser } from '../browser.ts';
import { requireBuiltPages } from '../built-program.ts';
import { addressOf, type Address } from '../serve.ts';
import { openScene, type Scene, type SceneOptions, type SiteTree } from '../lab-run.ts';

/** Far more than anything takes; loaded machines are slow. */
const patience = Number(process.env['CONSOLE_PATIENCE'] ?? 60_000);

export interface PageOptions {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /**
   * The page moves. Usually it is opened as for somebody who has switched off animations: drawing them took a twelfth of the processor time
   * of a run on a screen. Tests in the desktop window see them, too.
   */
  readonly isMoving?: boolean;
  /** Messages that the browser itself may print, such as a refused connection. */
  readonly mayComplain?: readonly RegExp[];
}

export interface ServedScene {
  readonly scene: Scene;
  readonly served: Served;
  /** Sends a request to the desk without the page. @throws the sentence of an error */
  ask<Name extends Channel>(channel: Name, request: RequestOf<Name>): Promise<Responses[Name]>;
  /** Ends running work, the desk and the lab. */
  close(): Promise<void>;
}

/** Serves a scene's site, with the built pages; the lab's host keys are known. */
export async function serveConsole(
  scene: Scene,
  change?: (site: SiteTree) => void,
): Promise<Pick<ServedScene, 'served' | 'ask' | 'close'>> {
  await scene.state.prepare();
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
  const siteFile = await scene.writeSite(change);
  const served = await serve({ state: scene.state, siteFile, port: 0, pages: process.env['CONSOLE_PAGES'] });
  return {
    served,
    async ask<Name extends Channel>(channel: Name, request: RequestOf<Name>) {
      const reply = await served.desk.answer(channel, request, new AbortController().signal);
      if ('error' in reply) throw new Error(reply.error.sentence);
      return (reply as Extract<Reply<Name>, { result: unknown }>).result;
    },
    async close() {
      served.desk.runs.haltAll();
      await served.desk.runs.settled();
      await served.close();
    },
  };
}

/** A lab of its own and its console: for a whole file (close it in afterAll) or, by `servedScene`, for one test. */
export async function openServedScene(
  options: SceneOptions = {},
  change?: (site: SiteTree) => void,
): Promise<ServedScene> {
  const scene = await openScene(options);
  try {
    const console = await serveConsole(scene, change);
    const close = async () => {
      await console.close();
      await scene.close();
    };
    return { scene, ...console, close };
  } catch (error) {
    await scene.close();
    throw error;
  }
}

/** The same for one test, closed at its end. */
export async function servedScene(
  options: SceneOptions = {},
  change?: (site: SiteTree) => void,
): Promise<ServedScene> {
  const opened = await openServedScene(options, change);
  onTestFinished(() => opened.close());
  return opened;
}

/** A page of the console. Find things by `getByRole`, as a user of a screen reader would. */
export class ConsolePage {
  readonly page: Page;
  /** The messages of the browser's console, and the errors of the page. */
  readonly complaints: string[] = [];
  readonly #address: string;
  #isOpen = false;

  constructor(page: Page, address: string, mayComplain: readonly RegExp[] = []) {
    this.page = page;
    this.#address = address;
    page.setDefaultTimeout(patience);
    const complain = (text: string) => {
      if (!mayComplain.some((expected) => expected.test(text))) this.complaints.push(text);
    };
    page.on('console', (message) => complain(message.text()));
    page.on('pageerror', (error) => complain(error.message));
  }

  /** @param hash of a screen: `#/plan/raw-dd` */
  async open(hash = '#/topology'): Promise<this> {
    if (this.#isOpen) await this.page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    else await this.page.goto(`${this.#address}${hash}`);
    this.#isOpen = true;
    return this;
  }

  /** Loads it again on another screen. As on a first visit nothing is remembered; only the tab keeps its key. */
  async openAnew(hash: string): Promise<void> {
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.evaluate(`localStorage.clear(); history.replaceState(null, '', ${JSON.stringify(hash)})`);
    await this.page.reload();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  link(name: string | RegExp): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole('heading', { name, exact: true });
  }

  /** A live region of the screen that says this. */
  said(text: string | RegExp): Locator {
    return this.page.getByRole('status').filter({ hasText: text });
  }

  /** A part of the screen, by its name. */
  region(name: string | RegExp): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** Waits until the window's title is this. */
  async titled(title: string | RegExp): Promise<void> {
    await expect.poll(() => this.page.title(), { timeout: patience, interval: 50 }).toMatch(title);
  }

  /** Takes a picture in both themes if CONSOLE_PICTURES names a folder. */
  async picture(name: string): Promise<void> {
    const folder = process.env['CONSOLE_PICTURES'];
    if (folder === undefined) return;
    for (const colorScheme of ['light', 'dark'] as const) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.screenshot({
        path: join(folder, `${name}-${colorScheme}.png`),
        animations: 'disabled',
      });
    }
    await this.page.emulateMedia({ colorScheme: 'light' });
  }
}

/** A page of a test ends before its program is fast: compiling it better and better took a quarter of Chromium's processor time. */
const compileOnce = '--js-flags=--no-maglev,--no-turbofan';

/** One Chromium for a test file; `page` opens pages in it, each with storage of its own. */
export class TestBrowser {
  #browser: Browser | undefined;

  async launch(): Promise<void> {
    const { executable, missing, args } = chromiumBrowser();
    if (missing !== undefined) throw new Error(missing);
    this.#browser = await chromium.launch({ executablePath: executable, args: [...args, compileOnce] });
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }

  /** A page for many tests, open until the browser is closed. They check its errors themselves. */
  async lastingPage(
    { served }: { readonly served: Address },
    options: PageOptions = {},
  ): Promise<ConsolePage> {
    if (!this.#browser) throw new Error('the browser is not launched');
    const { theme = 'light', width = 1280, height = 800, isMoving = false, mayComplain } = options;
    const context = await this.#browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: isMoving ? 'no-preference' : 'reduce',
    });
    return new ConsolePage(await context.newPage(), addressOf(served), mayComplain);
  }

  /** A page for one test; at its end the browser must not have reported an error. */
  async page(console: { readonly served: Address }, options: PageOptions = {}): Promise<ConsolePage> {
    const page = await this.lastingPage(console, options);
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') await page.picture(`failed ${task.name}`.replace(/\W+/g, '-'));
      await page.page.context().close();
      expect(page.complaints).toEqual([]);
    });
    return page;
  }
}

/** Tests in a browser: skipped, with a note in the title, if a machine has none; a failure in CI. */
export function describeInBrowser(title: string, tests: (browser: TestBrowser) => void): void {
  const { missing } = chromiumBrowser();
  const runs = missing === undefined || Boolean(process.env['CI']);
  describe.runIf(runs)(`${title}${missing === undefined ? '' : ` (not tested: ${missing})`}`, () => {
    const browser = new TestBrowser();
    beforeAll(() => {
      requireBuiltPages();
      return browser.launch();
    });
    afterAll(() => browser.close());
    tests(browser);
  });
}
