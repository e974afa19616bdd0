/** Later runs: objects on the hosts may be theirs. Pure. */
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { identifiedHosts } from './host-identity.ts';
import { sentCommands } from './sent-commands.ts';

/** Host keys of the cluster that a run worked on; undefined if its journal does not have them, as in earlier releases. */
function clusterKeys(events: readonly RunEvent[]): readonly string[] | undefined {
  const [start] = events;
  const hosts = start?.type === 'run-started' ? start.hosts : undefined;
  const nodes = hosts?.filter(({ role }) => role === 'primary').map(({ name }) => name) ?? [];
  return identifiedHosts(events)?.flatMap(({ name, hostKey }) => (nodes.includes(name) ? [hostKey] : []));
}

/**
 * True if both runs worked on the same cluster. A site may have been renamed, and the sites of two clusters may have
 * the same name.
 */
export function isSameCluster(one: readonly RunEvent[], other: readonly RunEvent[]): boolean {
  const [keys, others] = [clusterKeys(one), clusterKeys(other)];
  if (keys && others) return keys.some((key) => others.includes(key));
  const [begun, alsoBegun] = [one[0], other[0]];
  return begun?.type === 'run-started' && alsoBegun?.type === 'run-started' && begun.site === alsoBegun.site;
}

type RunStart = EventOf<'run-started'>;

const haveCommonProxy = (one: RunStart, other: RunStart): boolean =>
  one.class === other.class &&
  one.volumes.some(({ proxy }) => other.volumes.some((pair) => pair.proxy === proxy));

/** True if a run has parted a proxy that another one parted before. @param later begun after `first` */
export function hasPartedLater(first: readonly RunEvent[], later: readonly RunEvent[]): boolean {
  const [mine, other] = [first[0], later[0]];
  if (mine?.type !== 'run-started' || other?.type !== 'run-started') return false;
  return (
    haveCommonProxy(mine, other) &&
    isSameCluster(first, later) &&
    sentCommands(later).some(
      ({ intent, ending }) => intent.step === '3-3' && intent.changes && ending !== 'bad',
    )
  );
}

/**
 * True if a later run, whose journal cannot be read, may have parted a proxy that another one parted before.
 * @param later how it began; undefined if not even that is known
 */
export function mayHavePartedLater(first: readonly RunEvent[], later: RunStart | undefined): boolean {
  const [mine] = first;
  return later === undefined || mine?.type !== 'run-started' || haveCommonProxy(mine, later);
}
