/** When the journal of a run alone forbids to resume it or to roll it back. No host is queried. */
import { describe, expect, it } from 'vitest';
import { ShadowtapeError } from '../../../contract/errors.ts';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import type { Assignment } from '../model/assignment.ts';
import { guideAssignment, restoreOrder as order } from '../model/guide-cluster.test-support.ts';
import { stepsOf } from '../plan/steps.ts';
import { beginningFields } from '../run/run-began.ts';
import { requireOfJournal, type RecoveryMode, type RecoveryQuestion } from './recovery-judgement.ts';

const backup = guideAssignment();
const restore: Assignment = { ...backup, restore: order };

/** @param first the assignment that the run began with */
function journal(first: Assignment, ...events: readonly NewEvent[]): RunEvent[] {
  const start: NewEvent = {
    type: 'run-started',
    operator: 'Marion',
    version: '0.1.0',
    ...beginningFields(first),
  };
  return [start, ...events].map(
    (event, index) => ({ seq: index + 1, at: '', run: 'run-1', prev: '', ...event }) as RunEvent,
  );
}

const began: NewEvent = { type: 'step-started', step: '3-1', title: '', phase: 'part', unwinding: false };
const ended = (verdict: 'verified' | 'failed', exitStatus: number): NewEvent =>
  ({ type: 'run-finished', verdict, exitStatus, sentence: 'How it ended.' }) as unknown as NewEvent;
const imported = { type: 'imported' } as unknown as NewEvent;
const copied: NewEvent = {
  ...{ type: 'intent', step: 'rejoin-restore', host: 'node1', changes: true, line: 'sdxproxy RejoinRestore' },
  argv: ['sdxproxy', 'RejoinRestore', '-c', 'Class1', '-p', 'Volume2'],
};

/** @returns the refusal, or nothing if the journal forbids nothing */
async function refusal(
  mode: RecoveryMode,
  events: readonly RunEvent[],
  assignment: Assignment = backup,
): Promise<string[]> {
  const question = {
    ...{ mode, assignment, steps: stepsOf(assignment), run: 'run-1', journalFile: 'run-1.ndjson' },
    read: () => Promise.resolve({ events, truncated: false, wholeBytes: 0, lastHash: '' }),
  } as unknown as RecoveryQuestion;
  try {
    expect(await requireOfJournal(question)).toBe(events);
    return [];
  } catch (error) {
    if (!(error instanceof ShadowtapeError)) throw error;
    return [error.code, error.message, error.hint];
  }
}
const both = async (events: readonly RunEvent[], assignment?: Assignment) => [
  await refusal('resume', events, assignment),
  await refusal('unwind', events, assignment),
];

describe('a run that is not over', () => {
  it('may be resumed and rolled back', async () => {
    expect(await both(journal(backup, began))).toEqual([[], []]);
    expect(await both(journal(backup, ended('failed', 3)))).toEqual([[], []]);
    expect(await both(journal(backup, ended('verified', 3)))).toEqual([[], []]);
    // It has ended, and was resumed since.
    expect(await both(journal(backup, ended('verified', 0), began))).toEqual([[], []]);
  });
});

describe('a run that has ended', () => {
  it('is left alone if it is done', async () => {
    const refused = [
      'RUN_ALREADY_ENDED',
      'run run-1 has ended: How it ended.',
      'nothing is left to do; shadowtape verify run-1 reads its tape again',
    ];
    expect(await both(journal(backup, ended('verified', 0)))).toEqual([refused, refused]);
  });

  it.each([1, 2, 4])('with exit status %i may be checked again, but is not resumed', async (status) => {
    expect(await both(journal(backup, ended('failed', status)))).toEqual([
      [
        'RUN_ALREADY_ENDED',
        'run run-1 has ended: How it ended.',
        'start the job again: shadowtape run nightly',
      ],
      [],
    ]);
  });
});

describe('a run that was imported from its tape', () => {
  it('is neither resumed nor rolled back, however it ended', async () => {
    const words = 'it was imported from a tape, and what happened afterwards is not known';
    const hint =
      'this journal cannot be used: check both sides with sdxinfo, and resume or roll back on the console that wrote the tape';
    const refused = [
      ['RESUME_IMPOSSIBLE', `run run-1 cannot be resumed: ${words}`, hint],
      ['UNWIND_IMPOSSIBLE', `run run-1 cannot be rolled back: ${words}`, hint],
    ];
    expect(await both(journal(backup, began, imported))).toEqual(refused);
    expect(await both(journal(backup, imported, ended('verified', 0)))).toEqual(refused);
  });
});

describe('a restore', () => {
  it('is not rolled back once it may have begun to copy to the master', async () => {
    expect(await both(journal(restore, began), restore)).toEqual([[], []]);
    expect(await both(journal(restore, began, copied), restore)).toEqual([
      [],
      [
        'UNWIND_IMPOSSIBLE',
        'run run-1 cannot be rolled back: it has begun to copy to the master',
        'nothing rolls back a copy to the master: continue with shadowtape resume run-1, which watches the copy and proves the master. See the ways on with shadowtape show run-1',
      ],
    ]);
    expect(await refusal('unwind', journal(backup, began, copied))).toEqual([]);
  });
});

describe('a run whose job has changed', () => {
  it('is neither resumed nor rolled back', async () => {
    const [volume] = backup.volumes;
    const resized = { ...backup, volumes: volume ? [{ ...volume, blocks: 4096 }] : [] };
    const refused = await both(journal(backup, began), resized);
    expect(refused.map(([code]) => code)).toEqual(['RESUME_IMPOSSIBLE', 'UNWIND_IMPOSSIBLE']);
    for (const [, , hint] of refused)
      expect(hint).toBe(
        'restore the job in the site file as it was when the run started; or roll back by hand with the commands from shadowtape show run-1',
      );
    expect(refused[0]?.[1]).toMatch(/^run run-1 cannot be resumed: .*size in blocks/);
  });

  it('has no readable beginning', async () => {
    const [code] = await refusal('resume', journal(backup, began).slice(1));
    expect(code).toBe('JOURNAL_BROKEN');
  });
});
