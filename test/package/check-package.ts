/**
 * Checks what `npm run package` has made: are its fuses those of electron-builder.config.js, and does it show the
 * console?
 *
 * Usage: node test/package/check-package.ts [FOLDER] (dist/linux-unpacked where it is not given)
 */
import electronFuses from '@electron/fuses';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [folder = join('dist', 'linux-unpacked')] = process.argv.slice(2);
const program = join(folder, 'shadowtape');

const { FuseV1Options, getCurrentFuseWire } = electronFuses;

/** As the program's fuse wire has it: a character each. */
const states = { disabled: '0'.charCodeAt(0), enabled: '1'.charCodeAt(0) };

/** Name -> whether it is to be enabled. */
const { fuses } = (await import(new URL('../../electron-builder.config.js', import.meta.url).href)) as {
  fuses: Readonly<Record<string, boolean>>;
};

const capital = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

async function checkFuses(): Promise<void> {
  const wire = await getCurrentFuseWire(program);
  for (const [name, wanted] of Object.entries(fuses)) {
    const state = wire[FuseV1Options[capital(name) as keyof typeof FuseV1Options]];
    const words = wanted ? 'enabled' : 'disabled';
    if (Number(state) !== states[words]) throw new Error(`the fuse ${name} is not ${words}`);
  }
}

/** Starts it on a state folder of its own, with the embedded lab, and waits until the cluster is drawn. */
async function checkConsole(): Promise<string> {
  const state = await mkdtemp(join(tmpdir(), 'shadowtape-package-'));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(program, [...sandbox, '--disable-gpu', '--remote-debugging-port=0'], {
    env: { ...process.env, SHADOWTAPE_STATE: state },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  try {
    const browser = await chromium.connectOverCDP(await debuggingAddress(child.stderr));
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) throw new Error('it has opened no window');
    await page.getByText('Volume2').first().waitFor({ timeout: 120_000 });
    return await page.title();
  } finally {
    child.kill('SIGKILL');
    await ended;
    await rm(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Where Chromium says that it can be watched. */
async function debuggingAddress(stderr: NodeJS.ReadableStream): Promise<string> {
  let heard = '';
  for await (const piece of stderr) {
    heard += String(piece);
    const address = /DevTools listening on (ws:\S+)/.exec(heard)?.[1];
    if (address !== undefined) {
      stderr.resume();
      return address;
    }
  }
  throw new Error(`it has ended before it opened a window:\n${heard}`);
}

await checkFuses();
process.stdout.write(`fuses as they are to be; its window: ${await checkConsole()}\n`);
