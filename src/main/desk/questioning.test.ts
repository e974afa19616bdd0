import { describe, expect, it } from 'vitest';
import { Questioning } from './questioning.ts';

const question = {
  id: 'step-failed' as const,
  step: '6a-2',
  text: 'Step 6a-2 has failed',
  choices: [
    { id: 'retry', label: 'Try once more' },
    { id: 'skip', label: 'Leave it out', asksReason: true },
  ],
};

function open() {
  const told: unknown[] = [];
  const questioning = new Questioning((run, view) => told.push([run, view?.number]));
  return { questioning, told };
}

describe('a question', () => {
  it('takes the first answer that is one of its choices', async () => {
    const { questioning, told } = open();
    const asked = questioning.ask('run1', question, new AbortController().signal);
    expect(() => questioning.answer({ run: 'run1', number: 1, choice: 'halt' }, 'marion')).toThrow(
      'request "answer" refused: the choices are retry, skip',
    );
    questioning.answer({ run: 'run1', number: 1, choice: 'skip', reason: 'the drive is dirty' }, 'marion');
    expect(await asked).toEqual({ choice: 'skip', by: 'marion', reason: 'the drive is dirty' });
    expect(() => questioning.answer({ run: 'run1', number: 1, choice: 'retry' }, 'jo')).toThrow(
      'the question was answered, or the run continued without it',
    );
    expect(told).toEqual([
      ['run1', 1],
      ['run1', undefined],
    ]);
  });

  it('takes a reason only where it asks for one', async () => {
    const { questioning } = open();
    const asked = questioning.ask('run1', question, new AbortController().signal);
    questioning.answer({ run: 'run1', number: 1, choice: 'retry', reason: 'because' }, 'marion');
    expect(await asked).toEqual({ choice: 'retry', by: 'marion' });
  });

  it('is over when the run no longer waits, and an answer to it is not taken for one to the next', async () => {
    const { questioning, told } = open();
    const abort = new AbortController();
    const asked = questioning.ask('run1', question, abort.signal);
    abort.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
    expect(questioning.questionOf('run1')).toBeUndefined();
    const next = questioning.ask('run1', question, new AbortController().signal);
    expect(() => questioning.answer({ run: 'run1', number: 1, choice: 'retry' }, 'marion')).toThrow(
      'the question was answered',
    );
    questioning.answer({ run: 'run1', number: 2, choice: 'retry' }, 'marion');
    await next;
    expect(told).toEqual([
      ['run1', 1],
      ['run1', undefined],
      ['run1', 2],
      ['run1', undefined],
    ]);
  });

  it('is one a run: another run’s is another', async () => {
    const { questioning } = open();
    const { signal } = new AbortController();
    const first = questioning.ask('run1', question, signal);
    const second = questioning.ask('run2', question, signal);
    questioning.answer({ run: 'run2', number: 2, choice: 'retry' }, 'marion');
    await second;
    expect(questioning.questionOf('run1')).toMatchObject({
      number: 1,
      choices: [
        { id: 'retry', label: 'Try once more', asksReason: false },
        { id: 'skip', label: 'Leave it out', asksReason: true },
      ],
    });
    questioning.answer({ run: 'run1', number: 1, choice: 'retry' }, 'marion');
    await first;
  });
});
