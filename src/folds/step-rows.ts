/** The steps of a run as a list: those of the plan in its order with how far they are, then what rolled the cluster back. */
import type { Plan } from '../contract/plan.ts';
import { say } from '../contract/text/say.ts';
import { isLeftOutByOperator } from './left-out.ts';
import type { PassModel, RunModel } from './run/run-model.ts';

/** `skipped`: the operator left it out; `left-out`: the job did. `never`: the run ended before it came to this step. */
export type RowState =
  | 'todo'
  | 'running'
  | 'asking'
  | 'done'
  | 'skipped'
  | 'failed'
  | 'broken-off'
  | 'left-out'
  | 'never';

export interface StepRow {
  /** Step id, or step id and pass for a step of the rollback. */
  readonly key: string;
  readonly step: string;
  readonly title: string;
  readonly state: RowState;
  /** Why it was left out. */
  readonly reason: string | undefined;
  /** The last one counts. */
  readonly passes: readonly PassModel[];
  readonly milliseconds: number | undefined;
}

export interface PhaseRows {
  readonly key: string;
  readonly title: string;
  readonly unwinding: boolean;
  readonly rows: readonly StepRow[];
}

const phaseTitles: Readonly<Record<string, string>> = {
  prepare: say('Prepare'),
  part: say('Part the proxy'),
  view: say('View the configuration'),
  shadow: say('Create the shadow'),
  verify: say('Verify the shadow'),
  dump: say('Dump to tape'),
  remove: say('Remove the shadow'),
  rejoin: say('Rejoin the proxy'),
  finish: say('Finish'),
};

const restorePhaseTitles: Readonly<Record<string, string>> = {
  dump: say('Write to the proxy'),
  remove: say('Remove the shadow, read the proxy'),
  rejoin: say('Replace the master'),
};

/** @param isRestore the same phases do other things in a restore */
export const phaseTitle = (phase: string, isRestore: boolean): string =>
  (isRestore ? restorePhaseTitles[phase] : undefined) ?? phaseTitles[phase] ?? phase;

/** What the list needs of a planned step. */
export type ListedStep = Pick<Plan['steps'][number], 'step' | 'title' | 'phase' | 'leftOut'>;

interface Waiting {
  /** Step that the operator is asked in. */
  readonly asking: string | undefined;
  /** True if nothing more is to come. */
  readonly over: boolean;
  /** True once the cluster is being rolled back: of the guide's steps none is to come. */
  readonly unwinds: boolean;
}

function stateOf(passes: readonly PassModel[], planned: ListedStep | undefined, waiting: Waiting): RowState {
  const last = passes.at(-1);
  if (last?.state === 'running') {
    if (waiting.asking === last.step) return 'asking';
    return waiting.over ? 'broken-off' : 'running';
  }
  if (last?.state === 'skipped') return isLeftOutByOperator(passes) ? 'skipped' : 'left-out';
  if (last) return last.state;
  if (planned?.leftOut !== undefined) return 'left-out';
  const gone = waiting.over || (waiting.unwinds && planned?.phase !== 'finish');
  return gone ? 'never' : 'todo';
}

function rowOf(
  key: string,
  planned: ListedStep | undefined,
  passes: readonly PassModel[],
  waiting: Waiting,
): StepRow {
  const last = passes.at(-1);
  return {
    key,
    step: last?.step ?? planned?.step ?? '',
    title: last?.title ?? planned?.title ?? '',
    state: stateOf(passes, planned, waiting),
    reason: last?.reason ?? planned?.leftOut,
    passes,
    milliseconds: last?.milliseconds,
  };
}

/** Steps that the plan does not have (a plan that is not known, a job that was changed) follow the step performed before them. */
function inOrder(plan: readonly ListedStep[], passes: readonly PassModel[]): ListedStep[] {
  const order = [...plan];
  let before = -1;
  for (const { step, title, phase } of passes) {
    const at = order.findIndex((each) => each.step === step);
    if (at < 0) order.splice(before + 1, 0, { step, title, phase, leftOut: undefined });
    before = at < 0 ? before + 1 : at;
  }
  return order;
}

function inPhases(rows: readonly { phase: string; row: StepRow }[], isRestore: boolean): PhaseRows[] {
  const phases: { key: string; title: string; unwinding: boolean; rows: StepRow[] }[] = [];
  const known = new Map<string, number>();
  let before: string | undefined;
  for (const { phase, row } of rows) {
    if (phase === before) phases.at(-1)?.rows.push(row);
    else {
      // A restore comes back to a phase that it was in before.
      const times = (known.get(phase) ?? 0) + 1;
      known.set(phase, times);
      const key = times === 1 ? phase : `${phase} ${times}`;
      phases.push({ key, title: phaseTitle(phase, isRestore), unwinding: false, rows: [row] });
    }
    before = phase;
  }
  return phases;
}

/**
 * @param plan undefined if none is known: then only what was performed is listed
 * @param asking the step in which the operator is asked
 * @param over true if the run has ended, or its console is dead
 */
export function phaseRows(
  model: RunModel,
  plan: readonly ListedStep[] | undefined,
  asking: string | undefined,
  over: boolean,
): PhaseRows[] {
  // The lock is also released in a rollback, but is not part of what it rolls back.
  const isBack = ({ unwinding, phase }: PassModel) => unwinding && phase !== 'finish';
  const forward = model.passes.filter((pass) => !isBack(pass));
  const back = model.passes.filter(isBack);
  const waiting = { asking, over, unwinds: back.length > 0 };
  const steps = inOrder(plan ?? [], forward);
  const rows = steps.map((planned) => {
    const passes = forward.filter(({ step }) => step === planned.step);
    return { phase: planned.phase, row: rowOf(planned.step, planned, passes, waiting) };
  });
  const phases = inPhases(rows, model.start?.restore !== undefined);
  if (back.length === 0) return phases;
  const unwound = {
    key: 'unwinding',
    title: say('Roll back'),
    unwinding: true,
    rows: back.map((pass) => rowOf(`${pass.step} ${pass.key}`, undefined, [pass], waiting)),
  };
  // It happens between what failed and the lock's being given back.
  const finish = phases.findIndex(({ key }) => key === 'finish');
  return finish < 0 ? [...phases, unwound] : phases.toSpliced(finish, 0, unwound);
}
