/** In which steps a shadow is held open, and by which command, where the backup server allows it and nothing goes wrong. Pure. */
import type { Assignment } from '../model/assignment.ts';
import { volumeNamed } from '../model/assignment.ts';
import { holderCommand, mostHeld } from '../model/shadow-holder.ts';
import type { Step, StepCommand } from '../model/step.ts';

/**
 * @param steps of the whole run; those that are left out hold nothing
 * @returns the steps in which a holder is started, with the commands
 */
export function plannedHolds(assignment: Assignment, steps: readonly Step[]): Map<Step, StepCommand[]> {
  const held = new Set<string>();
  const started = new Map<Step, StepCommand[]>();
  for (const step of steps.filter(({ leftOut }) => leftOut === undefined)) {
    for (const proxy of step.holds ?? []) {
      if (held.has(proxy) || held.size >= mostHeld) continue;
      held.add(proxy);
      const argv = holderCommand('RUN', volumeNamed(assignment, proxy));
      const command = { host: assignment.backupServer, argv, guide: false, changes: false };
      started.set(step, [...(started.get(step) ?? []), command]);
    }
    // The shadow of a dump is let go once it is judged after it.
    const isOver = step.performance === 'dump' ? (step.holds ?? []) : [];
    for (const proxy of [...(step.needsClosed ?? []), ...isOver]) held.delete(proxy);
  }
  return started;
}
