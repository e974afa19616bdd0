import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Cartridges } from './tape/cartridges.ts';
import type { Cartridge, ChangerShape, InsertOptions, WantedCartridge } from './tape/cartridges.ts';
import { Disks } from './gds/disks.ts';
import { isProgram } from './commands/commands.ts';
import { FaultEffects } from './fault-effects.ts';
import { Faults } from './faults/faults.ts';
import { failure } from '../contract/errors.ts';
import { copiesOf } from './gds/gds-mapping.ts';
import { shareClass, volumeOf } from './gds/gds-model.ts';
import { lockFolder, requireSpace } from './lab-folder.ts';
import { FileContents } from './hosts/file-contents.ts';
import { LabHost, labUser } from './hosts/lab-host.ts';
import type { CommandEvent } from './hosts/lab-host.ts';
import { loadKeys } from './hosts/lab-keys.ts';
import type { LabKeys } from './hosts/lab-keys.ts';
import {
  bytesOf,
  type GdsClass,
  type GdsVolume,
  type LabModel,
  type NodeName,
  nodeNames,
  type Platform,
  platformOf,
} from './gds/lab-model.ts';
import { Lock } from './lock.ts';
import { Machine } from './hosts/machine.ts';
import { newModel } from './gds/lab-volumes.ts';
import { loadModel, ModelStore } from './gds/model-store.ts';
import { isColumn } from './gds/sdxinfo-tables.ts';
import { reboot } from './reboot.ts';
import type { ReceivedCommand } from './hosts/received-command.ts';
import { Resynchronisation } from './gds/resynchronisation.ts';
import { TapeDrive } from './tape/tape-drive.ts';
import { typeCommand } from './hosts/typed-command.ts';
import type { Typed } from './hosts/typed-command.ts';
import { volumeBytes } from './gds/volume-access.ts';
import { OpenVolumes } from './gds/storage.ts';
import type { VolumeWrite } from './gds/storage.ts';
import { snapshot } from './world.ts';
import type { World, WorldSnapshot } from './world.ts';

export interface LabOptions {
  /** The folder of the lab; an existing lab continues. */
  readonly folder: string;
  /** Size of Volume1 and Volume2 in blocks of 512 bytes; 1,048,576 by default. The other volumes are smaller. */
  readonly blocks?: number;
  readonly seed?: string;
  /** What the hosts run; by default solaris, or what an existing lab runs. */
  readonly platform?: Platform;
  /** 150 MB/s by default: 512 MiB take three to four seconds. */
  readonly rejoinBytesPerSecond?: number;
  /** Capacity of each cartridge in bytes of data, up to the early warning; 2 GiB by default. */
  readonly tapeBytes?: number;
  /** Bytes from the early warning to the physical end of a cartridge; 1 MiB by default. */
  readonly trailerBytes?: number;
  /**
   * Cartridges in addition to the one named `tape`, which is in the drive at first; they fill the changer's slots from
   * the first on.
   */
  readonly cartridges?: readonly WantedCartridge[];
  /** Slots of the changer; 8 by default. */
  readonly slots?: number;
  /** One drive and no mail slot by default. */
  readonly changer?: ChangerShape;
  /** Ports of node1, node2, node3; 0: the one of last time, or any. */
  readonly ports?: readonly [number, number, number];
  /** `NAME` or `NAME=VALUE`, see the table of faults. */
  readonly faults?: readonly string[];
  /** True: the model is written when the lab is closed, not at each change. If the process dies, the lab is lost. */
  readonly savesOnlyAtClose?: boolean;
}

interface LabHostAddress {
  readonly name: NodeName;
  readonly address: '127.0.0.1';
  readonly port: number;
  readonly user: string;
}

