/** The first screen of a large site: how much of it is drawn at once, whatever the machine is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { PairView, ProtectionView } from '../../src/contract/protection.ts';
import type { ActivityPush, ClusterView, SiteInfo } from '../../src/contract/screens.ts';
import type { PageMessage } from '../../src/contract/wire.ts';
import { pageFolder } from '../../src/main/desk/page-files.ts';
import { requireBuiltPages } from '../support/built-program.ts';
import { guideCluster } from '../support/ui/clusters.ts';
import { DocumentPage, wordsOf } from '../support/ui/document-page.ts';
import { guideSite, seenCluster } from '../support/ui/sites.ts';

const volumes = 250;
/** More rows than fit on the highest screen, and far fewer than there are volumes. */
const mostAtFirst = 30;

const pair = (at: number): PairView => ({
  ...{ job: `nightly-${at % 100}`, class: 'Class1', master: `Volume${at}m`, proxy: `Volume${at}` },
  ...{ everySeconds: 86_400, state: 'protected', reason: 'verified, and on tape', runningRun: undefined },
  ...{ trouble: undefined, lastFailure: undefined },
  backup: { run: `run-${at}`, at: '2026-11-29T02:00:00.000Z', ageSeconds: 3600, tapeNames: ['NIGHTLY-1'] },
  points: Array.from({ length: 12 }, (_, run) => ({
    ...{ run: `run-${at}-${run}`, good: true, bytes: 1e9, rate: 1e8 },
  })),
});

const protection: ProtectionView = {
  at: '2026-11-29T03:00:00.000Z',
  pairs: Array.from({ length: volumes }, (_, at) => pair(at)),
  open: [],
};

const answers: Readonly<Record<string, unknown>> = {
  site: guideSite satisfies SiteInfo,
  look: seenCluster(guideCluster('joined')) satisfies ClusterView,
  protection,
  runs: [],
};

/** The first screen, and how often each channel was asked. */
async function openHome(): Promise<{ readonly page: DocumentPage; readonly asked: Map<string, number> }> {
  requireBuiltPages();
  const asked = new Map<string, number>();
  const page = await DocumentPage.open(
    (tell) => ({
      receive(message: PageMessage) {
        if ('follow' in message) {
          const nothing: ActivityPush = { runs: [], logins: [] };
          return queueMicrotask(() => tell({ id: message.id, push: nothing }));
        }
        if (!('request' in message)) return undefined;
        const { channel } = message.request;
        asked.set(channel, (asked.get(channel) ?? 0) + 1);
        if (channel in answers)
          queueMicrotask(() => tell({ id: message.id, reply: { result: answers[channel] } }));
        return undefined;
      },
    }),
    '#/home',
  );
  onTestFinished(() => page.close());
  return { page, asked };
}

it('paints something before the program of the page has run', () => {
  requireBuiltPages();
  const html = readFileSync(join(pageFolder(), 'index.html'), 'utf8');
  const [, body = ''] = /<body>([\s\S]*)<\/body>/.exec(html) ?? [];
  expect(body).toContain('<p class="starting">Shadowtape</p>');
  expect(body).not.toContain('<script');
});

const rows = (page: DocumentPage) => page.all('table.pairs tbody tr');

it('draws the rows that a screen can show, not all that there are; all of them where that is wanted', async () => {
  const { page } = await openHome();
  expect(wordsOf(page.find('.tally'))).toContain(`${volumes} protected`);
  expect(rows(page).length).toBeGreaterThan(15);
  expect(rows(page).length).toBeLessThanOrEqual(mostAtFirst);
  await page.press('Show all 250 volumes');
  expect(rows(page)).toHaveLength(volumes);
  await page.open('#/sites');
  await page.open('#/home');
  expect(rows(page).length).toBeLessThanOrEqual(mostAtFirst);
});

it('asks the history once for each time it is opened, however many volumes there are', async () => {
  const { page, asked } = await openHome();
  const first = asked.get('protection') ?? 0;
  expect(first).toBeLessThanOrEqual(2);
  await page.open('#/sites');
  await page.open('#/home');
  expect(asked.get('protection')).toBe(first + 1);
});
