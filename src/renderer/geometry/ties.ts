/** The lines of the topology's picture: node to class, master to proxy, disk to the same disk on the other side. */
import { say } from '../../contract/text/say.ts';
import { disksOfVolume } from './blocks-on-disks.ts';
import { objectKey, sameDisks, shadowsOf, type ClusterIndex, type ObjectKey } from './cluster-index.ts';
import type { ClassItem, DiskItem, ExtentItem, PictureItem, Tie } from './layout-parts.ts';
import { shownStatus } from './status-state.ts';
import type { Box } from './viewport.ts';

const middle = ({ x, width }: Box) => x + width / 2;
const round = (value: number) => Math.round(value * 10) / 10;

function boxAround(points: readonly (readonly [number, number])[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 };
}

/** From left to right with level ends. */
function levelCurve(x1: number, y1: number, x2: number, y2: number): string {
  const half = round((x1 + x2) / 2);
  return `M${round(x1)} ${round(y1)}C${half} ${round(y1)} ${half} ${round(y2)} ${round(x2)} ${round(y2)}`;
}

function nodeTies(items: readonly PictureItem[], index: ClusterIndex): Tie[] {
  const classes = items.filter((item): item is ClassItem => item.kind === 'class' && !item.ghost);
  return items.flatMap((node) => {
    if (node.kind !== 'node') return [];
    return classes.flatMap((frame): Tie[] => {
      const isOf = index.topology.classes.some(
        ({ domain, name, nodes }) => frame.key === `class:${domain}:${name}` && nodes.includes(node.name),
      );
      // The backup server is above its classes: no line is needed there.
      if (!isOf || frame.x < node.x + node.width) return [];
      const from = [node.x + node.width, node.y + node.height / 2] as const;
      const to = [frame.x, Math.min(Math.max(from[1], frame.y + 14), frame.y + frame.height - 14)] as const;
      const path = levelCurve(...from, ...to);
      return [
        {
          id: `${node.id}>${frame.id}`,
          kind: 'node',
          path,
          box: boxAround([from, to]),
          keys: [node.key, frame.key],
          label: undefined,
          state: 'idle',
        },
      ];
    });
  });
}

/** The extents of each volume, from top to bottom. */
function extentsByKey(items: readonly PictureItem[]): Map<string, ExtentItem[]> {
  const byKey = new Map<string, ExtentItem[]>();
  for (const item of items) {
    if (item.kind !== 'extent' || item.role === 'private' || item.role === 'free') continue;
    byKey.set(item.key, [...(byKey.get(item.key) ?? []), item]);
  }
  return byKey;
}

/** A proxy's group counts as right below its master's if their distance is at most this, in pixels. */
const nearGap = 260;

/** Room for the label of a line, in pixels. */
const labelRoom = 84;

/** A master is right above its proxy, or the line goes around by the right edge. */
function copyLine(from: ExtentItem, to: ExtentItem, isNear: boolean, gutters: readonly number[]) {
  const [x1, x2] = [middle(from), middle(to)];
  const [y1, y2] = [from.y + from.height, to.y];
  if (isNear) {
    const half = round((y1 + y2) / 2);
    const path = `M${round(x1)} ${round(y1)}C${round(x1)} ${half} ${round(x2)} ${half} ${round(x2)} ${round(y2)}`;
    return {
      path,
      box: boxAround([
        [x1, y1],
        [x2, y2],
      ]),
      at: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 },
    };
  }
  const [m1, m2] = [from.y + from.height / 2, to.y + to.height / 2];
  const [e1, e2] = [from.x + from.width, to.x + to.width];
  const gutter = gutters.find((x) => x > Math.max(e1, e2)) ?? gutters.at(-1) ?? Math.max(e1, e2);
  const path = `M${round(e1)} ${round(m1)}H${gutter - 6}Q${gutter} ${round(m1)} ${gutter} ${round(m1 + 6 * Math.sign(m2 - m1))}V${round(m2 - 6 * Math.sign(m2 - m1))}Q${gutter} ${round(m2)} ${gutter - 6} ${round(m2)}H${round(e2)}`;
  return {
    path,
    box: boxAround([
      [e1, m1],
      [gutter, m2],
      [e2, m2],
    ]),
    at: undefined,
  };
}

