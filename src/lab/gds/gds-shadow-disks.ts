import { diskOf, refuse, refuseName, refuseTaken, shadowClassOn, volumesOn } from './gds-model.ts';
import { openGroup, refuseGrowth } from './gds-shadow-groups.ts';
import type { GroupAttributes } from './gds-shadow-groups.ts';
import { platformOf } from './lab-model.ts';
import type { GdsClass, GdsDisk, NodeName } from './lab-model.ts';
import { physicalBlocks, physicalDiskOf } from './lab-volumes.ts';
import type { World } from '../world.ts';

/** What sdxshadowdisk does on the backup server (GDS guide 4.5, D.15). Nothing here touches a disk's bytes. */

export interface NewDisk {
  /** Device of this node. */
  readonly device: string;
  readonly disk: string;
  readonly type: 'single' | 'undef';
}

/**
 * Registers physical disks; the first disk creates the class.
 * @throws GdsRefusal
 */
export function createShadowDisks(
  world: World,
  node: NodeName,
  className: string,
  requests: readonly NewDisk[],
): void {
  const here = world.model.classes.filter((entry) => entry.scope.includes(node));
  const existing = here.find((entry) => entry.name === className);
  if (existing && !existing.shadow) throw refuse(`${className}: not a shadow class`);
  refuseName(className);
  const empty = { disks: [], groups: [], volumes: [] };
  const owner: GdsClass = existing ?? { name: className, scope: [node], shadow: true, ...empty };
  const created: GdsDisk[] = [];
  for (const { device, disk, type } of requests) {
    const physical = physicalDiskOf(node, device, platformOf(world.model));
    if (!physical) throw refuse(`${device}: no such device`);
    const registered = [...here.flatMap((entry) => entry.disks), ...created];
    if (registered.some((entry) => entry.device === device))
      throw refuse(`${device}: device is already registered`);
    refuseTaken({ ...owner, disks: [...owner.disks, ...created] }, disk);
    const blocks = physicalBlocks(physical, world.model.volumeBlocks);
    created.push({ name: disk, physical, device, type, group: null, blocks });
  }
  owner.disks.push(...created);
  if (!existing) world.model.classes.push(owner);
}

function refuseUse(disks: readonly GdsDisk[], isNewGroup: boolean): void {
  for (const disk of disks) {
    if (disk.group !== null) throw refuse(`${disk.name}: disk is connected to group ${disk.group}`);
    // GDS guide 4.5, D.15: one single disk, and to a new group only
    if (disk.type === 'single' && (disks.length > 1 || !isNewGroup))
      throw refuse(`${disk.name}: a single disk can be connected only alone, to a new group`);
  }
}

/**
 * Connects disks to a group; the first disk creates the group. The volumes of a single disk are then the group's.
 * @throws GdsRefusal
 */
export function connectShadowDisks(
  world: World,
  node: NodeName,
  className: string,
  groupName: string,
  names: readonly string[],
  attributes: GroupAttributes,
): void {
  const owner = shadowClassOn(world.model, node, className);
  const disks = names.map((name) => diskOf(owner, name));
  const { group, isNew } = openGroup(owner, groupName, attributes);
  refuseUse(disks, isNew);
  refuseGrowth(owner, group, names);
  if (isNew) owner.groups.push(group);
  for (const disk of disks) {
    for (const volume of volumesOn(owner, disk.name)) volume.on = group.name;
    group.members.push(disk.name);
    Object.assign(disk, { group: group.name, type: group.type });
  }
}

/** Forgets a disk, and the class with its last one. @throws GdsRefusal where the disk is connected, or holds volumes */
export function removeShadowDisk(world: World, node: NodeName, className: string, name: string): void {
  const owner = shadowClassOn(world.model, node, className);
  const disk = diskOf(owner, name);
  if (disk.group !== null) throw refuse(`${name}: disk is connected to group ${disk.group}`);
  if (volumesOn(owner, name).length > 0) throw refuse(`${name}: volumes exist on disk`);
  owner.disks = owner.disks.filter((entry) => entry !== disk);
  if (owner.disks.length === 0) {
    world.model.classes = world.model.classes.filter((entry) => entry !== owner);
  }
}
