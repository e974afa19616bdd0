import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventOf, NewEvent, RunEvent } from '../../contract/events.ts';
import type { NotifyOccasion, NotifyWay } from '../site/notify-schema.ts';
import { Notifier, type NotifierOptions } from './notifier.ts';

let folder: string;
let warnings: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-notifier-'));
  warnings = [];
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

let seq = 0;
const at = (event: NewEvent, time = '2026-11-22T02:00:00.000Z'): RunEvent =>
  ({ seq: (seq += 1), at: time, run: 'R', prev: '0'.repeat(64), ...event }) as RunEvent;

const started = at({
  type: 'run-started',
  job: 'nightly',
  site: 'payroll-cluster',
  route: 'console',
  layout: 'plain',
  method: '6a',
  volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
  operator: 'marion@jump1',
  version: '1',
  class: 'Class1',
  tape: { host: 'node3', device: '/dev/rmt/0' },
  recordBytes: 32_768,
});
const handed = at({ type: 'digest', step: '6a', volume: 'Volume2', hop: 'handed', bytes: 8_388_608 });
const label = at({
  type: 'label',
  step: 'label',
  host: 'node3',
  device: '/dev/rmt/0',
  name: 'PAYROLL-01',
  uuid: 'u',
  writtenAt: '2026-11-22T02:00:00.000Z',
  sha256: '0',
});

const finished = (event: Partial<EventOf<'run-finished'>> = {}) =>
  at(
    {
      type: 'run-finished',
      verdict: 'verified',
      exitStatus: 0,
      sentence: 'Volume2 is on the tape',
      stands: ['Volume2: joined to Volume1, in sync'],
      ...event,
    },
    '2026-11-22T02:03:20.000Z',
  );

const asked = at({
  type: 'asked',
  step: '3-2',
  question: 'services-stopped',
  text: 'Stop everything that uses Volume1',
  choices: ['stopped', 'stop'],
});
const answered = at({
  type: 'answered',
  step: '3-2',
  question: 'services-stopped',
  choices: ['stopped', 'stop'],
  answer: 'stopped',
  by: 'marion',
});

