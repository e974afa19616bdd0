import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillableDisk } from '../../../../test/support/full-disk.ts';
import { failure } from '../../../contract/errors.ts';
import { lastNight } from '../../../contract/time/schedule.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { StateFolder } from '../../journal/state-folder.ts';
import { siteOf } from '../../site/site-file.ts';
import { sampleSite } from '../../site/site.test-support.ts';
import { addScheduleEvents, scheduleEvents } from './schedule-file.ts';
import {
  lastMissedNight,
  missedSentence,
  recordRefusal,
  runToDrill,
  settleNights,
  unwatchNights,
} from './schedule-service.ts';
import { scheduledJob, type ScheduledJob } from './scheduled-job.ts';

const fill = fillableDisk();

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
  addScheduleEvents(state, { site: 'payroll-cluster', job: 'nightly' }, () => [
    { what: 'watched', at, site: 'payroll-cluster', job: 'nightly' },
  ]);

const runAt = (startedAt: string, more: Partial<RunLine> = {}): RunLine =>
  ({ site: 'payroll-cluster', job: 'nightly', startedAt, ...more }) as RunLine;

const noWarning = (sentence: string) => {
  throw new Error(sentence);
};

const settle = (now: string, lines: RunLine[] = []) =>
  settleNights(state, job, lines, new Date(now), noWarning);

