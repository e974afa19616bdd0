/** Two runs side by side, as the screen compares them. */
import { compareRuns, type Comparison } from '../../folds/compare-runs.ts';
import { foldRun } from '../../folds/run-fold.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';

export type { ComparedFact, ComparedStep, Comparison } from '../../folds/compare-runs.ts';

/** @throws RUN_UNKNOWN, JOURNAL_BROKEN */
export async function compareTwo(state: StateFolder, one: string, other: string): Promise<Comparison> {
  const [first, second] = await Promise.all([readRun(state, one), readRun(state, other)]);
  return compareRuns(foldRun(first.events), foldRun(second.events));
}
