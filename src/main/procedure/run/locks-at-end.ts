/**
 * Which locks a run keeps when it ends. Pure.
 *
 * A run that leaves the cluster normal, or as its job wants it, releases all of them. One that leaves a shadow, a
 * parted proxy, a mount or stopped services keeps those of its class: a console with another backup server does not see
 * the shadow, and would rejoin the proxy under it. They stay until the run is resumed or rolled back to a normal end,
 * or discarded by an operator. The lock of the drive stays only while a command of the run may still move the tape.
 *
 * Rejoined proxies are safe: the backup server was seen without a shadow and without a mount right before each rejoin.
 * So a run that only lacks the copy (it was not seen, or it failed) keeps no lock, although an operator must check the
 * copy.
 */
import { posix } from 'node:path';
import type { RunEvent } from '../../../contract/events.ts';
import type { ExitStatus } from '../../../contract/run-outcome.ts';
import { driveOf } from '../../tape/tape-device.ts';
import type { Assignment } from '../model/assignment.ts';
import type { KeptLocks } from '../model/lock-places.ts';
import type { RunMarks } from '../model/run-marks.ts';
import { sentCommands } from '../model/sent-commands.ts';
import type { World } from '../model/world.ts';
import { isProxyJoined } from '../plan/cluster-checks.ts';
import { isFreeOfShadows, isShadowUnmounted } from '../plan/shadow-checks.ts';

export interface LockFacts {
  readonly exitStatus: ExitStatus;
  /** The operator stopped the run immediately: nothing is sent any more. */
  readonly isHalted: boolean;
  /** A lock of the class was seen with another owner, or with none. */
  readonly isLockLost: boolean;
  /** A proxy that the run parted is perhaps not joined. */
  readonly mayBeParted: boolean;
  /** The backup server may have a shadow or a mount. */
  readonly mayHaveShadow: boolean;
  /** Services are stopped, the mount point exists, or detached work may run. */
  readonly hasOther: boolean;
  /** A command of the run may still move the tape. */
  readonly mayMoveTape: boolean;
}

export function locksAtEnd(facts: LockFacts): KeptLocks {
  const { exitStatus, isHalted, isLockLost, mayBeParted, mayHaveShadow, hasOther, mayMoveTape } = facts;
  if (isHalted) return 'all';
  if (exitStatus !== 3) return 'none';
  if (!(isLockLost || mayBeParted || mayHaveShadow || hasOther)) return 'none';
  return mayMoveTape ? 'all' : 'class';
}

/** True if the journal shows that every proxy was rejoined since the last part. */
function isRejoined({ class: className, volumes }: Assignment, events: readonly RunEvent[]): boolean {
  const sent = sentCommands(events).filter(({ intent }) => intent.argv[0] === 'sdxproxy');
  // One that failed may still have parted.
  const parted = sent.findLast(({ intent }) => intent.argv[1] === 'Part');
  return volumes.every(({ proxy }) =>
    sent.some(
      ({ intent: { argv, seq }, isProven }) =>
        isProven &&
        seq > (parted?.intent.seq ?? 0) &&
        argv[1] === 'Rejoin' &&
        argv.includes(className) &&
        argv.includes(proxy),
    ),
  );
}

/**
 * True for a command that reads, writes or changes the tape; the shadow may be read on the same host. A command that
 * starts detached work is judged by that work.
 */
function isOfDrive({ tapeDevice }: Assignment, argv: readonly string[]): boolean {
  const program = posix.basename(argv[0] ?? '');
  if (program === 'sh') return false;
  return ['rmt', 'mtx'].includes(program) || argv.join(' ').includes(driveOf(tapeDevice));
}

/** True if a command of the run may still read or write the tape: detached work, or one whose end was not seen. */
function mayMoveTape(
  assignment: Assignment,
  { works }: RunMarks,
  events: readonly RunEvent[],
  tapeSteps: readonly string[],
): boolean {
  if (works.some(({ purpose, isOver }) => purpose !== 'hash' && !isOver)) return true;
  return sentCommands(events).some(
    ({ intent: { host, step, argv }, ending }) =>
      host === assignment.tapeHost &&
      ending === 'unknown' &&
      tapeSteps.includes(step) &&
      isOfDrive(assignment, argv),
  );
}

export interface RunLeft {
  readonly assignment: Assignment;
  readonly marks: RunMarks;
  readonly events: readonly RunEvent[];
  /** What the hosts show at the end; a side that could not be seen is empty. */
  readonly world: World;
  /** The ids of the steps that move the tape. */
  readonly tapeSteps: readonly string[];
}

/** What a run may have left, according to the hosts; where they do not show it, according to its journal. */
export function leftAtEnd(left: RunLeft): Omit<LockFacts, 'exitStatus' | 'isHalted' | 'isLockLost'> {
  const { assignment, marks, events, world, tapeSteps } = left;
  const { primaries, backup } = world;
  const wasRejoined = isRejoined(assignment, events);
  const isJoined = primaries.length > 0 ? isProxyJoined(assignment, world) : wasRejoined;
  const isClear = isFreeOfShadowsAndMounts(assignment, world);
  return {
    // A restore of a proxy that was parted before leaves it parted, too.
    mayBeParted: (marks.partBegun || assignment.restore !== undefined) && !isJoined,
    mayHaveShadow: backup ? !isClear : marks.shadowBegun && !wasRejoined,
    hasOther:
      (marks.restoreSent && !marks.masterProven) ||
      marks.servicesStopped.length > 0 ||
      marks.operatorStopped ||
      marks.mountPointMade ||
      marks.works.some(({ isOver }) => !isOver),
    mayMoveTape: mayMoveTape(assignment, marks, events, tapeSteps),
  };
}

const isFreeOfShadowsAndMounts = (assignment: Assignment, world: World): boolean =>
  world.backup !== undefined && isFreeOfShadows(assignment, world) && isShadowUnmounted(assignment, world);
