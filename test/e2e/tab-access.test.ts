/** Who may use the console in a browser: tabs with their own address, and nobody else. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { addressOf } from '../support/serve.ts';
import { describeInBrowser, openServedScene, type ServedScene } from '../support/ui/console-page.ts';

/** Chromium's own message for a refused page or request. */
const mayComplain = [/status of 40[13] \(/, /WebSocket connection to .* failed/, /Failed to load resource/];

const keyOf = (page: Page) => page.evaluate(`sessionStorage.getItem('shadowtape-key')`);
const shown = (page: Page) => page.getByText('Volume2').first().waitFor();

/** Another server of this machine: it keeps what it receives, and answers with a page. */
async function otherServer(body: string) {
  const received: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    received.push({ url: request.url ?? '', headers: request.headers });
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

describeInBrowser('the console in a browser', (browser) => {
  let opened: ServedScene;
  beforeAll(async () => {
    opened = await openServedScene();
  });
  afterAll(() => opened.close());

  it('admits a tab once by an address, and keeps its access over a reload', async () => {
    const { page } = await (await browser.page(opened)).open();
    await shown(page);
    expect(new URL(page.url()).search).toBe('');
    const key = await keyOf(page);
    expect(key).toMatch(/^[\w-]{43}$/);
    await page.reload();
    await shown(page);
    expect(await keyOf(page)).toBe(key);
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate('localStorage.length')).toBe(
      await page.evaluate(`Object.keys(localStorage).length`),
    );
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(key);
  });

  it('refuses a used address, and shows what to do', async () => {
    const address = addressOf(opened.served);
    const first = await browser.page(opened, { mayComplain });
    await first.page.goto(address);
    await shown(first.page);
    const second = await first.page.context().newPage();
    const answer = await second.goto(address);
    expect(answer?.status()).toBe(403);
    await second.getByRole('heading', { name: 'This address was already used' }).waitFor();
    expect(await second.getByRole('listitem').allInnerTexts()).toEqual([
      'If another tab is connected, choose Open in another tab there, at the lower left.',
      'Otherwise open the last address that shadowtape serve printed on its terminal. Each time an address is used, it prints the next one.',
    ]);
    expect(await second.getByText('Volume2').count()).toBe(0);
    expect(await keyOf(second)).toBeNull();
    await second.setViewportSize({ width: 900, height: 700 });
    await second.goto(new URL(address).origin);
    await second.getByRole('heading', { name: 'This tab has no access' }).waitFor();
    expect(await second.getByText('Volume2').count()).toBe(0);
  });

  it('opens another tab on the same screen, with its own address and key', async () => {
    const console = await browser.page(opened);
    const { page } = await console.open('#/runs');
    await console.heading('Runs').waitFor();
    const open = async (act: () => Promise<void>) => {
      const [other] = await Promise.all([page.context().waitForEvent('page'), act()]);
      await other.waitForURL(/#\//);
      return other;
    };
    const same = await open(() => console.button('Open in another tab').click());
    await same.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
    // A link that is opened in another tab needs an address, too.
    const linked = await open(() =>
      page.getByRole('link', { name: 'Topology' }).click({ modifiers: ['Control'] }),
    );
    await shown(linked);
    await linked.reload();
    await shown(linked);
    const keys = await Promise.all([page, same, linked].map(keyOf));
    expect(new Set(keys).size).toBe(3);
    await console.open('#/topology');
    await shown(page);
  });

  it('sends another server of 127.0.0.1 nothing that grants access', async () => {
    const console = await browser.page(opened, { mayComplain });
    const { page } = await console.open();
    await shown(page);
    const key = String(await keyOf(page));
    const other = await otherServer('<!doctype html><title>another</title>');
    const hostile = await page.context().newPage();
    await hostile.goto(other.url);
    expect(other.received.length).toBeGreaterThan(0);
    expect(JSON.stringify(other.received)).not.toContain(key);
    for (const { headers } of other.received) {
      expect(headers.cookie).toBeUndefined();
      // It may receive its own address, as for its icon; never ours.
      expect(headers.referer ?? other.url).toBe(other.url);
    }
    expect(
      await hostile.evaluate('sessionStorage.length + localStorage.length + document.cookie.length'),
    ).toBe(0);

    const { origin, host } = new URL(opened.served.url);
    const tried = (await hostile.evaluate(
      async ([base, at]) => {
        const socket = (protocols: string[]) =>
          new Promise<string>((resolve) => {
            const made = new WebSocket(`ws://${at}/bridge`, protocols);
            made.onopen = () => resolve('open');
            made.onerror = () => resolve('refused');
          });
        const read = (path: string, options: RequestInit) =>
          fetch(`${base}${path}`, options).then(
            (answer) => (answer.type === 'opaque' ? 'opaque' : 'read'),
            () => 'refused',
          );
        return {
          socket: await socket([]),
          named: await socket(['shadowtape', 'key.AAAA']),
          page: await read('/', { credentials: 'include' }),
          address: await read('/address', { method: 'POST', credentials: 'include' }),
          blind: await read('/address', { method: 'POST', mode: 'no-cors', credentials: 'include' }),
        };
      },
      [origin, host],
    )) as Record<string, string>;
    expect(tried).toEqual({
      socket: 'refused',
      named: 'refused',
      page: 'refused',
      address: 'refused',
      blind: 'refused',
    });
  });

  it('refuses the WebSocket of a hostile page even where that page has the key', async () => {
    const { page } = await (await browser.page(opened)).open();
    await shown(page);
    const key = await keyOf(page);
    const other = await otherServer('<!doctype html><title>another</title>');
    const hostile = await browser.page(opened, { mayComplain });
    await hostile.page.goto(other.url);
    const { host } = new URL(opened.served.url);
    const how = await hostile.page.evaluate(
      ([at, known]) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(`ws://${at}/bridge`, ['shadowtape', `key.${known}`]);
          socket.onopen = () => resolve('open');
          socket.onerror = () => resolve('refused');
        }),
      [host, String(key)],
    );
    expect(how).toBe('refused');
  });
});
