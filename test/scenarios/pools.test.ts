/** Pools of tapes: which tape a run writes to, which ones it refuses, and who is notified of the next one. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { sampleSite } from '../../src/main/site/site.test-support.ts';
import { readLabel } from '../../src/main/tape/tape-label.ts';
import { withJob } from '../support/failures.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import {
  clusterState,
  normalState,
  openScene,
  openSceneConsole,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { failureOf, refusedRun } from '../support/refusals.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { performed } from '../support/performed-command.ts';

const hour = 3_600_000;
const day = 24 * hour;

describe('a job with a pool of tapes', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await openScene();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await scene.close();
  });

  /** Two tapes with a retention of a week. */
  const pooled =
    (tapes = ['W1', 'W2']) =>
    (site: SiteTree): void => {
      withJob({ services: 'not-needed', media: { layout: 'labelled', pool: 'weekly' } })(site);
      Object.assign(site, { pools: { weekly: { tapes, keep: '1 week' } } });
    };
  const run = (tapes?: string[]) => runScene(scene, { change: pooled(tapes) });
  const insert = (name: string) => scene.lab.insertCartridge(name);

  /** What the label on a cartridge says, by the image's own reader. */
  async function labelOn(cartridge: string) {
    const [first] = await filesOfTape(scene.lab.tapeFileOf(cartridge));
    const reading = readLabel(first?.[0] ?? Buffer.alloc(0));
    return reading.kind === 'label' ? reading.label : undefined;
  }

  it('writes to the next tape of the pool, and refuses another one, naming the right one', async () => {
    const first = await run();
    expect(first, first.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(await labelOn('tape')).toMatchObject({ name: 'W1', run: first.run });
    expect((await refusedRun(scene, { change: pooled() })).hint).toBe('insert the tape "W2"');
    await insert('second');
    const next = await run();
    expect(next, next.sentence).toMatchObject({ exitStatus: 0 });
    expect(await labelOn('second')).toMatchObject({ name: 'W2', run: next.run });
  });

  it('keeps each tape until the start of its last day, and then writes to the oldest one', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23T02:00:00Z') });
    await run();
    expect((await labelOn('tape'))?.keepUntil).toBe('2026-11-30T00:00:00.000Z');
    vi.setSystemTime('2026-11-24T02:00:00Z');
    await insert('second');
    await run();
    vi.setSystemTime('2026-11-29T23:00:00Z');
    const before = await scene.state.runs();
    expect(await failureOf(run())).toMatchObject({
      code: 'POOL_EXHAUSTED',
      sentence:
        'no tape of the pool "weekly" may be overwritten: W1 is in retention until 2026-11-30, W2 is in retention until 2026-12-01',
      hint: 'add the name of a blank tape to pools.weekly.tapes in the site file',
    });
    expect(await scene.state.runs()).toEqual(before);
    vi.setSystemTime('2026-11-30T01:50:00Z');
    await insert('tape');
    const again = await run();
    expect(again, again.sentence).toMatchObject({ exitStatus: 0 });
    expect(await labelOn('tape')).toMatchObject({ name: 'W1', run: again.run });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('works once its hint is followed', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23T02:00:00Z') });
    await run(['W1']);
    await insert('third');
    const end = await run(['W1', 'W3']);
    expect(end, end.sentence).toMatchObject({ exitStatus: 0 });
    expect(await labelOn('third')).toMatchObject({ name: 'W3' });
  });

  it('resumes a run on the tape that it began with, although that one is in retention by now', async () => {
    const halt = new AbortController();
    const { run: halted } = await runScene(scene, {
      change: pooled(['W1']),
      halt: halt.signal,
      onEvent: (event) => event.type === 'label' && halt.abort(),
    });
    expect(await labelOn('tape')).toMatchObject({ name: 'W1', run: halted });
    const end = await recoverScene(scene, 'resume', halted, { change: pooled(['W1']) });
    expect(end, end.sentence).toMatchObject({ exitStatus: 0, verdict: 'verified' });
    expect(await labelOn('tape')).toMatchObject({ name: 'W1', run: halted });
  });

  it('check reports whether the tape in the drive is the right one', async () => {
    await run();
    const console = await openSceneConsole(scene, pooled());
    try {
      const lines = await console.check(() => undefined);
      const [line] = lines.filter(({ what }) => what === 'tape /dev/rmt/0, job raw-dd');
      expect(line?.hint).toBe('insert the tape "W2"');
    } finally {
      await console.close();
    }
  });
});

