/** The path of the data through the picture, while it flows. */
import type { ProgressView } from '../../contract/screens.ts';
import { rateText } from '../../contract/words.ts';
import { objectKey, shadowsOf, type ClusterIndex } from './cluster-index.ts';
import type { ExtentItem, Picture, PictureItem } from './layout-parts.ts';

export interface Way {
  readonly id: string;
  readonly kind: 'dump' | 'read-back' | 'resynchronisation';
  readonly path: string;
  readonly label: { readonly text: string; readonly x: number; readonly y: number } | undefined;
}

/** `118.4 MB/s · 60 %`; empty if not known. */
export function flowText({ rate, bytes, total }: Pick<ProgressView, 'rate' | 'bytes' | 'total'>): string {
  const percent = total === undefined || total === 0 ? [] : [`${Math.floor((bytes / total) * 100)} %`];
  return [...(rate === undefined ? [] : [rateText(rate)]), ...percent].join(' · ');
}

const bottomExtent = (items: readonly PictureItem[], key: string): ExtentItem | undefined =>
  items.findLast((item): item is ExtentItem => item.kind === 'extent' && item.key === key);

function wayToTape(
  { items }: Picture,
  key: string,
  text: string,
  kind: 'dump' | 'read-back',
): Way | undefined {
  const extent = bottomExtent(items, key);
  const tape = items.find((item) => item.kind === 'tape');
  if (extent === undefined || tape === undefined) return undefined;
  const gutter = tape.x + tape.width - 7;
  // Below its strip the path crosses no text.
  const y = extent.y + extent.height + 7;
  const [from, to] = [extent.x + extent.width / 2, tape.y + tape.height];
  return {
    id: `way>${key}`,
    kind,
    path: `M${from} ${y - 7}V${y}H${gutter - 8}Q${gutter} ${y} ${gutter} ${y - 8}V${to}`,
    label: text === '' ? undefined : { text, x: gutter - 66, y: to + 12 },
  };
}

/** @param proxies of the run in progress */
export function waysOf(
  picture: Picture,
  index: ClusterIndex,
  proxies: readonly string[],
  progress: ProgressView | undefined,
): Way[] {
  const what = progress?.what;
  if (progress === undefined || what === 'fingerprint' || what === undefined) return [];
  const volumes = index.topology.volumes.filter(
    ({ domain, name, master }) => domain === 'primary' && master !== null && proxies.includes(name),
  );
  const text = flowText(progress);
  if (what === 'resynchronisation') {
    const keys = new Set(volumes.map((volume) => objectKey('volume', volume, volume.name)));
    return picture.ties.flatMap((tie): Way[] => {
      if (tie.kind !== 'copy' || !keys.has(tie.keys[1] ?? '')) return [];
      const label = tie.label && text !== '' ? { ...tie.label, text } : undefined;
      return [{ id: `way>${tie.id}`, kind: what, path: tie.path, label }];
    });
  }
  return volumes.flatMap((volume, order) =>
    shadowsOf(index, volume).flatMap((shadow) => {
      const key = objectKey('volume', shadow, shadow.name);
      return wayToTape(picture, key, order === 0 ? text : '', what) ?? [];
    }),
  );
}
