/** Lays the topology out: the cluster's nodes and classes on the left, the backup server with its shadows and the drive on the right. */
import type { JobInfo, SiteInfo } from '../../contract/screens.ts';
import type { TopologyDisk, TopologyVolume } from '../../contract/topology.ts';
import { say } from '../../contract/text/say.ts';
import { disksBelow } from './blocks-on-disks.ts';
import { classFrame, drawClass, drawHolder, orderedHolders, placesOf, type Holder } from './class-layout.ts';
import {
  nodeKey,
  sameDisks,
  volumeOf,
  type ClusterIndex,
  type ObjectKey,
  type Place,
} from './cluster-index.ts';
import {
  metricsFor,
  type Columns,
  type Metrics,
  type NodeItem,
  type Picture,
  type PictureItem,
  type TapeItem,
} from './layout-parts.ts';
import { bestCount, columnsOf } from './picture-columns.ts';
import { tiesOf } from './ties.ts';
import type { Box } from './viewport.ts';

export interface LayoutOptions {
  /** The available pixels at scale 1. */
  readonly width: number;
  /** Of the window: a small cluster is stretched to it. */
  readonly height: number;
  readonly folded: ReadonlySet<ObjectKey>;
  /** Uses columns if the picture is higher than the window, so that all of it is as large as possible. */
  readonly allOfIt: boolean;
  readonly hosts: SiteInfo['hosts'];
  /** The place of these jobs' shadows is shown while they do not exist. */
  readonly jobs: readonly Pick<JobInfo, 'class' | 'volumes' | 'shadowClass'>[];
  readonly tape: { readonly host: string; readonly device: string };
}

const tapeKey: ObjectKey = 'tape';

/** While the room for it is not known. */
export const emptyPicture: Picture = {
  width: 1,
  height: 1,
  columns: columnsOf(1),
  items: [],
  ties: [],
  folded: new Set(),
};

function nodeItems(hosts: LayoutOptions['hosts'], { nodes, backup }: Columns, metrics: Metrics): NodeItem[] {
  const primaries = hosts.filter(({ role }) => role === 'primary');
  const node = (name: string, note: string, box: Box): NodeItem => ({
    kind: 'node',
    id: nodeKey(name),
    key: nodeKey(name),
    name,
    note,
    ...box,
  });
  const at = (y: number) => ({ ...nodes, y, height: metrics.nodeHeight });
  const left = primaries.map(({ name }, order) =>
    node(name, 'primary', at(nodes.y + 24 + order * (metrics.nodeHeight + 10))),
  );
  const right = hosts
    .filter(({ role }) => role === 'backup')
    .map(({ name }) =>
      node(name, say('backup server'), { ...backup, y: backup.y + 24, height: metrics.nodeHeight }),
    );
  return [...left, ...right];
}

interface ShadowClass {
  readonly place: Place;
  readonly parts: readonly {
    readonly holder: Holder;
    readonly wanted: number;
    readonly ghost: Place | undefined;
  }[];
}

const topHolder = (index: ClusterIndex, volume: TopologyVolume): Holder | undefined => {
  if (volume.group === null) return volume.disk === null ? undefined : { kind: 'disk', name: volume.disk };
  const groups = index.topology.groups.filter(
    (group) => group.domain === volume.domain && group.class === volume.class,
  );
  const upper = groups.find(({ name }) => name === volume.group)?.upperGroup ?? null;
  return { kind: 'group', name: upper ?? volume.group };
};

/** The position of a holder's frame in the left half; undefined if it is not drawn. */
function placeInPicture(
  items: readonly PictureItem[],
  place: Place,
  { kind, name }: Holder,
): number | undefined {
  return items.find(({ key }) => key === `${kind}:${place.domain}:${place.class}:${name}`)?.y;
}

/** The holders on which shadows will be built, by class, according to the jobs. */
function expected(
  index: ClusterIndex,
  jobs: LayoutOptions['jobs'],
): Map<string, Map<string, [Place, Holder]>> {
  const byClass = new Map<string, Map<string, [Place, Holder]>>();
  for (const { class: className, volumes, shadowClass } of jobs) {
    const place: Place = { domain: 'primary', class: className };
    for (const { proxy } of volumes) {
      const volume = volumeOf(index, place, proxy);
      const holder = volume && topHolder(index, volume);
      const isThere = index.topology.shadows.some(
        ({ of, shadow }) => of.class === className && of.volume === proxy && shadow.class === shadowClass,
      );
      if (holder === undefined || isThere) continue;
      const known = byClass.get(shadowClass) ?? new Map<string, [Place, Holder]>();
      byClass.set(shadowClass, known.set(`${className}:${holder.name}`, [place, holder]));
    }
  }
  return byClass;
}

function counterpart(index: ClusterIndex, place: Place, holder: Holder): TopologyDisk | undefined {
  const names = holder.kind === 'group' ? disksBelow(index, place, holder.name) : [holder.name];
  const disk = index.topology.disks.find(
    (entry) => entry.domain === place.domain && entry.class === place.class && entry.name === names[0],
  );
  return disk && sameDisks(index, disk)[0];
}

