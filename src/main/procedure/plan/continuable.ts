/** Which jobs have a dump that can be continued on its tape after it was broken off. Pure. */
import type { Assignment } from '../model/assignment.ts';
import { isLabelled } from './labelled-steps.ts';

/** True for the kind of dump that is continued at all: a raw device that passes through this program, on a tape with a label. */
export const isContinuableKind = (assignment: Assignment): boolean =>
  assignment.route === 'console' &&
  isLabelled(assignment) &&
  assignment.volumes.every(({ method }) => method === '6a');

/** Why a dump of that kind starts over all the same, whatever its tape holds; undefined where the job has no such reason. */
export function whyJobStartsOver({ job, volumes }: Assignment): string | undefined {
  if (volumes.length > 1) return 'the job has several volumes';
  return job.verify.readback ? undefined : 'the job does not read the tape back (verify.readback: false)';
}

export const mayBeContinued = (assignment: Assignment): boolean =>
  isContinuableKind(assignment) && whyJobStartsOver(assignment) === undefined;

/** The operand with which dd goes to a record of a raw device without reading its way there: see SampleOptions. */
export const seekOperand = ({ platform }: Pick<Assignment, 'platform'>, record: number): string =>
  `${platform === 'solaris' ? 'iseek' : 'skip'}=${record}`;
