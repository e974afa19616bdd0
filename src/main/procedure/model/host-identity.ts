/** Which machine a host is: its host key, and the identity that its system reports. Pure. */
import { createHash } from 'node:crypto';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { Platform } from '../../site/site-schema.ts';

export type HostIdentity = EventOf<'hosts-identified'>['hosts'][number];

/**
 * The query for the machine: the number that Solaris keeps in its NVRAM (hostid(1)), or the id that Linux creates at
 * installation (machine-id(5)).
 */
export function machineQuery(platform: Platform): readonly string[] {
  return platform === 'solaris' ? ['hostid'] : ['cat', '/etc/machine-id'];
}

/**
 * @param stdout what the query printed, where it ended with exit status 0
 * @returns undefined if it is not an answer. The id of Linux must not leave its machine (machine-id(5)), so a digest is
 *   used.
 */
export function parseMachine(platform: Platform, stdout: string): string | undefined {
  const told = stdout.trim();
  if (platform === 'solaris') return /^[0-9a-f]{1,8}$/.test(told) ? `hostid ${told}` : undefined;
  if (!/^[0-9a-f]{32}$/.test(told)) return undefined;
  return `machine-id sha256:${createHash('sha256').update(told).digest('hex').slice(0, 16)}`;
}

/** The hosts of a run as they were identified last; undefined if its journal does not have them, as in earlier releases. */
export function identifiedHosts(events: readonly RunEvent[]): readonly HostIdentity[] | undefined {
  return events.findLast((event) => event.type === 'hosts-identified')?.hosts;
}

/** Evidence that a host is a different machine. */
export interface MachineDifference {
  readonly what: 'host key' | 'machine';
  readonly expected: string;
  readonly actual: string;
}

/** @returns undefined if nothing shows that `now` and `then` are different machines */
export function machineDifference(then: HostIdentity, now: HostIdentity): MachineDifference | undefined {
  if (then.hostKey !== now.hostKey) return { what: 'host key', expected: then.hostKey, actual: now.hostKey };
  if (then.machine === undefined || now.machine === undefined || then.machine === now.machine)
    return undefined;
  return { what: 'machine', expected: then.machine, actual: now.machine };
}

/** @returns a sentence if the same machine is reached in another way; otherwise undefined */
export function movedWords(then: HostIdentity, now: HostIdentity): string | undefined {
  if (then.address === now.address && then.port === now.port) return undefined;
  const [before, since] = [then, now].map(({ address, port }) =>
    phrase('{address}, port {port}', { address, port }),
  );
  return phrase('{name} is reached at {since}, and was at {before}; it is the same machine', {
    name: now.name,
    since: since ?? '',
    before: before ?? '',
  });
}