function copyTies(
  index: ClusterIndex,
  extents: ReadonlyMap<string, readonly ExtentItem[]>,
  items: readonly PictureItem[],
): Tie[] {
  const frames = new Map(items.flatMap((item) => (item.kind === 'class' ? [[item.key, item] as const] : [])));
  return index.topology.volumes.flatMap((proxy): Tie[] => {
    if (proxy.master === null || proxy.domain !== 'primary') return [];
    const keys = [objectKey('volume', proxy, proxy.master), objectKey('volume', proxy, proxy.name)] as const;
    const from = extents.get(keys[0])?.at(-1);
    const to = extents.get(keys[1])?.[0];
    const frame = frames.get(`class:primary:${proxy.class}`);
    if (from === undefined || to === undefined || frame === undefined) return [];
    const gap = to.y - from.y - from.height;
    const isNear = gap > 0 && gap < nearGap;
    const { path, box, at } = copyLine(from, to, isNear, frame.gutters);
    const said = shownStatus(proxy.proxyOn);
    const isWide = Math.min(from.width, to.width) >= labelRoom && gap >= 44;
    const text = said?.text ?? say('not shown');
    return [
      {
        id: `${keys[0]}>${keys[1]}`,
        kind: 'copy',
        path,
        box,
        keys,
        label: at && isWide ? { text, ...at } : undefined,
        state: said?.state ?? 'warn',
      },
    ];
  });
}

/** Keys of the disks that a shadow shows. */
function shadowedDisks(index: ClusterIndex): Set<ObjectKey> {
  const shown = index.topology.volumes.filter((volume) => shadowsOf(index, volume).length > 0);
  return new Set(
    shown.flatMap((volume) => disksOfVolume(index, volume).map((disk) => objectKey('disk', disk, disk.name))),
  );
}

function sameDiskTies(index: ClusterIndex, items: readonly PictureItem[]): Tie[] {
  const shadowed = shadowedDisks(index);
  const disks = items.filter((item): item is DiskItem => item.kind === 'disk');
  const drawn = new Map(disks.map((disk) => [disk.key, disk] as const));
  const others = (disk: DiskItem): DiskItem[] => {
    const ghost = drawn.get(`ghost:${disk.key}`);
    const known = index.disks.get(disk.key);
    const real = known
      ? sameDisks(index, known).map((same) => drawn.get(objectKey('disk', same, same.name)))
      : [];
    return [ghost, ...real].filter((other) => other !== undefined);
  };
  return disks.flatMap((disk) => {
    if (!disk.key.startsWith('disk:primary:')) return [];
    return others(disk).map((other): Tie => {
      const from = [disk.strip.x + disk.strip.width, disk.strip.y + disk.strip.height / 2] as const;
      const to = [other.strip.x, other.strip.y + other.strip.height / 2] as const;
      const isLevel = Math.abs(from[1] - to[1]) < 40;
      return {
        id: `${disk.id}>${other.id}`,
        kind: !other.ghost && shadowed.has(disk.key) ? 'shadow' : 'same-disk',
        path: levelCurve(...from, ...to),
        box: boxAround([from, to]),
        keys: [disk.key, other.key],
        label: isLevel
          ? { text: say('same disk'), x: (from[0] + to[0]) / 2, y: (from[1] + to[1]) / 2 }
          : undefined,
        state: 'idle',
      };
    });
  });
}

export function tiesOf(index: ClusterIndex, items: readonly PictureItem[]): Tie[] {
  const extents = extentsByKey(items);
  return [...nodeTies(items, index), ...sameDiskTies(index, items), ...copyTies(index, extents, items)];
}
