/** How soon the console answers while a dump runs at full speed, against the same console at rest. */
import { loadavg } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import type { Channel, RequestOf } from '../../src/contract/channels.ts';
import { chromiumBrowser } from '../support/browser.ts';
import { TestPage, type Followed } from '../support/serve.ts';
import type { HostTold, LoopDelay } from './bench-host.ts';
import type { LabTold } from './bench-lab.ts';
import { BenchProcess } from './bench-process.ts';
import { percentile, row } from './figures.ts';

const mebibytes = 256;

/** Milliseconds of each part of the measurement at most: on a loaded machine the data takes longer than anybody waits. */
const longest = 15_000;

/** Every screen that is a click away, and the heading that it answers with. */
const screens = ['Plan', 'Runs', 'Tape', 'Sites', 'Topology'];

/** Requests that no host has to answer, and one that asks all hosts. */
const requests: readonly (readonly [Channel, object])[] = [
  ['site', {}],
  ['runs', {}],
  ['plan', { job: 'raw-dd' }],
];

/** Milliseconds; a person is not faster, and a measurement that asks without a pause measures itself. */
const betweenRequests = 50;
const betweenClicks = 150;

type Times = Record<string, number[]>;

/** Clicks, and measures in the page from the press to the frame that shows the screen. */
async function click(page: Page, screen: string): Promise<number> {
  const shown = page.evaluate(
    `new Promise((resolve) => {
      addEventListener('pointerdown', ({ timeStamp }) => {
        const look = () => {
          if (document.querySelector('main h1')?.textContent.trim() === '${screen}') resolve(performance.now() - timeStamp);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }, { once: true, capture: true });
    })`,
  ) as Promise<number>;
  // Where the press itself fails, that is what must be reported.
  shown.catch(() => undefined);
  await page
    .getByRole('navigation')
    .getByRole('link', { name: screen, exact: true })
    .click({ timeout: longest });
  return orTooLate(shown, `the screen ${screen} was not shown`);
}

/** @throws where it takes longer than `longest`: a page that hangs must not have the measurement hang */
async function orTooLate<Result>(result: Promise<Result>, sentence: string): Promise<Result> {
  const late = new AbortController();
  const tooLate = wait(longest, undefined, { signal: late.signal }).then(() => {
    throw new Error(sentence);
  });
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([result, tooLate]);
  } finally {
    late.abort();
  }
}

async function ask(wire: TestPage, channel: Channel, request: object): Promise<number> {
  const begun = performance.now();
  await wire.result(channel, request as RequestOf<Channel>);
  return performance.now() - begun;
}

/** Clicks and asks in turn until instructed to stop. */
async function measure(page: Page, wire: TestPage, isWanted: () => boolean): Promise<Times> {
  const endsAt = performance.now() + longest;
  const goesOn = () => isWanted() && performance.now() < endsAt;
  const times: Times = { click: [] };
  // One after the other: no click waits for the answer to another page.
  for (let turn = 0; goesOn(); turn += 1) {
    times['click']?.push(await click(page, screens[turn % screens.length] ?? ''));
    await wait(betweenClicks);
    const [channel, request] = requests[turn % requests.length] ?? ['site', {}];
    (times[channel] ??= []).push(await ask(wire, channel, request));
    await wait(betweenRequests);
  }
  return times;
}

/** Follows a run up to its question, approves, and reports when data is on its way. */
async function untilDump(wire: TestPage): Promise<{ followed: Followed; run: string }> {
  const { run } = await wire.result('start', { job: 'raw-dd' });
  const followed = wire.follow('run', { run });
  const { question } = await followed.until(
    (heard) => heard.question !== undefined || heard.end !== undefined,
  );
  if (!question) throw new Error('the run has ended before its question');
  await wire.result('answer', { run, number: question.number, choice: 'approve' });
  await followed.until(({ pushes }) => pushes.some(isOnItsWay('dump')));
  return { followed, run };
}

const isOnItsWay =
  (what: string) =>
  (push: Followed['pushes'][number]): boolean =>
    push.kind === 'progress' && push.progress.what === what && push.progress.bytes > 0;

/** Bytes that have gone to the tape, or come from it, so far. */
function bytesOf({ pushes }: Followed, what: string): number {
  const last = pushes.findLast((push) => push.kind === 'progress' && push.progress.what === what);
  return last?.kind === 'progress' ? last.progress.bytes : 0;
}

/** Continues for so many milliseconds. */
function enough(milliseconds: number): () => boolean {
  const endsAt = performance.now() + milliseconds;
  return () => performance.now() < endsAt;
}

interface Round {
  readonly times: Times;
  readonly loop: LoopDelay;
}

function lines(name: string, { times, loop }: Round, idle: Round): string[] {
  return [
    ...Object.entries(times).map(([what, each]) => {
      const ratio = percentile(each, 95) / percentile(idle.times[what] ?? [], 95);
      return row(
        `${name}: ${what} (${each.length})`,
        [percentile(each, 50), percentile(each, 95)],
        'ms',
        ratio,
      );
    }),
    row(
      `${name}: event loop, ${(loop.busy * 100).toFixed(0)} % busy`,
      [loop.median, loop.p95, loop.most],
      'ms',
      loop.p95 / idle.loop.p95,
    ),
  ];
}

/** Measures, and prints the result in lines. */
export async function latencyLines(): Promise<string[]> {
  const [load = 0] = loadavg();
  const lab = new BenchProcess('bench-lab.ts', [String(mebibytes)]);
  const { siteFile, statePath } = await lab.told<LabTold>();
  const host = new BenchProcess('bench-host.ts', [siteFile, statePath]);
  const { url, wireUrl } = await host.told<HostTold>();
  const { executable, args } = chromiumBrowser();
  const browser = await chromium.launch({ executablePath: executable, args: [...args] });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.getByText('Volume2').first().waitFor();
    const wire = await TestPage.open({ url: wireUrl });
    const round = async (goesOn: () => boolean): Promise<Round> => {
      await host.ask();
      const times = await measure(page, wire, goesOn);
      return { times, loop: await host.ask<LoopDelay>() };
    };
    // What is read or compiled at its first use alone is not a part of it.
    await measure(page, wire, enough(2000));
    const idle = await round(enough(8000));
    const { followed } = await untilDump(wire);
    const begun = performance.now();
    const before = bytesOf(followed, 'dump');
    const reads = () => followed.pushes.some(isOnItsWay('read-back'));
    const dump = await round(() => !reads() && followed.end === undefined);
    const rate = (bytesOf(followed, 'dump') - before) / (performance.now() - begun) / 1000;
    await followed.until(({ end }) => reads() || end !== undefined);
    const back = await round(
      () => followed.end === undefined && bytesOf(followed, 'read-back') < mebibytes * 1_048_576,
    );
    await wire.close();
    return [
      `median, 95th percentile (and the longest), against rest; the dump ran at ${rate.toFixed(1)} MB/s; load of this machine before: ${load.toFixed(1)}`,
      ...lines('at rest', idle, idle),
      ...lines('dump', dump, idle),
      ...lines('reading back', back, idle),
    ];
  } finally {
    await browser.close();
    await host.close();
    await lab.close();
  }
}
