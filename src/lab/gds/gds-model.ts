import { IoError } from '../faults/io-error.ts';
import {
  nodeNames,
  type GdsClass,
  type GdsDisk,
  type GdsGroup,
  type GdsVolume,
  type LabModel,
  type Mount,
  type NodeName,
} from './lab-model.ts';

/**
 * Questions about the GDS objects, and the refusals of the sdx commands.
 *
 * The GDS guide excerpts known here do not show the wording of refusals for proxy and shadow commands: the sentences are
 * the lab's own, only their form (`SDX:command: ERROR: ...`, GDS guide 4.5, E.4) is the guide's.
 */

/** A refusal of an sdx command; `message` follows `SDX:command: ERROR: `. */
export class GdsRefusal extends Error {}

export function refuse(message: string): GdsRefusal {
  return new GdsRefusal(message);
}

/** The classes that a node sees: GDS shows only what the node shares (GDS guide 4.5, D.6). */
export function classesOn(model: LabModel, node: NodeName): GdsClass[] {
  return model.classes.filter((entry) => entry.scope.includes(node));
}

/** @throws GdsRefusal if the node sees no class with that name */
export function classOn(model: LabModel, node: NodeName, name: string): GdsClass {
  const found = classesOn(model, node).find((entry) => entry.name === name);
  if (!found) throw refuse(`${name}: no such class`);
  return found;
}

/** Changes the scope of a class; the nodes that leave it lose its volumes to the first node that stays. */
export function shareClass(model: LabModel, name: string, nodes: readonly NodeName[]): void {
  const owner = model.classes.find((entry) => entry.name === name);
  const [first] = nodes;
  if (!owner || first === undefined) throw new Error(`no class ${name}, or no node`);
  owner.scope = [...nodes];
  for (const volume of owner.volumes)
    volume.runningOn = volume.runningOn.filter((node) => nodes.includes(node));
  const isOfClass = ({ special }: Mount) => parseSpecialFile(special)?.className === name;
  for (const node of nodeNames.filter((entry) => !nodes.includes(entry))) {
    const host = model.hosts[node];
    model.hosts[first].mounts.push(...host.mounts.filter(isOfClass));
    host.mounts = host.mounts.filter((mount) => !isOfClass(mount));
  }
}

/** The same for a shadow class. @throws GdsRefusal */
export function shadowClassOn(model: LabModel, node: NodeName, name: string): GdsClass {
  const owner = classOn(model, node, name);
  if (!owner.shadow) throw refuse(`${name}: not a shadow class`);
  return owner;
}

/** Refuses what cannot be the name of an object (GDS guide (Linux) 4.2, A.1.1). @throws GdsRefusal */
export function refuseName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/.test(name)) throw refuse(`${name}: illegal object name`);
}

/** Refuses a name that a new disk or group cannot have. @throws GdsRefusal */
export function refuseTaken(owner: GdsClass, name: string): void {
  refuseName(name);
  if ([...owner.disks, ...owner.groups].some((entry) => entry.name === name)) {
    throw refuse(`${name}: object already exists in class ${owner.name}`);
  }
}

export function volumeOf(owner: GdsClass, name: string): GdsVolume {
  const found = owner.volumes.find((volume) => volume.name === name);
  if (!found) throw refuse(`${name}: no such volume in class ${owner.name}`);
  return found;
}

export function groupOf(owner: GdsClass, name: string): GdsGroup {
  const found = owner.groups.find((group) => group.name === name);
  if (!found) throw refuse(`${name}: no such group in class ${owner.name}`);
  return found;
}

export function diskOf(owner: GdsClass, name: string): GdsDisk {
  const found = owner.disks.find((disk) => disk.name === name);
  if (!found) throw refuse(`${name}: no such disk in class ${owner.name}`);
  return found;
}

export function hasGroup(owner: GdsClass, name: string): boolean {
  return owner.groups.some((group) => group.name === name);
}

/** A group with every group below it; nothing if the name is that of a disk. */
export function groupsFrom(owner: GdsClass, name: string): GdsGroup[] {
  if (!hasGroup(owner, name)) return [];
  const group = groupOf(owner, name);
  return [group, ...group.members.flatMap((member) => groupsFrom(owner, member))];
}

/** Every disk below a group, in connection order; the disk itself where the name is that of one. */
export function disksBelow(owner: GdsClass, name: string): GdsDisk[] {
  if (!hasGroup(owner, name)) return [diskOf(owner, name)];
  return groupOf(owner, name).members.flatMap((member) => disksBelow(owner, member));
}

/** The volumes in a group, or on a single disk, in the order in which they lie there. */
export function volumesOn(owner: GdsClass, name: string): GdsVolume[] {
  return owner.volumes
    .filter((volume) => volume.on === name)
    .sort((first, second) => first.firstBlock - second.firstBlock);
}

export function volumeStatus(volume: GdsVolume, node: NodeName): string {
  if (volume.copy === 'invalid') return 'INVALID';
  return volume.runningOn.includes(node) ? 'ACTIVE' : 'STOP';
}

/** A slice is COPY while it is filled, INVALID if that failed, and otherwise like its volume. */
export function sliceStatus(volume: GdsVolume, node: NodeName): string {
  return volume.copy === 'copying' ? 'COPY' : volumeStatus(volume, node);
}

/** The proxies that follow a master: joined, so that writes to the master go to them as well. */
export function joinedProxies(owner: GdsClass, master: string): GdsVolume[] {
  return owner.volumes.filter(
    (volume) => volume.master === master && volume.proxy === 'Join' && volume.copy !== 'invalid',
  );
}

/** Splits the special file of a volume, `/dev/sfdsk/CLASS/rdsk/VOLUME` or `.../dsk/VOLUME`. */
export function parseSpecialFile(
  path: string,
): { className: string; volume: string; raw: boolean } | undefined {
  const match = /^\/dev\/sfdsk\/([^/]+)\/(r?)dsk\/([^/]+)$/.exec(path);
  if (!match) return undefined;
  const [, className = '', raw = '', volume = ''] = match;
  return { className, volume, raw: raw === 'r' };
}

/** The special files of a volume, raw and with a buffer. */
export function specialFiles(className: string, volume: string): string[] {
  return ['rdsk', 'dsk'].map((kind) => `/dev/sfdsk/${className}/${kind}/${volume}`);
}

/** Every special file of a volume that a node has, with those that a reboot has left without a volume. */
export function specialFilesOn(model: LabModel, node: NodeName): string[] {
  const live = classesOn(model, node).flatMap(({ name, volumes }) =>
    volumes.flatMap((volume) => specialFiles(name, volume.name)),
  );
  return [...new Set([...live, ...(model.hosts[node].staleDevices ?? [])])];
}

/** The volume of a special file. @throws IoError ENOENT; ENXIO if a reboot has removed the volume */
export function volumeOfSpecialFile(
  model: LabModel,
  node: NodeName,
  path: string,
): { owner: GdsClass; volume: GdsVolume } {
  const names = parseSpecialFile(path);
  const owner = classesOn(model, node).find((entry) => entry.name === names?.className);
  const volume = owner?.volumes.find((entry) => entry.name === names?.volume);
  if (owner && volume) return { owner, volume };
  throw new IoError(model.hosts[node].staleDevices?.includes(path) ? 'ENXIO' : 'ENOENT');
}
