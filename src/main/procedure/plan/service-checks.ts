/** On which node the services of a job are stopped and resumed, where it says `whereMounted`: checks of what the nodes have mounted. Pure. */
import type { RuleVerdict } from '../../../contract/checks.ts';
import { listed } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { blockDevice } from '../../gds/commands.ts';
import type { Job } from '../../site/site-schema.ts';
import { mastersOf, type Assignment } from '../model/assignment.ts';
import type { MountsOfNode } from '../model/world.ts';
import { guideVerdict } from './verdicts.ts';

type Subject = Pick<Assignment, 'class' | 'volumes'>;

/** True if the job's commands are sent only to the node that has the file system mounted. */
export const areWhereMounted = ({ services }: Pick<Job, 'services'>): boolean =>
  typeof services === 'object' && 'whereMounted' in services;

/** The nodes that have a file system of a master mounted, with the mount points. */
function mountingNodes(subject: Subject, seen: readonly MountsOfNode[]) {
  const devices = new Set(mastersOf(subject).map((master) => blockDevice(subject.class, master)));
  return seen.flatMap(({ node, mounts }) => {
    const points = mounts.flatMap(({ device, mountPoint }) => (devices.has(device) ? [mountPoint] : []));
    return points.length === 0 ? [] : [{ node, points }];
  });
}

/** Their names. */
export const nodesMounting = (subject: Subject, seen: readonly MountsOfNode[]): string[] =>
  mountingNodes(subject, seen).map(({ node }) => node);

/** `node1 (/app), node2 (/app)` */
export const mountedWords = (subject: Subject, seen: readonly MountsOfNode[]): string =>
  mountingNodes(subject, seen)
    .map(({ node, points }) => `${node} (${points.join(', ')})`)
    .join(', ') || phrase('no node');

/**
 * Before anything is stopped. If it is mounted on no node, the services that use it are unknown. Two nodes that mount
 * one file system damage it, unless it is a shared one, with services on both.
 * @param mayBeNone the whole master is replaced: nothing can use it once it is stopped
 */
export function judgeMountedOnce(
  assignment: Subject,
  seen: readonly MountsOfNode[],
  mayBeNone = false,
): RuleVerdict {
  const count = mountingNodes(assignment, seen).length;
  return guideVerdict(
    'services-mounted-once',
    phrase('{masters} mounted on one node', { masters: listed(mastersOf(assignment)) }),
    mayBeNone ? phrase('at most one primary node') : phrase('one primary node'),
    mountedWords(assignment, seen),
    count === 1 || (count === 0 && mayBeNone),
    phrase('services are stopped where the file system is mounted'),
    '3-2',
  );
}

/**
 * After the services were stopped: if another node has mounted the file system since, something there uses it. @param
 * stoppedOn their nodes
 */
export function judgeNotMoved(
  assignment: Subject,
  seen: readonly MountsOfNode[],
  stoppedOn: readonly string[],
): RuleVerdict {
  return guideVerdict(
    'services-not-moved',
    phrase('{masters} not mounted where services run', { masters: listed(mastersOf(assignment)) }),
    [...stoppedOn, 'no node'].join(' or '),
    mountedWords(assignment, seen),
    nodesMounting(assignment, seen).every((node) => stoppedOn.includes(node)),
    phrase('services that moved to another node since they were stopped run there'),
    '3-2',
  );
}
