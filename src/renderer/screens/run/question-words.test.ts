import { describe, expect, it } from 'vitest';
import type { QuestionView } from '../../../contract/screens.ts';
import { placedChoices } from './question-words.ts';

const question = (id: QuestionView['id'], ...choices: string[]): QuestionView => ({
  run: 'R',
  number: 1,
  id,
  step: '6a',
  text: '',
  choices: choices.map((each) => ({ id: each, label: each, asksReason: false })),
});

describe('the choices of a question', () => {
  it.each<[QuestionView['id'], string[], string[], string[]]>([
    ['approve-shadow', ['approve', 'stop'], ['stop'], ['approve']],
    ['next-tape', ['ready', 'stop'], ['stop'], ['ready']],
    ['step-failed', ['retry', 'skip', 'unwind', 'halt'], ['halt'], ['unwind', 'skip', 'retry']],
    ['node-down', ['down', 'end-run'], ['end-run'], ['down']],
  ])('of %s: what is dangerous stands apart, the first is the last on the right', (id, all, apart, safe) => {
    const placed = placedChoices(question(id, ...all));
    expect(placed.apart.map(({ choice }) => choice.id)).toEqual(apart);
    expect(placed.safe.map(({ choice }) => choice.id)).toEqual(safe);
    expect(placed.safe.at(-1)?.kind).toBe('primary');
    expect(placed.apart.every(({ kind }) => kind === 'danger')).toBe(true);
  });
});
