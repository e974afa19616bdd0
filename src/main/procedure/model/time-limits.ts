/** How long a command of a step may take, as the job says it. Pure. */
import { failure } from '../../../contract/errors.ts';
import type { Job } from '../../site/site-schema.ts';
import { phases, type Step } from './step.ts';

/** Steps of the dump methods (GDS guide 6.6.3.7, steps 6a to 6e): a job may set limits for another method than the one that is run. */
const ofSomeMethod = /^6[a-e](-\d+)?$/;

/**
 * @param job its `timeLimits`: step id or phase -> seconds. A step's own limit goes before that of its phase.
 * @param steps all steps of the run
 * @returns the limit of a step in seconds; undefined where the job sets none
 * @throws TIME_LIMIT_UNKNOWN for a name that is neither a phase nor a step
 */
export function timeLimitsOf(
  { timeLimits = {} }: Pick<Job, 'timeLimits'>,
  steps: readonly Pick<Step, 'id' | 'phase'>[],
): (step: string) => number | undefined {
  const known = new Set<string>([...phases, ...steps.map(({ id }) => id)]);
  for (const name of Object.keys(timeLimits)) {
    if (known.has(name) || ofSomeMethod.test(name)) continue;
    throw failure('TIME_LIMIT_UNKNOWN', { name, known: [...known].join(', ') });
  }
  const phaseOf = new Map(steps.map(({ id, phase }) => [id, phase]));
  return (step) => timeLimits[step] ?? timeLimits[phaseOf.get(step) ?? ''];
}