export interface Lab {
  readonly folder: string;
  /** What its hosts run. */
  readonly platform: Platform;
  readonly hosts: readonly LabHostAddress[];
  /** Private key that all three hosts accept, OpenSSH format, mode 0600. */
  readonly identityFile: string;
  /** The hosts' keys in OpenSSH's known_hosts format. */
  readonly knownHostsFile: string;
  /** The file of the cartridge that is in the drive at first. */
  readonly tapeFile: string;
  /** The file of a cartridge. */
  tapeFileOf(name: string): string;
  readonly cartridges: readonly Cartridge[];
  readonly faults: Faults;
  /** Resolves when every fault that was switched so far has had its effect: a port closed, a host rebooted. */
  faultsSettled(): Promise<void>;
  /** Every command line that a host was sent, in order. */
  readonly commands: readonly ReceivedCommand[];
  /**
   * Reports when a command line arrives and when it has ended. A promise that the listener returns delays the command:
   * before it runs, or before its end is sent.
   * @returns removes the listener
   */
  onCommand(listener: (event: CommandEvent) => Promise<unknown> | void): () => void;
  /** Runs a command line as typed at the console of a host: not by ssh, and not reported. */
  type(node: NodeName, line: string): Promise<Typed>;
  /** Reports each write of a process to a volume, right before it. @returns removes the listener */
  onWrite(listener: (write: VolumeWrite) => void): () => void;
  /** Resolves when no rejoin is copying any more. */
  copyingFinished(): Promise<void>;
  /** The bytes of a volume, whether it is started or not. */
  readVolume(className: string, volume: string): Readable;
  /** SHA-256 of a volume, hexadecimal. */
  volumeDigest(className: string, volume: string): Promise<string>;
  /** An application writes to Volume1, or another master; mirrors follow, and while it is joined the proxy. */
  writeMaster(offset: number, bytes: Buffer, master?: string): Promise<void>;
  world(): WorldSnapshot;
  /**
   * The processes on a host, each by its arguments as ps shows them.
   * @param which `working`: without those that a fault prevents from starting
   */
  processes(node: NodeName, which?: 'all' | 'working'): string[];
  /**
   * From now on a class of the cluster is shared only by these nodes: what is mounted on others is mounted on the first
   * of these.
   */
  shareClass(className: string, nodes: readonly NodeName[]): void;
  /** Creates and removes folders on a host immediately, without a visible command. */
  editFolders(node: NodeName, edit: (folders: readonly string[]) => readonly string[]): void;
  /** Reinserts the cartridge that `mt offline` has ejected. */
  loadTape(): void;
  /** Puts a cartridge into the drive, a new one if there is none with this name; the previous one is moved to the shelf. */
  insertCartridge(name: string, options?: InsertOptions): Promise<void>;
  /** Moves the cartridge in the drive to the shelf. */
  ejectCartridge(): Promise<void>;
  /** Breaks every connection with a host without closing it. Its commands keep running. @param notice see LabHost */
  breakConnections(node: NodeName, notice?: boolean): void;
  /** Changes the host key during every connection with a host, at a rekey. */
  switchHostKey(node: NodeName): void;
  /** At once: all connections break, processes die, shadow objects of node3 vanish. */
  rebootNode(node: NodeName): Promise<void>;
  close(): Promise<void>;
}

const pieceBytes = 1_048_576;

/** Space for the disks, for one backup on tape, and a little for the rest. */
function neededBytes(model: LabModel): number {
  const volumes = model.classes.flatMap((owner) =>
    owner.volumes.map(({ on, blocks }) => blocks * copiesOf(owner, on)),
  );
  const blocks = volumes.reduce((sum, each) => sum + each, model.volumeBlocks);
  return bytesOf(blocks) + 16_777_216;
}

