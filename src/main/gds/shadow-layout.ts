/**
 * What has to be built on the backup server, so that each shadow volume is on the blocks of its proxy.
 */

import { failure } from '../../contract/errors.ts';
import { blocksUpTo } from './blocks-up-to.ts';
import { longestName } from './gds-name.ts';
import { diskNames, groupTree, lowerGroups } from './group-tree.ts';
import type { GroupTree } from './group-tree.ts';
import { findVolume, isSamePlace, placeOf } from './report-lookup.ts';
import type { VolumePlace } from './report-lookup.ts';
import { blocks } from './rule-verdict.ts';
import type { SdxinfoReport, SdxVolume } from './sdxinfo-objects.ts';
import { shadowable } from './shadowable.ts';

interface LayoutDisk {
  readonly name: string;
  /** True for a disk that is used by itself, outside any group. */
  readonly single: boolean;
}

export interface LayoutGroup {
  readonly name: string;
  /** As the cluster names it. */
  readonly primary: string;
  readonly type: 'mirror' | 'stripe' | 'concat';
  /** Names of disks, or of lower groups of this layout, in order. */
  readonly members: readonly string[];
  /** In blocks of 512 bytes; of stripes only. */
  readonly stripeWidth?: number;
}

export interface LayoutVolume {
  readonly name: string;
  readonly on: { readonly group: string } | { readonly disk: string };
  readonly firstBlock: number;
  readonly blocks: number;
  /** The proxy that it shows; undefined for a stand-in. */
  readonly proxy: string | undefined;
  /** The volume of the cluster whose place a stand-in keeps; undefined for a proxy, and for a stand-in of free blocks. */
  readonly standsInFor: string | undefined;
}

export interface ShadowLayout {
  /** The shadow class. */
  readonly class: string;
  readonly disks: readonly LayoutDisk[];
  /** Lower groups before the groups that hold them. */
  readonly groups: readonly LayoutGroup[];
  /** In the order of creation: ascending first block within each group or disk. */
  readonly volumes: readonly LayoutVolume[];
}

export interface ShadowLayoutRequest {
  /** The class on the cluster. */
  readonly class: string;
  readonly proxies: readonly string[];
  readonly shadowClass: string;
  /** Group on the cluster -> name of its shadow; its own where absent. */
  readonly groupNames?: Readonly<Record<string, string>> | undefined;
  /** Proxy -> name of its shadow volume; its own where absent. */
  readonly volumeNames?: Readonly<Record<string, string>> | undefined;
  /** Group on the cluster -> stripe width in blocks, where sdxinfo does not show it. */
  readonly stripeWidth?: Readonly<Record<string, number>> | undefined;
}

interface NeededPlace {
  readonly place: VolumePlace;
  readonly tree: GroupTree;
  /** The needed proxy that lies last, and with it all that is before. */
  readonly last: SdxVolume;
}

/** A record of names is asked for its own keys only: an object may be called "constructor". */
function own<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function requireShadowable(report: SdxinfoReport, className: string, proxy: string): void {
  const [problem] = blocks(shadowable(report, { class: className, proxyVolume: proxy }));
  if (problem === undefined) return;
  const { title, expected, actual, why, source } = problem;
  throw failure('SHADOW_UNBUILDABLE', { volume: proxy, title, expected, actual, rule: `${why} (${source})` });
}

function neededPlaces(report: SdxinfoReport, request: ShadowLayoutRequest): NeededPlace[] {
  const needed: NeededPlace[] = [];
  for (const proxy of request.proxies) {
    requireShadowable(report, request.class, proxy);
    const volume = findVolume(report, request.class, proxy);
    const place = placeOf(volume);
    const tree = groupTree(report, request.class, place);
    if (volume === undefined || place === undefined || tree === undefined) continue;
    const index = needed.findIndex((entry) => isSamePlace(entry.place, place));
    const other = needed[index]?.last;
    if (other === undefined) needed.push({ place, tree, last: volume });
    else if ((other.firstBlock ?? 0) < (volume.firstBlock ?? 0))
      needed[index] = { place, tree, last: volume };
  }
  return needed;
}

/** The wanted name, or one like it where it is taken. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) {
    const suffix = `-${number}`;
    name = `${wanted.slice(0, longestName - suffix.length)}${suffix}`;
  }
  taken.add(name);
  return name;
}

/**
 * One name for each object. What was asked for is kept, the others make way.
 * @param keep names that exist besides, such as those of disks
 */
