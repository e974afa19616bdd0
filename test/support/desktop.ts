/** The desktop window as a test sees it, and the channel of its page. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { Channel, Reply, RequestOf } from '../../src/contract/channels.ts';
import { electronRuntime } from './electron-runtime.ts';

export interface Desktop {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** The errors of the page. */
  readonly complaints: readonly string[];
}

/** Chromium's own sandbox does not start for root. */
const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', process.cwd()];

const environmentWith = (environment: Record<string, string>) => ({
  ...(process.env as Record<string, string>),
  ...environment,
});

/** @param environment SHADOWTAPE_SITE and SHADOWTAPE_STATE */
export async function launchDesktop(environment: Record<string, string>): Promise<Desktop> {
  const { executable: executablePath } = electronRuntime();
  const app = await _electron.launch({ executablePath, args, env: environmentWith(environment) });
  onTestFinished(async () => {
    // Closing asks what to do with a run; the test is over.
    await app.evaluate(({ app: application }) => application.exit()).catch(() => undefined);
    await app.close();
  });
  const page = await app.firstWindow();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return { app, page, complaints };
}

/** Starts it again, as a user does who has forgotten that it runs. @returns its exit status */
export async function startAgain(environment: Record<string, string>): Promise<number | null> {
  const { executable } = electronRuntime();
  const child = spawn(executable, args, { env: environmentWith(environment), stdio: 'ignore' });
  const [status] = (await once(child, 'exit')) as [number | null];
  return status;
}

/** Sends that on the page's channel, and waits for the answer with that number. */
export async function sayOnWire(page: Page, message: { readonly id: number }): Promise<unknown> {
  return page.evaluate(
    `new Promise((resolve) => {
      const message = ${JSON.stringify(message)};
      window.shadowtape.listen((answer) => answer.id === message.id && resolve(answer));
      window.shadowtape.send(message);
    })`,
  );
}

let number = 1_000_000;

/** Sends a request to the console as the page would. */
export async function askOnPage<Name extends Channel>(
  page: Page,
  channel: Name,
  payload: RequestOf<Name>,
): Promise<Reply<Name>> {
  number += 1;
  const answer = (await sayOnWire(page, { id: number, request: { channel, payload } } as { id: number })) as {
    reply: Reply<Name>;
  };
  return answer.reply;
}

/** Follows a run on the page's channel until a push of that kind arrives. */
export function pushedOnPage(
  page: Page,
  run: string,
  kind: 'end' | 'question',
): Promise<{ question?: { number: number } }> {
  return page.evaluate(
    `new Promise((resolve) => {
      const id = Math.floor(Math.random() * 1e9) + 2e6;
      window.shadowtape.listen((message) => {
        const { push } = message.id === id ? message : {};
        if (push?.kind === '${kind}' && (push.kind === 'end' || push.question)) resolve(push);
      });
      window.shadowtape.send({ id, follow: { topic: 'run', payload: { run: '${run}' } } });
    })`,
  );
}
