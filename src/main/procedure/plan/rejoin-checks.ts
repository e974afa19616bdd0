/** What must hold before each rejoin, whichever step sends it: in 8-1, and before the part where the job synchronises first. */
import { judgeRejoinable } from './checks.ts';
import { listed, proxiesOf, type Assignment, type VolumeAssignment } from '../model/assignment.ts';
import type { RunMarks } from '../model/run-marks.ts';
import type { StepChecks } from '../model/step.ts';

/** What must be certain before a proxy is stopped or rejoined by hand, in words; undefined where the run itself has parted it. */
export function unlessOwn({ volumes }: Assignment, { partProven }: RunMarks): string | undefined {
  if (partProven) return undefined;
  return `once it is certain that nobody else has parted ${listed(proxiesOf({ volumes }))}`;
}

/**
 * A rejoin under a shadow lets the backup server write below the cluster unseen. Several are sent one after the other, and each may
 * take its time: the checks hold throughout, and are made again before the next.
 * @param volumes those whose proxies are rejoined
 */
export const rejoinChecks = (assignment: Assignment, volumes: readonly VolumeAssignment[]): StepChecks => ({
  looks: ['primaries', 'backup'],
  fresh: ['primaries'],
  // Nothing may come between: whoever makes a shadow is then seen, or comes too late to be seen by anybody.
  last: 'backup',
  holdThroughout: true,
  judge: (world) => judgeRejoinable(assignment, world, volumes),
});
