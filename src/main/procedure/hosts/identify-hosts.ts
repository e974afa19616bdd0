/**
 * Identifies the machine of every host of a run, so that a run never continues on another one, and checks that its
 * login shell passes data unchanged.
 */
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { hostNamesOf, type Assignment } from '../model/assignment.ts';
import { machineDifference, movedWords, parseMachine, type HostIdentity } from '../model/host-identity.ts';
import { commandLine } from '../../ssh/quoting.ts';
import { wordsOf, type CommandRunner } from './command-runner.ts';
import type { Hosts } from './hosts.ts';
import type { NodeSight } from './node-sight.ts';
import { machineLook } from '../model/look-commands.ts';

/** Which hosts to query, and through what. */
export interface IdentifyOptions {
  readonly runner: CommandRunner;
  readonly hosts: Hosts;
  readonly assignment: Pick<Assignment, 'primaryNodes' | 'backupServer' | 'tapeHost' | 'platform'>;
  /** Names the step that the queries belong to. */
  readonly step: string;
  /** Nodes that do not answer are left out; by default, each host must answer. */
  readonly nodes?: Pick<NodeSight, 'isMissing' | 'isGone'> | undefined;
  /** True for a host that must show its machine, because it did when the run began; by default, none must. */
  readonly mustTell?: ((host: string) => boolean) | undefined;
}

/** In seconds: an older answer of a login shell may come from other start-up files. */
const shellMaxAgeSeconds = 60;

/** A failed query is sent again: the host may have been out of processes. */
const mostTries = 2;

/** @throws HOST_MACHINE_UNKNOWN for a host that must show its machine and does not */
async function machineOf({ runner, assignment, step, mustTell }: IdentifyOptions, host: string) {
  const { platform } = assignment;
  const look = machineLook(host, platform);
  for (let tried = 1; ; tried += 1) {
    const {
      status,
      stdout: printed,
      stderr,
    } = await runner.send(step, look, { anyStatus: true, timeLimitSeconds: 60 });
    const stdout = printed.toString('utf8');
    const machine = status === 0 ? parseMachine(platform, stdout) : undefined;
    if (machine !== undefined || !mustTell?.(host)) return machine;
    if (tried < mostTries) continue;
    const command = commandLine(look.argv);
    const evidence = {
      host,
      command,
      stdout,
      stderr,
      ...(status === undefined ? {} : { exitStatus: status }),
    };
    const said =
      wordsOf({ stdout, stderr }) || phrase('exit status {status}', { status: status ?? phrase('unknown') });
    throw failure('HOST_MACHINE_UNKNOWN', { host, command, said }, evidence);
  }
}

/** @throws LOGIN_SHELL_…, HOST_MACHINE_UNKNOWN, and errors of a session */
export async function identifyHost(options: IdentifyOptions, name: string): Promise<HostIdentity> {
  const { hosts } = options;
  const seen = await hosts.session(name).seen();
  await hosts.session(name).loginShell?.(shellMaxAgeSeconds);
  const machine = await machineOf(options, name);
  return { name, ...seen, ...(machine === undefined ? {} : { machine }) };
}

/** @throws LOGIN_SHELL_…, HOST_MACHINE_UNKNOWN, and errors of a session */
export async function identifyHosts(options: IdentifyOptions): Promise<HostIdentity[]> {
  const { assignment, nodes, step } = options;
  const identities: HostIdentity[] = [];
  for (const name of hostNamesOf(assignment)) {
    if (nodes?.isMissing(name)) continue;
    try {
      identities.push(await identifyHost(options, name));
    } catch (error) {
      if (!nodes?.isGone(step, name, error)) throw error;
    }
  }
  return identities;
}

/** Prevents that anything is sent to a machine with a host key other than these. @returns what ends that */
export function pinHosts(hosts: Hosts, identities: readonly HostIdentity[]): () => void {
  const undo = identities.map(({ name, hostKey }) => hosts.session(name).pin(hostKey));
  return () => undo.forEach((unpin) => unpin());
}

/** The hosts of a run that is resumed or rolled back. */
export interface SameHosts {
  /** Those that answer with their current identity, the others with their last one. */
  readonly now: readonly HostIdentity[];
  readonly warnings: readonly string[];
}

/**
 * @param known hosts as they were identified last, without those that the operator vouches for
 * @returns true for a host that showed its machine: its key alone, which may have been copied, proves nothing
 */
export const hasTold =
  (known: readonly HostIdentity[]) =>
  (host: string): boolean =>
    known.some(({ name, machine }) => name === host && machine !== undefined);

/**
 * Checks whether the hosts are the machines that a run began with.
 * @param before their identities in the run's journal
 * @param vouched hosts that the operator confirms to be the same machine
 * @throws HOST_IS_ANOTHER, HOST_MACHINE_UNKNOWN, and errors of a session
 */
export async function requireSameHosts(
  options: IdentifyOptions,
  before: readonly HostIdentity[],
  vouched: readonly string[],
): Promise<SameHosts> {
  const known = before.filter(({ name }) => !vouched.includes(name));
  // A host with keys of several types must show the one in the journal.
  const unpin = pinHosts(
    options.hosts,
    known.filter(({ name }) => hostNamesOf(options.assignment).includes(name)),
  );
  try {
    const now = await identifyHosts({ ...options, mustTell: hasTold(known) });
    const missing = known.filter(({ name }) => options.nodes?.isMissing(name));
    return { now: [...now, ...missing], warnings: now.flatMap((host) => compareHost(host, before, vouched)) };
  } finally {
    unpin();
  }
}

/**
 * @param before the hosts as they were identified last
 * @returns warnings
 * @throws HOST_IS_ANOTHER
 */
export function compareHost(
  now: HostIdentity,
  before: readonly HostIdentity[],
  vouched: readonly string[],
): string[] {
  const then = before.find(({ name }) => name === now.name);
  if (!then)
    return [
      phrase(
        '{name} did not answer before: it is not known whether it is the machine on which the run started',
        { name: now.name },
      ),
    ];
  const difference = machineDifference(then, now);
  if (!difference) return [movedWords(then, now)].filter((words) => words !== undefined);
  const { name: host, address, port } = now;
  const { what, expected, actual } = difference;
  if (!vouched.includes(host))
    throw failure('HOST_IS_ANOTHER', { host, address, port, ...difference }, { host, expected, actual });
  return [
    phrase(
      'the {what} of {host} was {expected}, now it is {actual}: the operator confirmed that it is the same machine',
      { what, host, expected, actual },
    ),
  ];
}
