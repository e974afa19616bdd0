/** What is highlighted with an object: everything on the same blocks, and everything linked to it. */
import { disksBelow, disksOfVolume } from './blocks-on-disks.ts';
import {
  classKey,
  diskOf,
  groupOf,
  nodeKey,
  objectKey,
  sameDisks,
  shadowedBy,
  shadowsOf,
  volumeOf,
  type ClusterIndex,
  type ObjectKey,
  type Place,
} from './cluster-index.ts';
import type { TopologyDisk, TopologyVolume } from '../../contract/topology.ts';

export interface Lit {
  /** The object itself, and everything on the same blocks. */
  readonly same: ReadonlySet<ObjectKey>;
  /** What it is built on, and what is copied to or from it. */
  readonly related: ReadonlySet<ObjectKey>;
}

const volumeKey = (volume: TopologyVolume) => objectKey('volume', volume, volume.name);
const diskKey = (disk: TopologyDisk) => objectKey('disk', disk, disk.name);

function litByVolume(index: ClusterIndex, volume: TopologyVolume): Lit {
  const shown = shadowedBy(index, volume);
  const source = shown ?? volume;
  const same = [volume, source, ...shadowsOf(index, source)];
  const copies = [...source.proxies, ...(source.master === null ? [] : [source.master])];
  const related = [
    ...same.flatMap((one) => disksOfVolume(index, one).map(diskKey)),
    ...copies.map((name) => objectKey('volume', source, name)),
  ];
  return { same: new Set(same.map(volumeKey)), related: new Set(related) };
}

/** The volumes of a group, those of its upper and lower groups, and of single disks. */
function volumesOnDisks(index: ClusterIndex, disks: readonly TopologyDisk[]): TopologyVolume[] {
  const keys = new Set(disks.map(diskKey));
  return index.topology.volumes.filter((volume) =>
    disksOfVolume(index, volume).some((disk) => keys.has(diskKey(disk))),
  );
}

function litByDisks(index: ClusterIndex, disks: readonly TopologyDisk[], also: readonly ObjectKey[]): Lit {
  const all = [...disks, ...disks.flatMap((disk) => sameDisks(index, disk))];
  return {
    same: new Set([...all.map(diskKey), ...also, ...all.map((disk) => `ghost:${diskKey(disk)}`)]),
    related: new Set(volumesOnDisks(index, all).map(volumeKey)),
  };
}

function placeOfKey(key: ObjectKey): { kind: string; place: Place; name: string } {
  const [kind = '', domain, className = '', name = ''] = key.replace(/^ghost:/, '').split(':');
  return { kind, place: { domain: domain === 'backup' ? 'backup' : 'primary', class: className }, name };
}

function litByClass(index: ClusterIndex, place: Place): Lit {
  const isIn = (object: Place) => object.domain === place.domain && object.class === place.class;
  const disks = index.topology.disks.filter(isIn);
  const nodes = index.topology.classes.find(
    (entry) => entry.domain === place.domain && entry.name === place.class,
  );
  const { same, related } = litByDisks(index, disks, [classKey(place)]);
  return { same, related: new Set([...related, ...(nodes?.nodes ?? []).map(nodeKey)]) };
}

/** @param key of an object of the picture; nothing is highlighted for an absent one */
export function litBy(index: ClusterIndex, key: ObjectKey): Lit {
  const { kind, place, name } = placeOfKey(key);
  const none: Lit = { same: new Set([key]), related: new Set() };
  if (kind === 'volume') {
    const volume = volumeOf(index, place, name);
    return volume ? litByVolume(index, volume) : none;
  }
  if (kind === 'disk') {
    const disk = diskOf(index, place, name);
    return disk ? litByDisks(index, [disk], [key]) : none;
  }
  if (kind === 'group') {
    const disks = disksBelow(index, place, name).flatMap((disk) => diskOf(index, place, disk) ?? []);
    return groupOf(index, place, name) ? litByDisks(index, disks, [key]) : none;
  }
  return kind === 'class' ? litByClass(index, { ...place, class: place.class }) : none;
}