it('a night is due from its time to the end of its window, and no longer once a run has begun', async () => {
  expect(await settle('2026-11-28T01:29:59Z')).toMatchObject({
    due: undefined,
    words: 'nightly is not due; next: 2026-11-28 02:30 CET',
  });
  expect((await settle('2026-11-28T01:30:00Z')).due?.due.toISOString()).toBe('2026-11-28T01:30:00.000Z');
  expect((await settle('2026-11-28T07:29:59Z')).due).toBeDefined();
  expect((await settle('2026-11-28T07:30:00Z')).due).toBeUndefined();
  // A run by hand counts; that of another job or site, a restore, or one that cannot be read does not.
  const others = [
    runAt('2026-11-28T02:00:00Z', { job: 'weekly' }),
    runAt('2026-11-28T02:00:00Z', { site: 'other-cluster' }),
    runAt('2026-11-28T02:00:00Z', { restores: 'R1' }),
    runAt('2026-11-28T02:00:00Z', { trouble: 'the journal is damaged' }),
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
  await recordRefusal(state, job, night, failure('NODE_NOT_DOWN', { node: 'node2' }), noWarning);
  const { missed } = await settle('2026-11-28T08:00:00Z');
  expect(missed.map(({ reason }) => reason)).toEqual([
    'the run was refused: node2 answers, so it is not down',
  ]);
});

it('a night that was missed has its own reason, not that of another night', async () => {
  await watched('2026-11-25T12:00:00Z');
  const night = lastNight(job.schedule, new Date('2026-11-26T02:00:00Z'));
  if (!night) throw new Error('no night');
  await recordRefusal(state, job, night, failure('NODE_NOT_DOWN', { node: 'node2' }), noWarning);
  const refused = (startedAt: string, sentence: string) =>
    runAt(startedAt, { verdict: 'failed', exitStatus: 1, sentence });
  // Started by hand: right before a window, in its first instant, and when it was over.
  const lines = [
    refused('2026-11-27T01:29:59Z', 'before'),
    refused('2026-11-28T01:30:00Z', 'at its first instant'),
    refused('2026-11-28T07:30:00Z', 'when it was over'),
  ];
  const { missed } = await settle('2026-11-28T08:00:00Z', lines);
  expect(missed.map(({ reason }) => reason)).toEqual([
    'the run was refused: node2 answers, so it is not down',
    'no run was started in its window',
    'the run was refused: at its first instant',
  ]);
  // A later run does not make up for it: that night has no backup.
  const later = [...lines, runAt('2026-11-28T09:00:00Z')];
  const last = await lastMissedNight(state, job, later, new Date('2026-11-28T12:00:00Z'));
  expect(last?.due.toISOString()).toBe('2026-11-28T01:30:00.000Z');
});

it('a night is due until a run has touched something: a refused run is tried again, with its reason', async () => {
  await watched('2026-11-27T12:00:00Z');
  const refused = (startedAt: string, sentence: string) =>
    runAt(startedAt, { verdict: 'failed', exitStatus: 1, sentence });
  const lines = [
    refused('2026-11-28T02:31:00Z', 'no cartridge is ready in the tape drive'),
    refused('2026-11-28T01:31:00Z', 'the tape drive is in use'),
  ];
  expect((await settle('2026-11-28T03:30:00Z', lines)).due).toBeDefined();
  const rolledBack = runAt('2026-11-28T03:31:00Z', { verdict: 'failed', exitStatus: 2 });
  expect((await settle('2026-11-28T04:30:00Z', [...lines, rolledBack])).due).toBeUndefined();
  const { missed } = await settle('2026-11-28T08:00:00Z', lines);
  expect(missed.map(({ reason }) => reason)).toEqual([
    'the run was refused: no cartridge is ready in the tape drive',
  ]);
});

it('a console that was off while the clock changed reports each missed night, in one message', async () => {
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
  const recorded = await scheduleEvents(state, { site: 'payroll-cluster', job: 'nightly' });
  expect(recorded.map(({ what }) => what)).toEqual(['watched', 'missed', 'missed']);
});

it('no night is missed after the timer was removed', async () => {
  await watched('2026-11-23T12:00:00Z');
  const now = new Date('2026-11-28T12:00:00Z');
  expect((await lastMissedNight(state, job, [], now))?.due.toISOString()).toBe('2026-11-28T01:30:00.000Z');
  await unwatchNights(state, { site: 'payroll-cluster', job: 'nightly' });
  expect(await lastMissedNight(state, job, [], now)).toBeUndefined();
});

it('a changed schedule counts from then on: earlier nights are judged by the earlier one', async () => {
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

describe('drills of a job', () => {
  const drillSchedule = { at: '14:00', days: 'sat', window: '2 h', zone: 'UTC' };
  let runs: RunLine[];
  beforeEach(() => {
    const site = sampleSite();
    site.jobs.nightly.drill = { schedule: drillSchedule };
    site.notify = [{ on: ['failure'], command: ['/bin/sh', '-c', 'cat >> "$0"', join(folder, 'told')] }];
    job = scheduledJob(siteOf('site.yaml', site), 'site.yaml', undefined, 'drill');
    runs = [
      runAt('2026-11-26T02:00:00Z', { run: 'older', verdict: 'verified' }),
      runAt('2026-11-28T02:00:00Z', { run: 'failed', verdict: 'failed' }),
      runAt('2026-11-27T02:00:00Z', { run: 'newest', verdict: 'verified' }),
    ];
    mkdirSync(state.restoresFolder, { recursive: true });
  });

  const drilled = (startedAt: string, exitStatus: number | undefined, run = 'newest'): void => {
    const lines = [
      { type: 'drill-started', at: startedAt, by: 'marion', run, volumes: ['Volume2'] },
      ...(exitStatus === undefined
        ? []
        : [{ type: 'drill-finished', at: startedAt, run, exitStatus, volumes: [] }]),
    ];
    const name = `${startedAt.replace(/\D/g, '')}-drill.ndjson`;
    writeFileSync(
      join(state.restoresFolder, name),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
  };

  it('read the newest verified run of the job', () => {
    expect(runToDrill(state, job, runs)).toBe('newest');
    expect(() => runToDrill(state, job, runs.slice(1, 2))).toThrow(
      'nightly has no verified run whose tape is known to hold it',
    );
  });

  it('are due in their own window, until one has read the tape', async () => {
    expect((await settle('2026-11-28T14:00:00Z', runs)).due).toBeDefined();
    // One without a result, one that died, or one of another job's run does not count.
    drilled('2026-11-28T14:01:00Z', 1);
    drilled('2026-11-28T14:02:00Z', undefined);
    drilled('2026-11-28T14:03:00Z', 0, 'of another job');
    expect((await settle('2026-11-28T15:00:00Z', runs)).due).toBeDefined();
    drilled('2026-11-28T15:01:00Z', 4);
    expect(await settle('2026-11-28T15:30:00Z', runs)).toMatchObject({
      due: undefined,
      words: 'nightly: a drill was made in the window of 2026-11-28 14:00 UTC; next: 2026-12-05 14:00 UTC',
    });
  });

  it('are not missed for the reasons of a run, and not made good by an earlier drill', async () => {
    await settle('2026-11-23T12:00:00Z', runs);
    drilled('2026-11-28T13:59:59Z', 0);
    const refused = { verdict: 'failed', exitStatus: 1, sentence: 'the tape drive is in use' } as const;
    const lines = [...runs, runAt('2026-11-28T14:30:00Z', refused)];
    const last = await lastMissedNight(state, job, lines, new Date('2026-11-28T17:00:00Z'));
    expect(last?.reason).toBe('no drill was made in its window');
  });

  it('that are missed are recorded and reported once, separately from the nights of the job', async () => {
    await settle('2026-11-23T12:00:00Z', runs);
    const night = lastNight(job.schedule, new Date('2026-11-28T15:00:00Z'));
    if (!night) throw new Error('no night');
    await recordRefusal(state, job, night, failure('DRILL_NOTHING', { job: 'nightly' }), noWarning);
    const { missed } = await settle('2026-11-28T17:00:00Z', runs);
    expect(missed).toHaveLength(1);
    expect((await settle('2026-11-28T18:00:00Z', runs)).missed).toEqual([]);
    const reason = 'the drill ended early: nightly has no verified run whose tape is known to hold it';
    const sentence = `the drill of 2026-11-28 14:00 UTC was missed: ${reason}`;
    expect(readFileSync(join(folder, 'told'), 'utf8')).toContain(`${sentence}\n`);
    const names = { site: 'payroll-cluster', job: 'nightly' };
    expect(await scheduleEvents(state, names)).toEqual([]);
    const recorded = await scheduleEvents(state, { ...names, task: 'drill' });
    expect(recorded.map(({ what }) => what)).toEqual(['watched', 'refused', 'missed']);
    const now = new Date('2026-11-28T18:00:00Z');
    const last = await lastMissedNight(state, job, runs, now);
    expect(last && missedSentence(job, last)).toBe(sentence);
    // A drill by hand makes up for it.
    drilled('2026-11-28T17:30:00Z', 0);
    expect(await lastMissedNight(state, job, runs, now)).toBeUndefined();
  });
});

describe('on a full disk', () => {
  beforeEach(async () => {
    await watched('2026-11-27T12:00:00Z');
    fill((path) => path.startsWith(folder));
  });
  const reason = () => `${join(folder, 'schedule.ndjson')} cannot be written: the disk is full`;

  it('nothing is started, and the receivers of notify are informed, whether or not a night is due', async () => {
    for (const now of ['2026-11-28T02:00:00Z', '2026-11-28T08:00:00Z'])
      await expect(settle(now)).rejects.toMatchObject({ code: 'STATE_FILE_UNWRITABLE', message: reason() });
    const told = readFileSync(join(folder, 'told'), 'utf8');
    expect(told.split(reason())).toHaveLength(3);
  });

  it('a refusal that cannot be recorded hides nothing', async () => {
    const night = lastNight(job.schedule, new Date('2026-11-28T02:00:00Z'));
    if (!night) throw new Error('no night');
    const warnings: string[] = [];
    const refusal = failure('NODE_NOT_DOWN', { node: 'node2' });
    await recordRefusal(state, job, night, refusal, (sentence) => warnings.push(sentence));
    expect(warnings).toEqual([reason()]);
  });
});
