/**
 * The sdx commands of the guide's steps, as argument lists. Options are in the guide's own order.
 *
 * Without -v, GDS starts or stops every volume of a class (GDS guide 4.5, D.4, D.17): each builder that changes
 * something names its class and its objects, and refuses an empty list. Nothing here is quoted; the caller that sends a
 * list to a shell does that.
 */

import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { deviceName, gdsName, isSingleDiskName, longestSingleDiskName } from './gds-name.ts';
import type { NamedObject } from './gds-name.ts';

export type Argv = readonly string[];

const optionLetters = { all: 'A', class: 'C', disk: 'D', group: 'G', slice: 'S', volume: 'V' } as const;

type SdxinfoKind = keyof typeof optionLetters;

export interface SdxinfoRequest {
  /** Kinds of object to list; none: those that sdxinfo lists by itself. */
  readonly show?: readonly SdxinfoKind[] | undefined;
  /** None: every class that the node shares. */
  readonly class?: string | undefined;
  /** The object whose related objects are listed. */
  readonly object?: string | undefined;
  /** `-e long`: type, master and proxy state instead of the short columns. */
  readonly long?: boolean | undefined;
}

export interface ProxyVolumes {
  readonly class: string;
  readonly proxyVolumes: readonly string[];
}

export interface Volumes {
  readonly class: string;
  readonly volumes: readonly string[];
}

/** A device of the backup server and the name of the disk that it is registered as. */
export interface ShadowDiskDevice {
  readonly device: string;
  readonly disk: string;
  /** True for a disk that is used by itself, outside any group. */
  readonly single?: boolean | undefined;
}

/** Where a shadow volume is made: in a group, or on a disk that is used by itself. */
export type ShadowPlace =
  | { readonly group: string; readonly disk?: undefined }
  | { readonly disk: string; readonly group?: undefined };

/** The type of a group; of a mirror, nothing need be said. */
export type GroupShape =
  | { readonly type: 'stripe'; readonly width: number }
  | { readonly type: 'mirror' }
  | { readonly type: 'concat' };

function requireSome(command: string, what: NamedObject | 'node', names: readonly string[]): void {
  if (names.length === 0) throw failure('GDS_LIST_EMPTY', { command, what });
}

function joinNames(command: string, what: NamedObject, names: readonly string[]): string {
  requireSome(command, what, names);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw failure('GDS_LIST_REPEATS', { command, what, name: twice });
  return names.map((name) => gdsName(what, name)).join(',');
}

/**
 * `sdxinfo -V -c Class1 -o Volume2 -e long` (GDS guide 6.6.3.7, steps 3-1 and 4; 4.5, D.6).
 * @throws GDS_NAME_FORBIDDEN
 */
export function sdxinfo(request: SdxinfoRequest = {}): Argv {
  const kinds = Object.keys(optionLetters) as SdxinfoKind[];
  const letters = kinds.filter((kind) => request.show?.includes(kind)).map((kind) => optionLetters[kind]);
  const argv = ['sdxinfo'];
  if (letters.length > 0) argv.push(`-${letters.join('')}`);
  if (request.class !== undefined) argv.push('-c', gdsName('class', request.class));
  if (request.object !== undefined) argv.push('-o', gdsName('object', request.object));
  if (request.long === true) argv.push('-e', 'long');
  return argv;
}

/**
 * `sdxproxy Part -c Class1 -p Volume2 -a pjrm=off`: several proxies parted by one command share one instant.
 * The just-resynchronization mode is off, since GDS on the cluster cannot see what the backup server writes
 * (GDS guide 6.6.3.7, step 3-3).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxproxyPart(request: ProxyVolumes): Argv {
  const names = joinNames('sdxproxy Part', 'proxy volume', request.proxyVolumes);
  return ['sdxproxy', 'Part', '-c', gdsName('class', request.class), '-p', names, '-a', 'pjrm=off'];
}

/**
 * `sdxproxy Rejoin -c Class1 -p Volume2`: returns before the copy is done (GDS guide 6.6.3.7, step 8-1).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxproxyRejoin(request: ProxyVolumes): Argv {
  const names = joinNames('sdxproxy Rejoin', 'proxy volume', request.proxyVolumes);
  return ['sdxproxy', 'Rejoin', '-c', gdsName('class', request.class), '-p', names];
}

/**
 * `sdxproxy RejoinRestore -c Class1 -p Volume2 -e nowaitsync`: rejoins, and rebuilds the master from the proxy. It returns before the copy is
 * done, so that the copy is watched and not a command that hangs for hours (GDS guide 4.5, 2.2.1 and D.14).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxproxyRejoinRestore(request: ProxyVolumes): Argv {
  const names = joinNames('sdxproxy RejoinRestore', 'proxy volume', request.proxyVolumes);
  const place = ['-c', gdsName('class', request.class)];
  return ['sdxproxy', 'RejoinRestore', ...place, '-p', names, '-e', 'nowaitsync'];
}

/**
 * `sdxproxy Break -c Class1 -p Volume2`: ends the relation; both volumes keep their data (GDS guide 4.5, D.14).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxproxyBreak(request: ProxyVolumes): Argv {
  const names = joinNames('sdxproxy Break', 'proxy volume', request.proxyVolumes);
  return ['sdxproxy', 'Break', '-c', gdsName('class', request.class), '-p', names];
}

/**
 * `sdxproxy Join -c Class1 -m Volume1 -p Volume2`: everything is copied from the master to the proxy (GDS guide 4.5, D.14 and D.19).
 * @throws GDS_NAME_FORBIDDEN
 */