function chooseNames(
  objects: readonly string[],
  asked: Readonly<Record<string, string>> | undefined,
  keep: readonly string[],
): Map<string, string> {
  const taken = new Set(keep);
  const chosen = new Map<string, string>();
  for (const object of objects) {
    const name = own(asked, object);
    if (name === undefined) continue;
    if (taken.has(name)) throw failure('SHADOW_NAME_TAKEN', { object, name });
    taken.add(name);
    chosen.set(object, name);
  }
  for (const object of objects) {
    if (!chosen.has(object)) chosen.set(object, freeName(object, taken));
  }
  return chosen;
}

function stripeWidthOf({ name, width }: GroupTree, { stripeWidth }: ShadowLayoutRequest): number {
  const named = own(stripeWidth, name);
  if (width !== undefined && named !== undefined && width !== named) {
    throw failure('SHADOW_STRIPE_WIDTH_DIFFERS', { group: name, shown: width, named });
  }
  const known = width ?? named;
  if (known === undefined) throw failure('SHADOW_STRIPE_WIDTH_UNKNOWN', { group: name });
  return known;
}

function groupsOf(
  tree: GroupTree,
  names: ReadonlyMap<string, string>,
  request: ShadowLayoutRequest,
): LayoutGroup[] {
  const nameOf = (name: string) => names.get(name) ?? name;
  const members = tree.members.map(({ kind, name }) => (kind === 'group' ? nameOf(name) : name));
  const [type] = tree.types;
  const shape = { name: nameOf(tree.name), primary: tree.name, members };
  const group: LayoutGroup =
    type === 'stripe'
      ? { ...shape, type, stripeWidth: stripeWidthOf(tree, request) }
      : { ...shape, type: type === 'concat' ? type : 'mirror' };
  return [...lowerGroups(tree).flatMap((lower) => groupsOf(lower, names, request)), group];
}

function volumesOf(
  report: SdxinfoReport,
  needed: readonly NeededPlace[],
  groupNames: ReadonlyMap<string, string>,
  request: ShadowLayoutRequest,
): LayoutVolume[] {
  const placed = needed.flatMap(({ place, last }) =>
    blocksUpTo(report, last, place).stretches.map((stretch) => ({ place, stretch })),
  );
  const isProxy = (volume: string | undefined) => volume !== undefined && request.proxies.includes(volume);
  const ofVolumes = placed.flatMap(({ stretch: { volume } }) => (volume === undefined ? [] : [volume]));
  // Proxies first: where names clash, it is the stand-in that makes way.
  const proxiesFirst = [...ofVolumes.filter(isProxy), ...ofVolumes.filter((volume) => !isProxy(volume))];
  const names = chooseNames(proxiesFirst, request.volumeNames, []);
  const taken = new Set(names.values());
  return placed.map(({ place, stretch: { volume, firstBlock, blocks: size } }) => ({
    name: (volume === undefined ? undefined : names.get(volume)) ?? freeName(`gap-${firstBlock}`, taken),
    on: 'group' in place ? { group: groupNames.get(place.group) ?? place.group } : place,
    firstBlock,
    blocks: size,
    proxy: isProxy(volume) ? volume : undefined,
    standsInFor: isProxy(volume) ? undefined : volume,
  }));
}

/**
 * What has to be built so that the shadow of each proxy is on its proxy's blocks: its group or disk, with the volumes of
 * the job and stand-ins for whatever else is before them. What is after the last of them is not built
 * (GDS guide (Linux) 4.2, 2.7.2.4; 4.5, D.15 to D.17).
 * @param report of the whole class on one primary node, default and long form merged
 * @throws SHADOW_UNBUILDABLE, SHADOW_STRIPE_WIDTH_UNKNOWN, SHADOW_STRIPE_WIDTH_DIFFERS, SHADOW_NAME_TAKEN
 */
export function shadowLayout(report: SdxinfoReport, request: ShadowLayoutRequest): ShadowLayout {
  const needed = neededPlaces(report, request);
  const disks = needed.flatMap(({ place, tree }) =>
    diskNames(tree).map((name): LayoutDisk => ({ name, single: 'disk' in place })),
  );
  const trees = needed.flatMap(({ place, tree }) => ('group' in place ? [tree] : []));
  // Disks and lower groups are both in a list of members: no two may have one name.
  const groupNames = chooseNames(
    trees.flatMap((tree) => [tree.name, ...lowerGroups(tree).map(({ name }) => name)]),
    request.groupNames,
    disks.map(({ name }) => name),
  );
  return {
    class: request.shadowClass,
    disks,
    groups: trees.flatMap((tree) => groupsOf(tree, groupNames, request)),
    volumes: volumesOf(report, needed, groupNames, request),
  };
}
