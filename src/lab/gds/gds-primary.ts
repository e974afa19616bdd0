import { classOn, refuse, volumeOf } from './gds-model.ts';
import { bytesOf, type GdsClass, type GdsVolume, type NodeName } from './lab-model.ts';
import { isInUse } from './storage.ts';
import type { World } from '../world.ts';

/**
 * What sdxproxy and sdxvolume do in the primary domain (GDS guide 4.5, D.4 and D.14).
 *
 * This side does not know about shadow volumes: a rejoin under an existing shadow is accepted, and overwrites what the
 * shadow maps.
 */

function proxyOf(owner: GdsClass, name: string): GdsVolume {
  const volume = volumeOf(owner, name);
  if (volume.proxy === null) throw refuse(`${name}: not a proxy volume`);
  return volume;
}

function refuseWhereInUse(
  world: World,
  owner: GdsClass,
  volume: GdsVolume,
  nodes: readonly NodeName[],
): void {
  const user = nodes.find((node) => isInUse(world, node, owner.name, volume.name));
  if (user) throw refuse(`${volume.name}: volume is in use on node ${user}`);
}

/**
 * Parts proxies from their masters; they are started on every node of the class. Either all are parted or none.
 * @throws GdsRefusal
 */
export function partProxies(
  world: World,
  node: NodeName,
  className: string,
  names: readonly string[],
  pjrm?: 'on' | 'off',
): void {
  const owner = classOn(world.model, node, className);
  const proxies = names.map((name) => proxyOf(owner, name));
  for (const proxy of proxies) {
    if (proxy.proxy !== 'Join') throw refuse(`${proxy.name}: proxy is not joined`);
    if (proxy.copy === 'copying') throw refuse(`${proxy.name}: synchronization copying in progress`);
    if (proxy.copy === 'invalid') throw refuse(`${proxy.name}: data is not valid`);
  }
  for (const proxy of proxies) {
    proxy.proxy = 'Part';
    proxy.runningOn = [...owner.scope];
    if (pjrm === undefined) delete proxy.pjrm;
    else proxy.pjrm = pjrm;
  }
}

/**
 * Rejoins parted proxies, all of them or none: they stop, and copying begins in the background, each in its own time.
 * @throws GdsRefusal
 */
export function rejoinProxies(
  world: World,
  node: NodeName,
  className: string,
  names: readonly string[],
): void {
  const owner = classOn(world.model, node, className);
  const proxies = names.map((name) => proxyOf(owner, name));
  for (const proxy of proxies) {
    if (proxy.proxy !== 'Part') throw refuse(`${proxy.name}: proxy is not parted`);
    refuseWhereInUse(world, owner, proxy, owner.scope);
  }
  for (const proxy of proxies) {
    Object.assign(proxy, { proxy: 'Join', runningOn: [], mode: 'rw', copy: 'copying', copiedBytes: 0 });
    world.resynchronisation.start(world, owner, proxy);
  }
}

/** @throws GdsRefusal where the volume is started on any node */
function refuseStarted({ name, runningOn }: GdsVolume): void {
  const [node] = runningOn;
  if (node !== undefined) throw refuse(`${name}: volume is active on node ${node}`);
}

/**
 * Rejoins parted proxies, all of them or none, and rebuilds their masters from them (GDS guide 4.5, 2.2.1). Master and
 * proxy must be stopped (GDS guide (Linux) 4.2, 1.5). The parts that pjrm=on omits from the copy are not part of the
 * lab.
 * @throws GdsRefusal
 */
export function rejoinAndRestore(
  world: World,
  node: NodeName,
  className: string,
  names: readonly string[],
): void {
  const owner = classOn(world.model, node, className);
  const pairs = names.map((name) => {
    const proxy = proxyOf(owner, name);
    if (proxy.proxy !== 'Part' || proxy.master === null) throw refuse(`${name}: proxy is not parted`);
    const master = volumeOf(owner, proxy.master);
    for (const volume of [proxy, master]) {
      refuseStarted(volume);
      if (volume.copy === 'invalid') throw refuse(`${volume.name}: data is not valid`);
      if (volume.copy === 'copying') throw refuse(`${volume.name}: synchronization copying in progress`);
    }
    if (proxy.pjrm !== 'off') throw refuse(`${name}: parted without pjrm=off: not part of the lab`);
    return { proxy, master };
  });
  for (const { proxy, master } of pairs) {
    Object.assign(proxy, { proxy: 'Join', mode: 'rw', copiedBytes: 0 });
    const skipped = world.faults.has('restore-skips') ? bytesOf(master.blocks) : 0;
    Object.assign(master, { copy: 'copying', copiedBytes: skipped, restoredFrom: proxy.name });
    world.resynchronisation.start(world, owner, master);
  }
}

/**
 * Starts volumes on nodes; all of them or none.
 * @returns the nodes on which each volume was started now
 * @throws GdsRefusal
 */
export function startVolumes(
  world: World,
  node: NodeName,
  className: string,
  names: readonly string[],
  nodes: readonly NodeName[],
  mode: GdsVolume['mode'] = 'rw',
): Map<GdsVolume, NodeName[]> {
  const owner = classOn(world.model, node, className);
  const started = new Map<GdsVolume, NodeName[]>();
  const volumes = names.map((name) => volumeOf(owner, name));
  for (const volume of volumes) {
    if (volume.proxy === 'Join') throw refuse(`${volume.name}: volume is a joined proxy`);
    if (volume.copy === 'invalid') throw refuse(`${volume.name}: data is not valid`);
    // Only an option that the lab does not have allows starting a master before it is rebuilt.
    if (volume.copy === 'copying') throw refuse(`${volume.name}: synchronization copying in progress`);
  }
  for (const volume of volumes) {
    started.set(
      volume,
      nodes.filter((entry) => !volume.runningOn.includes(entry)),
    );
    volume.runningOn = owner.scope.filter(
      (entry) => volume.runningOn.includes(entry) || nodes.includes(entry),
    );
    volume.mode = mode;
  }
  return started;
}

/**
 * Stops volumes on nodes; all of them or none.
 * @returns the nodes on which each volume was stopped now
 * @throws GdsRefusal where a volume is open, mounted or being copied to
 */
export function stopVolumes(
  world: World,
  node: NodeName,
  className: string,
  names: readonly string[],
  nodes: readonly NodeName[],
): Map<GdsVolume, NodeName[]> {
  const owner = classOn(world.model, node, className);
  const volumes = names.map((name) => volumeOf(owner, name));
  for (const volume of volumes) {
    if (volume.copy === 'copying') throw refuse(`${volume.name}: synchronization copying in progress`);
    refuseWhereInUse(world, owner, volume, nodes);
  }
  const stopped = new Map<GdsVolume, NodeName[]>();
  for (const volume of volumes) {
    stopped.set(
      volume,
      nodes.filter((entry) => volume.runningOn.includes(entry)),
    );
    volume.runningOn = volume.runningOn.filter((entry) => !nodes.includes(entry));
  }
  return stopped;
}
