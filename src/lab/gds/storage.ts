import type { Disks } from './disks.ts';
import type { Faults } from '../faults/faults.ts';
import type { LabModel, NodeName } from './lab-model.ts';
import type { Lock } from '../lock.ts';

/** The disks that all hosts share, and who uses the volumes on them. */
export interface Storage {
  readonly model: LabModel;
  readonly disks: Disks;
  readonly faults: Faults;
  /** Held while a piece is written to a master or copied to its proxy, so that neither overtakes the other. */
  readonly writing: Lock;
  readonly openVolumes: OpenVolumes;
  /** Called for each write of a process to a volume. */
  readonly onWrite: Set<(write: VolumeWrite) => void>;
  save(): Promise<void>;
}

/** A process on a node has written to a volume. */
export interface VolumeWrite {
  readonly node: NodeName;
  readonly volume: string;
  /** The disks that were written, by their names in the primary class, whatever the volume's definition. */
  readonly disks: readonly string[];
  /** Written through a shadow: the joined proxies whose blocks these are. */
  readonly joined: readonly string[];
}

/** Which volumes are open on which node, and by whom: a volume in use cannot be stopped. */
export class OpenVolumes {
  readonly #openings = new Map<string, Set<{ readonly by: AbortSignal | undefined }>>();

  /** @param by the process, by the signal of its end; undefined if the machine itself opens it */
  add(node: NodeName, className: string, volume: string, by: AbortSignal | undefined): () => void {
    const key = `${node} ${className} ${volume}`;
    const openings = this.#openings.get(key) ?? new Set();
    this.#openings.set(key, openings);
    const opening = { by };
    openings.add(opening);
    return () => void openings.delete(opening);
  }

  isOpen(node: NodeName, className: string, volume: string): boolean {
    return (this.#openings.get(`${node} ${className} ${volume}`)?.size ?? 0) > 0;
  }

  /** True if the process has it open. */
  isOpenBy(process: AbortSignal, node: NodeName, className: string, volume: string): boolean {
    return [...(this.#openings.get(`${node} ${className} ${volume}`) ?? [])].some(({ by }) => by === process);
  }
}

/** True if a volume is open or mounted on a node. */
export function isInUse(storage: Storage, node: NodeName, className: string, volume: string): boolean {
  const isMounted = storage.model.hosts[node].mounts.some(
    (mount) => mount.special === `/dev/sfdsk/${className}/dsk/${volume}`,
  );
  return isMounted || storage.openVolumes.isOpen(node, className, volume);
}