async function openWorld(options: LabOptions): Promise<{ world: World; saveAll: () => Promise<void> }> {
  const { folder, seed = 'shadowtape', blocks = 1_048_576, platform, savesOnlyAtClose = false } = options;
  const known = await loadModel(folder);
  if (known && platform !== undefined && platformOf(known) !== platform)
    throw failure('LAB_PLATFORM_OTHER', { folder, actual: platformOf(known), wanted: platform });
  const model = known ?? newModel(seed, blocks, platform);
  if (!known) await requireSpace(folder, neededBytes(model));
  const disks = known ? await Disks.open(folder) : await Disks.create(folder, model);
  const store = new ModelStore(folder, model);
  // only now: a lab that was not created completely is created again
  await store.save();
  const runs = platformOf(model);
  const faults = new Faults(
    {
      isProgram: (name) => isProgram(name, runs),
      isColumn,
      // GNU tar has no limit for the length of a link.
      isForeign: (name) => runs === 'linux' && name === 'tar-long-links',
    },
    runs === 'linux' ? ['linux-tape'] : [],
  );
  const drive = new TapeDrive(model.tape, faults, runs);
  const { tapeBytes = 2_147_483_648, trailerBytes = 1_048_576, slots = 8, cartridges: wanted = [] } = options;
  const size = { capacity: tapeBytes, trailerBytes };
  const shape = options.changer;
  const world: World = {
    model,
    disks,
    faults,
    drive,
    contents: new FileContents(join(folder, 'files'), model),
    cartridges: await Cartridges.open({ folder, model: model.tape, drive, size, slots, shape, wanted }),
    resynchronisation: new Resynchronisation(options.rejoinBytesPerSecond ?? 150_000_000),
    writing: new Lock(),
    openVolumes: new OpenVolumes(),
    onWrite: new Set(),
    save: () => (savesOnlyAtClose ? Promise.resolve() : store.save()),
  };
  return { world, saveAll: () => store.save() };
}

async function listenAll(
  hosts: readonly LabHost[],
  model: LabModel,
  wanted: readonly number[],
): Promise<void> {
  for (const [index, host] of hosts.entries()) {
    const last = model.ports[index] ?? 0;
    if (wanted[index]) await host.listen(wanted[index]);
    else await host.listen(last).catch(() => host.listen(0));
    model.ports[index] = host.port;
  }
}

