/** Arranges the groups of a class vertically: a proxy's group follows its master's. */
import type { Domain, TopologyGroup, TopologyVolume } from '../../contract/topology.ts';
import { say } from '../../contract/text/say.ts';
import { classKey, objectKey, type ClusterIndex, type ObjectKey, type Place } from './cluster-index.ts';
import { drawDisk, drawGroup, extentsOfClass, type ClassExtents, type Drawn } from './group-layout.ts';
import { type ClassItem, type Metrics, type PictureItem } from './layout-parts.ts';
import { columnGap, dealt } from './picture-columns.ts';
import type { Box } from './viewport.ts';

/** A group, or a disk without a group, in a class. */
export interface Holder {
  readonly kind: 'group' | 'disk';
  readonly name: string;
}

const isIn =
  ({ domain, class: name }: Place) =>
  (object: Place): boolean =>
    object.domain === domain && object.class === name;

const standsOn = ({ kind, name }: Holder, volume: TopologyVolume): boolean =>
  kind === 'group' ? volume.group === name : volume.group === null && volume.disk === name;

/** The volumes of each holder. */
function volumesOn(index: ClusterIndex, place: Place, holder: Holder): TopologyVolume[] {
  return index.topology.volumes.filter(isIn(place)).filter((volume) => standsOn(holder, volume));
}

const topOf = (groups: readonly TopologyGroup[], name: string): string => {
  const upper = groups.find((group) => group.name === name)?.upperGroup ?? null;
  return upper === null || upper === name ? name : upper;
};

interface OrderedHolder {
  readonly holder: Holder;
  /** True right below its master's. */
  readonly tied: boolean;
  /** True if it is not related to any before it. */
  readonly begins: boolean;
}

/** The holders of a class in the order of the picture. */
export function orderedHolders(index: ClusterIndex, place: Place): OrderedHolder[] {
  const { topology } = index;
  const groups = topology.groups.filter(isIn(place));
  const disks = topology.disks.filter(isIn(place)).filter(({ group }) => group === null);
  const holders: Holder[] = [
    ...groups
      .filter(({ upperGroup }) => upperGroup === null)
      .map(({ name }) => ({ kind: 'group' as const, name })),
    ...disks.map(({ name }) => ({ kind: 'disk' as const, name })),
  ];
  const volumes = topology.volumes.filter(isIn(place));
  const holderOf = ({ group, disk }: TopologyVolume) => (group === null ? disk : topOf(groups, group));
  const byName = new Map(volumes.map((volume) => [volume.name, volume] as const));
  // Holder -> holders of its masters' proxies.
  const followers = new Map<string, Set<string>>();
  for (const volume of volumes) {
    const master = volume.master === null ? undefined : byName.get(volume.master);
    const [from, to] = [master && holderOf(master), holderOf(volume)];
    if (from && to && from !== to) followers.set(from, (followers.get(from) ?? new Set()).add(to));
  }
  const isFollower = new Set([...followers.values()].flatMap((names) => [...names]));
  const placed = new Set<string>();
  const ordered: OrderedHolder[] = [];
  const put = (holder: Holder, tied: boolean, begins: boolean) => {
    if (placed.has(holder.name)) return;
    placed.add(holder.name);
    ordered.push({ holder, tied, begins });
    for (const name of followers.get(holder.name) ?? []) {
      const next = holders.find((entry) => entry.name === name);
      if (next) put(next, ordered.at(-1)?.holder === holder, false);
    }
  };
  const holds = (holder: Holder) => volumesOn(index, place, holder).length > 0;
  const first = holders.filter((holder) => !isFollower.has(holder.name));
  // Holders without a volume, such as spare disks, come last.
  for (const holder of [...first.filter(holds), ...first, ...holders]) put(holder, false, true);
  return ordered;
}

export interface ClassDrawing {
  readonly index: ClusterIndex;
  readonly place: Place;
  readonly folded: ReadonlySet<ObjectKey>;
  readonly metrics: Metrics;
  readonly x: number;
  readonly width: number;
  /** The number of columns for the contents of a class. */
  readonly count: number;
}

/** Room for lines at the inner right edge of a class, and their position. */
const gutter = 14;
const gutterLine = 9;

/** A frame around the contents of a class. */
export function classFrame(
  place: Place,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  note: string,
  { ghost = false, gutters = [] }: Partial<Pick<ClassItem, 'ghost' | 'gutters'>> = {},
): ClassItem {
  const key = `${ghost ? 'ghost:' : ''}${classKey(place)}`;
  return { kind: 'class', id: key, key, name: place.class, note, ghost, gutters, ...box };
}

