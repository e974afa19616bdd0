/** Where the locks of a run are, in the order in which they are taken; they are released in reverse order. Pure. */
import type { RunEvent } from '../../../contract/events.ts';
import { driveOf } from '../../tape/tape-device.ts';
import type { Assignment } from './assignment.ts';
import { lockFolder, lockParent } from './lock.ts';
import { sentCommands } from './sent-commands.ts';
import type { MissingNode } from './world.ts';

export interface LockPlace {
  readonly what: 'class' | 'drive';
  /** The class, or the drive's device. */
  readonly name: string;
  readonly host: string;
  readonly folder: string;
}

export interface ClassHosts {
  readonly class: string;
  readonly backupServer: string;
  readonly primaryNodes: readonly string[];
}

/**
 * The backup server first: release 0.1.0 locks there alone. Then the nodes by name, which all consoles of a cluster know, so that two with
 * different backup servers meet.
 */
export function classPlaces({ class: name, backupServer, primaryNodes }: ClassHosts): LockPlace[] {
  const hosts = [backupServer, ...primaryNodes.toSorted()];
  return [...new Set(hosts)].map((host) => ({ what: 'class', name, host, folder: lockFolder(name) }));
}

const driveFolder = new RegExp(`^mkdir ${lockParent}/shadowtape-(dev\\.[^/]+)\\.lock$`);

/** One segment of a file name. Class names contain no dot, so a drive cannot be mistaken for a class. */
const segment = (text: string) => encodeURIComponent(text).replaceAll('%', '=').replaceAll('.', '=2E');

/** @param device any device file of the drive: they share one lock */
export function drivePlace(host: string, device: string): LockPlace {
  const name = driveOf(device);
  const words = name.split('/').filter((word) => word !== '');
  return {
    what: 'drive',
    name,
    host,
    folder: `${lockParent}/shadowtape-${words.map(segment).join('.')}.lock`,
  };
}

/**
 * The drive that a run has locked, or was about to, by the name of its lock; undefined if its journal does not name it.
 * A resumed run keeps the lock that it began with, and its tape host is not queried before it is known to be the same
 * machine.
 */
export function driveLockedBy(events: readonly RunEvent[], tapeHost: string): string | undefined {
  const folders = events.flatMap((event) =>
    event.type === 'intent' && event.step === 'lock' && event.host === tapeHost
      ? (driveFolder.exec(event.argv.join(' '))?.[1] ?? [])
      : [],
  );
  const words = folders
    .at(-1)
    ?.split('.')
    .map((word) => decodeURIComponent(word.replaceAll('=', '%')));
  return words && `/${words.join('/')}`;
}

/** Every lock of a run: those of its class, then that of its drive. */
export function lockPlaces(
  assignment: ClassHosts & Pick<Assignment, 'tapeHost' | 'tapeDevice' | 'driveName'>,
): LockPlace[] {
  const { tapeHost, tapeDevice, driveName } = assignment;
  return [...classPlaces(assignment), drivePlace(tapeHost, driveName ?? tapeDevice)];
}

/** The locks that can be queried: whether a run has left its lock on a node that does not answer is not known until the node answers. */
export function placesInReach(
  places: readonly LockPlace[],
  missing: readonly MissingNode[] = [],
): LockPlace[] {
  return places.filter(
    ({ what, host }) => what !== 'class' || missing.every(({ node, gds }) => node !== host || gds),
  );
}

/** True if a lock without an owner may be that of the run with these events: it is made first and named second, and the run may have died in between. */
export function diedBeforeNaming({ host, folder }: LockPlace, events: readonly RunEvent[]): boolean {
  const made = sentCommands(events).filter(
    ({ intent: { host: on, argv }, ending }) =>
      on === host && argv[0] === 'mkdir' && argv[1]?.startsWith(folder) && ending !== 'bad',
  );
  const isNamed = made.some(({ intent, ending }) => intent.argv[1] !== folder && ending === 'good');
  return made.length > 0 && !isNamed;
}

/** Which of its locks a run keeps when it ends; `class`: those of the class, on every host. */
export type KeptLocks = 'none' | 'class' | 'all';

/** What the events of a run show of its locks, since it was last resumed. */
export interface LockMarks {
  /** True if the run was resumed: the process that resumes it holds its locks before the first event. */
  readonly isResumed: boolean;
  /** Host and folder -> true if the lock was made, or perhaps made; false where it is no longer this run's. */
  readonly seen: ReadonlyMap<string, boolean>;
  /** Hosts that did not answer when the run was resumed, and on which it had no lock then. */
  readonly without?: ReadonlySet<string>;
}

export const placeKey = ({ host, folder }: Pick<LockPlace, 'host' | 'folder'>): string => `${host} ${folder}`;

/** The locks that the run still has, or may have. */
export function placesHeld(
  places: readonly LockPlace[],
  { isResumed, seen, without }: LockMarks,
): LockPlace[] {
  return places.filter((place) => seen.get(placeKey(place)) ?? (isResumed && !without?.has(place.host)));
}
