import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { shownValues } from './shown-values.ts';

beforeEach(() => void vi.stubEnv('TZ', 'Europe/Berlin'));
afterEach(() => void vi.unstubAllEnvs());

const error = {
  code: 'CLASS_LOCKED',
  sentence: 'Class1 is locked by marion on jump1 (process 4711), since 2026-11-28T23:00:04Z',
  evidence: { command: 'ls', stderr: '2026-11-28T23:00:04Z' },
};

it('times of sentences are those of this machine; what a host printed is unchanged', () => {
  expect(shownValues({ error, warnings: ['until 2026-11-28T23:00Z'] })).toEqual({
    error: {
      ...error,
      sentence: 'Class1 is locked by marion on jump1 (process 4711), since 2026-11-29 00:00:04 CET',
    },
    warnings: ['until 2026-11-29 00:00:00 CET'],
  });
});

it('a warning of a journal has the times of this machine, the text of a tape and the instant of an event have not', () => {
  const at = '2026-11-28T23:00:04.120Z';
  const push = [
    { type: 'warning', at, text: `node2 has not answered since ${at}` },
    { type: 'label', at, text: `written ${at}` },
  ];
  expect(shownValues({ push })).toEqual({
    push: [{ type: 'warning', at, text: 'node2 has not answered since 2026-11-29 00:00:04 CET' }, push[1]],
  });
});

it('a question says the same times as the error that it asks about', () => {
  const question = { id: 'step-failed', choices: [], text: `Step lock has failed: ${error.sentence}` };
  const shown = shownValues({ question, error }) as { question: typeof question; error: typeof error };
  expect(shown.question.text).toBe(`Step lock has failed: ${shown.error.sentence}`);
});

it('a command to run by hand is copied, and stays as it is', () => {
  const stands = [
    'run by hand on node1: mv old 2026-11-28T23:00Z',
    'node2 has not answered since 2026-11-28T23:00Z',
  ];
  expect(shownValues({ stands })).toEqual({
    stands: [stands[0], 'node2 has not answered since 2026-11-29 00:00:00 CET'],
  });
});

it('a report is the same as on paper, and a site file as it was saved', () => {
  const answered = { sentence: 'until 2026-11-28T23:00Z', name: 'a\u202eb' };
  expect(shownValues(answered, 'report')).toEqual({ ...answered, name: 'a\\u202eb' });
  expect(shownValues(answered, 'siteFile')).toBe(answered);
});

it('data without any of it is the same object: the page draws nothing again', () => {
  const answered = { runs: [{ run: 'r1', at: '2026-11-28T23:00:04Z' }] };
  expect(shownValues(answered)).toBe(answered);
});
