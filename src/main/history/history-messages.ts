/** What goes between the console and the thread of the index. Errors of the table cross as plain data. */
import type { ErrorInfo } from '../../contract/errors.ts';
import { isFailure } from '../../contract/errors.ts';
import type { IndexProgress } from '../../contract/screens.ts';
import type { HistoryIndex } from './history-index.ts';

export interface WorkerSetting {
  /** Of the state. */
  readonly folder: string;
  readonly key: string;
}

export type QuestionName = 'search' | 'changes' | 'where' | 'trends' | 'view' | 'refresh';
export type QuestionOf<Name extends QuestionName> = Parameters<HistoryIndex[Name]>[0];
export type AnswerOf<Name extends QuestionName> = Awaited<ReturnType<HistoryIndex[Name]>>;

export interface IndexQuestion {
  readonly number: number;
  readonly name: QuestionName;
  readonly question: unknown;
}

export type Answered = { readonly kind: 'answer'; readonly number: number } & (
  { readonly answer: unknown } | { readonly failure: ErrorInfo } | { readonly trouble: string }
);

export type Said = Answered | { readonly kind: 'progress'; readonly progress: IndexProgress | undefined };

/** Asks the index; never throws. */
export async function answerOfIndex(
  index: Pick<HistoryIndex, QuestionName>,
  { number, name, question }: IndexQuestion,
): Promise<Answered> {
  const ask = index[name].bind(index) as (question: unknown) => Promise<unknown>;
  try {
    return { kind: 'answer', number, answer: await ask(question) };
  } catch (error) {
    if (isFailure(error)) return { kind: 'answer', number, failure: error.toInfo() };
    return {
      kind: 'answer',
      number,
      trouble: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
