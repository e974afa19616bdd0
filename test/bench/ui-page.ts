/**
 * The page by itself, over a host that is played in it: how soon it is there, how smoothly 500 volumes are moved, and what an hour of
 * events leaves in its memory.
 */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PageServer } from '../../src/main/serve/page-server.ts';
import type { Desk } from '../../src/main/desk/desk.ts';
import { pageFolder } from '../../src/main/desk/page-files.ts';
import type { ClusterView, SiteInfo } from '../../src/contract/screens.ts';
import { largeCluster } from '../support/ui/clusters.ts';
import { fakeBridge, type Answers } from '../support/ui/fake-bridge.ts';
import { writePages } from '../support/serve.ts';
import { percentile, row } from './figures.ts';

const volumes = 500;
const loads = 7;

const site: SiteInfo = {
  name: 'large',
  file: undefined,
  isLab: true,
  platform: 'solaris',
  hosts: [
    { name: 'node1', role: 'primary' },
    { name: 'node3', role: 'backup' },
  ],
  jobs: [],
  tape: { host: 'node3', device: '/dev/nst0', drive: 'LTO-4', speed: { floor: 40e6, top: 120e6 } },
  version: '0',
  guest: 'browser',
};
const view: ClusterView = {
  at: new Date().toISOString(),
  hosts: ['node1', 'node2', 'node3'].map((host) => ({
    host,
    reached: true,
    trouble: undefined,
    hint: undefined,
  })),
  topology: largeCluster(volumes),
  mounts: [],
  tape: {
    host: 'node3',
    device: '/dev/nst0',
    state: 'ready',
    said: 'ready',
    writeProtected: false,
    file: 0,
    record: 0,
  },
};
const answers: Answers = { site: () => site, look: () => view, runs: () => [] };

/** A desk that has no hosts after it. */
function playedDesk(): Desk {
  const bridge = fakeBridge(answers);
  const desk: Pick<Desk, 'answer' | 'follow'> = {
    answer: (channel, payload) =>
      bridge.request(channel as 'site', payload as Record<string, never>) as never,
    follow: (_topic, _payload, listener) => {
      listener({ push: { runs: [], logins: [] } });
      return () => undefined;
    },
  };
  return desk as Desk;
}

/** Milliseconds from the request of the page to its first content, and to the moment when `ready` holds. */
async function loadTimes(browser: Browser, url: string, ready: string): Promise<readonly [number, number]> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.locator(ready).first().waitFor({ state: 'attached' });
    return (await page.evaluate(
      `new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve([
        performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
        performance.now(),
      ]))))`,
    )) as readonly [number, number];
  } finally {
    await context.close();
  }
}

/** The console compared with an empty page of the same server. */
export async function paintLines(browser: Browser, folder: string): Promise<string[]> {
  const serve = (pages: string) => PageServer.start({ desk: playedDesk(), port: 0, pages });
  const [empty, whole] = await Promise.all([serve(await writePages(folder)), serve(pageFolder())]);
  const times: Record<'empty' | 'whole', (readonly [number, number])[]> = { empty: [], whole: [] };
  try {
    for (let turn = 0; turn < loads; turn += 1) {
      times.empty.push(await loadTimes(browser, empty.newAddress(), 'title'));
      times.whole.push(await loadTimes(browser, `${whole.newAddress()}#/topology`, 'main svg [data-key]'));
    }
  } finally {
    await Promise.all([empty.close(), whole.close()]);
  }
  const median = (of: 'empty' | 'whole', at: 0 | 1) =>
    percentile(
      times[of].map((each) => each[at]).filter((time) => !Number.isNaN(time)),
      50,
    );
  const usable = median('empty', 1);
  return [
    `the page is there (medians of ${loads} loads), against an empty page of the same server`,
    row('empty page: loaded', [usable], 'ms', 1),
    row('console: first paint', [median('whole', 0)], 'ms', median('whole', 0) / usable),
    row(
      `console: ${volumes} volumes drawn, to be used`,
      [median('whole', 1)],
      'ms',
      median('whole', 1) / usable,
    ),
  ];
}

/** Counts the frames of a page for a while. */
const countFrames = (milliseconds: number, each: string) => `new Promise((resolve) => {
  const begun = performance.now();
  const gaps = [];
  let last = begun;
  const frame = (now) => {
    gaps.push(now - last);
    last = now;
    ${each}
    if (now - begun < ${milliseconds}) requestAnimationFrame(frame);
    else resolve({ rate: gaps.length / ((now - begun) / 1000), gaps });
  };
  requestAnimationFrame(frame);
})`;

interface Frames {
  readonly rate: number;
  readonly gaps: number[];
}

/** A wheel a frame moves the picture, as a touch pad does. */
const wheel = `document.querySelector('svg:has([data-key])').dispatchEvent(new WheelEvent('wheel', {
  deltaX: Math.floor(gaps.length / 60) % 2 ? -24 : 24, deltaY: Math.floor(gaps.length / 30) % 2 ? -24 : 24,
  bubbles: true, cancelable: true,
}));`;

