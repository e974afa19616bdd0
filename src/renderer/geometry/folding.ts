/** Which groups are folded: in a large cluster all without a job, until the operator opens them. */
import { groupOf, objectKey, volumeOf, type ClusterIndex, type ObjectKey } from './cluster-index.ts';

interface JobVolumes {
  readonly class: string;
  readonly volumes: readonly { readonly master: string; readonly proxy: string }[];
}

/** A cluster with this many volumes counts as large. */
const largeFrom = 60;

/** Keys of the uppermost groups. */
export function foldable(index: ClusterIndex): ObjectKey[] {
  return index.topology.groups
    .filter(({ upperGroup }) => upperGroup === null)
    .map((group) => objectKey('group', group, group.name));
}

export function foldedAtFirst(index: ClusterIndex, jobs: readonly JobVolumes[]): Set<ObjectKey> {
  if (index.topology.volumes.length < largeFrom) return new Set();
  const wanted = new Set(
    jobs.flatMap(({ class: className, volumes }) =>
      volumes
        .flatMap(({ master, proxy }) => [master, proxy])
        .flatMap(
          (name) =>
            groupKeyOf(index, objectKey('volume', { domain: 'primary', class: className }, name)) ?? [],
        ),
    ),
  );
  return new Set(foldable(index).filter((key) => key.startsWith('group:primary:') && !wanted.has(key)));
}

/** The uppermost group that an object lies in. */
export function groupKeyOf(index: ClusterIndex, key: ObjectKey): ObjectKey | undefined {
  const [kind, domain, className = '', name = ''] = key.split(':');
  const place = {
    domain: domain === 'backup' ? ('backup' as const) : ('primary' as const),
    class: className,
  };
  const object = kind === 'volume' ? volumeOf(index, place, name) : index.disks.get(key);
  const own = kind === 'group' ? name : object?.group;
  const group = own ? groupOf(index, place, own) : undefined;
  return group && objectKey('group', place, group.upperGroup ?? group.name);
}

/** The set with the key added, or removed if it was in it. */
export function toggled(keys: ReadonlySet<ObjectKey>, key: ObjectKey): ReadonlySet<ObjectKey> {
  return new Set(keys.has(key) ? [...keys].filter((other) => other !== key) : [...keys, key]);
}
