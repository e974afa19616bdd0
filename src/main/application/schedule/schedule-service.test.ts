import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import { lastNight } from '../../../contract/schedule.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { StateFolder } from '../../journal/state-folder.ts';
import { siteOf } from '../../site/site-file.ts';
import { sampleSite } from '../../site/site.test-support.ts';
import { addScheduleEvents, scheduleEvents } from './schedule-file.ts';
import {
  lastMissedNight,
  recordRefusal,
  scheduledJob,
  settleNights,
  unwatchNights,
  type ScheduledJob,
} from './schedule-service.ts';

let folder: string;
let state: StateFolder;
let job: ScheduledJob;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-nights-'));
  state = new StateFolder(folder);
  const site = sampleSite();
  site.jobs.nightly.schedule = { at: '02:30', window: '6 h', zone: 'Europe/Berlin' };
  const script = 'cat >> "$0"';
  site.notify = [{ on: ['failure'], command: ['/bin/sh', '-c', script, join(folder, 'told')] }];
  job = scheduledJob(siteOf('site.yaml', site), 'site.yaml', undefined);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const watched = (at: string) =>
  addScheduleEvents(state, 'payroll-cluster', 'nightly', () => [
    { what: 'watched', at, site: 'payroll-cluster', job: 'nightly' },
  ]);

const runAt = (startedAt: string, more: Partial<RunLine> = {}): RunLine =>
  ({ site: 'payroll-cluster', job: 'nightly', startedAt, ...more }) as RunLine;

const settle = (now: string, lines: RunLine[] = []) =>
  settleNights(state, job, lines, new Date(now), (sentence) => {
    throw new Error(sentence);
  });

it('a night is due from its time to the end of its window, and no longer once a run has begun', async () => {
  expect(await settle('2026-11-28T01:29:59Z')).toMatchObject({
    due: undefined,
    words: 'nightly is not due; next: 2026-11-28 02:30 CET',
  });
  expect((await settle('2026-11-28T01:30:00Z')).due?.due.toISOString()).toBe('2026-11-28T01:30:00.000Z');
  expect((await settle('2026-11-28T07:29:59Z')).due).toBeDefined();
  // A run by hand counts, that of another job or a restore does not.
  const others = [
    runAt('2026-11-28T02:00:00Z', { job: 'weekly' }),
    runAt('2026-11-28T02:00:00Z', { restores: 'R1' }),
  ];
  expect((await settle('2026-11-28T03:00:00Z', others)).due).toBeDefined();
  expect(await settle('2026-11-28T03:00:00Z', [runAt('2026-11-28T02:00:00Z')])).toMatchObject({
    due: undefined,
    words: 'nightly: a run has begun in the window of 2026-11-28 02:30 CET; next: 2026-11-29 02:30 CET',
  });
});

it('a night whose run was refused is missed with that reason', async () => {
  await watched('2026-11-27T12:00:00Z');
  const night = lastNight(job.schedule, new Date('2026-11-28T02:00:00Z'));
  if (!night) throw new Error('no night');
  await recordRefusal(state, job, night, failure('NODE_NOT_DOWN', { node: 'node2' }));
  const { missed } = await settle('2026-11-28T08:00:00Z');
  expect(missed.map(({ reason }) => reason)).toEqual([
    'the run was refused: node2 answers, so it is not down',
  ]);
});

it('a console that was off for the week of the change of the clock tells of each night, in one message', async () => {
  await watched('2026-10-23T12:00:00Z');
  const { missed } = await settle('2026-10-26T12:00:00Z', [runAt('2026-10-24T00:31:00Z')]);
  expect(missed.map(({ due }) => due.toISOString())).toEqual([
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
  expect(readFileSync(join(folder, 'told'), 'utf8')).toContain(
    '2 nights were missed: 2026-10-25 02:30 CEST, 2026-10-26 02:30 CET; the last one: no run was started in its window\n',
  );
  expect((await settle('2026-10-26T13:00:00Z', [runAt('2026-10-24T00:31:00Z')])).missed).toEqual([]);
  const recorded = await scheduleEvents(state, 'payroll-cluster', 'nightly');
  expect(recorded.map(({ what }) => what)).toEqual(['watched', 'missed', 'missed']);
});

it('no night is missed after the timer was removed', async () => {
  await watched('2026-11-23T12:00:00Z');
  const now = new Date('2026-11-28T12:00:00Z');
  expect((await lastMissedNight(state, job, [], now))?.due.toISOString()).toBe('2026-11-28T01:30:00.000Z');
  await unwatchNights(state, 'payroll-cluster', 'nightly');
  expect(await lastMissedNight(state, job, [], now)).toBeUndefined();
});

it('a schedule that is changed counts from then on: nights before are judged by the former one', async () => {
  await settle('2026-11-23T12:00:00Z');
  const runs = [runAt('2026-11-24T01:31:00Z'), runAt('2026-11-25T01:31:00Z')];
  job = { ...job, schedule: { ...job.schedule, hour: 12, windowSeconds: 3600 } };
  expect((await settle('2026-11-26T08:00:00Z', runs)).missed.map(({ due }) => due.toISOString())).toEqual([
    '2026-11-26T01:30:00.000Z',
  ]);
  expect((await settle('2026-11-26T20:00:00Z', runs)).missed.map(({ due }) => due.toISOString())).toEqual([
    '2026-11-26T11:30:00.000Z',
  ]);
});
