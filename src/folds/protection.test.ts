import { describe, expect, it } from 'vitest';
import { lastFailureOf, pointsOf, protectionOf, type PairRun, type ProtectedPair } from './protection.ts';

const day = 86_400;
const pair: ProtectedPair = {
  job: 'nightly',
  class: 'Class1',
  master: 'Volume1',
  proxy: 'Volume2',
  everySeconds: day,
};
const now = new Date('2026-11-29T12:00:00.000Z');

function run(startedAt: string, change: Partial<PairRun> = {}): PairRun {
  return {
    run: `R-${startedAt.slice(0, 5)}`,
    class: 'Class1',
    volumes: ['Volume2'],
    verdict: 'verified',
    exitStatus: 0,
    sentence: 'Volume2 is on the tape',
    startedAt: `2026-11-${startedAt}:00.000Z`,
    finishedAt: `2026-11-${startedAt}:40.000Z`,
    tapeNames: ['NIGHTLY-1'],
    lost: undefined,
    running: false,
    ...change,
  };
}

const failed = { verdict: 'failed', exitStatus: 2, sentence: 'the dump failed' } as const;
const lost = [{ tape: { host: 'node3' } }] as unknown as NonNullable<PairRun['lost']>;
const good = run('29T02:00');

describe('a volume', () => {
  it.each<[string, PairRun[], Partial<ProtectedPair>, object]>([
    [
      'is protected by a verified backup that is young enough',
      [good],
      {},
      { state: 'protected', reason: 'verified, and on tape', trouble: undefined },
    ],
    [
      'shows the instant at which the proxy was parted, not that at which the run began',
      [{ ...good, partedAt: '2026-11-29T03:00:00.000Z' }],
      {},
      {
        backup: {
          run: 'R-29T02',
          at: '2026-11-29T03:00:00.000Z',
          ageSeconds: 9 * 3600,
          tapeNames: ['NIGHTLY-1'],
        },
      },
    ],
    [
      'is not protected by a restore, which is no backup',
      [run('29T10:00', { restores: 'R-28T02' }), run('28T02:00')],
      {},
      { state: 'missed', backup: { run: 'R-28T02' }, trouble: undefined },
    ],
    [
      'needs a person while a restore of it is not finished',
      [run('29T10:00', { restores: 'R-29T02', verdict: 'failed', exitStatus: 3 }), good],
      {},
      { state: 'action required', reason: 'run R-29T10 needs action' },
    ],
    [
      'is missed when that backup is older than the job allows, and no run has ended since',
      [run('28T02:00')],
      {},
      { state: 'missed', reason: 'the newest backup is too old, and no run has ended since' },
    ],
    [
      'is overdue when that backup is older than the job allows, and a newer run failed',
      [run('29T02:00', failed), run('28T02:00')],
      {},
      { state: 'overdue', reason: 'the newest backup is too old, and run R-29T02 is not verified' },
    ],
    [
      'has failed when its newest backup was overwritten, and an older one is young enough',
      [run('29T08:00', { lost }), good],
      {},
      { state: 'failed', reason: 'run R-29T08 was overwritten on tape', backup: { run: 'R-29T02' } },
    ],
    [
      'is not judged when the clock was set back since its backup: that would never be too old',
      [run('29T13:00')],
      {},
      {
        state: 'unknown',
        reason: 'the newest backup shows an instant in the future: check the clock of the console',
        backup: { ageSeconds: -3600 },
      },
    ],
    [
      'is protected when its backup is ahead by the seconds by which clocks differ',
      [{ ...good, partedAt: '2026-11-29T12:00:40.000Z' }],
      {},
      { state: 'protected' },
    ],
    [
      'has failed when the newest run failed, whatever the clock says',
      [run('29T14:00', failed), run('29T13:00')],
      {},
      { state: 'failed', reason: 'run R-29T14 is not verified' },
    ],
    [
      'is overdue when it never had a backup',
      [],
      {},
      { state: 'overdue', reason: 'no verified backup on tape' },
    ],
    [
      'is overdue when the tape of its only backup was overwritten',
      [{ ...good, lost }],
      {},
      { state: 'overdue', reason: 'no verified backup on tape', backup: undefined },
    ],
    [
      'has failed when the newest run failed, and an older backup is young enough',
      [run('29T08:00', failed), good],
      {},
      {
        state: 'failed',
        reason: 'run R-29T08 is not verified',
        backup: { run: 'R-29T02' },
        trouble: { run: 'R-29T08', sentence: 'the dump failed' },
      },
    ],
    [
      'has failed when the newest run is unverified',
      [run('29T08:00', { verdict: 'unverified' }), good],
      {},
      { state: 'failed', reason: 'run R-29T08 is not verified' },
    ],
    [
      'needs action when the newest run ended with 3, though it is verified',
      [run('29T08:00', { exitStatus: 3 })],
      {},
      { state: 'action required', reason: 'run R-29T08 needs action', backup: { run: 'R-29T08' } },
    ],
    [
      'needs action when a run was interrupted',
      [run('29T08:00', { verdict: 'unfinished', exitStatus: undefined, sentence: undefined }), good],
      {},
      { state: 'action required', reason: 'run R-29T08 was interrupted' },
    ],
    [
      'is what it was before while a run is running',
      [
        run('29T08:00', { verdict: 'unfinished', exitStatus: undefined, sentence: undefined, running: true }),
        good,
      ],
      {},
      { state: 'protected', runningRun: 'R-29T08', trouble: undefined },
    ],
    [
      'is not judged by a run that was imported without its end',
      [
        run('29T08:00', { verdict: 'unfinished', exitStatus: undefined, sentence: 'imported from tape "A"' }),
        good,
      ],
      {},
      { state: 'protected', backup: { run: 'R-29T02' } },
    ],
    [
      'is not judged by runs of another class or another volume',
      [
        run('29T08:00', { ...failed, class: 'Class9' }),
        run('29T07:00', { ...failed, volumes: ['Volume4'] }),
        good,
      ],
      {},
      { state: 'protected' },
    ],
    [
      'is unknown when the job does not say how old its backup may be',
      [good],
      { everySeconds: undefined },
      {
        state: 'unknown',
        reason: 'the job has no protect.every: age is not judged',
        backup: { run: 'R-29T02' },
      },
    ],
    [
      'needs action also when the job does not say how old its backup may be',
      [run('29T08:00', { ...failed, exitStatus: 3 })],
      { everySeconds: undefined },
      { state: 'action required' },
    ],
  ])('%s', (_title, runs, change, expected) => {
    expect(protectionOf({ ...pair, ...change }, runs, now)).toMatchObject(expected);
  });
});

