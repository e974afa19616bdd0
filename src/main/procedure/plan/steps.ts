/**
 * The whole procedure of one run, in the order of the GDS guide's 6.6.3.7. Each step is in the file with its number:
 *
 *     lock, tools, tape, mount-point        steps-around.ts
 *     load-tape, unload-tape                steps-library.ts
 *     drive, drive-after                    steps-health.ts
 *     3-1 to 3-5, fingerprint, 4            steps-3-4-part.ts
 *     5, verify                             steps-5-shadow.ts
 *     6a to 6e                              steps-6-backup.ts, with the command lines in step-6-commands.ts
 *     label, manifest, read-back            steps-6-tape.ts
 *     7, 8-1, 8-2                           steps-7-8-rejoin.ts
 *     start-proxy, hash-proxy, stop-proxy   steps-whole-proxy.ts, between 7 and 8-1
 *     clear, unlock                         steps-around.ts
 *     script-1, ...                         steps-scripts.ts, before and after the phases that the job names
 *
 * What must hold before and after a step is in cluster-checks.ts (the proxies), shadow-checks.ts (the shadow) and
 * checks.ts (both).
 */
import { inEnglish } from '../../../contract/text/say.ts';
import type { Assignment } from '../model/assignment.ts';
import type { Step } from '../model/step.ts';
import { restoreSteps } from './restore/steps-restore.ts';
import { sourceOn } from './step-sources.ts';
import { partSteps } from './steps-3-4-part.ts';
import { shadowSteps } from './steps-5-shadow.ts';
import { backupSteps } from './steps-6-backup.ts';
import { rejoinSteps } from './steps-7-8-rejoin.ts';
import { stepsAfter, stepsBefore } from './steps-around.ts';
import { withScripts } from './steps-scripts.ts';

/** The steps for a person to read, in the language of the program. Pure. Those of a restore are in restore/. */
export function shownStepsOf(assignment: Assignment): Step[] {
  if (assignment.restore) return restoreSteps(assignment, assignment.restore);
  const steps = withScripts(assignment, [
    ...stepsBefore(assignment),
    ...partSteps(assignment),
    ...shadowSteps(assignment),
    ...backupSteps(assignment),
    ...rejoinSteps(assignment),
    ...stepsAfter(assignment),
  ]);
  return steps.map((step) => ({ ...step, source: sourceOn(assignment.platform, step) }));
}

/** The steps to be performed: the journal keeps their words, in English. Pure: the same assignment gives the same steps. */
export const stepsOf = (assignment: Assignment): Step[] => inEnglish(() => shownStepsOf(assignment));
