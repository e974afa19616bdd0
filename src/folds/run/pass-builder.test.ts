import { expect, it } from 'vitest';
import type { EventOf } from '../../contract/events.ts';
import { CommandList } from './pass-builder.ts';

const base = { at: '2026-11-30T02:00:00.000Z', run: 'run1', step: '6a', prev: '' };
const intent: EventOf<'intent'> = {
  ...base,
  ...{ seq: 1, type: 'intent', host: 'node3', argv: ['mt'], line: 'mt', changes: false },
};

function stateAfter(end: Partial<EventOf<'outcome'>>): string | undefined {
  const list = new CommandList();
  list.begin(intent);
  list.end({
    ...base,
    ...{ seq: 2, type: 'outcome', of: 1, milliseconds: 3 },
    ...{ stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 },
    ...end,
  });
  return list.view()[0]?.state;
}

it('a command with another exit status than 0 is bad, unless that is an answer', () => {
  expect([0, 2].map((exitStatus) => stateAfter({ exitStatus }))).toEqual(['good', 'bad']);
  expect(stateAfter({ exitStatus: 2, expected: true })).toBe('answered');
  const error = { code: 'CONNECTION_LOST', sentence: 'lost', hint: '' } as const;
  expect(stateAfter({ expected: true, error })).toBe('bad');
});
