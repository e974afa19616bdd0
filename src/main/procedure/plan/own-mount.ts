/** What is unmounted must be the run's own. Pure. */
import type { RuleVerdict } from '../../../contract/checks.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { Assignment } from '../model/assignment.ts';
import { mountsOfClass, type World } from '../model/world.ts';

/** Before the mount point is unmounted: somebody may have unmounted the shadow and mounted something else there. */
export function judgeOwnMount({ job, shadow }: Assignment, { backup }: World): RuleVerdict[] {
  const { mountPoint } = job;
  const mounts = backup?.mounts ?? [];
  const own = mountsOfClass(mounts, shadow.class);
  const foreign = mounts.filter((mount) => mount.mountPoint === mountPoint && !own.includes(mount));
  return [
    {
      rule: 'own-mount',
      title: phrase('Nothing but the shadow is mounted on {mountPoint}', { mountPoint }),
      expected: phrase('nothing else'),
      actual: foreign.map(({ device }) => device).join(', ') || phrase('nothing else'),
      verdict: foreign.length === 0 ? 'holds' : 'fails',
      why: phrase('the run unmounts only what it has mounted'),
      source: 'Shadowtape',
    },
  ];
}
