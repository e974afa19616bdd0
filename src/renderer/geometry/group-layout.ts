/** Draws a group, or a disk without a group: its disks as strips, volumes on them to scale. */
import { say, sayCount } from '../../contract/text/say.ts';
import { disksBelow, spansOnDisks, type Span } from './blocks-on-disks.ts';
import {
  diskOf,
  groupOf,
  objectKey,
  roleOf,
  type ClusterIndex,
  type ObjectKey,
  type Place,
} from './cluster-index.ts';
import { type Metrics, type DiskItem, type ExtentItem, type PictureItem } from './layout-parts.ts';
import { shownStatus, type Shown } from './status-state.ts';
import type { Box } from './viewport.ts';

/** What is drawn on the disks of a class. */
interface Extent extends Span {
  readonly key: ObjectKey;
  readonly name: string;
  readonly role: ExtentItem['role'];
  readonly status: Shown | undefined;
}

export interface ClassExtents {
  readonly place: Place;
  /** Disk name -> its contents. */
  readonly byDisk: ReadonlyMap<string, readonly Extent[]>;
}

const unallocated: Shown = { text: '', state: 'idle' };

/** All extents of a class, sorted to their disks. */
export function extentsOfClass(index: ClusterIndex, place: Place): ClassExtents {
  const { topology } = index;
  const isHere = (object: Place) => object.domain === place.domain && object.class === place.class;
  const onDisk = new Map<string, Extent[]>();
  const add = (extent: Extent) => onDisk.set(extent.disk, [...(onDisk.get(extent.disk) ?? []), extent]);
  const slices = new Map(
    topology.slices.filter(isHere).map((slice) => [`${slice.volume}:${slice.disk}`, slice.statusOn] as const),
  );
  for (const extent of topology.extents.filter(isHere)) {
    const role = extent.status?.word === 'PRIVATE' ? 'private' : 'free';
    const key = `${role}:${place.domain}:${place.class}`;
    for (const span of spansOnDisks(index, place, extent, extent))
      add({
        ...span,
        key,
        name: role === 'private' ? say('private area') : say('free'),
        role,
        status: unallocated,
      });
  }
  for (const volume of topology.volumes.filter(isHere)) {
    const key = objectKey('volume', place, volume.name);
    for (const span of spansOnDisks(index, place, volume, volume)) {
      const ofSlice = slices.get(`${volume.name}:${span.disk}`);
      const status = shownStatus(ofSlice ?? volume.statusOn);
      add({ ...span, key, name: volume.name, role: roleOf(volume), status });
    }
  }
  return { place, byDisk: onDisk };
}

interface Drawing {
  readonly index: ClusterIndex;
  readonly extents: ClassExtents;
  readonly folded: ReadonlySet<ObjectKey>;
  /** Draws only the frame, for an object that does not exist yet. */
  readonly ghost: boolean;
  readonly metrics: Metrics;
  /** If `ghost`: its placeholder. */
  readonly prefix: string;
}

export interface Drawn {
  readonly items: PictureItem[];
  readonly height: number;
}

function extentItems(drawing: Drawing, disk: string, box: Box, thin: boolean): ExtentItem[] {
  const { index, extents, prefix } = drawing;
  const here = extents.byDisk.get(disk) ?? [];
  const last = Math.max(1, ...here.map(({ first, blocks }) => first + blocks));
  const size = diskOf(index, extents.place, disk)?.blocks ?? last;
  const perBlock = box.width / Math.max(size, last);
  return here.map(({ key, name, role, status, first, blocks }) => ({
    kind: 'extent',
    id: `${prefix}${key}@${disk}:${first}`,
    key,
    name,
    role,
    status: status?.text ?? say('no status shown'),
    state: status?.state ?? 'warn',
    thin,
    x: box.x + first * perBlock,
    y: box.y,
    width: Math.max(blocks * perBlock, 1),
    height: box.height,
  }));
}

function diskItem(drawing: Drawing, name: string, x: number, y: number, width: number): DiskItem {
  const { index, extents, ghost, prefix, metrics } = drawing;
  const disk = diskOf(index, extents.place, name);
  const status = disk && shownStatus(disk.statusOn);
  const key = `${prefix}${objectKey('disk', extents.place, name)}`;
  return {
    kind: 'disk',
    id: key,
    key,
    name,
    device: disk ? [...new Set(Object.values(disk.deviceOn))].join(', ') : '',
    status: status?.text ?? '',
    state: status?.state ?? 'warn',
    ghost,
    scaled: typeof disk?.blocks === 'number',
    x,
    y,
    width,
    height: metrics.diskLabel + metrics.strip,
    strip: { x, y: y + metrics.diskLabel, width, height: metrics.strip },
  };
}

/** A disk with its contents. */
export function drawDisk(drawing: Drawing, name: string, x: number, y: number, width: number): Drawn {
  const { metrics } = drawing;
  const disk = diskItem(drawing, name, x, y, width);
  const inner = { x: x + 1, y: disk.strip.y + 1, width: width - 2, height: metrics.strip - 2 };
  const items = drawing.ghost ? [] : extentItems(drawing, name, inner, false);
  return { items: [disk, ...items], height: disk.height };
}

function noteOf(drawing: Drawing, name: string): string {
  const { index, extents, ghost } = drawing;
  if (ghost) return say('no shadow yet');
  const group = groupOf(index, extents.place, name);
  const count = index.topology.volumes.filter(
    (volume) =>
      volume.group === name && volume.class === extents.place.class && volume.domain === extents.place.domain,
  ).length;
  const volumes = count === 0 ? '' : ` · ${sayCount(count, '{count} volume', '{count} volumes')}`;
  return `${group?.type ?? say('type not shown')}${volumes}`;
}

/** A group with its disks and lower groups; folded, one thin strip of its first disk. */
export function drawGroup(
  drawing: Drawing,
  name: string,
  x: number,
  y: number,
  width: number,
  depth = 0,
): Drawn {
  const { index, extents, folded, ghost, prefix, metrics } = drawing;
  const key = `${prefix}${objectKey('group', extents.place, name)}`;
  const isFolded = folded.has(key);
  const inner = { x: x + metrics.groupPad, width: width - 2 * metrics.groupPad };
  const items: PictureItem[] = [];
  let at = y + metrics.groupHead;
  if (isFolded) {
    const [first] = disksBelow(index, extents.place, name);
    const strip = { ...inner, y: at, height: metrics.foldedStrip };
    if (first !== undefined && !ghost) items.push(...extentItems(drawing, first, strip, true));
    at += metrics.foldedStrip + metrics.groupPad;
  } else {
    for (const member of groupOf(index, extents.place, name)?.disks ?? []) {
      const isGroup = groupOf(index, extents.place, member) !== undefined && depth < 8;
      const draw = isGroup ? drawGroup : drawDisk;
      const part = draw(drawing, member, inner.x, at, inner.width, depth + 1);
      items.push(...part.items);
      at += part.height + metrics.diskGap;
    }
  }
  const height = at - y;
  const frame = { x, y, width, height };
  const note = noteOf(drawing, name);
  return {
    items: [{ kind: 'group', id: key, key, name, note, depth, folded: isFolded, ghost, ...frame }, ...items],
    height,
  };
}
