import { placeFor } from './gds-extents.ts';
import { diskOf, groupOf, refuse, refuseName, shadowClassOn, specialFiles, volumeOf } from './gds-model.ts';
import type { GdsClass, GdsVolume, NodeName } from './lab-model.ts';
import { isInUse } from './storage.ts';
import type { World } from '../world.ts';

/** What sdxshadowvolume does on the backup server (GDS guide 4.5, D.17). Nothing here touches a disk's bytes. */

/** The requested place of a volume. */
export type Place = { readonly group: string } | { readonly disk: string };

function placeOn(owner: GdsClass, place: Place): string {
  if ('disk' in place) {
    const { name, type } = diskOf(owner, place.disk);
    if (type !== 'single') throw refuse(`${name}: not a single disk`);
    return name;
  }
  const { name, group } = groupOf(owner, place.group);
  if (group !== null) throw refuse(`${name}: group is connected to group ${group}`);
  return name;
}

/**
 * Makes a shadow volume in the first free extent that holds it, started read-only at once.
 * @param blocks its size in blocks of 512 bytes
 * @throws GdsRefusal
 */
export function createShadowVolume(
  world: World,
  node: NodeName,
  className: string,
  place: Place,
  name: string,
  blocks: number,
): GdsVolume {
  const owner = shadowClassOn(world.model, node, className);
  const on = placeOn(owner, place);
  refuseName(name);
  if (owner.volumes.some((volume) => volume.name === name)) {
    throw refuse(`${name}: object already exists in class ${className}`);
  }
  // the faults mean the volume that is made first
  const faults = owner.volumes.length === 0 ? world.faults : undefined;
  const size = faults?.numberOf('shadow-blocks') ?? blocks;
  const shift = faults?.numberOf('shadow-first-block') ?? 0;
  const volume: GdsVolume = {
    name,
    on,
    firstBlock: placeFor(owner, on, name, size + shift) + shift,
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
  // its special files are new ones
  const host = world.model.hosts[node];
  const files = specialFiles(className, name);
  if (host.staleDevices) host.staleDevices = host.staleDevices.filter((file) => !files.includes(file));
  return volume;
}

function volumesOf(world: World, node: NodeName, className: string, names: readonly string[]): GdsVolume[] {
  const owner = shadowClassOn(world.model, node, className);
  return names.map((name) => volumeOf(owner, name));
}

/** Starts stopped shadow volumes; all of them or none. @param mode undefined: as it was @throws GdsRefusal */
export function startShadowVolumes(
  world: World,
  node: NodeName,
  className: string,
  names: readonly string[],
  mode: 'ro' | 'rw' | undefined,
): void {
  const volumes = volumesOf(world, node, className, names);
  for (const volume of volumes) {
    const isStarted = volume.runningOn.includes(node);
    if (isStarted && mode !== undefined && mode !== volume.mode) {
      throw refuse(`${volume.name}: volume is already started on node ${node} in mode ${volume.mode}`);
    }
  }
  for (const volume of volumes) Object.assign(volume, { mode: mode ?? volume.mode, runningOn: [node] });
}

/** Stops shadow volumes; all of them or none. @throws GdsRefusal where one is open or mounted */
export function stopShadowVolumes(
  world: World,
  node: NodeName,
  className: string,
  names: readonly string[],
): void {
  const volumes = volumesOf(world, node, className, names);
  const used = volumes.find(({ name }) => isInUse(world, node, className, name));
  if (used) throw refuse(`${used.name}: volume is in use on node ${node}`);
  for (const volume of volumes) volume.runningOn = [];
}

/** Forgets a stopped shadow volume. @throws GdsRefusal where it is active */
export function removeShadowVolume(world: World, node: NodeName, className: string, name: string): void {
  const owner = shadowClassOn(world.model, node, className);
  const volume = volumeOf(owner, name);
  if (volume.runningOn.length > 0) throw refuse(`${name}: volume is active`);
  owner.volumes = owner.volumes.filter((entry) => entry !== volume);
}
