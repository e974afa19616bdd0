/** Each kind of fault on each screen: what it says, and what it enables. Played from recorded journals, without a lab. */
import { afterAll, expect, it } from 'vitest';
import { sampled } from '../support/sampled.ts';
import { describeInBrowser, type ConsolePage } from '../support/ui/console-page.ts';
import {
  dumping,
  failedAsking,
  faultedSituations,
  halted,
  type FaultName,
} from '../support/ui/faulted-situations.ts';
import { playOf } from '../support/ui/fault-play.ts';
import { runOf } from '../support/ui/played-runs.ts';
import { playConsole, type Play, type PlayedConsole } from '../support/ui/played-console.ts';

const screens = ['home', 'topology', 'plan/raw-dd', 'run', 'verify', 'tape', 'sites'] as const;
type Screen = (typeof screens)[number];

/** Runs in the page: what every screen has in common, and which of its buttons would do something. */
const look = `(() => {
  const words = (element) => element?.textContent.replace(/\\s+/g, ' ').trim() ?? '';
  const buttons = [...document.querySelectorAll('main button.button')].map((button) => [
    button.getAttribute('aria-label') ?? words(button),
    button.getAttribute('aria-disabled') === 'true' ? button.title : 'enabled',
  ]);
  return {
    title: document.title.split(' · ').slice(0, -2).join(' · '),
    line: words(document.querySelector('nav[aria-label="Situation"]')).replace(/ ?since [\\d: -]+$/, ''),
    rail: document.querySelector('nav[aria-label="Screens"] a[href^="#/run"]')?.getAttribute('aria-label'),
    footer: words(document.querySelector('footer .now-running')),
    buttons: Object.fromEntries(buttons),
  };
})()`;

interface Expected {
  /** Before the name of the screen in the window's title. */
  readonly title: string;
  readonly line: string;
  readonly rail: string;
  readonly footer: RegExp;
  /** Why no backup can be started; `enabled` if one can. */
  readonly backUp: string;
  readonly drive: string;
  readonly leave: string;
  /** The main buttons of the run, and why they do nothing. */
  readonly run?: Readonly<Record<string, string>>;
  /** Of the verification. */
  readonly verify?: Readonly<Record<string, string>>;
}

const lost = 'the connection to the console is lost';
const running = (events: typeof dumping) => `run ${runOf(events)} is running`;
const writeError = 'writing to the tape failed: write: I/O error';
const free = { drive: 'enabled', leave: 'enabled' } as const;
const taken = (events: typeof dumping) => {
  const why = running(events);
  return { backUp: why, drive: why, leave: why };
};
const orphan = 'shadow Class2/Volume2 of Volume2 exists, and no run of this console uses it';

const table: Readonly<Record<FaultName, Expected>> = {
  'at rest': { title: '', line: '', rail: 'Run', footer: /^No backup running/, backUp: 'enabled', ...free },
  'a dump': {
    title: '48 %',
    line: 'Running Class1 Volume2: 6a Back up the raw device with dd, 48 %',
    rail: 'Run: running',
    footer: /6a Back up the raw device with dd$/,
    ...taken(dumping),
    run: { 'Stop the backup…': 'enabled' },
  },
  'a shadow that is to be approved': {
    title: 'Waiting for your answer',
    line: 'Waiting for your answer Class1 Volume2: approve the shadow (step verify)',
    rail: 'Run: waiting for your answer',
    footer: /· waiting for your answer$/,
    ...taken(dumping),
    run: { 'Stop the backup…': 'enabled', 'Show the verification…': 'enabled' },
  },
  'a shadow that a second person approves': {
    title: 'Waiting for a second person',
    line: 'Waiting for a second person Class1 Volume2: approve the shadow (step verify)',
    rail: 'Run: waiting for a second person',
    footer: /· waiting for a second person$/,
    ...taken(dumping),
    run: { 'Stop the backup…': 'enabled', 'Show the verification…': 'enabled' },
    verify: { 'Approve with the signature': 'there is no signature yet' },
  },
  'a failed dump that waits for an answer': {
    title: 'Waiting for your answer',
    line: `Waiting for your answer Class1 Volume2: a step failed: ${writeError} (step 6a)`,
    rail: 'Run: waiting for your answer',
    footer: /· waiting for your answer$/,
    ...taken(failedAsking),
    run: { retry: 'enabled', unwind: 'enabled', halt: 'enabled' },
  },
  'a rollback': {
    title: 'Rolling back',
    line: `Rolling back Class1 Volume2: ${writeError}`,
    rail: 'Run: rolling back',
    footer: /· rolling back$/,
    ...taken(failedAsking),
    run: { 'Stop immediately…': 'enabled' },
  },
  'a dump while no host answers': {
    title: 'Reconnecting',
    line: 'Reconnecting Class1 Volume2: node1, node2 and node3 do not answer (step 6a)',
    rail: 'Run: reconnecting',
    footer: /· reconnecting$/,
    ...taken(dumping),
    run: { 'Stop the backup…': 'enabled' },
  },
  'a run that was halted with its shadow': {
    title: 'Action required',
    line: `Action required Class1 Volume2: ${writeError}`,
    rail: 'Run: action required',
    footer: /^Action required: Class1/,
    backUp: `run ${runOf(halted)} needs action`,
    ...free,
    run: { 'Roll back the run': 'enabled', 'Resume the run': 'enabled' },
  },
  'a console that was killed in a dump': {
    title: 'Interrupted',
    line: `Interrupted Class1 Volume2: run ${runOf(dumping)} was interrupted at step 6a`,
    rail: 'Run: interrupted',
    footer: /^Interrupted: Class1/,
    backUp: `run ${runOf(dumping)} was interrupted`,
    ...free,
    run: { 'Roll back the run': 'enabled', 'Resume the run': 'enabled' },
  },
  'a proxy joined below the shadow of an interrupted run': {
    title: 'Unsafe shadow',
    line: 'Unsafe shadow Class1 Volume2: Volume2 is joined while its shadow Class2/Volume2 exists',
    rail: 'Run: unsafe shadow',
    footer: /^Unsafe shadow: Class1/,
    backUp: `run ${runOf(dumping)} was interrupted`,
    ...free,
    run: { 'Roll back the run': 'enabled', 'Resume the run': 'enabled' },
  },
  'a shadow that belongs to no run': {
    title: 'Unsafe shadow',
    line: `Unsafe shadow Class1: ${orphan}`,
    rail: 'Run: unsafe shadow',
    footer: /^Unsafe shadow: Class1/,
    backUp: orphan,
    ...free,
  },
  'a killed lab': {
    title: 'Unknown',
    line: 'Unknown node1, node2 and node3 are not reached',
    rail: 'Run: unknown',
    footer: /^Unknown: Class1/,
    backUp: 'node3 is not reached',
    ...free,
  },
  'one node down': {
    title: 'Unknown',
    line: 'Unknown node2 is not reached',
    rail: 'Run: unknown',
    footer: /^Unknown: Class1/,
    backUp: 'enabled',
    ...free,
  },
  'a changed host key': {
    title: 'Unknown',
    line: 'Unknown the host key of node2 has changed',
    rail: 'Run: unknown',
    footer: /^Unknown: Class1/,
    backUp: 'the host key of node2 has changed',
    ...free,
  },
  'an offline page in a dump': {
    title: 'Unknown',
    line: `Unknown Class1 Volume2: ${lost}; before: running`,
    rail: 'Run: unknown',
    footer: /· unknown$/,
    ...{ backUp: lost, drive: lost, leave: lost },
    run: { 'Stop the backup…': lost },
  },
};

