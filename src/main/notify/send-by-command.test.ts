import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShadowtapeError } from '../../contract/errors.ts';
import type { Notification } from './notification.ts';
import { sendByCommand } from './send-by-command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-notify-'));
});
afterEach(() => rm(folder, { recursive: true }));

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ShadowtapeError) => error,
  );

const notification: Notification = {
  events: ['failure', 'operator-needed'],
  subject: 'shadowtape: nightly action required (run R)',
  text: 'the tape is full\n\nJob       nightly\n',
  run: 'R',
  job: 'nightly',
  verdict: 'failed',
  exitStatus: '3',
  sentence: 'the tape is full',
  sealsHead: 'ab12',
};

/** Node as the program of the site: no shell is needed. */
const program = (script: string, ...args: string[]) => [process.execPath, '-e', script, ...args];
const limit = 20;

describe('a notification command', () => {
  it('gets the message on its standard input, and the facts in its environment', async () => {
    const file = join(folder, 'told.json');
    const script = `
      const { readFileSync, writeFileSync } = require('node:fs');
      const facts = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^SHADOWTAPE_/.test(name)));
      writeFileSync(process.argv[1], JSON.stringify({ text: readFileSync(0, 'utf8'), facts, word: process.argv[2] }));`;
    await sendByCommand(program(script, file, '$(id) "x"'), notification, 'operator-needed', limit);
    const told = JSON.parse(await readFile(file, 'utf8')) as { facts: Record<string, string> };
    // The tests have their own variables.
    for (const name of Object.keys(told.facts)) if (name in process.env) delete told.facts[name];
    expect(told).toEqual({
      text: notification.text,
      word: '$(id) "x"',
      facts: {
        SHADOWTAPE_RUN: 'R',
        SHADOWTAPE_JOB: 'nightly',
        SHADOWTAPE_EVENT: 'operator-needed',
        SHADOWTAPE_VERDICT: 'failed',
        SHADOWTAPE_EXIT_STATUS: '3',
        SHADOWTAPE_SENTENCE: 'the tape is full',
        SHADOWTAPE_SUBJECT: notification.subject,
        SHADOWTAPE_SEALS_HEAD: 'ab12',
      },
    });
  });

  it('need not read its input', async () => {
    const text = 'x'.repeat(1_000_000);
    await sendByCommand(program('process.exit(0)'), { ...notification, text }, 'failure', limit);
  });

  it('that fails is reported with its exit status and its last message', async () => {
    const script = `console.error('first'); console.error('pager is off'); process.exit(7)`;
    const error = await failureOf(sendByCommand(program(script), notification, 'failure', limit));
    expect(error).toMatchObject({
      code: 'NOTIFY_COMMAND_FAILED',
      message: `the notification command ${process.execPath} ended with exit status 7: pager is off`,
    });
  });

  it('that is killed is reported with the signal', async () => {
    const script = `process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)`;
    const error = await failureOf(sendByCommand(program(script), notification, 'failure', limit));
    expect(error?.message).toBe(`the notification command ${process.execPath} was ended by SIGKILL`);
  });

  it('that does not exist is reported', async () => {
    const error = await failureOf(sendByCommand(['/nowhere/page'], notification, 'failure', limit));
    expect(error?.message).toBe(
      'the notification command /nowhere/page cannot be started: there is no such program',
    );
  });

  it('that does not end is killed, with the processes that it started', async () => {
    const file = join(folder, 'pids');
    const script = `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      require('node:fs').writeFileSync(process.argv[1], process.pid + ' ' + child.pid);
      setInterval(() => {}, 1000);`;
    const error = await failureOf(sendByCommand(program(script, file), notification, 'failure', 1.5));
    expect(error?.message).toBe(`the notification command ${process.execPath} did not finish within 1.5 s`);
    const processes = (await readFile(file, 'utf8')).split(' ').map(Number);
    expect(processes).toHaveLength(2);
    for (const id of processes) await expect.poll(() => lives(id), { timeout: 5000 }).toBe(false);
  });

  it('counts as ended, although a background process keeps its standard error open', async () => {
    const file = join(folder, 'pid');
    const script = `
      const { spawn } = require('node:child_process');
      const stdio = ['ignore', 'ignore', 'inherit'];
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio, detached: true });
      require('node:fs').writeFileSync(process.argv[1], String(child.pid));
      process.exit(0);`;
    await sendByCommand(program(script, file), notification, 'failure', limit);
    const child = Number(await readFile(file, 'utf8'));
    expect(await lives(child)).toBe(true);
    process.kill(child, 'SIGKILL');
  });
});

/** A killed process that is not reaped yet is no longer alive. */
async function lives(id: number): Promise<boolean> {
  try {
    return !/^State:\s+Z/m.test(await readFile(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}