/** Moves 500 volumes, and counts frames; compared with a page that does nothing but move a box. */
export async function frameLines(browser: Browser): Promise<string[]> {
  const server = await PageServer.start({ desk: playedDesk(), port: 0, pages: pageFolder() });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const empty = await context.newPage();
    await empty.setContent('<div style="width:40px;height:40px;background:teal"></div>');
    const moveBox = 'document.querySelector("div").style.transform = `translate(${gaps.length % 600}px)`;';
    const plain = (await empty.evaluate(countFrames(4000, moveBox))) as Frames;
    await empty.close();
    const page = await context.newPage();
    await page.goto(`${server.url}#/topology`);
    await page.locator('main svg [data-key]').first().waitFor({ state: 'attached' });
    await page.evaluate(countFrames(500, wheel));
    const moved = (await page.evaluate(countFrames(4000, wheel))) as Frames;
    return [
      `frames a second, and the 95th percentile of the time between two`,
      row('a box is moved', [plain.rate, percentile(plain.gaps, 95)], 'Hz, ms', 1),
      row(
        `${volumes} volumes are moved`,
        [moved.rate, percentile(moved.gaps, 95)],
        'Hz, ms',
        moved.rate / plain.rate,
      ),
    ];
  } finally {
    await context.close();
    await server.close();
  }
}

/** 10 a second for an hour. */
const updates = 36_000;

/** Answers the page's wire from within the page; `tell` says what the followers of a run receive. */
const playedWire = `(() => {
  const listeners = [];
  const runs = [];
  const say = (message) => queueMicrotask(() => listeners.forEach((listener) => listener(message)));
  let ahead = 0;
  const now = Date.now;
  Date.now = () => now() + ahead;
  window.later = (milliseconds) => { ahead += milliseconds; };
  window.tell = (push) => runs.forEach((id) => listeners.forEach((listener) => listener({ id, push })));
  window.shadowtape = {
    listen: (listener) => listeners.push(listener),
    send: ({ id, request, follow }) => {
      if (request) say({ id, reply: request.channel in window.answers ? { result: window.answers[request.channel] }
        : { error: { code: 'UNEXPECTED', sentence: 'not played', hint: '', evidence: {} } } });
      if (follow?.topic === 'activity') say({ id, push: window.activity });
      if (follow?.topic === 'run') { runs.push(id); say({ id, push: { kind: 'events', events: window.events } });
        say({ id, push: { kind: 'question', question: undefined } }); }
    },
  };
})();`;

interface Heap {
  readonly megabytes: number;
  readonly elements: number;
}

async function heapOf(session: CDPSession): Promise<Heap> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  return { megabytes: usedSize / 1e6, elements: nodes };
}

function eventsUntilDump(): {
  readonly seq: number;
  readonly run: string;
  readonly type: string;
  readonly step?: string;
}[] {
  const file = join(import.meta.dirname, '..', '..', 'src', 'folds', 'fixtures', 'raw-dd.ndjson');
  const events = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as never);
  const all = events as ReturnType<typeof eventsUntilDump>;
  return all.slice(0, 1 + all.findIndex(({ type, step }) => type === 'step-started' && step === '6a'));
}

async function tellMinutes(page: Page, from: number, count: number): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    let sent = 0;
    const some = () => {
      for (let each = 0; each < 60 && sent < ${count}; each += 1, sent += 1) {
        window.later(100);
        const bytes = (${from} + sent) * 1e7;
        window.tell({ kind: 'progress', progress: { step: '6a', what: 'dump', bytes, total: 4e11, records: Math.ceil(bytes / 32768),
          rate: 1e8 + Math.sin(sent / 50) * 2e7, bufferFill: 0.9 } });
      }
      if (sent < ${count}) requestAnimationFrame(some);
      else setTimeout(resolve, 300);
    };
    some();
  })`);
}

/** An hour of progress on the Run screen, and what it leaves. */
export async function memoryLines(browser: Browser): Promise<string[]> {
  const server = await PageServer.start({ desk: playedDesk(), port: 0, pages: pageFolder() });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const events = eventsUntilDump();
  const run = events[0]?.run ?? '';
  const active = {
    run,
    job: 'raw-dd',
    volumes: ['Volume2'],
    events: events.at(-1)?.seq ?? 0,
    phase: 'dump',
    step: '6a',
    title: 'Dump',
    unwinding: false,
    asking: false,
    done: 0.1,
    progress: undefined,
  };
  const played = { site, look: view, runs: [] };
  try {
    await context.addInitScript(
      `window.answers = ${JSON.stringify(played)}; window.events = ${JSON.stringify(events)};
       window.activity = ${JSON.stringify({ runs: [active], logins: [] })}; ${playedWire}`,
    );
    const page = await context.newPage();
    await page.goto(`${server.url}#/run/${run}`);
    await page.locator('main h1').first().waitFor();
    const session = await context.newCDPSession(page);
    // A minute first: what is made once is not a growth.
    await tellMinutes(page, 0, 600);
    const before = await heapOf(session);
    await tellMinutes(page, 600, updates / 2);
    const half = await heapOf(session);
    await tellMinutes(page, 600 + updates / 2, updates / 2);
    const after = await heapOf(session);
    const line = (name: string, { megabytes, elements }: Heap) =>
      row(name, [megabytes, elements], 'MB, nodes', megabytes / before.megabytes);
    return [
      `the page's memory while ${updates} updates come: after garbage collection, against its first minute`,
      line('after a minute', before),
      line('after half an hour', half),
      line('after an hour', after),
    ];
  } finally {
    await context.close();
    await server.close();
  }
}
