/**
 * Who owns something: a process of one boot of one machine. And whether that owner is running, gone, or unknown.
 *
 * A number of a process means something in its PID namespace alone, a namespace in its boot alone, and two machines may
 * have one host name. So an owner is gone only where host name, machine, boot and namespace are ours. Where Linux does
 * not tell them (another platform, no /proc), no owner is ever gone: its process is alive where this host has one of
 * that number, and is not known otherwise.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What distinguishes one machine, boot and PID namespace from another; undefined if the platform does not say. */
export interface ProcessPlace {
  /** The host name. */
  readonly host: string;
  /** A digest of /etc/machine-id, which must not be published (machine-id(5)); where there is none, of the boot's id. */
  readonly machine?: string | undefined;
  /** A digest of the boot's id (random(4)): drawn again at each boot. */
  readonly boot?: string | undefined;
  /** The inode of the PID namespace (pid_namespaces(7)). */
  readonly namespace?: string | undefined;
}

export interface ProcessOwner extends ProcessPlace {
  readonly process: number;
  /** When the process began, in clock ticks since the boot: the 22nd field of /proc/PID/stat (proc(5)). */
  readonly started?: string | undefined;
  /** Drawn by each console when it starts. */
  readonly console?: string | undefined;
}

/** `unknown`: the owner may be running, and cannot be asked from here. */
export type Liveness = 'alive' | 'gone' | 'unknown';

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Enough that no two machines of a site are alike, and short enough for a file name. */
const digestOf = (id: string | undefined): string | undefined =>
  id && createHash('sha256').update(`shadowtape ${id}`).digest('hex').slice(0, 12);

function namespaceOf(process: number | 'self'): string | undefined {
  try {
    return /\d+/.exec(readlinkSync(`/proc/${process}/ns/pid`))?.[0];
  } catch {
    return undefined;
  }
}

function readPlace(): ProcessPlace {
  const boot = digestOf(textOf('/proc/sys/kernel/random/boot_id'));
  const machine = digestOf(textOf('/etc/machine-id') ?? textOf('/var/lib/dbus/machine-id')) ?? boot;
  return { host: hostname(), machine, boot, namespace: namespaceOf('self') };
}

let place: ProcessPlace | undefined;

/** Where this process runs. */
export const thisPlace = (): ProcessPlace => (place ??= readPlace());

interface ProcessState {
  readonly started: string | undefined;
  /** It has ended, and its parent has not asked for its exit status yet. */
  readonly isZombie: boolean;
}

function stateOf(process: number): ProcessState | undefined {
  const stat = textOf(`/proc/${process}/stat`);
  // The second field is the program's name, and may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields && { started: fields[19], isZombie: fields[0] === 'Z' || fields[0] === 'X' };
}

const consoleId = randomBytes(4).toString('hex');
let started: string | undefined;

/** This process as an owner: the same at each call. */
export function thisProcess(): ProcessOwner {
  started ??= stateOf(process.pid)?.started;
  return { ...thisPlace(), process: process.pid, started, console: consoleId };
}

function exists(process: number): boolean {
  try {
    globalThis.process.kill(process, 0);
    return true;
  } catch (error) {
    // A process of somebody else exists, too.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

const isSame = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && one === other;

/** True if both are known, and differ. */
const differs = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one !== other;

/**
 * Reports whether the process of an owner is running. A reboot and a clone look alike, so neither makes an owner gone.
 * @param here where this process runs
 */
export function livenessOf(owner: ProcessOwner, here: ProcessPlace = thisPlace()): Liveness {
  const { machine, boot, namespace, process, started: began } = owner;
  const isSurelyHere =
    isSame(owner.host, here.host) &&
    isSame(machine, here.machine) &&
    isSame(boot, here.boot) &&
    isSame(namespace, here.namespace);
  const mayBeHere =
    owner.host === here.host &&
    !differs(machine, here.machine) &&
    !differs(boot, here.boot) &&
    !differs(namespace, here.namespace);
  if (!isSurelyHere) return mayBeHere && exists(process) ? 'alive' : 'unknown';
  if (!exists(process)) return 'gone';
  const state = stateOf(process);
  // A number is used again, and a system that hides /proc from others hides the difference.
  return state && (state.isZombie || differs(began, state.started)) ? 'gone' : 'alive';
}

/** True if the owner says that it runs on a different host. */
export const isElsewhere = ({ host }: ProcessPlace, here: ProcessPlace = thisPlace()): boolean =>
  host !== here.host;
