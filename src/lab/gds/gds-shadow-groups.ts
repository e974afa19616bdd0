import { endOfVolumes } from './gds-extents.ts';
import { dataSpaceOf } from './gds-mapping.ts';
import { diskOf, groupOf, hasGroup, refuse, refuseTaken, shadowClassOn, volumesOn } from './gds-model.ts';
import {
  bytesOf,
  type GdsClass,
  type GdsGroup,
  type GroupType,
  type NodeName,
  privateBlocks,
} from './lab-model.ts';
import type { World } from '../world.ts';

/** What sdxshadowgroup does on the backup server (GDS guide 4.5, D.16), and what all groups have in common. */

/** The requested properties of a group; undefined: not given. */
export interface GroupAttributes {
  readonly type: GroupType | undefined;
  /** Blocks. */
  readonly width: number | undefined;
}

/** The default stripe width in blocks; presumed. */
const defaultWidth = 32;
/** How many disks and lower groups a group can have (GDS guide 4.5, 2.1.3). */
const mostMembers = { mirror: 8, stripe: 64, concat: 64 } as const;

/**
 * The group of that name, or a new one, which is not in the class yet.
 * @throws GdsRefusal if a group with that name differs from the request
 */
export function openGroup(
  owner: GdsClass,
  name: string,
  { type, width }: GroupAttributes,
): { group: GdsGroup; isNew: boolean } {
  const isNew = !hasGroup(owner, name);
  const known = isNew ? undefined : groupOf(owner, name);
  const wanted = type ?? known?.type ?? 'mirror';
  if (width !== undefined && wanted !== 'stripe')
    throw refuse(`${name}: only a stripe group has a stripe width`);
  if (known) {
    if (wanted !== known.type) throw refuse(`${name}: group is of type ${known.type}`);
    if (width !== undefined && width !== known.width)
      throw refuse(`${name}: stripe width of group is ${known.width}`);
    return { group: known, isNew };
  }
  refuseTaken(owner, name);
  const ofStripe = wanted === 'stripe' ? (width ?? defaultWidth) : null;
  return { group: { name, type: wanted, width: ofStripe, members: [], group: null }, isNew };
}

function refuseConnected({ name, group }: GdsGroup): void {
  if (group !== null) throw refuse(`${name}: group is connected to group ${group}`);
}

function refuseVolumes(owner: GdsClass, { name }: GdsGroup): void {
  if (volumesOn(owner, name).length > 0) throw refuse(`${name}: volumes exist in group`);
}

/**
 * Refuses members that a group cannot take.
 * @param names disks or lower groups
 * @throws GdsRefusal
 */
export function refuseGrowth(owner: GdsClass, group: GdsGroup, names: readonly string[]): void {
  refuseConnected(group);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw refuse(`${twice}: named twice`);
  const most = mostMembers[group.type];
  if (group.members.length + names.length > most)
    throw refuse(`${group.name}: not more than ${most} disks or groups can be connected`);
  // one more column would move every block of the stripe
  if (group.type === 'stripe') refuseVolumes(owner, group);
  if (group.type !== 'mirror') return;
  const held = bytesOf(endOfVolumes(owner, group.name) - privateBlocks);
  const small = names.find((name) => dataSpaceOf(owner, name).bytes < held);
  if (small !== undefined) throw refuse(`${small}: smaller than the volumes of group ${group.name}`);
}

function refuseAsLower(owner: GdsClass, lower: GdsGroup, higher: GdsGroup): void {
  if (lower.type === 'mirror') throw refuse(`${lower.name}: a mirror group cannot be connected to a group`);
  if (lower.type === higher.type)
    throw refuse(`${lower.name}: a group of type ${lower.type} cannot be connected to one of its own type`);
  refuseConnected(lower);
  refuseVolumes(owner, lower);
}

/**
 * Connects groups to a higher one, which comes into being with the first.
 * @returns true if the higher group is new
 * @throws GdsRefusal
 */
export function connectShadowGroups(
  world: World,
  node: NodeName,
  className: string,
  higherName: string,
  lowerNames: readonly string[],
  attributes: GroupAttributes,
): boolean {
  const owner = shadowClassOn(world.model, node, className);
  const lowers = lowerNames.map((name) => groupOf(owner, name));
  const { group, isNew } = openGroup(owner, higherName, attributes);
  if (group.type === 'concat')
    throw refuse(`${higherName}: groups cannot be connected to a concatenation group`);
  for (const lower of lowers) refuseAsLower(owner, lower, group);
  refuseGrowth(owner, group, lowerNames);
  if (isNew) owner.groups.push(group);
  for (const lower of lowers) {
    group.members.push(lower.name);
    lower.group = group.name;
  }
  return isNew;
}

/** A member is independent again. */
function release(owner: GdsClass, member: string): void {
  if (hasGroup(owner, member)) groupOf(owner, member).group = null;
  else Object.assign(diskOf(owner, member), { group: null, type: 'undef' });
}

/**
 * Takes a lower group out of a higher one; the higher one is forgotten with its last member.
 * @returns true if the higher group is gone
 * @throws GdsRefusal where the volumes of the higher group need it
 */
export function disconnectShadowGroup(
  world: World,
  node: NodeName,
  className: string,
  higherName: string,
  lowerName: string,
): boolean {
  const owner = shadowClassOn(world.model, node, className);
  const [higher, lower] = [groupOf(owner, higherName), groupOf(owner, lowerName)];
  if (lower.group !== higherName) throw refuse(`${lowerName}: group is not connected to group ${higherName}`);
  refuseConnected(higher);
  if (higher.type !== 'mirror' || higher.members.length === 1) refuseVolumes(owner, higher);
  release(owner, lowerName);
  higher.members = higher.members.filter((member) => member !== lowerName);
  if (higher.members.length > 0) return false;
  owner.groups = owner.groups.filter((entry) => entry !== higher);
  return true;
}

/**
 * Disconnects a group's disks and lower groups, and forgets it; the lower groups stay.
 * @throws GdsRefusal where volumes are left in it, or where it is a lower group itself
 */
export function removeShadowGroup(world: World, node: NodeName, className: string, name: string): void {
  const owner = shadowClassOn(world.model, node, className);
  const group = groupOf(owner, name);
  refuseVolumes(owner, group);
  refuseConnected(group);
  for (const member of group.members) release(owner, member);
  owner.groups = owner.groups.filter((entry) => entry !== group);
}
