/**
 * How the verdicts of the checks are made from the rules: for each volume of a job, and with their place in the guide.
 * Pure.
 */
import { isBlocking, type RuleVerdict } from '../../../contract/checks.ts';
import { phrase } from '../../../contract/text/say.ts';
import { oneSided } from '../../gds/rule-verdict.ts';
import type { Assignment, VolumeAssignment } from '../model/assignment.ts';
import { guideStep } from './step-sources.ts';

export type VolumeAssignments = readonly VolumeAssignment[];

/** The rules for each volume; if a job has several, each verdict names its volume. */
export function onEachVolume(
  assignment: Assignment,
  volumes: VolumeAssignments,
  judge: (volume: VolumeAssignment) => RuleVerdict[],
): RuleVerdict[] {
  if (assignment.volumes.length === 1) return volumes.flatMap(judge);
  return volumes.flatMap((volume) =>
    judge(volume).map((verdict) => ({
      ...verdict,
      volume: volume.proxy,
      title: phrase('{title} ({volume})', { title: verdict.title, volume: volume.proxy }),
    })),
  );
}

/** The verdict of a rule of the guide that judges one side alone. @param step of the guide's 6.6.3.7 */
export function guideVerdict(
  rule: string,
  title: string,
  expected: string,
  actual: string,
  good: boolean,
  why: string,
  step: string,
): RuleVerdict {
  return { rule, title, ...oneSided(expected, actual, good), why, source: guideStep(step) };
}

/** True if there are verdicts, and none of them stops a run. */
export const holds = (verdicts: readonly RuleVerdict[]) => verdicts.length > 0 && !verdicts.some(isBlocking);
