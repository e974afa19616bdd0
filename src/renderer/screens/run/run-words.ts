/** The title of a run, and what a screen reader announces of it. */
import type { QuestionView } from '../../../contract/screens.ts';
import { saidList } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import type { RunModel } from '../../../folds/run/run-model.ts';
import { isOver, isShown, stateWords, withOmissions, type RunState } from '../../../folds/run/run-state.ts';

/** `Back up Volume2`, `Restore Volume1`; its name while nothing of it is known. */
export function runTitle({ volumes, start }: RunModel, run: string): string {
  if (volumes.length === 0) return say('Run {run}', { run });
  return start?.restore
    ? say('Restore {volumes}', { volumes: saidList(volumes.map(({ master }) => master)) })
    : say('Back up {volumes}', { volumes: saidList(volumes.map(({ proxy }) => proxy)) });
}

/** Steps, questions and the end; not each percent. */
export function saidOf(state: RunState, model: RunModel, question: QuestionView | undefined): string {
  if (!isShown(state)) return '';
  if (question)
    return say('The run is {state}: {question}', { state: stateWords[state].word, question: question.text });
  if (isOver(state))
    return `${withOmissions(stateWords[state], model.end ?? {}).word}: ${model.end?.sentence ?? ''}`;
  const { current } = model;
  return current ? say('Step {step}: {title}', { step: current.step, title: current.title }) : '';
}

const endTitles: Readonly<Partial<Record<RunState, string>>> = {
  verified: say('Backup verified'),
  unverified: say('Backup unverified: the tape was not read back'),
  'verified-act': say('Backup verified, action required'),
  'unverified-act': say('Backup unverified, action required'),
  refused: say('Refused before anything was touched'),
  unwound: say('Failed, rolled back'),
  halted: say('Action required'),
  'tape-bad': say('Tape mismatch; the cluster is in its normal state'),
};

const restoreTitles: Readonly<Partial<Record<RunState, string>>> = {
  verified: say('Restored and proven'),
  'verified-act': say('Restored and proven, action required'),
  'tape-bad': say('Tape mismatch; nothing was restored'),
};

/** The first line of an end. @param isRestore a restore holds no backup */
export const endTitle = (state: RunState, isRestore: boolean): string =>
  (isRestore ? restoreTitles[state] : undefined) ?? endTitles[state] ?? stateWords[state].word;