/** Writes what it receives to a separate file: subject, event, text. */
function way(on: readonly NotifyOccasion[], name = 'told'): NotifyWay {
  const script = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const { SHADOWTAPE_EVENT, SHADOWTAPE_SUBJECT } = process.env;
    writeFileSync(process.argv[1] + '-' + SHADOWTAPE_EVENT, SHADOWTAPE_SUBJECT + '\\n' + readFileSync(0, 'utf8'));`;
  return { on: [...on], command: [process.execPath, '-e', script, join(folder, name)] };
}

const notifier = (ways: readonly NotifyWay[], more: Partial<NotifierOptions> = {}) =>
  new Notifier({
    ways,
    job: 'nightly',
    site: 'payroll-cluster',
    journalFileOf: (run) => `/state/runs/${run}.ndjson`,
    warn: (sentence) => void warnings.push(sentence),
    ...more,
  });

const toldFiles = async () => (await readdir(folder)).sort();
const told = (name: string) => readFile(join(folder, name), 'utf8');

describe('the head of the seals', () => {
  const head = 'ab'.repeat(32);

  it('is waited for, and sent with the end of the run', async () => {
    const one = notifier([way(['success'])], { sealSeconds: 3600 });
    for (const event of [started, finished()]) one.listen(event);
    expect(await toldFiles()).toEqual([]);
    one.sealed(head);
    await one.settled();
    expect(await told('told-success')).toMatch(new RegExp(`\\nSeals     head ${head}\\n$`));
  });

  it('delays no message longer than its limit', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const one = notifier([way(['success'])], { sealSeconds: 20 });
    for (const event of [started, finished()]) one.listen(event);
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    await one.settled();
    expect(await told('told-success')).toMatch(/Journal {3}\/state\/runs\/R\.ndjson\n$/);
  });

  const sentTo = async (script: string) => {
    await writeFile(join(folder, 'logger'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    const one = notifier([{ on: ['success'], syslog: 'local0.notice' }], { sealSeconds: 3600 });
    for (const event of [started, finished()]) one.listen(event);
    one.sealed(head);
    await one.settled();
    vi.unstubAllEnvs();
  };
  const line = `shadowtape: nightly verified (run R): Volume2 is on the tape; head of the seals ${head}`;
  const words = ['-t', 'shadowtape', '-p', 'local0.notice', '--', line, ''];

  it('is written to the system log through logger, in one line, and a log that nobody keeps is an error', async () => {
    const file = join(folder, 'logged');
    await sentTo(`printf '%s\\n' "$@" > ${file}`);
    expect(await readFile(file, 'utf8')).toBe(['--socket-errors=on', ...words].join('\n'));
    expect(warnings).toEqual([]);
  });

  it('is written by a logger that does not know the option for missing sockets', async () => {
    const file = join(folder, 'logged-without');
    const refusal = `echo "logger: unrecognized option '$1'" >&2; exit 1`;
    await sentTo(`case "$1" in --*) ${refusal};; esac; printf '%s\\n' "$@" > ${file}`);
    expect(await readFile(file, 'utf8')).toBe(words.join('\n'));
    expect(warnings).toEqual([]);
  });

  it('is not counted as sent where nothing takes it', async () => {
    await sentTo(
      '[ "$1" = --socket-errors=on ] || exit 0; echo "logger: socket /dev/log: No such file" >&2; exit 1',
    );
    expect(warnings).toEqual([
      expect.stringContaining('ended with exit status 1: logger: socket /dev/log: No such file') as string,
    ]);
  });
});

describe('the start of a run', () => {
  it('is sent to its receivers', async () => {
    const one = notifier([way(['start']), way(['success', 'failure', 'operator-needed'], 'other')]);
    one.listen(started);
    await one.settled();
    expect(await toldFiles()).toEqual(['told-start']);
    expect(await told('told-start')).toMatch(
      /^shadowtape: nightly started \(run R\)\nbackup of Volume1: started\n\nSite {6}payroll-cluster\n/,
    );
  });

  it.each([
    ['resume', 'resumed'],
    ['unwind', 'rollback started'],
  ] as const)('of an interrupted one says how it continues: %s', async (mode, words) => {
    const one = notifier([way(['start'])], { before: [started] });
    one.listen(at({ type: 'run-resumed', by: 'marion', version: '1', mode, reason: 'r' }));
    await one.settled();
    expect((await told('told-start')).split('\n')[0]).toBe(`shadowtape: nightly ${words} (run R)`);
  });
});

describe('a drill', () => {
  it('that was missed, or found a tape mismatch, is sent as a failure with what to do', async () => {
    const missed = notifier([way(['failure'])]);
    missed.missed('the drill of 2026-11-28 14:00 CET was missed: no drill was made in its window', 'drill');
    await missed.settled();
    expect(await told('told-failure')).toContain(
      'shadowtape: nightly missed\nthe drill of 2026-11-28 14:00 CET was missed: no drill was made in its window\nhint: read a backup now: shadowtape restore RUN --drill. Check that',
    );
    const failed = notifier([way(['failure'], 'bad')]);
    failed.drillFailed('the drill of run R failed: the tape does not hold it', 'do not trust this tape');
    await failed.settled();
    expect(await told('bad-failure')).toContain(
      'shadowtape: nightly drill failed\nthe drill of run R failed: the tape does not hold it\nhint: do not trust this tape\n',
    );
  });
});

describe('a night that was missed', () => {
  it('is sent as a failure, with what to do', async () => {
    const one = notifier([way(['success', 'start'], 'other'), way(['failure'])]);
    one.missed('the night of 2026-11-28 02:00 CET was missed: no run was started in its window', 'run');
    await one.settled();
    expect(await toldFiles()).toEqual(['told-failure']);
    expect(await told('told-failure')).toBe(`shadowtape: nightly missed
the night of 2026-11-28 02:00 CET was missed: no run was started in its window
hint: back the volumes up now: shadowtape run nightly. Check that this machine and the timer were running: shadowtape schedule list

Site      payroll-cluster
Job       nightly
`);
  });
});

describe('the end of a run', () => {
  it('is sent to the receivers of success, with all its facts', async () => {
    const one = notifier([way(['success']), way(['failure'], 'other')]);
    for (const event of [started, label, handed, finished()]) one.listen(event);
    await one.settled();
    expect(await toldFiles()).toEqual(['told-success']);
    expect(await told('told-success')).toBe(`shadowtape: nightly verified (run R)
Volume2 is on the tape

Current state:
  Volume2: joined to Volume1, in sync