it('a night that was missed shows until a run begins, although the backup is young enough', () => {
  const missedNight = { due: '2026-11-28T02:00:00.000Z', sentence: 'the night was missed' };
  const scheduled = { ...pair, missedNight };
  expect(protectionOf(scheduled, [run('27T02:00')], new Date('2026-11-28T03:00:00Z'))).toMatchObject({
    state: 'missed',
    reason: 'the night was missed',
  });
  const since = protectionOf(scheduled, [run('28T02:00')], new Date('2026-11-28T03:00:00Z'));
  expect(since).toMatchObject({ state: 'protected', missedNight: undefined });
});

it('the last failure of a volume stays, though newer runs are verified', () => {
  const old = run('20T02:00', failed);
  expect(lastFailureOf(pair, [good, old])).toEqual({
    run: 'R-20T02',
    sentence: 'the dump failed',
    at: '2026-11-20T02:00:40.000Z',
  });
  expect(lastFailureOf(pair, [good])).toBeUndefined();
});

it('the last twelve ended runs of a volume are its points, the oldest first', () => {
  const point = (at: number, verdict: 'verified' | 'failed' | 'unfinished') => ({
    ...{ run: `R-${at}`, at: '', verdict, exitStatus: 0, bytes: at, rate: at * 1e6, seconds: 1 },
    ...{ dumpSeconds: 1, readBackSeconds: 1, resynchronisationSeconds: 1, lowestRate: 1 },
  });
  const points = [...Array.from({ length: 14 }, (_, at) => point(at, 'verified')), point(14, 'failed')];
  const series = [
    { site: 'other', class: 'Class1', volume: 'Volume2', points: [point(99, 'verified')] },
    { site: 'lab', class: 'Class1', volume: 'Volume2', points: [...points, point(15, 'unfinished')] },
  ];
  const shown = pointsOf(pair, 'lab', series);
  expect(shown.map(({ run: name }) => name)).toEqual(Array.from({ length: 12 }, (_, at) => `R-${at + 3}`));
  expect(shown.at(-1)).toEqual({ run: 'R-14', good: false, bytes: 14, rate: 14e6 });
});