export function drawHolder(
  drawing: Omit<ClassDrawing, 'count'>,
  holder: Holder,
  y: number,
  ghost = false,
  extents = extentsOfClass(drawing.index, drawing.place),
): Drawn {
  const { index, folded, metrics, x, width } = drawing;
  const parts = { index, extents, folded, metrics, ghost, prefix: ghost ? 'ghost:' : '' };
  return holder.kind === 'group'
    ? drawGroup(parts, holder.name, x, y, width)
    : drawDisk(parts, holder.name, x + metrics.groupPad, y, width - 2 * metrics.groupPad);
}

/** Between folded groups the line needs no room for its label. */
function gapBefore({ place, folded, metrics }: ClassDrawing, { kind, name }: Holder, tied: boolean): number {
  if (!tied) return metrics.groupGap;
  return folded.has(objectKey(kind, place, name)) ? metrics.foldedGap : metrics.tiedGap;
}

/** The contents of a class, split where a column may end: masters stay with their proxies. */
function chainsOf({ index, place }: ClassDrawing): OrderedHolder[][] {
  const chains: OrderedHolder[][] = [];
  for (const ordered of orderedHolders(index, place)) {
    if (ordered.begins) chains.push([]);
    chains.at(-1)?.push(ordered);
  }
  return chains;
}

/** Draws a chain at the origin of a column. */
function drawChain(drawing: ClassDrawing, chain: readonly OrderedHolder[], extents: ClassExtents): Drawn {
  const items: PictureItem[] = [];
  let at = 0;
  for (const [order, { holder, tied }] of chain.entries()) {
    if (order > 0) at += gapBefore(drawing, holder, tied);
    const drawn = drawHolder(drawing, holder, at, false, extents);
    items.push(...drawn.items);
    at += drawn.height;
  }
  return { items, height: at };
}

function moved<Moved extends PictureItem>(item: Moved, dx: number, dy: number): Moved {
  const to = <B extends Box>(box: B): B => ({ ...box, x: box.x + dx, y: box.y + dy });
  return item.kind === 'disk' ? { ...to(item), strip: to(item.strip) } : to(item);
}

/** A class from `y` on. */
export function drawClass(drawing: ClassDrawing, y: number): Drawn {
  const { index, place, metrics, x, width, count } = drawing;
  const extents = extentsOfClass(index, place);
  const room = width - 2 * metrics.classPad - gutter;
  const drawIn = (columns: number) => {
    const across = (room - (columns - 1) * columnGap) / columns;
    const inner = { ...drawing, x: 0, width: across };
    return { across, chains: chainsOf(drawing).map((chain) => drawChain(inner, chain, extents)) };
  };
  // The height of a chain does not depend on its width.
  const heights = (count > 1 ? drawIn(1) : undefined)?.chains.map(({ height }) => height) ?? [];
  const places = dealt(heights, metrics.groupGap, count);
  const used = Math.max(0, ...places) + 1;
  const { across, chains } = drawIn(used);
  const left = (column: number) => x + metrics.classPad + column * (across + columnGap);
  const top = y + metrics.classHead;
  const items: PictureItem[] = [];
  const ends = Array.from({ length: used }, () => top);
  for (const [order, chain] of chains.entries()) {
    const column = places[order] ?? 0;
    const end = ends[column] ?? top;
    const from = end === top ? top : end + metrics.groupGap;
    items.push(...chain.items.map((item) => moved(item, left(column), from)));
    ends[column] = from + chain.height;
  }
  const height = Math.max(...ends) + metrics.classPad - y;
  const known = index.topology.classes.find(
    (entry) => entry.domain === place.domain && entry.name === place.class,
  );
  const note =
    known === undefined || known.nodes.length === 0
      ? ''
      : say('on {nodes}', { nodes: known.nodes.join(', ') });
  const between = Array.from({ length: used - 1 }, (_, column) => left(column + 1) - columnGap / 2);
  const frame = classFrame(place, { x, y, width, height }, note, {
    gutters: [...between, x + width - gutterLine],
  });
  return { items: [frame, ...items], height };
}

/** The classes of a domain, including those without objects. */
export function placesOf(index: ClusterIndex, domain: Domain): Place[] {
  const { classes } = index.topology;
  return classes.filter((entry) => entry.domain === domain).map(({ name }) => ({ domain, class: name }));
}
