import { describe, expect, it } from 'vitest';
import type { QuestionView } from '../../../contract/screens.ts';
import { choiceWords, placedChoices } from './question-words.ts';

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
  ])('of %s: the dangerous ones are apart, the first choice is last on the right', (id, all, apart, safe) => {
    const placed = placedChoices(question(id, ...all));
    expect(placed.apart.map(({ choice }) => choice.id)).toEqual(apart);
    expect(placed.safe.map(({ choice }) => choice.id)).toEqual(safe);
    expect(placed.safe.at(-1)?.kind).toBe('primary');
    expect(placed.apart.every(({ kind }) => kind === 'danger')).toBe(true);
  });
});

describe('a choice that loses a volume', () => {
  const approval: QuestionView = {
    ...question('approve-replace'),
    step: 'approve-replace',
    choices: [
      { id: 'Volume1', label: 'Replace the data of Volume1', asksReason: false, byWord: true },
      { id: 'stop', label: 'Stop here; the master keeps its data', asksReason: false },
    ],
  };

  it('is shown apart, and the way out is safe', () => {
    const { apart, safe } = placedChoices(approval);
    expect(apart.map(({ choice, kind }) => [choice.id, kind])).toEqual([['Volume1', 'danger']]);
    expect(safe.map(({ choice, kind }) => [choice.id, kind])).toEqual([['stop', 'plain']]);
  });
});

describe('the consequence of a choice', () => {
  it('without a further tape: a dump is not a backup, a restore stops reading', () => {
    const stop = { id: 'stop', label: 'stop', asksReason: false };
    expect(choiceWords(question('next-tape'), stop)).toBe('what was written so far will not be a backup');
    expect(choiceWords({ ...question('next-tape'), step: 'restore' }, stop)).toBe(
      'the restore ends before all of the backup is read',
    );
  });
});
