/** Steps that the operator has left out, in addition to those that the job leaves out. Pure. */
import type { PassModel, RunModel } from './run/run-model.ts';

/** @param passes of one step */
export const isLeftOutByOperator = (passes: readonly PassModel[]): boolean =>
  passes.some(({ questions }) => questions.some(({ answered }) => answered?.answer === 'skip'));

export interface LeftOut {
  readonly step: string;
  readonly title: string;
  /** Who left it out, and why. */
  readonly reason: string;
}

export function leftOutByOperator({ passes }: RunModel): LeftOut[] {
  return passes.flatMap(({ step, title, state, reason }) =>
    state === 'skipped' && isLeftOutByOperator(passes.filter((pass) => pass.step === step))
      ? [{ step, title, reason: reason ?? '' }]
      : [],
  );
}
