import { describe, expect, it } from 'vitest';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { ReaderOutput } from '../../../streams/reader-output.ts';
import { omissionsOf, warningsOf } from './omissions.ts';

const started = (step: string): NewEvent => ({
  type: 'step-started',
  step,
  title: step,
  phase: 'dump',
  unwinding: false,
});
const journal = (events: readonly NewEvent[]): RunEvent[] =>
  events.map((event, at) => ({ seq: at + 1, at: '', run: 'R', prev: '', ...event }));

function said(step: string, ...lines: string[]): NewEvent[] {
  const output = new ReaderOutput('tar');
  output.add(lines.map((line) => `${line}\n`).join(''));
  return warningsOf(step, output);
}

describe('the messages of a reader', () => {
  it('become one warning each, with the file if one is skipped', () => {
    expect(
      said('6b-4', 'tar: ./s: socket ignored', 'tar: ./l: file changed size', 'tar: what is this'),
    ).toEqual([
      {
        type: 'warning',
        step: '6b-4',
        text: 'not on tape: tar: ./s: socket ignored',
        kind: 'skipped',
        file: './s',
      },
      {
        type: 'warning',
        step: '6b-4',
        text: 'changed while it was read: tar: ./l: file changed size',
        kind: 'inconsistent',
        file: './l',
      },
      { type: 'warning', step: '6b-4', text: 'tar: what is this' },
    ]);
  });

  it('about one more file than is kept is counted in one more warning', () => {
    const lines = Array.from({ length: 201 }, (_, at) => `tar: ./l${at}: file changed size`);
    expect(said('6b-4', ...lines).at(-1)).toMatchObject({
      text: 'tar: 1 more file changed while it was read; its name was not kept',
      kind: 'inconsistent',
      count: 1,
    });
  });

  it('about more files than are kept are counted in one more warning', () => {
    const lines = Array.from({ length: 207 }, (_, at) => `tar: ./s${at}: socket ignored`);
    const warnings = said('6b-4', ...lines);
    expect(warnings).toHaveLength(201);
    expect(warnings.at(-1)).toEqual({
      type: 'warning',
      step: '6b-4',
      text: 'tar: 7 more files are not on tape; their names were not kept',
      kind: 'skipped',
      count: 7,
    });
    expect(omissionsOf(journal(warnings))).toEqual({ skipped: 207 });
  });
});

describe('the skipped files of a run', () => {
  it('are those of all its volumes', () => {
    const events = journal([
      started('6b-4:Volume2'),
      ...said('6b-4:Volume2', 'tar: ./a: socket ignored'),
      started('6b-4:Volume4'),
      ...said('6b-4:Volume4', 'tar: ./b: socket ignored', 'tar: ./c: file changed size'),
    ]);
    expect(omissionsOf(events)).toEqual({ skipped: 2, inconsistent: 1 });
  });

  it('are those of the last time that a dump was made', () => {
    const events = journal([
      started('6b-4'),
      ...said('6b-4', 'tar: ./a: socket ignored', 'tar: ./b: socket ignored'),
      started('6b-4'),
      ...said('6b-4', 'tar: ./a: socket ignored'),
    ]);
    expect(omissionsOf(events)).toEqual({ skipped: 1 });
  });

  it('are none where there were only other warnings', () => {
    expect(omissionsOf(journal([started('6b-4'), ...said('6b-4', 'tar: what is this')]))).toEqual({});
  });
});