async function writeKnownHosts(folder: string, hosts: readonly LabHost[], keys: LabKeys): Promise<string> {
  const file = join(folder, 'known_hosts');
  const lines = hosts.map((host) => `[127.0.0.1]:${host.port} ${keys.publicHostKeys[host.node]}\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  return file;
}

function ownerOf(model: LabModel, className: string, name: string): { owner: GdsClass; volume: GdsVolume } {
  const owner = model.classes.find((entry) => entry.name === className);
  if (!owner) throw new Error(`there is no class ${className} in the lab`);
  return { owner, volume: volumeOf(owner, name) };
}

async function* volumePieces(world: World, className: string, name: string): AsyncGenerator<Buffer> {
  const { owner, volume } = ownerOf(world.model, className, name);
  const bytes = volumeBytes(world, owner, volume);
  for (let position = 0; ;) {
    const piece = Buffer.allocUnsafe(pieceBytes);
    const length = await bytes.read(piece, position);
    if (length === 0) return;
    yield piece.subarray(0, length);
    position += length;
  }
}

/**
 * Opens a lab: three ssh hosts on loopback, over disks, a tape and a model in a folder.
 * @throws LAB_FOLDER_BUSY, LAB_FOLDER_FOREIGN, LAB_PLATFORM_OTHER, LAB_DISK_FULL, LAB_PORT_TAKEN, LAB_FAULT_UNKNOWN, LAB_FAULT_VALUE_WRONG
 */
export async function openLab(options: LabOptions): Promise<Lab> {
  const unlock = await lockFolder(options.folder);
  try {
    return await openLocked(options, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function openLocked(options: LabOptions, unlock: () => Promise<void>): Promise<Lab> {
  const { folder } = options;
  const { world, saveAll } = await openWorld(options);
  const keys = await loadKeys(folder);
  const commands: ReceivedCommand[] = [];
  const listeners = new Set<(event: CommandEvent) => Promise<unknown> | void>();
  const onCommand = (event: CommandEvent): Promise<unknown> | void => {
    const { phase, host, line, sent } = event;
    if (phase === 'started') commands.push({ host, line, sent });
    const holding = [...listeners].map((listener) => listener(event)).filter((held) => held !== undefined);
    if (holding.length > 0) return Promise.all(holding);
  };
  const machines = nodeNames.map((node) => new Machine(node, world, keys.hostKeys[node]));
  const hosts = machines.map(
    (machine) =>
      new LabHost({ machine, hostKey: keys.hostKeys[machine.node], clientKey: keys.clientKey, onCommand }),
  );
  const machineOf = (node: NodeName) => machines.find((entry) => entry.node === node);
  const hostOf = (node: NodeName) => hosts.find((entry) => entry.node === node);
  const breakConnections = (node: NodeName, notice?: boolean): void => hostOf(node)?.breakConnections(notice);
  const rebootNode = async (node: NodeName): Promise<void> => {
    const machine = machineOf(node);
    breakConnections(node);
    await machine?.whileDown(() => reboot(machine));
  };
  const effects = new FaultEffects(hosts, world, rebootNode);
  const closeFiles = async (): Promise<void> => {
    await Promise.all(hosts.map((host) => host.close()));
    await world.resynchronisation.stop();
    await Promise.all(machines.map((machine) => machine.powerOff()));
    await world.cartridges.close();
    await saveAll();
    await world.disks.close();
  };
  try {
    await listenAll(hosts, world.model, options.ports ?? [0, 0, 0]);
    world.faults.onChange((fault, on) => effects.apply(fault, on));
    for (const spec of options.faults ?? []) world.faults.set(spec);
    await effects.settled();
    await world.save();
  } catch (error) {
    await closeFiles();
    throw error;
  }
  for (const owner of world.model.classes) {
    for (const volume of owner.volumes) {
      if (volume.copy === 'copying') world.resynchronisation.start(world, owner, volume);
    }
  }
  return {
    folder,
    platform: platformOf(world.model),
    hosts: hosts.map((host) => ({ name: host.node, address: '127.0.0.1', port: host.port, user: labUser })),
    identityFile: keys.identityFile,
    knownHostsFile: await writeKnownHosts(folder, hosts, keys),
    tapeFile: world.cartridges.fileOf('tape'),
    tapeFileOf: (name) => world.cartridges.fileOf(name),
    get cartridges() {
      return world.cartridges.list();
    },
    faults: world.faults,
    faultsSettled: () => effects.settled(),
    commands,
    onCommand(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    type(node, line) {
      const machine = machineOf(node);
      if (!machine) throw new Error(`there is no host ${node} in the lab`);
      return typeCommand(machine, line);
    },
    onWrite(listener) {
      world.onWrite.add(listener);
      return () => world.onWrite.delete(listener);
    },
    shareClass: (className, nodes) => shareClass(world.model, className, nodes),
    editFolders(node, edit) {
      const host = world.model.hosts[node];
      host.directories = [...edit(host.directories)];
    },
    copyingFinished: () => world.resynchronisation.finished(),
    readVolume: (className, name) =>
      Readable.from(volumePieces(world, className, name), { objectMode: false }),
    async volumeDigest(className, name) {
      const hash = createHash('sha256');
      for await (const piece of volumePieces(world, className, name)) hash.update(piece);
      return hash.digest('hex');
    },
    writeMaster(offset, bytes, master = 'Volume1') {
      const { owner, volume } = ownerOf(world.model, 'Class1', master);
      return volumeBytes(world, owner, volume).write(bytes, offset);
    },
    world: () => snapshot(world),
    processes: (node, which = 'all') =>
      machineOf(node)
        ?.processes.all()
        .filter(({ hangs }) => which === 'all' || !hangs)
        .map(({ args }) => args) ?? [],
    loadTape: () => world.drive.load(),
    insertCartridge: (name, how) => world.cartridges.insert(name, how).then(() => world.save()),
    ejectCartridge: () => world.cartridges.eject().then(() => world.save()),
    breakConnections,
    switchHostKey: (node) => hostOf(node)?.switchHostKey(),
    rebootNode,
    async close() {
      await effects.settled();
      await closeFiles();
      await unlock();
    },
  };
}
