import {
  classOn,
  diskOf,
  disksOf,
  firstFreeBlock,
  groupBlocks,
  groupOf,
  refuse,
  volumeOf,
  volumesOfGroup,
} from './gds-model.ts';
import { physicalBlocks, physicalDiskOf, privateBlocks } from './lab-model.ts';
import type { GdsClass, GdsVolume, NodeName } from './lab-model.ts';
import { isInUse } from './world.ts';
import type { World } from './world.ts';

/** What the sdxshadow commands do on the backup server (GDS guide 4.5, D.15 - D.17). Nothing here touches a disk's bytes. */

function shadowClassOn(world: World, node: NodeName, name: string): GdsClass {
  const owner = classOn(world.model, node, name);
  if (!owner.shadow) throw refuse(`${name}: not a shadow class`);
  return owner;
}

/**
 * Registers physical disks; the class comes into being with its first disk.
 * @param pairs device of this node -> disk name
 * @throws GdsRefusal
 */
export function createShadowDisks(
  world: World,
  node: NodeName,
  className: string,
  pairs: readonly { device: string; disk: string }[],
): void {
  const here = world.model.classes.filter((entry) => entry.scope.includes(node));
  const existing = here.find((entry) => entry.name === className);
  if (existing && !existing.shadow) throw refuse(`${className}: not a shadow class`);
  const owner: GdsClass = existing ?? {
    name: className,
    scope: [node],
    shadow: true,
    disks: [],
    groups: [],
    volumes: [],
  };
  const created: GdsClass['disks'] = [];
  for (const { device, disk } of pairs) {
    const physical = physicalDiskOf(node, device);
    if (!physical) throw refuse(`${device}: no such device`);
    const registered = [...here.flatMap((entry) => entry.disks), ...created];
    if (registered.some((entry) => entry.device === device))
      throw refuse(`${device}: device is already registered`);
    if ([...owner.disks, ...created].some((entry) => entry.name === disk)) {
      throw refuse(`${disk}: object already exists in class ${className}`);
    }
    created.push({
      name: disk,
      physical,
      device,
      type: 'undef',
      group: null,
      blocks: physicalBlocks(physical, world.model.volumeBlocks),
    });
  }
  owner.disks.push(...created);
  if (!existing) world.model.classes.push(owner);
}

/** Connects disks to a group; the group comes into being with its first disk. @throws GdsRefusal */
export function connectShadowDisks(
  world: World,
  node: NodeName,
  className: string,
  groupName: string,
  names: readonly string[],
): void {
  const owner = shadowClassOn(world, node, className);
  const disks = names.map((name) => diskOf(owner, name));
  for (const disk of disks) {
    if (disk.group !== null) throw refuse(`${disk.name}: disk is connected to group ${disk.group}`);
  }
  const existing = owner.groups.find((group) => group.name === groupName);
  const group = existing ?? { name: groupName, type: 'mirror' as const, disks: [] };
  if (!existing) owner.groups.push(group);
  for (const disk of disks) {
    group.disks.push(disk.name);
    Object.assign(disk, { group: groupName, type: group.type });
  }
}

/** Forgets a disk, and the class with its last one. @throws GdsRefusal where the disk is connected */
export function removeShadowDisk(world: World, node: NodeName, className: string, name: string): void {
  const owner = shadowClassOn(world, node, className);
  const disk = diskOf(owner, name);
  if (disk.group !== null) throw refuse(`${name}: disk is connected to group ${disk.group}`);
  owner.disks = owner.disks.filter((entry) => entry !== disk);
  if (owner.disks.length === 0) {
    world.model.classes = world.model.classes.filter((entry) => entry !== owner);
  }
}

/** Disconnects a group's disks and forgets it. @throws GdsRefusal where volumes are left in it */
export function removeShadowGroup(world: World, node: NodeName, className: string, name: string): void {
  const owner = shadowClassOn(world, node, className);
  const group = groupOf(owner, name);
  if (volumesOfGroup(owner, name).length > 0) throw refuse(`${name}: volumes exist in group`);
  for (const disk of disksOf(owner, name)) Object.assign(disk, { group: null, type: 'undef' });
  owner.groups = owner.groups.filter((entry) => entry !== group);
}

/**
 * Makes a shadow volume behind the group's last one, started read-only at once.
 * @param blocks its size in blocks of 512 bytes
 * @throws GdsRefusal
 */
export function createShadowVolume(
  world: World,
  node: NodeName,
  className: string,
  groupName: string,
  name: string,
  blocks: number,
): GdsVolume {
  const owner = shadowClassOn(world, node, className);
  groupOf(owner, groupName);
  if (owner.volumes.some((volume) => volume.name === name)) {
    throw refuse(`${name}: object already exists in class ${className}`);
  }
  const size = world.faults.numberOf('shadow-blocks') ?? blocks;
  const shift = world.faults.numberOf('shadow-first-block') ?? 0;
  const firstBlock = firstFreeBlock(owner, groupName, privateBlocks) + shift;
  const free = groupBlocks(owner, groupName) - firstBlock;
  if (size > free)
    throw refuse(
      `${name}: not enough free space in group ${groupName}, ${Math.max(0, free)} blocks are free`,
    );
  const volume: GdsVolume = {
    name,
    group: groupName,
    firstBlock,
    blocks: size,
    jrm: 'off',
    mode: 'ro',
    runningOn: [node],
    master: null,
    proxy: null,
    copy: 'none',
    copiedBytes: 0,
  };
  owner.volumes.push(volume);
  return volume;
}

/** Starts a stopped shadow volume. @param mode undefined: as it was @throws GdsRefusal */
export function startShadowVolume(
  world: World,
  node: NodeName,
  className: string,
  name: string,
  mode: 'ro' | 'rw' | undefined,
): GdsVolume {
  const volume = volumeOf(shadowClassOn(world, node, className), name);
  const isStarted = volume.runningOn.includes(node);
  if (isStarted && mode !== undefined && mode !== volume.mode) {
    throw refuse(`${name}: volume is already started on node ${node} in mode ${volume.mode}`);
  }
  volume.mode = mode ?? volume.mode;
  volume.runningOn = [node];
  return volume;
}

/** Stops a shadow volume. @throws GdsRefusal where it is open or mounted */
export function stopShadowVolume(world: World, node: NodeName, className: string, name: string): GdsVolume {
  const volume = volumeOf(shadowClassOn(world, node, className), name);
  if (isInUse(world, node, className, name)) throw refuse(`${name}: volume is in use on node ${node}`);
  volume.runningOn = [];
  return volume;
}

/** Forgets a stopped shadow volume. @throws GdsRefusal where it is active */
export function removeShadowVolume(world: World, node: NodeName, className: string, name: string): void {
  const owner = shadowClassOn(world, node, className);
  const volume = volumeOf(owner, name);
  if (volume.runningOn.length > 0) throw refuse(`${name}: volume is active`);
  owner.volumes = owner.volumes.filter((entry) => entry !== volume);
}