function shadowClasses(
  index: ClusterIndex,
  left: readonly PictureItem[],
  jobs: LayoutOptions['jobs'],
): ShadowClass[] {
  const ghosts = expected(index, jobs);
  const real = placesOf(index, 'backup');
  const missing = [...ghosts.keys()].filter((name) => real.every((place) => place.class !== name));
  const places = [...real, ...missing.map((name): Place => ({ domain: 'backup', class: name }))];
  return places.map((place) => {
    const there = orderedHolders(index, place).map(({ holder }) => {
      const same = counterpart(index, place, holder);
      const inGroup = same?.group ? { kind: 'group' as const, name: same.group } : undefined;
      const other = same && (inGroup ?? { kind: 'disk' as const, name: same.name });
      const wanted = same && other ? placeInPicture(left, same, other) : undefined;
      return { holder, wanted: wanted ?? 0, ghost: undefined };
    });
    const ghostly = [...(ghosts.get(place.class)?.values() ?? [])].map(([of, holder]) => ({
      holder,
      wanted: placeInPicture(left, of, holder) ?? 0,
      ghost: of,
    }));
    return { place, parts: [...there, ...ghostly].toSorted((one, other) => one.wanted - other.wanted) };
  });
}

function drawShadowClasses(
  index: ClusterIndex,
  classes: readonly ShadowClass[],
  { backup }: Columns,
  from: number,
  { folded, metrics }: { readonly folded: ReadonlySet<ObjectKey>; readonly metrics: Metrics },
): PictureItem[] {
  const items: PictureItem[] = [];
  let at = from;
  for (const { place, parts } of classes.toSorted(
    (one, other) => (one.parts[0]?.wanted ?? 0) - (other.parts[0]?.wanted ?? 0),
  )) {
    const isGhost = parts.every(({ ghost }) => ghost !== undefined);
    const top = Math.max(at, (parts[0]?.wanted ?? 0) - metrics.classHead);
    const inner: PictureItem[] = [];
    let y = top + metrics.classHead;
    for (const { holder, wanted, ghost } of parts) {
      y = Math.max(y, wanted);
      const drawing = {
        index,
        place: ghost ?? place,
        folded,
        metrics,
        x: backup.x + metrics.classPad,
        width: backup.width - 2 * metrics.classPad,
      };
      const drawn = drawHolder(drawing, holder, y, ghost !== undefined);
      inner.push(...drawn.items);
      y += drawn.height + metrics.groupGap;
    }
    const height = y - metrics.groupGap + metrics.classPad - top;
    const note = isGhost ? say('shadows are created here') : say('in memory, on this host only');
    items.push(classFrame(place, { ...backup, y: top, height }, note, { ghost: isGhost }), ...inner);
    at = top + height + metrics.groupGap;
  }
  return items;
}

function tapeItem(
  { tape, hosts }: LayoutOptions,
  { backup }: Columns,
  y: number,
  metrics: Metrics,
): TapeItem {
  const elsewhere = hosts.find(({ name }) => name === tape.host)?.role === 'backup' ? '' : `${tape.host} `;
  const box = { ...backup, y, height: metrics.tapeHeight };
  return { kind: 'tape', id: tapeKey, key: tapeKey, name: `${elsewhere}${tape.device}`, ...box };
}

function layoutWith(index: ClusterIndex, options: LayoutOptions, metrics: Metrics, count = 1): Picture {
  const { folded, hosts, jobs } = options;
  const columns = columnsOf(options.width, metrics, count);
  const nodes = nodeItems(hosts, columns, metrics);
  const left: PictureItem[] = [];
  let at = columns.classes.y;
  for (const place of placesOf(index, 'primary')) {
    const { x, width: across } = columns.classes;
    const drawn = drawClass({ index, place, folded, metrics, x, width: across, count }, at);
    left.push(...drawn.items);
    at += drawn.height + metrics.groupGap;
  }
  const serverEnd = columns.backup.y + 24 + metrics.nodeHeight;
  const tape = tapeItem(options, columns, serverEnd + 14, metrics);
  const shadowsFrom = tape.y + tape.height + metrics.groupGap;
  const right = drawShadowClasses(index, shadowClasses(index, left, jobs), columns, shadowsFrom, {
    folded,
    metrics,
  });
  const items = [...nodes, tape, ...left, ...right];
  const width = columns.backup.x + columns.backup.width + metrics.margin;
  const height = Math.max(...items.map((item) => item.y + item.height)) + metrics.margin;
  return { width, height, columns, items, ties: tiesOf(index, items), folded };
}

/** The maximum stretch of a small cluster. */
const mostStretch = 1.7;

/** In as many columns as make all of it largest. */
function inColumns(index: ClusterIndex, options: LayoutOptions, one: Picture): Picture {
  const metrics = metricsFor(1);
  const count = bestCount(options, (columns) => {
    const { backup } = columnsOf(options.width, metrics, columns);
    return { width: backup.x + backup.width + metrics.margin, height: one.height / columns };
  });
  return count === 1 ? one : layoutWith(index, options, metrics, count);
}

/** Draws both domains. Pure: the same cluster gives the same picture. */
export function layoutTopology(index: ClusterIndex, options: LayoutOptions): Picture {
  const picture = layoutWith(index, options, metricsFor(1));
  if (options.allOfIt && picture.height > options.height) return inColumns(index, options, picture);
  const stretch = Math.min((options.height * 0.92) / picture.height, mostStretch);
  return stretch > 1.05 ? layoutWith(index, options, metricsFor(stretch)) : picture;
}
