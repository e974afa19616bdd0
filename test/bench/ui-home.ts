/** The first screen of a large site: a thousand volumes, ten thousand runs. How soon it is answered, and how soon it is drawn. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { stringify } from 'yaml';
import { runName } from '../../src/main/journal/state-folder.ts';
import { chromiumBrowser } from '../support/browser.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { TestPage } from '../support/serve.ts';
import type { HostTold } from './bench-host.ts';
import { BenchProcess } from './bench-process.ts';
import { percentile, row } from './figures.ts';

const volumes = 1000;
/** A site file has 10,000 keys at most: a job has ten volumes. */
const jobs = 100;
const runs = 10_000;
const turns = 20;
const hour = 3_600_000;
/** Far more than reading ten thousand journals takes. */
const patience = 600_000;

/** Nothing listens there: no host has to be there for what the history says. */
const host = (role: string, port: number) => ({ role, user: 'root', address: '127.0.0.1', port });

const names = Array.from({ length: volumes }, (_, at) => `Volume${at}`);

const siteText = stringify({
  site: 'payroll-cluster',
  platform: 'solaris',
  hosts: { node1: host('primary', 1), node3: host('backup', 2) },
  connections: { tries: 1 },
  tape: { host: 'node3', device: '/dev/rmt/0', drive: 'LTO-4' },
  jobs: Object.fromEntries(
    Array.from({ length: jobs }, (_, job) => {
      const own = names.filter((_name, at) => at % jobs === job);
      return [
        `nightly-${job}`,
        {
          class: 'Class1',
          volumes: own.map((proxy) => ({ master: `${proxy}m`, proxy })),
          shadow: {
            class: 'Class2',
            disks: Object.fromEntries(own.map((name) => [name, `c1t1d${name.slice(6)}`])),
          },
          method: '6a',
          services: 'not-needed',
          media: { layout: 'labelled' },
          protect: { every: '24 hours' },
        },
      ];
    }),
  ),
});

function generateRuns(folder: string): void {
  const now = Date.now();
  for (let index = 0; index < runs; index += 1) {
    const at = new Date(now - (runs - index) * (hour / 20));
    const volume = names[index % volumes] ?? '';
    writeGeneratedRun(folder, {
      ...{ run: runName(at, volume), at, job: `nightly-${index % jobs}`, volume, bytes: 1e9 },
      ...{ tapeName: `NIGHTLY-${index % 40}`, ends: index % 11 === 0 ? 'failed' : 'verified' },
    });
  }
}

/** A row of the table is drawn, and all of the page is ready for the next press. */
const rows = 'table.pairs tbody tr';

/** Milliseconds from the press to the frame in which the volumes are shown. */
async function pressed(page: Page): Promise<number> {
  const shown = page.evaluate(
    `new Promise((resolve) => addEventListener('pointerdown', ({ timeStamp }) => {
      const look = () => document.querySelector('${rows}') ? resolve(performance.now() - timeStamp) : requestAnimationFrame(look);
      requestAnimationFrame(look);
    }, { once: true, capture: true }))`,
  ) as Promise<number>;
  await page.getByRole('navigation').getByRole('link', { name: 'Protection', exact: true }).click();
  return shown;
}

async function timesOf(count: number, work: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn += 1) times.push(await work());
  return times;
}

const line = (name: string, times: number[], against: number) =>
  row(name, [percentile(times, 50), percentile(times, 95)], 'ms', percentile(times, 50) / against);

/** Measures, and prints the result in lines. */
export async function homeLines(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'shadowtape-bench-home-'));
  const state = join(folder, 'state');
  const siteFile = join(folder, 'site.yaml');
  writeFileSync(siteFile, siteText);
  generateRuns(state);
  const server = new BenchProcess('bench-host.ts', [siteFile, state]);
  const { executable, args } = chromiumBrowser();
  const browser = await chromium.launch({ executablePath: executable, args: [...args] });
  try {
    const { url, wireUrl } = await server.told<HostTold>();
    const wire = await TestPage.open({ url: wireUrl });
    const asked = async (channel: 'protection' | 'site') => {
      const begun = performance.now();
      await wire.result(channel, {});
      return performance.now() - begun;
    };
    // Once: the index of the history is made of all journals.
    const first = await asked('protection');
    const small = await timesOf(turns, () => asked('site'));
    const answered = await timesOf(turns, () => asked('protection'));
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(patience);
    await page.goto(`${url}#/home`);
    await page.locator(rows).first().waitFor();
    const drawn = await timesOf(turns, async () => {
      await page.getByRole('navigation').getByRole('link', { name: 'Sites', exact: true }).click();
      await page.locator(rows).first().waitFor({ state: 'detached' });
      return pressed(page);
    });
    const loaded = await timesOf(5, async () => {
      await page.reload();
      await page.locator(rows).first().waitFor();
      return (await page.evaluate('performance.now()')) as number;
    });
    await wire.close();
    const against = percentile(small, 50);
    return [
      `the first screen of ${volumes} volumes and ${runs} runs: median, 95th percentile, against the answer to a small question`,
      row('the index is made, once', [first / 1000], 's', 1),
      line('a small question is answered', small, against),
      line('the protection of all volumes is answered', answered, against),
      line('a press until the volumes are drawn', drawn, against),
      line('a load of the page until the volumes are drawn', loaded, against),
    ];
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
