/** The history in every state: runs, a run opened, two compared, audits, reports, files and trends. */
import type { Page } from 'playwright-core';
import { failure } from '../../src/contract/errors.ts';
import type { RunLine } from '../../src/contract/screens.ts';
import { unreadableLine } from '../../src/main/history/run-line.ts';
import { endedPushes } from '../support/ui/captured-console.ts';
import type { Answers } from '../support/ui/fake-bridge.ts';
import { historyAnswers, madeUpAudit } from '../support/ui/history-answers.ts';
import { idle, type Play } from '../support/ui/played-console.ts';
import { never, press, refuse, runOf, type Picture } from './picture.ts';
import { resting, type Plays } from './plays.ts';

/** A run that is no run of a captured console. */
const broughtAlong = '20261119-020000-volume2';

export function runsPictures({ normal, broken, spanned, three, mismatch }: Plays): Picture[] {
  const all = [...new Set([normal, broken, spanned, three, mismatch])];
  const lines = all.flatMap(({ runs }) => runs);
  const opened = all.flatMap((captured) => captured.opened);
  const many: Answers = {
    ...historyAnswers(lines, opened),
    run: ({ run }) => opened.find(({ line }) => line.run === run) ?? refuse('RUN_UNKNOWN', { run }),
  };
  const play: Play = {
    ...resting(normal, many),
    runs: Object.fromEntries(opened.map((view) => [view.line.run, endedPushes(view)])),
  };
  const file = `/home/mika/.local/state/shadowtape/runs/${broughtAlong}.ndjson`;
  const { message } = failure('JOURNAL_BROKEN', { file, line: 17, reason: 'it is not JSON' });
  const trouble: readonly RunLine[] = [...lines, unreadableLine(broughtAlong, message)];
  const behind = {
    answers: { ...play.answers, searchRuns: () => ({ lines, more: false, took: 4, unread: 2711 }) },
    activity: { ...idle, indexing: { what: 'runs', done: 7289, total: 10_000 } as const },
  };
  const audited: Answers = {
    ...many,
    audit: () => [
      ...lines.map(({ run }) => madeUpAudit(run)),
      madeUpAudit(broughtAlong, 'changed', file),
      madeUpAudit(runOf(broken), 'unsealed'),
    ],
  };
  const compared = [runOf(normal), runOf(broken)].toSorted().join(',');
  return [
    { name: 'runs-loading', play: resting(normal, { searchRuns: never }), hash: '#/runs' },
    { name: 'runs-empty', play: resting(normal, historyAnswers([], [])), hash: '#/runs' },
    { name: 'runs', play: resting(normal, { ...many, ...historyAnswers(trouble, opened) }), hash: '#/runs' },
    {
      name: 'runs-mistyped',
      play,
      hash: '#/runs',
      act: async (page) => {
        await page.getByRole('searchbox', { name: 'Search runs' }).fill('Volume2 tpae:NIGHTLY-2 failed');
        await page.getByText('the search cannot be read').waitFor();
      },
    },
    { name: 'runs-keys', play, hash: '#/runs', act: press('Search help') },
    { name: 'runs-indexing', play: { ...play, ...behind }, hash: '#/runs' },
    { name: 'runs-audit', play: resting(normal, audited), hash: '#/runs', act: press('Audit all runs') },
    {
      name: 'runs-nothing-found',
      play,
      hash: '#/runs',
      act: (page) => page.getByRole('searchbox', { name: 'Search runs' }).fill('nothing of the kind'),
    },
    {
      name: 'runs-failed',
      play: resting(normal, {
        searchRuns: () =>
          refuse('STATE_FILE_UNREADABLE', {
            file: '/home/mika/.local/state/shadowtape/runs',
            reason: 'EACCES',
          }),
      }),
      hash: '#/runs',
    },
    { name: 'runs-opened', play, hash: `#/runs/${runOf(normal)}` },
    { name: 'runs-opened-failed', play, hash: `#/runs/${runOf(broken)}` },
    { name: 'runs-compared', play, hash: `#/runs/${encodeURIComponent(compared)}` },
    ...historyPictures(play, {
      good: runOf(normal),
      failed: runOf(broken),
      mismatch: runOf(mismatch),
      three: runOf(three),
      tapes: runOf(spanned),
    }),
  ];
}

/** @param runs name of the picture -> run */
function historyPictures(play: Play, runs: Readonly<Record<string, string>>): Picture[] {
  const [first = ''] = Object.values(runs);
  const played = (answers: Answers): Play => ({ ...play, answers: { ...play.answers, ...answers } });
  return [
    ...Object.entries(runs).map(([name, run]) => ({ name: `report-${name}`, play, hash: `#/report/${run}` })),
    { name: 'report-topology', play, hash: `#/report/${first},topology` },
    { name: 'report-throughput', play, hash: `#/report/${first},throughput` },
    { name: 'report-steps', play, hash: `#/report/${first},steps` },
    {
      name: 'runs-saved',
      play,
      hash: '#/runs',
      act: async (page) => {
        for (const query of ['verdict:failed', 'after:2026-11-01 tape:NIGHTLY-2']) {
          await page.getByRole('searchbox').fill(query);
          await press('Save this search')(page);
        }
      },
    },
    { name: 'report-menu', play, hash: `#/report/${first}`, act: press('Save as…') },
    { name: 'report-none', play, hash: '#/report' },
    { name: 'report-unknown', play, hash: '#/report/20261119-020000-volume9' },
    { name: 'report-loading', play: played({ report: never }), hash: `#/report/${first}` },
    {
      name: 'report-not-saved',
      play: played({
        exportRun: ({ run }) => refuse('STATE_FILE_UNWRITABLE', { file: `${run}.pdf`, reason: 'ENOSPC' }),
      }),
      hash: `#/report/${first}`,
      act: async (page) => {
        await press('Save as…')(page);
        await page.getByRole('menuitem', { name: /^PDF, A4/ }).click();
        await page.getByText('ENOSPC').waitFor();
      },
    },
    {
      name: 'report-notices',
      play,
      hash: `#/report/${first}`,
      act: async (page) => {
        await page
          .getByRole('button', { name: /^Copy: / })
          .first()
          .click();
        await page.getByText(/Lines copied|Cannot write to the clipboard/).waitFor();
        await page.keyboard.press('n');
        await page.getByRole('dialog', { name: 'Notices of this session' }).waitFor();
      },
    },
    { name: 'files', play, hash: '#/files' },
    { name: 'files-found', play, hash: '#/files/ledger.db', act: openFirstHit },
    { name: 'files-none', play, hash: '#/files/nowhere.db' },
    { name: 'trends', play, hash: '#/trends' },
    { name: 'trends-few', play, hash: '#/trends/Volume4' },
    { name: 'trends-none', play: played({ trends: () => [] }), hash: '#/trends' },
  ];
}

async function openFirstHit(page: Page): Promise<void> {
  await page.getByRole('row').nth(1).getByRole('button').click();
  await page.getByRole('button', { name: 'Copy the command' }).waitFor();
}
