import type { FileContents } from './hosts/file-contents.ts';
import type { Cartridges } from './tape/cartridges.ts';
import { sliceStatus, volumeStatus } from './gds/gds-model.ts';
import { nodeNames } from './gds/lab-model.ts';
import type { GdsClass, GdsVolume, Mount, NodeName, TapePosition } from './gds/lab-model.ts';
import type { Resynchronisation } from './gds/resynchronisation.ts';
import type { Storage } from './gds/storage.ts';
import type { TapeDrive } from './tape/tape-drive.ts';

/** What all three hosts share: the disks, the tape drive, the model, the faults. */
export interface World extends Storage {
  readonly drive: TapeDrive;
  readonly cartridges: Cartridges;
  /** What the files of all hosts hold. */
  readonly contents: FileContents;
  readonly resynchronisation: Resynchronisation;
}

/** The state of the lab, as plain data: for tests and for inspection. */
export interface WorldSnapshot {
  /** Volume2. */
  readonly proxy: ProxySnapshot;
  /** Volume1. */
  readonly master: VolumeSnapshot;
  /** Each proxy of the primary class with its master; the first pair is in `proxy` and `master`, too. */
  readonly pairs: readonly { readonly proxy: ProxySnapshot; readonly master: VolumeSnapshot }[];
  readonly shadow: {
    readonly disks: readonly string[];
    readonly groups: readonly string[];
    readonly volumes: readonly (VolumeSnapshot & {
      readonly firstBlock: number;
      readonly mode: 'ro' | 'rw';
    })[];
  };
  /** The physical disks on which shadow objects lie, by their names in the primary class. */
  readonly shadowDisks: readonly string[];
  readonly mounts: Readonly<Record<NodeName, readonly Mount[]>>;
  readonly directories: Readonly<Record<NodeName, readonly string[]>>;
  /** The payroll service runs where /app is mounted for writing. */
  readonly services: Readonly<Record<NodeName, 'running' | 'stopped'>>;
  readonly tape: { readonly isLoaded: boolean; readonly position: TapePosition };
  readonly faults: readonly string[];
}

type ProxySnapshot = VolumeSnapshot & {
  readonly state: 'Join' | 'Part';
  readonly copiedBytes: number;
};

interface VolumeSnapshot {
  readonly name: string;
  readonly blocks: number;
  /** Volume status as each node of the class sees it. */
  readonly statusOn: Readonly<Partial<Record<NodeName, string>>>;
  readonly sliceStatusOn: Readonly<Partial<Record<NodeName, string>>>;
}

function volumeSnapshot(volume: GdsVolume, scope: readonly NodeName[]): VolumeSnapshot {
  const byNode = (status: typeof volumeStatus): Partial<Record<NodeName, string>> =>
    Object.fromEntries(scope.map((node) => [node, status(volume, node)]));
  return {
    name: volume.name,
    blocks: volume.blocks,
    statusOn: byNode(volumeStatus),
    sliceStatusOn: byNode(sliceStatus),
  };
}

function pairsOf({ volumes, scope }: GdsClass): WorldSnapshot['pairs'] {
  return volumes.flatMap((proxy) => {
    const master = volumes.find((volume) => volume.name === proxy.master);
    if (proxy.proxy === null || !master) return [];
    const { proxy: state, copiedBytes } = proxy;
    return [
      {
        proxy: { ...volumeSnapshot(proxy, scope), state, copiedBytes },
        master: volumeSnapshot(master, scope),
      },
    ];
  });
}

function perNode<Value>(value: (node: NodeName) => Value): Record<NodeName, Value> {
  return Object.fromEntries(nodeNames.map((node) => [node, value(node)])) as Record<NodeName, Value>;
}

/** A copy of the current state. */
export function snapshot(world: World): WorldSnapshot {
  const { model } = world;
  const primary = model.classes.find((entry) => !entry.shadow);
  const pairs = primary ? pairsOf(primary) : [];
  const [first] = pairs;
  if (!first) throw new Error('the lab has lost its primary class');
  const shadows = model.classes.filter((entry) => entry.shadow);
  return structuredClone({
    ...first,
    pairs,
    shadow: {
      disks: shadows.flatMap((entry) => entry.disks.map((disk) => disk.name)),
      groups: shadows.flatMap((entry) => entry.groups.map((group) => group.name)),
      volumes: shadows.flatMap((entry) =>
        entry.volumes.map((volume) => ({
          ...volumeSnapshot(volume, entry.scope),
          firstBlock: volume.firstBlock,
          mode: volume.mode,
        })),
      ),
    },
    shadowDisks: shadows.flatMap((entry) => entry.disks.map((disk) => disk.physical)),
    mounts: perNode((node) => model.hosts[node].mounts),
    directories: perNode((node) => model.hosts[node].directories),
    services: perNode((node) =>
      model.hosts[node].mounts.some((mount) => mount.directory === '/app' && mount.options === 'rw')
        ? 'running'
        : 'stopped',
    ),
    tape: { isLoaded: world.drive.isLoaded, position: world.drive.model.position },
    faults: world.faults.list(),
  });
}
