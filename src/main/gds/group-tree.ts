/**
 * What a volume is on: a group of disks, a group of lower groups, or a disk that is used singly.
 *
 * A lower group is in DISKS of the group that holds it, under its own name, and has a row of its own
 * (GDS guide 4.5, D.16); its disks name it under GROUP, which is presumed.
 */

import { disksOfGroup, findDisk, findGroup } from './report-lookup.ts';
import type { VolumePlace } from './report-lookup.ts';
import type { SdxDisk, SdxinfoReport } from './sdxinfo-objects.ts';
import { phrase } from '../../contract/text/say.ts';

export type TreeMember =
  | { readonly kind: 'disk'; readonly name: string; readonly disk: SdxDisk }
  | { readonly kind: 'group'; readonly name: string; readonly group: GroupTree }
  /** A name in DISKS that no table lists. */
  | { readonly kind: 'unknown'; readonly name: string };

export interface GroupTree {
  /** Of the group, or of the single disk. */
  readonly name: string;
  /** Each type that it, or a disk directly in it, is shown with; sorted. One, where all is well. */
  readonly types: readonly string[];
  /** Stripe width in blocks, where it is shown. */
  readonly width: number | undefined;
  /** In the order of DISKS; none where the group's own row is not shown. */
  readonly members: readonly TreeMember[];
  /** Disks that say they are in the group, and that the group does not name. */
  readonly strays: readonly SdxDisk[];
}

/** Each text once, sorted; what is not reported is omitted. */
export function distinct(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => text !== undefined))].sort();
}

function treeOfGroup(
  report: SdxinfoReport,
  className: string,
  name: string,
  above: readonly string[],
): GroupTree {
  const row = findGroup(report, className, name);
  const members = (row?.disks ?? []).map((member): TreeMember => {
    const disk = findDisk(report, className, member);
    if (disk !== undefined) return { kind: 'disk', name: member, disk };
    const isGroup = findGroup(report, className, member) !== undefined;
    // A group that holds itself would have no end.
    if (!isGroup || member === name || above.includes(member)) return { kind: 'unknown', name: member };
    return { kind: 'group', name: member, group: treeOfGroup(report, className, member, [...above, name]) };
  });
  const strays = disksOfGroup(report, className, name).filter(
    (disk) => !members.some((member) => member.name === disk.name),
  );
  const disks = [...members.flatMap((member) => (member.kind === 'disk' ? [member.disk] : [])), ...strays];
  const types = distinct([row?.type, ...disks.map(({ type }) => type)]);
  return { name, types, width: row?.width, members, strays };
}

/** The tree of a group, or of a single disk; undefined if there is nothing of that name, or no place. */
export function groupTree(
  report: SdxinfoReport,
  className: string,
  place: VolumePlace | undefined,
): GroupTree | undefined {
  if (place === undefined) return undefined;
  if ('group' in place) {
    const tree = treeOfGroup(report, className, place.group, []);
    return tree.members.length + tree.strays.length === 0 ? undefined : tree;
  }
  const disk = findDisk(report, className, place.disk);
  if (disk === undefined) return undefined;
  const members: TreeMember[] = [{ kind: 'disk', name: disk.name, disk }];
  return { name: disk.name, types: [disk.type], width: undefined, members, strays: [] };
}

/** The lower groups, in order. */
export function lowerGroups({ members }: GroupTree): GroupTree[] {
  return members.flatMap((member) => (member.kind === 'group' ? [member.group] : []));
}

/** Every disk of the tree, those of lower groups included. */
export function disksBelow(tree: GroupTree | undefined): SdxDisk[] {
  if (tree === undefined) return [];
  const ofMembers = tree.members.flatMap((member) => {
    if (member.kind === 'unknown') return [];
    return member.kind === 'disk' ? [member.disk] : disksBelow(member.group);
  });
  return [...ofMembers, ...tree.strays];
}

/**
 * The disks and lower groups on each of which a volume has a slice: a lower group replaces a disk
 * (GDS guide 4.5, F.1.1).
 */
export function sliceHolders(tree: GroupTree | undefined): string[] {
  if (tree === undefined) return [];
  const known = tree.members.filter(({ kind }) => kind !== 'unknown');
  return [...known, ...tree.strays].map(({ name }) => name);
}

/** Every name in DISKS that is, or should be, a disk; those of lower groups included. */
export function diskNames(tree: GroupTree | undefined): string[] {
  if (tree === undefined) return [];
  const ofMembers = tree.members.flatMap((member) =>
    member.kind === 'group' ? diskNames(member.group) : [member.name],
  );
  return [...ofMembers, ...tree.strays.map(({ name }) => name)];
}

/** The order of members on each level: `Disk3:Disk4`, or `(Disk11:Disk12):(Disk13:Disk14)` for lower groups. */
export function orderText({ members }: GroupTree): string | undefined {
  if (members.length === 0) return undefined;
  const texts = members.map((member) =>
    member.kind === 'group' ? `(${orderText(member.group) ?? '?'})` : member.name,
  );
  return texts.join(':');
}

/** The types on each level: `mirror`, or `mirror of stripe, stripe`. A volume's own type counts at the top. */
export function typesText(tree: GroupTree, volumeType: string | undefined): string | undefined {
  const own = distinct([...tree.types, volumeType]).join(', ');
  const lower = lowerGroups(tree);
  if (lower.length === 0) return own === '' ? undefined : own;
  const ofLower = lower.map((group) => typesText(group, undefined) ?? '?');
  return phrase('{type} of {types}', { type: own === '' ? '?' : own, types: ofLower.join(', ') });
}