Site      payroll-cluster
Job       nightly
Run       R
Class     Class1
Volumes   Volume2 (proxy of Volume1)
Tape      "PAYROLL-01" in /dev/rmt/0 on node3
Size      8 MiB
Began     2026-11-22T02:00:00.000Z
Duration  3 min 20 s
Status    0
Journal   /state/runs/R.ndjson
`);
    expect(warnings).toEqual([]);
  });

  it.each([
    [1, 'refused, nothing was touched'],
    [2, 'failed, rolled back'],
    [4, 'tape mismatch'],
  ])('with exit status %i is a failure: %s', async (exitStatus, words) => {
    const one = notifier([way(['success', 'operator-needed'], 'other'), way(['failure'])]);
    one.listen(started);
    one.listen(finished({ verdict: 'failed', exitStatus, code: 'X', hint: 'do this' }));
    await one.settled();
    expect(await toldFiles()).toEqual(['told-failure']);
    expect((await told('told-failure')).split('\n').slice(0, 3)).toEqual([
      `shadowtape: nightly ${words} (run R)`,
      'Volume2 is on the tape',
      'hint: do this',
    ]);
  });

  it('that requires action is sent to the receivers of both, once', async () => {
    const one = notifier([
      way(['operator-needed'], 'operator'),
      way(['failure'], 'failure'),
      way(['operator-needed', 'failure'], 'both'),
    ]);
    one.listen(started);
    one.listen(finished({ verdict: 'failed', exitStatus: 3 }));
    await one.settled();
    expect(await toldFiles()).toEqual(['both-failure', 'failure-failure', 'operator-operator-needed']);
    expect(await told('both-failure')).toMatch(/^shadowtape: nightly action required \(run R\)\n/);
  });

  it('after a resume counts its time from then, and includes what was done before', async () => {
    const one = notifier([way(['failure'])], { before: [started, label] });
    const resumed = { type: 'run-resumed', by: 'marion', version: '1', mode: 'unwind', reason: 'r' } as const;
    one.listen(at(resumed, '2026-11-22T02:03:10.000Z'));
    one.listen(finished({ verdict: 'failed', exitStatus: 2, sentence: 'run R is unwound' }));
    await one.settled();
    const text = await told('told-failure');
    expect(text).toMatch(/^shadowtape: nightly rolled back \(run R\)\n/);
    expect(text).toContain('Tape      "PAYROLL-01" in /dev/rmt/0 on node3\n');
    expect(text).toContain('Duration  10 s\n');
  });

  it('cannot steer a terminal through what a host printed', async () => {
    const one = notifier([way(['success'])]);
    one.listen(finished({ sentence: 'tape\x1b]0;x\x07\nready' }));
    await one.settled();
    expect((await told('told-success')).split('\n')[1]).toBe('tape\\x1b]0;x\\x07');
  });
});

describe('a run that could not begin', () => {
  it('is sent as a failure, without a journal', async () => {
    const one = notifier([way(['success'], 'other'), way(['failure'])]);
    one.refused({ message: 'node1 cannot be reached', hint: 'check that node1 is up' });
    await one.settled();
    expect(await toldFiles()).toEqual(['told-failure']);
    expect(await told('told-failure')).toBe(`shadowtape: nightly refused, nothing was touched
node1 cannot be reached
hint: check that node1 is up

Site      payroll-cluster
Job       nightly
Status    1
`);
  });
});

describe('a question', () => {
  it('that waits for its answer is sent', async () => {
    const one = notifier([way(['operator-needed'])], { patienceSeconds: 0 });
    one.listen(started);
    one.listen(asked);
    await vi.waitFor(async () => expect(await toldFiles()).toEqual(['told-operator-needed']), 10_000);
    await one.settled();
    const [subject, text, hint] = (await told('told-operator-needed')).split('\n');
    expect([subject, text, hint]).toEqual([
      'shadowtape: nightly waits for an operator (run R)',
      'Stop everything that uses Volume1',
      'hint: answer it where the run was started; choices: stopped, stop',
    ]);
  });

  it('that is answered soon, or is withdrawn, is not sent', async () => {
    vi.useFakeTimers();
    const one = notifier([way(['operator-needed'])]);
    one.listen(asked);
    vi.advanceTimersByTime(29_000);
    one.listen(answered);
    vi.advanceTimersByTime(60_000);
    one.listen(asked);
    vi.advanceTimersByTime(29_000);
    one.listen(finished());
    vi.advanceTimersByTime(60_000);
    one.listen(asked);
    await one.settled();
    vi.advanceTimersByTime(60_000);
    vi.useRealTimers();
    await one.settled();
    // A message that could not be sent would be a warning.
    expect([await toldFiles(), warnings]).toEqual([[], []]);
  });
});

describe('a message that cannot be sent', () => {
  it('is a warning with its channel and reason; the others are sent', async () => {
    const broken: NotifyWay = { on: ['success'], command: ['/nowhere/page', '--now'] };
    const one = notifier([broken, way(['success'])]);
    one.listen(finished());
    await one.settled();
    expect(warnings).toEqual([
      'the notification by command /nowhere/page failed: the notification command /nowhere/page cannot be started: there is no such program',
    ]);
    expect(await toldFiles()).toEqual(['told-success']);
  });

  it('delays neither the run nor, for longer than its limit, the end', async () => {
    const endless: NotifyWay = {
      on: ['success'],
      command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
    };
    const one = notifier([endless], { limitSeconds: 0.3 });
    one.listen(finished());
    expect(warnings).toEqual([]);
    await one.settled();
    expect(warnings).toEqual([
      `the notification by command ${process.execPath} failed: the notification command ${process.execPath} did not finish within 0.3 s`,
    ]);
  });
});
