import { expect, it } from 'vitest';
import type { ActiveRun } from '../../contract/screens.ts';
import { askingNews, endNews, progressBarOf, titleOf } from './run-news.ts';

const run: ActiveRun = {
  run: '20261122-020004-volume2',
  job: 'nightly',
  volumes: ['Volume2', 'Volume4'],
  events: 240,
  phase: 'dump',
  step: '6a-2',
  title: 'Dump Volume2',
  unwinding: false,
  asking: false,
  done: 0.429,
  progress: undefined,
};

it('names the window after what continues', () => {
  expect(titleOf([run])).toBe('42 % Volume2, Volume4: Dump Volume2 - Shadowtape');
  expect(titleOf([{ ...run, done: undefined, asking: true }])).toBe(
    'Volume2, Volume4: waiting for your answer - Shadowtape',
  );
  expect(titleOf([{ ...run, unwinding: true }])).toBe('Volume2, Volume4: rolling back - Shadowtape');
  expect(titleOf([])).toBeUndefined();
});

it('shows in the task bar how far it is, or that it continues', () => {
  const bars = [
    [run],
    [{ ...run, done: undefined }],
    [{ ...run, asking: true }],
    [{ ...run, unwinding: true }],
    [],
  ];
  expect(bars.map((runs) => progressBarOf(runs))).toEqual([
    { progress: 0.429, mode: 'normal' },
    { progress: 2, mode: 'indeterminate' },
    { progress: 1, mode: 'paused' },
    { progress: 1, mode: 'paused' },
    { progress: -1, mode: 'none' },
  ]);
});

it('says what an operator is wanted for', () => {
  expect(askingNews(run)).toEqual({
    title: 'Volume2, Volume4 is waiting for your answer',
    body: 'Run 20261122-020004-volume2 asks at step 6a-2: Dump Volume2',
  });
  const pulse = {
    class: 'Class1',
    since: '',
    failure: undefined,
    question: 'approve-shadow',
    silent: [],
  } as const;
  expect(askingNews({ ...run, pulse: { ...pulse, bySignature: true } }).title).toBe(
    'Volume2, Volume4 is waiting for a second person',
  );
  expect(endNews(run, 3)).toEqual({
    title: 'Volume2, Volume4 ended: action required',
    body: 'Run 20261122-020004-volume2 of job nightly has ended with exit status 3',
  });
  expect(endNews(run, 0).title).toBe('Volume2, Volume4 finished');
});
