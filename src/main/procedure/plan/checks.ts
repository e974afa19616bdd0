/** What must hold on both sides before the cluster is touched, and before each rejoin. Pure. */
import type { RuleVerdict } from '../../../contract/checks.ts';
import { listed } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { proxiesOf, type Assignment, type VolumeAssignment } from '../model/assignment.ts';
import type { RunMarks } from '../model/run-marks.ts';
import type { StepChecks } from '../model/step.ts';
import type { World } from '../model/world.ts';
import {
  isProxyJoined,
  judgeJoined,
  judgeParted,
  judgeShadowable,
  judgeStatusesKnown,
} from './cluster-checks.ts';
import { judgeDisks, judgeNoMount, judgeNoShadow } from './shadow-checks.ts';
import type { VolumeAssignments } from './verdicts.ts';

/** Everything that must hold before anything is changed. */
export function judgeReady(assignment: Assignment, world: World): RuleVerdict[] {
  return [
    ...judgeJoined(assignment, world),
    ...judgeStatusesKnown(assignment, world),
    ...judgeShadowable(assignment, world),
    ...judgeDisks(assignment, world),
    ...judgeNoShadow(assignment, world),
    ...judgeNoMount(assignment, world),
  ];
}

/**
 * What a run refuses by before its first change, as far as it was checked. A job that rejoins its proxies first may
 * find them parted, or being copied.
 */
export function judgeStart(assignment: Assignment, world: World): RuleVerdict[] {
  if (!assignment.job.part.synchroniseFirst) return judgeReady(assignment, world);
  return [
    ...judgeRejoinable(assignment, world),
    ...judgeShadowable(assignment, world),
    ...judgeDisks(assignment, world),
  ];
}

/**
 * Before a rejoin: no shadow, nothing mounted, and every proxy parted that is not joined yet; if all are joined, the
 * check says so.
 */
export function judgeRejoinable(
  assignment: Assignment,
  world: World,
  volumes: VolumeAssignments = assignment.volumes,
): RuleVerdict[] {
  const left = volumes.filter((volume) => !isProxyJoined(assignment, world, [volume]));
  return [
    ...judgeNoShadow(assignment, world),
    ...judgeNoMount(assignment, world),
    ...judgeParted(assignment, world, left),
  ];
}

/**
 * What must be certain before a proxy is stopped or rejoined by hand, in words; undefined if the run itself has parted
 * it.
 */
export function unlessOwn({ volumes }: Assignment, { partProven }: RunMarks): string | undefined {
  if (partProven) return undefined;
  return phrase('once it is certain that nobody else has parted {proxies}', {
    proxies: listed(proxiesOf({ volumes })),
  });
}

/**
 * Under a rejoined proxy, a shadow lets the backup server write to the cluster's data unseen. Several rejoins are sent
 * one after the other, and each may take long: the checks are made again before each.
 * @param volumes those whose proxies are rejoined
 */
export const rejoinChecks = (assignment: Assignment, volumes: readonly VolumeAssignment[]): StepChecks => ({
  looks: ['primaries', 'backup'],
  fresh: ['primaries'],
  // Nothing may come between: a shadow made before this query is seen; one made later cannot be detected by anybody.
  last: 'backup',
  holdThroughout: true,
  judge: (world) => judgeRejoinable(assignment, world, volumes),
});
