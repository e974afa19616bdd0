import { describe, expect, it } from 'vitest';
import type { RestoreLine } from '../../../contract/restore-views.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { historyRows } from './history-rows.ts';

const at = (hour: number) => `2026-11-22T${String(hour).padStart(2, '0')}:00:00.000Z`;

const run = (hour: number, more: Partial<RunLine> = {}): RunLine => ({
  run: `run-${hour}`,
  trouble: undefined,
  job: 'nightly',
  site: 'lab',
  method: '6a',
  class: 'Class1',
  volumes: ['Volume2'],
  tape: { host: 'node3', device: '/dev/rmt/0' },
  tapeNames: [],
  operator: 'marion',
  startedAt: at(hour),
  finishedAt: at(hour + 1),
  verdict: 'verified',
  exitStatus: 0,
  sentence: 'Volume2 is on tape',
  currentStep: undefined,
  live: false,
  bytes: 1024,
  digests: {},
  ...more,
});

const restore = (hour: number, more: Partial<RestoreLine> = {}): RestoreLine => ({
  name: `restore-${hour}`,
  kind: 'files',
  runs: ['run-1'],
  volumes: ['Volume2'],
  to: '/home/marion/restored',
  by: 'marion',
  startedAt: at(hour),
  finishedAt: at(hour + 1),
  exitStatus: 0,
  written: 2,
  notWritten: 0,
  sentence: undefined,
  live: false,
  ...more,
});

const names = (...given: Parameters<typeof historyRows>) => historyRows(...given).map(({ name }) => name);

describe('the rows of the history', () => {
  it('have restores and drills among the runs, by their time', () => {
    expect(names([run(5), run(3), run(1)], [restore(6), restore(4), restore(0)], false)).toEqual([
      'restore-6',
      'run-5',
      'restore-4',
      'run-3',
      'run-1',
      'restore-0',
    ]);
  });

  it('omit restores that are older than the loaded runs, until those are loaded', () => {
    expect(names([run(5), run(3)], [restore(4), restore(1)], true)).toEqual(['run-5', 'restore-4', 'run-3']);
  });

  it('never put a restore above a run whose journal cannot be read', () => {
    expect(names([run(5), run(9, { startedAt: '' }), run(1)], [restore(3)], false)).toEqual([
      'run-5',
      'run-9',
      'restore-3',
      'run-1',
    ]);
  });

  it('show the kind of a restore, how it ended, and its target', () => {
    const [files, drill] = historyRows([], [restore(4), restore(2, { kind: 'drill', to: undefined })], false);
    expect(files).toMatchObject({
      word: 'restored',
      job: 'file restore',
      took: '1 h 0 min',
      said: '2 entries written to /home/marion/restored; backup of run run-1',
    });
    expect(drill).toMatchObject({
      word: 'proven',
      job: 'drill',
      said: 'the tape holds what the run wrote; backup of run run-1',
    });
    const [volume] = historyRows([run(5, { restores: 'run-1' })], [], false);
    expect(volume?.job).toBe('restore, nightly');
  });
});
