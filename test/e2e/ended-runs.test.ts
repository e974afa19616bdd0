/** A run with any end, on each screen that shows it: one status, one word, one color, and only the possible actions. */
import { afterAll, expect, it } from 'vitest';
import type { EventOf, RunEvent } from '../../src/contract/events.ts';
import { sampled } from '../support/sampled.ts';
import { describeInBrowser, type ConsolePage } from '../support/ui/console-page.ts';
import { endedRuns, type EndName } from '../support/ui/ended-runs.ts';
import { playOf } from '../support/ui/fault-play.ts';
import { atRest } from '../support/ui/faulted-situations.ts';
import { requireHonest, type ShownChip } from '../support/ui/honest-chips.ts';
import { lineOf, runOf } from '../support/ui/played-runs.ts';
import { playConsole, type Play, type PlayedConsole } from '../support/ui/played-console.ts';

interface Truth {
  /** The word for a run wherever it is shown, and its color. */
  readonly run: readonly [tone: 'ok' | 'warn' | 'bad', word: string];
  readonly heading: string | RegExp;
  /** The word for its volume on the first screen. */
  readonly home: readonly [tone: 'ok' | 'bad', word: string];
  /** Whether the volume can be restored from it. */
  readonly restores: boolean;
  /** Whether the screens offer to resume it, or to roll it back. */
  readonly open: boolean;
}

const good = { home: ['ok', 'protected'], restores: true, open: false } as const;
const none = { home: ['bad', 'overdue'], restores: false, open: false } as const;
const act = { home: ['bad', 'action required'], open: true } as const;

const truths: Readonly<Record<EndName, Truth>> = {
  verified: { run: ['ok', 'verified'], heading: 'Backup verified', ...good },
  'verified on several volumes': { run: ['ok', 'verified'], heading: 'Backup verified', ...good },
  'verified, files skipped': {
    ...{ run: ['warn', 'verified, 3 files skipped'], heading: 'Backup verified, 3 files skipped' },
    ...good,
  },
  unverified: {
    ...{ run: ['warn', 'unverified'], heading: 'Backup unverified: the tape was not read back' },
    ...none,
  },
  'verified, rejoin unseen': {
    ...{ run: ['warn', 'verified, action required'], heading: 'Backup verified, action required' },
    ...act,
    restores: true,
  },
  'unverified, rejoin unseen': {
    ...{ run: ['warn', 'unverified, action required'], heading: 'Backup unverified, action required' },
    ...act,
    restores: false,
  },
  refused: { run: ['bad', 'refused'], heading: 'Refused before anything was touched', ...none },
  'failed, rolled back': { run: ['bad', 'failed, rolled back'], heading: 'Failed, rolled back', ...none },
  'halted with its shadow': {
    ...{ run: ['bad', 'action required'], heading: 'Action required', ...act },
    restores: false,
  },
  'halted, then rolled back': {
    ...{ run: ['bad', 'failed, rolled back'], heading: 'Failed, rolled back', ...none },
  },
  'tape mismatch': {
    run: ['bad', 'tape mismatch'],
    heading: 'Tape mismatch; the cluster is in its normal state',
    ...none,
  },
};

/** Of the tape in the drive, which is the run's. */
function withTape(play: Play, events: readonly RunEvent[]): Play {
  const { run, verdict, exitStatus, skipped } = lineOf(events);
  return {
    ...play,
    answers: {
      ...play.answers,
      identify: () => ({
        ...{ host: 'node3', device: '/dev/rmt/0', blank: false, label: undefined, end: 'end of data' },
        files: [{ file: 0, holds: 'data', kind: 'data', recordBytes: 32_768 }],
        writtenBy: [{ run, verdict, exitStatus, ...(skipped === undefined ? {} : { skipped }) }],
      }),
    },
  };
}

type Shown = readonly ShownChip[];

/** Runs in the page: the states that the screen shows in words. */
const chips = `[...document.querySelectorAll('main .chip')].map((chip) => [
  ['ok', 'warn', 'bad', 'busy', 'idle'].find((tone) => chip.classList.contains(tone)) ?? '',
  chip.textContent.replace(/\\s+/g, ' ').trim(),
])`;

describeInBrowser('a run that has ended', (browser) => {
  let stage: { readonly console: PlayedConsole; readonly on: ConsolePage } | undefined;
  afterAll(() => stage?.console.close());

  /** One page for all ends: it is loaded again for each. */
  async function onStage(play: Play): Promise<ConsolePage> {
    if (stage) {
      Object.assign(stage.console.play, play);
      await stage.on.openAnew('#/home');
      return stage.on;
    }
    const console = await playConsole({ ...play });
    const on = await browser.lastingPage(console);
    stage = { console, on: await on.open('#/home') };
    return on;
  }

  async function expectChip(on: ConsolePage, chip: readonly [string, string]): Promise<void> {
    await expect
      .poll(() => on.page.evaluate<Shown>(chips), { timeout: 20_000, interval: 30 })
      .toContainEqual(chip);
    requireHonest(await on.page.evaluate<Shown>(chips));
  }

  const names = Object.keys(endedRuns) as EndName[];
  it.each(sampled(names, 6))(
    '%s: is the same on home, in the history, at its end and on its tape',
    async (name) => {
      const events: readonly RunEvent[] = endedRuns[name];
      const { run, heading, home, restores, open } = truths[name];
      const end = events.at(-1) as EventOf<'run-finished'>;
      const [tone, word] = run;
      const on = await onStage(withTape(playOf({ facts: atRest, events }), events));

      await expectChip(on, home);
      const restore = on.button('Restore Class1 Volume2');
      expect((await restore.getAttribute('title')) ?? 'enabled').toBe(
        restores ? 'enabled' : 'there is no verified backup on tape',
      );
      const act = on.page.getByRole('button', { name: 'Show what to do: Class1 Volume2' });
      expect([name, await act.count()]).toEqual([name, open ? 1 : 0]);

      await on.open('#/runs');
      await expectChip(on, run);

      await on.open(`#/run/${runOf(events)}`);
      await on.heading(heading).waitFor();
      await expectChip(on, run);
      const part = on.region('The end');
      await part.getByText(`exit status ${end.exitStatus}`).waitFor();
      expect(await part.getAttribute('class')).toContain(` ${tone}`);
      for (const act of ['Resume the run', 'Roll back the run'])
        expect([act, await on.button(act).count()]).toEqual([act, open ? 1 : 0]);
      for (const sentence of end.stands.slice(0, 2))
        await part.getByText(sentence, { exact: true }).waitFor();

      await on.open('#/tape');
      await on.button('Identify the tape').first().click();
      await expectChip(on, [tone, `run ${runOf(events)}, ${word}`]);
      expect(on.complaints.splice(0)).toEqual([]);
    },
  );
});
