/** The questions of runs that wait for an answer, one a run. The first answer that is one of the choices counts. */
import { failure } from '../../contract/errors.ts';
import type { QuestionView } from '../../contract/screens.ts';
import { phrase } from '../../contract/text/say.ts';
import type { Ask } from '../application/console.ts';

type Question = Parameters<Ask>[0];
type Answer = Awaited<ReturnType<Ask>>;

export interface GivenAnswer {
  readonly run: string;
  readonly number: number;
  readonly choice: string;
  readonly reason?: string | undefined;
}

interface Waiting {
  readonly view: QuestionView;
  readonly answer: (answer: Answer) => void;
}

function viewOf(run: string, number: number, { id, step, text, choices, statement }: Question): QuestionView {
  if (statement !== undefined) return { run, number, id, step, text, choices: [], bySignature: true };
  return {
    run,
    number,
    id,
    step,
    text,
    choices: choices.map((choice) => ({ ...choice, asksReason: choice.asksReason ?? false })),
  };
}

export class Questioning {
  readonly #waiting = new Map<string, Waiting>();
  readonly #changed: (run: string, question: QuestionView | undefined) => void;
  #number = 0;

  /** @param changed called when a run begins to ask, and when its question is over */
  constructor(changed: (run: string, question: QuestionView | undefined) => void) {
    this.#changed = changed;
  }

  questionOf(run: string): QuestionView | undefined {
    return this.#waiting.get(run)?.view;
  }

  /** Shows a question that is answered elsewhere, until it is over. */
  show(run: string, question: Question, over: AbortSignal): void {
    this.ask(run, question, over).catch(() => undefined);
  }

  /** @throws the signal's reason where the run no longer waits */
  ask(run: string, question: Question, abort: AbortSignal): Promise<Answer> {
    abort.throwIfAborted();
    this.#number += 1;
    const view = viewOf(run, this.#number, question);
    return new Promise<Answer>((resolve, reject) => {
      const end = () => {
        abort.removeEventListener('abort', stop);
        this.#waiting.delete(run);
        this.#changed(run, undefined);
      };
      const stop = () => {
        end();
        reject(abort.reason);
      };
      const answer = (given: Answer) => {
        end();
        resolve(given);
      };
      abort.addEventListener('abort', stop, { once: true });
      this.#waiting.set(run, { view, answer });
      this.#changed(run, view);
    });
  }

  /**
   * @param by who answers
   * @throws QUESTION_OVER, REQUEST_REFUSED for what is none of the choices
   */
  answer({ run, number, choice, reason }: GivenAnswer, by: string): void {
    const waiting = this.#waiting.get(run);
    if (waiting?.view.number !== number) throw failure('QUESTION_OVER');
    const chosen = waiting.view.choices.find(({ id }) => id === choice);
    if (waiting.view.bySignature === true) {
      const reason = phrase('a second person answers with a signature');
      throw failure('REQUEST_REFUSED', { channel: 'answer', reason });
    }
    if (!chosen) {
      const choices = waiting.view.choices.map(({ id }) => id).join(', ');
      throw failure('REQUEST_REFUSED', {
        channel: 'answer',
        reason: phrase('the choices are {choices}', { choices }),
      });
    }
    waiting.answer({ choice, by, ...(chosen.asksReason && reason ? { reason } : {}) });
  }
}
