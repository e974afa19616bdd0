/** Verdicts of checks as they are journaled, and the error with which they end a step. */
import { isBlocking, type RuleVerdict } from '../../../contract/checks.ts';
import { failure, type ShadowtapeError } from '../../../contract/errors.ts';
import { proxiesOf } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { missingVerdicts } from '../model/missing-node.ts';
import type { Step } from '../model/step.ts';
import { remedyOf, remedyOfChange, remedyOnScreen } from '../plan/rule-remedies.ts';
import { isOfCluster, judgeGuard, toldOfGuard } from '../plan/shadow-guard.ts';
import type { World } from '../model/world.ts';

type CheckCode = 'CHECK_FAILED' | 'SHADOW_DIFFERS' | 'SHADOW_CHANGED';

/** @param code SHADOW_… if it concerns the shadow */
export function checkFailure(
  { assignment }: Pick<RunContext, 'assignment'>,
  step: Pick<Step, 'id'>,
  { rule, title, volume, expected, actual }: RuleVerdict,
  code: CheckCode,
): ShadowtapeError {
  const proxy = volume ?? listed(proxiesOf(assignment));
  const hints =
    code === 'SHADOW_CHANGED'
      ? { remedy: remedyOfChange(rule) }
      : { remedy: remedyOf(rule), remedyOnScreen: remedyOnScreen(rule) };
  const ofJob = Object.entries(hints).map(([name, hint]) => [
    name,
    hint.replace('jobs.JOB.', `jobs.${assignment.jobName}.`),
  ]);
  const values = { step: step.id, proxy, title, expected, actual, ...Object.fromEntries(ofJob) };
  return failure(code, values, { expected, actual });
}

export function recordChecks(
  { journal }: Pick<RunContext, 'journal'>,
  step: Pick<Step, 'id'>,
  verdicts: readonly RuleVerdict[],
): void {
  for (const { rule, title, volume, expected, actual, verdict, why, source } of verdicts) {
    journal.append({
      type: 'check',
      step: step.id,
      rule,
      title,
      ...(volume === undefined ? {} : { volume }),
      expected,
      actual,
      verdict,
      why,
      source,
    });
  }
}

/**
 * Checks whether proxy and shadow are as they were verified.
 * @param tellsAll false: only failed checks are journaled
 * @returns CHECK_FAILED if the proxy has changed, SHADOW_CHANGED if the shadow has; undefined if neither has
 */
export function troubleOfShadow(
  context: RunContext,
  step: Step,
  world: World,
  tellsAll: boolean,
): ShadowtapeError | undefined {
  const { assignment, journal, marks } = context;
  const verdicts = judgeGuard(assignment, world, journal.events, marks.mountPointMade);
  const [first] = verdicts.filter(isBlocking);
  if (first || tellsAll)
    recordChecks(context, step, [...toldOfGuard(verdicts), ...missingVerdicts(world.missing)]);
  return first && checkFailure(context, step, first, isOfCluster(first) ? 'CHECK_FAILED' : 'SHADOW_CHANGED');
}
