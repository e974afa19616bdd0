/**
 * How smooth the console is: the page compared with an empty one, in the same browser; and its answers while a dump
 * runs at full speed, compared with those at rest. The machine's own speed varies, the ratios say more.
 *
 * Usage: node test/bench/ui-bench.ts (the pages have to be built: npm run build)
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumBrowser } from '../support/browser.ts';
import { homeLines } from './ui-home.ts';
import { latencyLines } from './ui-latency.ts';
import { frameLines, memoryLines, paintLines } from './ui-page.ts';

const { executable, missing, args } = chromiumBrowser();
if (missing !== undefined) throw new Error(missing);

const say = (lines: readonly string[]) => process.stdout.write(`${lines.join('\n')}\n\n`);

const folder = await mkdtemp(join(tmpdir(), 'shadowtape-bench-'));
// Exact figures of memory are given to who asks for them.
const browser = await chromium.launch({
  executablePath: executable,
  args: [...args, '--enable-precise-memory-info'],
});
try {
  say(await paintLines(browser, folder));
  say(await frameLines(browser));
  say(await memoryLines(browser));
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
say(await latencyLines());
say(await homeLines());
