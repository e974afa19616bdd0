/**
 * Names are text, whatever they contain: nothing from a host, a site file or a tape becomes an element of the page, or
 * breaks it.
 */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import {
  endedPushes,
  answersOf,
  captureConsole,
  renamed,
  type Captured,
} from '../support/ui/captured-console.ts';
import { describeInBrowser, type ConsolePage, type TestBrowser } from '../support/ui/console-page.ts';
import { idle, playConsole, type PlayedConsole } from '../support/ui/played-console.ts';

const script = '<script>window.broken=1</script>';
const hostile = {
  host: '<img src=x onerror="window.broken=1">node1',
  volume: `${script}Volume2`,
  site: '<svg onload="window.broken=1">payroll',
  job: '<b onmouseover="window.broken=1">nightly',
  tape: '<iframe srcdoc="<script>parent.broken=1</script>">TAPE-07',
} as const;

/** Milliseconds until a name that does not come is missing. */
const patience = 20_000;

type Names = Readonly<Record<keyof typeof hostile, string>>;

const long: Names = {
  host: `node1-${'n'.repeat(194)}`,
  volume: `Volume2-${'v'.repeat(192)}`,
  site: `site-${'s'.repeat(195)}`,
  job: `job ${'of many words '.repeat(14)}`,
  tape: `TAPE-${'T'.repeat(195)}`,
};

const foreign: Names = {
  host: 'مضيف-الرواتب',
  volume: '給与データ',
  site: '給与計算クラスタ',
  job: 'משכורות-לילה',
  tape: '月次テープ07',
};

describeInBrowser('names on the screen', (browser) => {
  let captured: Captured;
  beforeAll(async () => {
    captured = await captureConsole({
      runs: ['raw-dd'],
      change: (site) => {
        site.site = 'the-site';
        for (const job of Object.values(site.jobs))
          Object.assign(job, { approve: 'operator', media: { layout: 'labelled', name: 'the-tape' } });
      },
    });
  });

  const play = (names: Names) =>
    playNamed(
      renamed(captured, {
        node1: names.host,
        Volume2: names.volume,
        'the-site': names.site,
        'raw-dd': names.job,
        'the-tape': names.tape,
      }),
      names,
    );

  it('with elements and scripts in them are shown as they are, and never run', async () => {
    const { page, screens } = await opened(browser, await play(hostile), hostile, captured);
    expect(await walk(page, screens, hostile, madeOfNames)).toEqual([]);
    expect(await page.page.evaluate('window.broken')).toBe(undefined);
  });

  it('of 200 letters keep every screen in its window, and every button in reach', async () => {
    const { page, screens } = await opened(browser, await play(long), long, captured);
    expect(await walk(page, screens, long, outside)).toEqual([]);
  });

  it('in Japanese, Arabic and Hebrew are shown', async () => {
    const { page, screens } = await opened(browser, await play(foreign), foreign, captured);
    expect(await walk(page, screens, foreign, outside)).toEqual([]);
  });
});

async function playNamed(named: Captured, names: Names): Promise<PlayedConsole> {
  const console = await playConsole({
    answers: answersOf(named),
    activity: {
      ...idle,
      logins: [
        {
          number: 1,
          kind: 'host-key',
          host: names.host,
          text: `${names.host} shows a key`,
          fingerprint: `SHA256:${'A'.repeat(43)}`,
          mayKeep: false,
        },
      ],
    },
    runs: Object.fromEntries(named.opened.map((view) => [view.line.run, endedPushes(view)])),
  });
  onTestFinished(() => console.close());
  return console;
}

interface Screen {
  readonly hash: string;
  /** Names that are on it. */
  readonly shows: readonly (keyof Names)[];
  readonly act?: (page: ConsolePage) => Promise<void>;
}

