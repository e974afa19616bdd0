/** Questions to the operator, and who answers them. */
import type { EventOf } from '../../../contract/events.ts';
import type { QuestionView } from '../../../contract/screens.ts';

export interface Choice {
  readonly id: string;
  readonly label: string;
  /** True if this choice requires a reason. */
  readonly asksReason?: boolean;
  /** True if a terminal accepts only the word, not its number: it names what the operator vouches for. */
  readonly byWord?: boolean;
}

export interface Question {
  readonly id: QuestionView['id'];
  readonly step: string;
  readonly text: string;
  readonly choices: readonly Choice[];
  /** If a second person answers: what that person signs, byte for byte. */
  readonly statement?: string | undefined;
}

export interface Answer {
  readonly choice: string;
  /** Who answered: a user's name, or "--yes". */
  readonly by: string;
  /** If the choice requires it. */
  readonly reason?: string | undefined;
  /** If a second person answered with a signature. */
  readonly signed?: EventOf<'answered'>['signed'];
}

/** @throws when the signal aborts before there is an answer */
export type Ask = (question: Question, abort: AbortSignal) => Promise<Answer>;
