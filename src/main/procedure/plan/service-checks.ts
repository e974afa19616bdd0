/** What services have to do with what the nodes have mounted: where they are stopped and resumed, and what they unmount. Pure. */
import type { RuleVerdict } from '../../../contract/checks.ts';
import { listed } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { blockDevice } from '../../gds/commands.ts';
import type { Job } from '../../site/site-schema.ts';
import { mastersOf, type Assignment, type MasterMount } from '../model/assignment.ts';
import type { StepCommand } from '../model/step.ts';
import type { MountsOfNode } from '../model/world.ts';
import { guideVerdict } from './verdicts.ts';

type Subject = Pick<Assignment, 'class' | 'volumes'>;

const isUmount = ([program = '']: readonly string[]): boolean => /(^|\/)umount$/.test(program);

/** True if the job's commands are sent only to the node that has the file system mounted. */
export const areWhereMounted = ({ services }: Pick<Job, 'services'>): boolean =>
  typeof services === 'object' && 'whereMounted' in services;

/** True if a plan has to know what the nodes have mounted: to name the node, or to tell what is unmounted. */
export function dependOnMounts({ services }: Pick<Job, 'services'>): boolean {
  if (typeof services === 'string') return false;
  if ('whereMounted' in services) return true;
  const ofNodes = 'nodes' in services ? Object.values(services.nodes) : [services];
  return ofNodes.some(({ stop }) => stop.some(isUmount));
}

/** Where the nodes have file systems of the masters mounted. */
function masterMounts(subject: Subject, seen: readonly MountsOfNode[]): MasterMount[] {
  const masters = new Map(mastersOf(subject).map((master) => [blockDevice(subject.class, master), master]));
  return seen.flatMap(({ node, mounts }) =>
    mounts.flatMap(({ device, mountPoint }) => {
      const master = masters.get(device);
      return master === undefined ? [] : [{ node, master, mountPoint }];
    }),
  );
}

/**
 * What an assignment keeps of the mount tables.
 * @param tables of the primary nodes; instead of one that was not seen is the error
 */
export const mountedOf = (
  assignment: Subject & Pick<Assignment, 'job'>,
  tables: readonly (MountsOfNode | { readonly error: unknown })[],
): Pick<Assignment, 'mounted'> =>
  dependOnMounts(assignment.job)
    ? {
        mounted: masterMounts(
          assignment,
          tables.filter((table) => 'mounts' in table),
        ),
      }
    : {};

/** `umount -l` ends before the file system is unmounted: programs may continue to write. */
const isLazy = (word: string): boolean => word === '--lazy' || /^-[a-z]*l/i.test(word);

/** What a command unmounts, as it names it: mount points and devices. None where it may leave them mounted. */
function unmounted(argv: readonly string[]): string[] {
  const words = argv.slice(1);
  if (!isUmount(argv) || words.some(isLazy)) return [];
  return words.filter((word) => !word.startsWith('-')).map((word) => word.replace(/(?<=.)\/+$/, ''));
}

/**
 * True if the file system of a master is unmounted wherever it was seen mounted: a command names its mount point, or
 * its device. Where it was seen nowhere, a mount point may be that of any file system, and only its device counts.
 * @param stops what stops the services
 */
export function isUnmountedBy(
  stops: readonly StepCommand[],
  { class: className, mounted = [] }: Pick<Assignment, 'class' | 'mounted'>,
  master: string,
): boolean {
  const device = blockDevice(className, master);
  const isNamed = (name: string, node?: string) =>
    stops.some(({ host, argv }) => (node ?? host) === host && unmounted(argv).includes(name));
  const places = mounted.filter((mount) => mount.master === master);
  if (places.length === 0) return isNamed(device);
  return places.every(({ node, mountPoint }) => isNamed(mountPoint, node) || isNamed(device, node));
}

/** The nodes that have a file system of a master mounted, with the mount points. */
function mountingNodes(subject: Subject, seen: readonly MountsOfNode[]) {
  const found = masterMounts(subject, seen);
  return [...new Set(found.map(({ node }) => node))].map((node) => ({
    node,
    points: found.filter((mount) => mount.node === node).map(({ mountPoint }) => mountPoint),
  }));
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
    [...stoppedOn, phrase('no node')].reduce((first, next) => phrase('{first} or {next}', { first, next })),
    mountedWords(assignment, seen),
    nodesMounting(assignment, seen).every((node) => stoppedOn.includes(node)),
    phrase('services that moved to another node since they were stopped run there'),
    '3-2',
  );
}
