/**
 * What goes between the console and the thread of the index. Errors of the table cross as plain data. Sentences cross
 * in English, with what they were made of: the language is that of the console.
 */
import type { ErrorInfo } from '../../contract/errors.ts';
import { isFailure } from '../../contract/errors.ts';
import type { IndexProgress } from '../../contract/screens.ts';
import { phrasesIn, type StoredPhrase } from '../../contract/text/phrases.ts';
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
  | { readonly answer: unknown; readonly said: readonly StoredPhrase[] }
  | { readonly failure: ErrorInfo; readonly said: readonly StoredPhrase[] }
  | { readonly trouble: string }
);

export type Said = Answered | { readonly kind: 'progress'; readonly progress: IndexProgress | undefined };

/** Asks the index; never throws. */
export async function answerOfIndex(
  index: Pick<HistoryIndex, QuestionName>,
  { number, name, question }: IndexQuestion,
): Promise<Answered> {
  const ask = index[name].bind(index) as (question: unknown) => Promise<unknown>;
  try {
    const answer = await ask(question);
    return { kind: 'answer', number, answer, said: phrasesIn(answer) };
  } catch (error) {
    if (isFailure(error)) {
      const info = error.toInfo();
      return { kind: 'answer', number, failure: info, said: phrasesIn(info) };
    }
    return {
      kind: 'answer',
      number,
      trouble: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