/** The buttons of a screen that start something; absent if a run replaces them. */
function buttonsOn(
  screen: Screen,
  { backUp, drive, leave, run, verify = {} }: Expected,
): Record<string, string> {
  const own: Readonly<Record<Screen, Record<string, string>>> = {
    home: run ? {} : { 'Back up Class1 Volume2': backUp },
    topology: run ? {} : { 'Back up Volume2…': backUp },
    'plan/raw-dd': { 'Back up Volume2': backUp },
    run: run ?? {},
    verify,
    tape: { 'Identify the tape': drive },
    sites: { 'Open another site…': leave },
  };
  return own[screen];
}

describeInBrowser('what the screens say and enable', (browser) => {
  let stage: { readonly console: PlayedConsole; readonly on: ConsolePage } | undefined;
  afterAll(() => stage?.console.close());

  /** One page for all faults: it is loaded again for each. */
  async function onStage(play: Play): Promise<{ console: PlayedConsole; on: ConsolePage }> {
    if (stage) {
      Object.assign(stage.console.play, play);
      await stage.on.openAnew('#/home');
      return stage;
    }
    const console = await playConsole({ ...play });
    const on = await browser.lastingPage(console);
    stage = { console, on: await on.open('#/home') };
    return stage;
  }

  async function expectScreens(on: ConsolePage, expected: Expected): Promise<void> {
    const { title, line, rail, footer } = expected;
    for (const screen of screens) {
      await on.open(`#/${screen}`);
      const buttons = expect.objectContaining(buttonsOn(screen, expected)) as unknown;
      await expect
        .poll(() => on.page.evaluate(look), { timeout: 20_000, interval: 30, message: screen })
        .toEqual({ title, line, rail, footer: expect.stringMatching(footer) as unknown, buttons });
    }
  }

  const faults = (Object.keys(table) as FaultName[]).filter((fault) => fault !== 'an offline page in a dump');
  it.each(sampled(faults, 7))('in the situation of %s', async (fault) => {
    const { on } = await onStage(playOf(faultedSituations[fault]));
    await expectScreens(on, table[fault]);
    expect(on.complaints.splice(0)).toEqual([]);
  });

  it('explain their terms on focus', async () => {
    const { on } = await onStage(playOf(faultedSituations['a shadow that is to be approved']));
    const terms: Readonly<Record<string, [string, RegExp]>> = {
      home: ['Last verified backup', /^Every record was read back from tape/],
      'plan/raw-dd': ['Shadow class', /^The blocks of the proxy as a volume of the backup server/],
      verify: ['Rule', /^Proves before the dump that the shadow maps the same blocks/],
      run: ['Journal', /^What a run did, line by line/],
      runs: ['Verdict', /^Every record was read back from tape/],
      trends: ['Resynchronization', /^The copy from master to proxy after a rejoin/],
      sites: ['Class2', /^The blocks of the proxy as a volume of the backup server/],
    };
    for (const [screen, [term, means]] of Object.entries(terms)) {
      await on.open(`#/${screen}`);
      await on.page.locator('main').getByRole('button', { name: term, exact: true }).focus();
      await on.page.getByText(means).waitFor();
    }
    expect(on.complaints.splice(0)).toEqual([]);
  });

  it('in the situation of an offline page in a dump', async () => {
    const console = await playConsole(playOf(faultedSituations['an offline page in a dump']));
    const mayComplain = [/^WebSocket connection to/, /ERR_CONNECTION_(RESET|REFUSED)/];
    const on = await browser.page(console, { mayComplain });
    // Each screen was shown with the console before that is gone.
    for (const screen of screens) {
      await on.open(`#/${screen}`);
      await on.page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
    }
    await on.heading('Sites').waitFor();
    await console.close();
    await on.said('Connection to the console lost.').waitFor();
    await expectScreens(on, table['an offline page in a dump']);
  });
});