export function sdxproxyJoin(request: {
  readonly class: string;
  readonly master: string;
  readonly proxy: string;
}): Argv {
  const { class: className, master, proxy } = request;
  const volumes = ['-m', gdsName('volume', master), '-p', gdsName('proxy volume', proxy)];
  return ['sdxproxy', 'Join', '-c', gdsName('class', className), ...volumes];
}

/**
 * `sdxvolume -F -c Class1 -v Volume2 -e allnodes`: stops volumes on every node (GDS guide 6.6.3.7, step 3-5).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxvolumeStop(request: Volumes): Argv {
  const names = joinNames('sdxvolume -F', 'volume', request.volumes);
  return ['sdxvolume', '-F', '-c', gdsName('class', request.class), '-v', names, '-e', 'allnodes'];
}

/**
 * `sdxvolume -N -c Class1 -v Volume2 -e mode=ro`: starts volumes for reading, on the node that it is sent to (GDS guide 4.5, D.4).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxvolumeStartReadable(request: Volumes): Argv {
  const names = joinNames('sdxvolume -N', 'volume', request.volumes);
  return ['sdxvolume', '-N', '-c', gdsName('class', request.class), '-v', names, '-e', 'mode=ro'];
}

/**
 * `sdxvolume -N -c Class1 -v Volume1 -e node=node1:node2`: starts volumes on these nodes (GDS guide 4.5, D.4).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxvolumeStartOn(request: Volumes & { readonly nodes: readonly string[] }): Argv {
  const names = joinNames('sdxvolume -N', 'volume', request.volumes);
  requireSome('sdxvolume -N', 'node', request.nodes);
  const nodes = request.nodes.join(':');
  return ['sdxvolume', '-N', '-c', gdsName('class', request.class), '-v', names, '-e', `node=${nodes}`];
}

/** The disk as -M registers it. That `single` is the word for a disk outside any group is presumed. */
function registration({ device, disk, single }: ShadowDiskDevice): string {
  if (single !== true) return `${device}=${disk}`;
  if (!isSingleDiskName(disk)) {
    throw failure('GDS_NAME_FORBIDDEN', {
      name: disk,
      what: phrase('single disk'),
      longest: longestSingleDiskName,
    });
  }
  return `${device}=${disk}:single`;
}

/**
 * `sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3,c1t1d4=Disk4`: registers disks, and creates the shadow class
 * (GDS guide 6.6.3.7, step 5; 4.5, D.15). A single disk is `c1t1d3=Disk3:single`.
 * @throws GDS_NAME_FORBIDDEN, GDS_DEVICE_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxshadowdiskRegister(request: {
  readonly class: string;
  readonly disks: readonly ShadowDiskDevice[];
}): Argv {
  const command = 'sdxshadowdisk -M';
  const names = request.disks.map(({ disk }) => disk);
  joinNames(command, 'disk', names);
  const devices = request.disks.map(({ device }) => deviceName(device));
  const twice = devices.find((device, index) => devices.indexOf(device) !== index);
  if (twice !== undefined) throw failure('GDS_LIST_REPEATS', { command, what: 'device', name: twice });
  const pairs = request.disks.map(registration).join(',');
  return ['sdxshadowdisk', '-M', '-c', gdsName('class', request.class), '-d', pairs];
}

/** The attributes of a group that is not a mirror. Their names, `type` and `width`, are presumed. */
function shapeAttributes(command: string, shape: GroupShape | undefined): string[] {
  if (shape === undefined || shape.type === 'mirror') return [];
  if (shape.type === 'concat') return ['-a', 'type=concat'];
  if (!Number.isSafeInteger(shape.width) || shape.width < 1) {
    throw failure('GDS_WIDTH_FORBIDDEN', { command, width: shape.width });
  }
  return ['-a', `type=stripe,width=${shape.width}`];
}

/**
 * `sdxshadowdisk -C -c Class2 -g Group2 -d Disk3`: connects disks in this order, and creates the group, a mirror if its
 * shape is not given (GDS guide 6.6.3.7, step 5; 4.5, D.15).
 * @param request shape: width in blocks of 512 bytes
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS, GDS_WIDTH_FORBIDDEN
 */
export function sdxshadowdiskConnect(request: {
  readonly class: string;
  readonly group: string;
  readonly disks: readonly string[];
  readonly shape?: GroupShape | undefined;
}): Argv {
  const command = 'sdxshadowdisk -C';
  const names = joinNames(command, 'disk', request.disks);
  const place = ['-c', gdsName('class', request.class), '-g', gdsName('group', request.group)];
  return ['sdxshadowdisk', '-C', ...place, '-d', names, ...shapeAttributes(command, request.shape)];
}

