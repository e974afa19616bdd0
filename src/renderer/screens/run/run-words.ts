/** What a run is called, and what a screen reader is told of it as it goes on. */
import type { QuestionView } from '../../../contract/screens.ts';
import type { RunModel } from '../../../folds/run/run-model.ts';
import { isOver, isShown, stateWords, withOmissions, type RunState } from '../../../folds/run/run-state.ts';

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

/** `Back up Volume2`, `Restore Volume1`; its name as long as nothing of it is known. */
export function runTitle({ volumes, start }: RunModel, run: string): string {
  if (volumes.length === 0) return `Run ${run}`;
  return start?.restore
    ? `Restore ${listed(volumes.map(({ master }) => master))}`
    : `Back up ${listed(volumes.map(({ proxy }) => proxy))}`;
}

/** Steps, questions and the end; not each percent. */
export function saidOf(state: RunState, model: RunModel, question: QuestionView | undefined): string {
  if (!isShown(state)) return '';
  if (question) return `The run is ${stateWords[state].word}: ${question.text}`;
  if (isOver(state))
    return `${withOmissions(stateWords[state], model.end ?? {}).word}: ${model.end?.sentence ?? ''}`;
  const { current } = model;
  return current ? `Step ${current.step}: ${current.title}` : '';
}

const endTitles: Readonly<Partial<Record<RunState, string>>> = {
  verified: 'Backup verified',
  unverified: 'Backup unverified: the tape was not read back',
  'verified-act': 'Backup verified, action required',
  'unverified-act': 'Backup unverified, action required',
  refused: 'Refused before anything was touched',
  unwound: 'Failed, rolled back',
  halted: 'Action required',
  'tape-bad': 'Tape mismatch; the cluster is in its normal state',
};

const restoreTitles: Readonly<Partial<Record<RunState, string>>> = {
  verified: 'Restored and proven',
  'verified-act': 'Restored and proven, action required',
  'tape-bad': 'Tape mismatch; nothing was restored',
};

/** The first line of an end. @param isRestore a restore holds no backup */
export const endTitle = (state: RunState, isRestore: boolean): string =>
  (isRestore ? restoreTitles[state] : undefined) ?? endTitles[state] ?? stateWords[state].word;
