import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pseudoLanguage } from '../../../../test/support/language/pseudo-language.ts';
import { phrase, phrases, speak, translated } from '../../../contract/text/say.ts';
import { StateFolder } from '../../journal/state-folder.ts';
import { addScheduleEvents, scheduleEvents, type ScheduleEvent } from './schedule-file.ts';

let folder: string;
let state: StateFolder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-schedule-'));
  state = new StateFolder(folder);
});
afterEach(() => {
  speak(undefined);
  rmSync(folder, { recursive: true, force: true });
});

const name = { site: 'payroll-cluster', job: 'nightly' };
const refusal = (reason: string): ScheduleEvent => ({
  ...{ what: 'digest-failed', at: '2026-11-30T06:00:00Z', ...name, reason },
});
const linesOf = () => readFileSync(state.scheduleFile, 'utf8').trimEnd().split('\n');
const said = (line: string) => (JSON.parse(line) as { said?: unknown }).said;

it('a line keeps what its reason was made of, in English', async () => {
  const way = phrase('mail to {to}', { to: 'ops@example.com' });
  const reason = phrases([way, 'no such mailbox'], ': ');
  await addScheduleEvents(state, name, () => [refusal(reason)]);
  const [line = ''] = linesOf();
  expect(line).toContain('"reason":"mail to ops@example.com: no such mailbox"');
  expect(said(line)).toEqual([
    { english: reason, text: '{0}: {1}', values: { 0: way, 1: 'no such mailbox' } },
    { english: way, text: 'mail to {to}', values: { to: 'ops@example.com' } },
  ]);
  expect(await scheduleEvents(state, name)).toEqual([refusal(reason)]);
});

it('a reason that another process has stored is shown in the language of this one; one of 0.1.0 in English', async () => {
  // No test of this process has said it.
  const english = 'mail to night@example.com';
  const stored = [{ english, text: 'mail to {to}', values: { to: 'night@example.com' } }];
  const earlier = 'mail to day@example.com';
  writeFileSync(
    state.scheduleFile,
    `${JSON.stringify({ ...refusal(english), said: stored })}\n${JSON.stringify(refusal(earlier))}\n`,
  );
  const reasons = (await scheduleEvents(state, name)).map(({ reason = '' }) => reason);
  expect(reasons).toEqual([english, earlier]);
  speak(pseudoLanguage());
  const [shown, shownEarlier] = reasons.map(translated);
  expect(shown).toContain('night@example.com');
  expect(shown).not.toBe(english);
  expect(shownEarlier).toBe(earlier);
});
