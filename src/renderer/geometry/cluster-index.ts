/** Finds the objects of both domains by name, and gives them keys that are valid on every screen. */
import type {
  Domain,
  Topology,
  TopologyDisk,
  TopologyGroup,
  TopologyVolume,
} from '../../contract/topology.ts';

export type ObjectKind = 'node' | 'class' | 'group' | 'disk' | 'volume';

/** `volume:primary:Class1:Volume2`. GDS allows no colon in names. */
export type ObjectKey = string;

export interface Place {
  readonly domain: Domain;
  readonly class: string;
}

export const objectKey = (kind: ObjectKind, { domain, class: className }: Place, name: string): ObjectKey =>
  `${kind}:${domain}:${className}:${name}`;

export const nodeKey = (name: string): ObjectKey => `node:${name}`;
export const classKey = ({ domain, class: name }: Place): ObjectKey => `class:${domain}:${name}`;

export interface ClusterIndex {
  readonly topology: Topology;
  readonly disks: ReadonlyMap<ObjectKey, TopologyDisk>;
  readonly groups: ReadonlyMap<ObjectKey, TopologyGroup>;
  readonly volumes: ReadonlyMap<ObjectKey, TopologyVolume>;
}

export function indexCluster(topology: Topology): ClusterIndex {
  const byKey = <T extends Place & { readonly name: string }>(kind: ObjectKind, objects: readonly T[]) =>
    new Map(objects.map((object) => [objectKey(kind, object, object.name), object] as const));
  return {
    topology,
    disks: byKey('disk', topology.disks),
    groups: byKey('group', topology.groups),
    volumes: byKey('volume', topology.volumes),
  };
}

export const diskOf = (index: ClusterIndex, place: Place, name: string): TopologyDisk | undefined =>
  index.disks.get(objectKey('disk', place, name));
export const groupOf = (index: ClusterIndex, place: Place, name: string): TopologyGroup | undefined =>
  index.groups.get(objectKey('group', place, name));
export const volumeOf = (index: ClusterIndex, place: Place, name: string): TopologyVolume | undefined =>
  index.volumes.get(objectKey('volume', place, name));

/** The role of a volume in the guide's words. `plain`: neither master nor proxy. */
export type VolumeRole = 'master' | 'proxy' | 'shadow' | 'plain';

export function roleOf({ domain, master, proxies }: TopologyVolume): VolumeRole {
  if (domain === 'backup') return 'shadow';
  if (master !== null) return 'proxy';
  return proxies.length > 0 ? 'master' : 'plain';
}

/** The volume of the cluster that a shadow volume shows. */
export function shadowedBy(index: ClusterIndex, shadow: TopologyVolume): TopologyVolume | undefined {
  const link = index.topology.shadows.find(
    (entry) => entry.shadow.class === shadow.class && entry.shadow.volume === shadow.name,
  );
  return link && volumeOf(index, { domain: 'primary', class: link.of.class }, link.of.volume);
}

/** The shadow volumes that show a volume of the cluster. */
export function shadowsOf(index: ClusterIndex, volume: TopologyVolume): TopologyVolume[] {
  if (volume.domain === 'backup') return [];
  return index.topology.shadows.flatMap(({ shadow, of }) => {
    if (of.class !== volume.class || of.volume !== volume.name) return [];
    return volumeOf(index, { domain: 'backup', class: shadow.class }, shadow.volume) ?? [];
  });
}

/** The classes of the cluster whose volumes are shown by shadows of a class. */
function classesShadowedBy(index: ClusterIndex, shadowClass: string): string[] {
  const links = index.topology.shadows.filter(({ shadow }) => shadow.class === shadowClass);
  return [...new Set(links.map(({ of }) => of.class))];
}

/**
 * The same disk in the other domain: a shadow disk has the name of the disk on the cluster. If several classes have a
 * disk with that name, those count that a shadow volume links.
 */
export function sameDisks(index: ClusterIndex, disk: TopologyDisk): TopologyDisk[] {
  const others = index.topology.disks.filter(
    ({ domain, name }) => domain !== disk.domain && name === disk.name,
  );
  const tied = others.filter((other) => {
    const [shadow, primary] = disk.domain === 'backup' ? [disk, other] : [other, disk];
    return classesShadowedBy(index, shadow.class).includes(primary.class);
  });
  if (tied.length > 0) return tied;
  return others.length === 1 ? others : [];
}
