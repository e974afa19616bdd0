import type { ReportMark } from '../../../contract/report.ts';
import type { State } from '../../../folds/states.ts';

/** Marks of a report in the states of the screen. */
export const markStates: Readonly<Record<ReportMark, State>> = {
  good: 'ok',
  bad: 'bad',
  warning: 'warn',
  unknown: 'idle',
};
