/**
 * The command that holds a shadow volume open on the backup server: `sdxshadowvolume -F` fails while the volume is in use (GDS guide
 * 4.5, D.17), so nobody can remove or rebuild it meanwhile. Pure.
 *
 * The shell itself keeps the device open, and starts no program: ksh closes descriptors above 2 when it runs one. It ends with its
 * input. The raw device is read only, and nothing is read from it.
 */
import { quoteArgument } from '../../ssh/quoting.ts';
import { rawDevice } from '../../gds/commands.ts';
import type { Assignment, VolumeAssignment } from './assignment.ts';

/**
 * A raw device that passes through this program needs no holder: its records are compared with the cluster's, which
 * proves more.
 */
export function isHeldOpen({ route }: Pick<Assignment, 'route'>, { method }: VolumeAssignment): boolean {
  return method !== '6a' || route !== 'console';
}

/** The proxies whose shadows are held open. */
export const heldProxies = (assignment: Pick<Assignment, 'route' | 'volumes'>): string[] =>
  assignment.volumes.filter((volume) => isHeldOpen(assignment, volume)).map(({ proxy }) => proxy);

/** Each holder takes a channel of the connection, and sshd allows 10 by default (sshd_config(5), MaxSessions). */
export const mostHeld = 4;

/**
 * Words that no other process begins with. The process list shows them first; Solaris shows 80 characters at most
 * (proc(5)).
 */
const ownWords = (run: string) => `: shadowtape-holder ${quoteArgument(run)};`;

/**
 * The command. It prints `held PID`, and again for each line that it reads.
 * @param run name of the run
 * @param volume whose shadow is held open
 */
export function holderCommand(run: string, { shadow }: VolumeAssignment): string[] {
  const script = [
    ownWords(run),
    'exec 3< "$1" || exit 1; echo "held $$"; while read line; do echo "held $$"; done',
  ].join(' ');
  return ['sh', '-c', script, 'sh', rawDevice(shadow.class, shadow.volume)];
}

/** The number of the process that answers; undefined if the line is not an answer. */
export function parseHeld(line: string): number | undefined {
  const pid = /^held (\d{1,9})$/.exec(line.trim())?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** Characters that Solaris shows of a process's arguments (proc(5)). */
const shownCharacters = 79;

/** The numbers of this run's holders in what `ps -o pid,ppid,args` printed; those that have ended are not among them. */
export function holdersIn(processList: string, run: string): number[] {
  const words = `sh -c ${ownWords(run)}`;
  return processList.split('\n').flatMap((line) => {
    const [, pid, shown] = /^\s*(\d{1,9})\s+\d{1,9}\s+(\S.*)$/.exec(line) ?? [];
    if (pid === undefined || shown === undefined) return [];
    const isCut = shown.length >= shownCharacters - 1 && words.startsWith(shown);
    return shown.startsWith(words) || isCut ? [Number(pid)] : [];
  });
}
