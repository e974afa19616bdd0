/** Steps of a backup in a restore: the same commands and checks, with their own texts and sources. Pure. */
import { phrase } from '../../../../contract/text/say.ts';
import type { Assignment, VolumeAssignment } from '../../model/assignment.ts';
import type { Step } from '../../model/step.ts';

/** The pages of the guide that describe a restore were not available: no step of a restore claims to be one of the guide's. */
export const basedOn = (place: string): string => phrase('Shadowtape, based on {place}', { place });

/**
 * @param step as a backup has it
 * @param words what is different in a restore
 */
export function restoreStep(step: Step, words: Partial<Step>): Step {
  return {
    ...step,
    source: step.source.startsWith('Shadowtape') ? step.source : basedOn(step.source),
    commands: step.commands.map((command) => ({ ...command, guide: false })),
    ...words,
  };
}

/** The id of a step that each volume has: with the name of the volume where there are several. */
export const stepIdOf = (
  { volumes }: Pick<Assignment, 'volumes'>,
  id: string,
  { proxy }: Pick<VolumeAssignment, 'proxy'>,
): string => (volumes.length === 1 ? id : `${id}:${proxy}`);
