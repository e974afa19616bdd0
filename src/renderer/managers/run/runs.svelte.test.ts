import { describe, expect, it } from 'vitest';
import { fakeBridge, Refusal } from '../../../../test/support/ui/fake-bridge.ts';
import type { RunEvent } from '../../../contract/events.ts';
import type { RunLine, RunView } from '../../../contract/screens.ts';
import { fixtureEvents } from '../../../folds/journals.test-support.ts';
import { RunsManager } from './runs.svelte.ts';

const line = (run: string): RunLine => ({
  run,
  trouble: undefined,
  job: 'nightly',
  site: 'lab',
  method: '6a',
  class: 'Class1',
  volumes: ['Volume2'],
  tape: { host: 'node3', device: '/dev/nst0' },
  tapeNames: [],
  operator: 'aiko',
  startedAt: '2026-11-22T02:00:00.000Z',
  finishedAt: '2026-11-22T02:10:00.000Z',
  verdict: 'verified',
  exitStatus: 0,
  sentence: undefined,
  currentStep: undefined,
  live: false,
  bytes: 1024,
  digests: {},
});

const view = (run: string, events: readonly RunEvent[]): RunView => ({
  line: line(run),
  events,
  journalFile: `/runs/${run}/journal.ndjson`,
  lastHash: '0'.repeat(64),
  chain: 'intact',
  plan: undefined,
});

describe('the history', () => {
  it('has at most two runs marked: a third one replaces the first', () => {
    const runs = new RunsManager(fakeBridge({}));
    for (const run of ['run-1', 'run-2', 'run-3']) runs.mark(run);
    expect(runs.marked).toEqual(['run-2', 'run-3']);
    runs.mark('run-2');
    expect(runs.marked).toEqual(['run-3']);
    runs.unmarkAll();
    expect(runs.marked).toEqual([]);
  });

  it('compares two runs once both are read', async () => {
    const events = { 'run-1': fixtureEvents('raw-dd'), 'run-2': fixtureEvents('tape-error') };
    const runs = new RunsManager(fakeBridge({ run: ({ run }) => view(run, events[run as 'run-1']) }));
    const reading = runs.compare('run-1', 'run-2');
    expect(runs.compared).toEqual([]);
    await reading;
    expect(runs.compared.map(({ end }) => end?.verdict)).toEqual(['verified', 'failed']);
  });

  it('names the run of a comparison that cannot be read', async () => {
    const runs = new RunsManager(
      fakeBridge({
        run: ({ run }) => {
          if (run === 'run-2') throw new Refusal({ sentence: 'the journal of run-2 is broken' });
          return view(run, fixtureEvents('raw-dd'));
        },
      }),
    );
    await runs.compare('run-1', 'run-2');
    expect([runs.compareError?.sentence, runs.compared.length]).toEqual([
      'the journal of run-2 is broken',
      1,
    ]);
  });
});