/** Opens it on the question of a host's key, which is answered; and returns the screens to check. */
async function opened(
  browser: TestBrowser,
  console: PlayedConsole,
  names: Names,
  { opened: views }: Captured,
): Promise<{ page: ConsolePage; screens: readonly Screen[] }> {
  const page = await (await browser.page(console)).open();
  await page.heading(`Is this ${names.host}?`).waitFor();
  expect(await outside(page.page)).toEqual([]);
  console.tellActivity(idle);
  await page.heading(`Is this ${names.host}?`).waitFor({ state: 'detached' });
  const run = views[0]?.line.run ?? '';
  const job = encodeURIComponent(names.job);
  const screens: readonly Screen[] = [
    { hash: '#/home', shows: ['site'] },
    {
      hash: '#/topology',
      shows: ['host', 'volume', 'site'],
      async act({ page: shown }) {
        await shown.locator('svg [role="button"][data-key^="volume:primary:"]').nth(2).focus();
        await shown.keyboard.press('Enter');
      },
    },
    { hash: `#/plan/${job}`, shows: ['host', 'volume', 'job'] },
    { hash: `#/run/${run}`, shows: ['volume', 'job', 'tape'] },
    { hash: `#/verify/${run}`, shows: ['host', 'volume'] },
    { hash: '#/runs', shows: ['volume', 'job', 'tape'] },
    { hash: `#/runs/${run}`, shows: ['volume', 'job', 'tape'] },
    {
      hash: '#/tape',
      shows: ['volume', 'tape'],
      act: async (shown) => shown.button('Identify the tape').first().click(),
    },
    {
      hash: '#/tape',
      shows: ['tape'],
      async act(shown) {
        await shown.button('Label the tape…').click();
        await shown.heading('Label the tape').waitFor();
        await shown.page.getByText(names.tape).last().waitFor();
        expect(await outside(shown.page)).toEqual([]);
        await shown.page.keyboard.press('Escape');
        await shown.heading('Label the tape').waitFor({ state: 'detached' });
      },
    },
    {
      hash: '#/sites',
      shows: ['host', 'volume', 'job', 'site'],
      act: async (shown) => shown.button('Check the site').click(),
    },
    { hash: '#/sites/edit', shows: ['job'] },
  ];
  return { page, screens };
}

/** All that is read on the page, by eyes or by a screen reader. */
const read = `[document.title, document.body.innerText, document.body.textContent,
  ...[...document.querySelectorAll('[aria-label], [title]')]
    .flatMap((element) => [element.getAttribute('aria-label') ?? '', element.getAttribute('title') ?? '']),
  ...[...document.querySelectorAll('input, select, textarea')].map((field) => field.value)].join('\\n')`;

/** Waits for a name, within a limit. @returns whether it appeared */
async function isShown(page: Page, name: string): Promise<boolean> {
  const words = name.trim();
  const shown = async () => (await page.evaluate<string>(read)).includes(words);
  await expect
    .poll(shown, { timeout: patience })
    .toBe(true)
    .catch(() => undefined);
  return shown();
}

/** Goes through the screens. @returns what is wrong on them: names that are missing, and what `troubles` finds */
async function walk(
  page: ConsolePage,
  screens: readonly Screen[],
  names: Names,
  troubles: (page: Page) => Promise<string[]>,
): Promise<string[]> {
  const found: string[] = [];
  for (const { hash, shows, act } of screens) {
    await page.open(hash);
    await act?.(page);
    for (const name of shows)
      if (!(await isShown(page.page, names[name]))) found.push(`${hash}: the name of the ${name} is missing`);
    found.push(...(await troubles(page.page)).map((what) => `${hash}: ${what}`));
  }
  return found;
}

/** Elements that only a name could have made. */
const madeOfNames = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll(
    'img, iframe, b[onmouseover], [onerror], [onload], [onmouseover], body script, object, embed')]
    .map((element) => element.outerHTML)`);

/** What a mouse cannot reach, since it lies outside of the window; a table may scroll sideways below its head. */
const outside = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const wide = [document.documentElement, document.querySelector('main')]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => element.localName + ' is ' + element.scrollWidth + ' wide');
    const scrolls = (element) => element !== null && element.localName !== 'main' &&
      (element.scrollWidth > element.clientWidth && /auto|scroll/.test(getComputedStyle(element).overflowX) ||
        scrolls(element.parentElement));
    const buttons = [...document.querySelectorAll('button, a, input, select')].filter((control) => {
      const { left, right, width } = control.getBoundingClientRect();
      return width > 1 && control.checkVisibility() && !control.closest('.skip') && (left < -1 || right > innerWidth + 1) &&
        !scrolls(control);
    });
    return [...wide, ...buttons.map((control) => control.outerHTML.slice(0, 160))];
  })()`);