describe('the tape of the next night', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shadowtape-pool-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const told = () => join(folder, 'told');
  const command = (...args: string[]) =>
    performed(['--site', join(folder, 'site.yaml'), '--state', folder, ...args]);

  /** A job that was due this long ago and has had its run, which wrote to W1. @returns when it is due next */
  function afterRun(milliseconds: number, tapes: string[]): string {
    const due = new Date(Math.floor((Date.now() - milliseconds) / 60_000) * 60_000);
    const site = sampleSite();
    site.pools = { weekly: { tapes, keep: '1 week' } };
    site.jobs.nightly.schedule = { at: due.toISOString().slice(11, 16), window: '6 hours', zone: 'UTC' };
    site.jobs.nightly.protect = { every: '1 week' };
    site.jobs.nightly.media = { layout: 'labelled', pool: 'weekly' };
    const script = 'echo "$SHADOWTAPE_EVENT: $SHADOWTAPE_SUBJECT" >> "$0"; cat >> "$0"';
    site.notify = [{ on: ['next-tape', 'operator-needed'], command: ['/bin/sh', '-c', script, told()] }];
    writeFileSync(join(folder, 'site.yaml'), stringify(site));
    const name = 'W1';
    const run = '20261101-010000-volume2';
    writeGeneratedRun(folder, {
      run,
      at: due,
      job: 'nightly',
      volume: 'Volume2',
      tapeName: name,
      bytes: 1024,
    });
    const tape = { name, host: 'node3', device: '/dev/rmt/0', onto: 'blank', uuid: 'one' };
    const keepUntil = new Date(due.getTime() + 7 * day).toISOString();
    const events = [
      { ...tape, what: 'labelled', at: due.toISOString(), run, keepUntil },
      { ...tape, what: 'labelled', at: due.toISOString(), name: 'W2', uuid: 'two' },
      { ...tape, what: 'moved', at: due.toISOString(), name: 'W2', uuid: 'two', location: 'fire safe 2' },
    ];
    writeFileSync(join(folder, 'tapes.ndjson'), events.map((each) => `${JSON.stringify(each)}\n`).join(''));
    const next = new Date(due.getTime() + day).toISOString();
    return `${next.slice(0, 10)} ${next.slice(11, 16)} UTC`;
  }

  it('is announced once, the day before, and shown by status and schedule next', async () => {
    const next = afterRun(hour, ['W1', 'W2']);
    const sentence = `the next run, due ${next}, needs the tape "W2", which is in fire safe 2`;
    const first = await command('run', 'nightly', '--if-due');
    expect(first).toMatchObject({ exitStatus: 0, stderr: '' });
    expect(first.stdout).toContain(`nightly: ${sentence}\n`);
    const message = readFileSync(told(), 'utf8');
    expect(message).toContain('next-tape: shadowtape: nightly needs the tape "W2"\n');
    expect(message).toContain(`${sentence}\nhint: insert it into /dev/rmt/0 on node3 before then\n`);
    const second = await command('run', 'nightly', '--if-due');
    expect(second.stdout).not.toContain('needs the tape');
    expect(readFileSync(told(), 'utf8')).toBe(message);
    expect((await command('status')).stdout).toContain(`; ${sentence}\n`);
    expect(JSON.parse((await command('status', '--json')).stdout)).toMatchObject({
      nextTape: { name: 'W2', location: 'fire safe 2', sentence },
    });
    expect((await command('schedule', 'next')).stdout).toContain(`${sentence}\n`);
  });

  it('is requested when every tape of the pool is in retention', async () => {
    const next = afterRun(hour, ['W1']);
    await command('run', 'nightly', '--if-due');
    const message = readFileSync(told(), 'utf8');
    expect(message).toContain('next-tape: shadowtape: nightly has no tape\n');
    expect(message).toContain(
      `the next run, due ${next}, has no tape: no tape of the pool "weekly" may be overwritten: W1 is in retention until `,
    );
    expect(message).toContain('\nhint: add a blank tape to pools.weekly.tapes before then\n');
  });

  it('is not guessed if the tape inventory cannot be read', async () => {
    afterRun(hour, ['W1', 'W2']);
    rmSync(join(folder, 'tapes.ndjson'));
    mkdirSync(join(folder, 'tapes.ndjson'));
    expect(await command('status')).toMatchObject({
      exitStatus: 3,
      stderr: expect.stringContaining(`${join(folder, 'tapes.ndjson')}`) as string,
    });
  });
});