/**
 * `sdxshadowgroup -C -c Class2 -h Group6 -l Group6a,Group6b`: puts stripe or concat groups, in this order, below a group that
 * it creates (GDS guide 4.5, D.16). That this group is then a mirror is presumed.
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxshadowgroupConnect(request: {
  readonly class: string;
  readonly group: string;
  readonly lowerGroups: readonly string[];
}): Argv {
  const names = joinNames('sdxshadowgroup -C', 'group', request.lowerGroups);
  const place = ['-c', gdsName('class', request.class), '-h', gdsName('group', request.group)];
  return ['sdxshadowgroup', '-C', ...place, '-l', names];
}

/**
 * `sdxshadowdisk -R -c Class2 -d Disk3`: one disk; the last one takes the shadow class with it
 * (GDS guide 6.6.3.7, step 7; 4.5, D.15).
 * @throws GDS_NAME_FORBIDDEN
 */
export function sdxshadowdiskRemove(request: { readonly class: string; readonly disk: string }): Argv {
  const { class: className, disk } = request;
  return ['sdxshadowdisk', '-R', '-c', gdsName('class', className), '-d', gdsName('disk', disk)];
}

/**
 * `sdxshadowgroup -R -c Class2 -g Group2` (GDS guide 6.6.3.7, step 7).
 * @throws GDS_NAME_FORBIDDEN
 */
export function sdxshadowgroupRemove(request: { readonly class: string; readonly group: string }): Argv {
  const { class: className, group } = request;
  return ['sdxshadowgroup', '-R', '-c', gdsName('class', className), '-g', gdsName('group', group)];
}

/**
 * `sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 1048576`, or `-d Disk3` for a single disk: creates a shadow volume
 * and starts it read only (GDS guide 6.6.3.7, step 5; 4.5, D.17).
 * @param request blocks: its size in blocks of 512 bytes, equal to BLOCKS of the original volume
 * @throws GDS_NAME_FORBIDDEN, GDS_SIZE_FORBIDDEN
 */
export function sdxshadowvolumeCreate(
  request: ShadowPlace & { readonly class: string; readonly volume: string; readonly blocks: number },
): Argv {
  const { blocks } = request;
  if (!Number.isSafeInteger(blocks) || blocks < 1) {
    throw failure('GDS_SIZE_FORBIDDEN', { command: 'sdxshadowvolume -M', size: blocks });
  }
  const place =
    request.group === undefined
      ? ['-d', gdsName('disk', request.disk)]
      : ['-g', gdsName('group', request.group)];
  const names = ['-c', gdsName('class', request.class), ...place, '-v', gdsName('volume', request.volume)];
  return ['sdxshadowvolume', '-M', ...names, '-s', String(blocks)];
}

/**
 * `sdxshadowvolume -F -c Class2 -v Volume2`: stops shadow volumes (GDS guide 6.6.3.7, steps 6b-1 and 7).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxshadowvolumeStop(request: Volumes): Argv {
  const names = joinNames('sdxshadowvolume -F', 'volume', request.volumes);
  return ['sdxshadowvolume', '-F', '-c', gdsName('class', request.class), '-v', names];
}

/**
 * `sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw`: starts shadow volumes for reading and writing, as the check
 * of a file system needs it (GDS guide 6.6.3.7, step 6b-1).
 * @throws GDS_NAME_FORBIDDEN, GDS_LIST_EMPTY, GDS_LIST_REPEATS
 */
export function sdxshadowvolumeStartWritable(request: Volumes): Argv {
  const names = joinNames('sdxshadowvolume -N', 'volume', request.volumes);
  return ['sdxshadowvolume', '-N', '-c', gdsName('class', request.class), '-v', names, '-e', 'mode=rw'];
}

/**
 * `sdxshadowvolume -R -c Class2 -v Volume2` (GDS guide 6.6.3.7, step 7).
 * @throws GDS_NAME_FORBIDDEN
 */
export function sdxshadowvolumeRemove(request: { readonly class: string; readonly volume: string }): Argv {
  const { class: className, volume } = request;
  return ['sdxshadowvolume', '-R', '-c', gdsName('class', className), '-v', gdsName('volume', volume)];
}

/**
 * The character device of a volume, for dd, fsck and the dump tools: `/dev/sfdsk/Class2/rdsk/Volume2`.
 * @throws GDS_NAME_FORBIDDEN
 */
export function rawDevice(className: string, volume: string): string {
  return `/dev/sfdsk/${gdsName('class', className)}/rdsk/${gdsName('volume', volume)}`;
}

/**
 * The block device of a volume, for mount: `/dev/sfdsk/Class2/dsk/Volume2`.
 * @throws GDS_NAME_FORBIDDEN
 */
export function blockDevice(className: string, volume: string): string {
  return `/dev/sfdsk/${gdsName('class', className)}/dsk/${gdsName('volume', volume)}`;
}
