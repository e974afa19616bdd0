import { createHash } from 'node:crypto';
import { HostFiles } from './host-files.ts';
import type { NodeName } from '../gds/lab-model.ts';
import { PlainDisk } from './plain-disk.ts';
import { ProcessTable } from './processes.ts';
import type { World } from '../world.ts';

/** One of the three hosts, apart from its network. */
export class Machine {
  readonly node: NodeName;
  /** What hostid(1) prints. */
  readonly hostId: string;
  readonly world: World;
  readonly files: HostFiles;
  readonly processes = new ProcessTable();
  readonly plainDisk = new PlainDisk();

  #up: Promise<void> = Promise.resolve();
  #boots = 0;

  /** How often it was taken down since the lab was opened. */
  get boots(): number {
    return this.#boots;
  }

  /** @param hostKey the private key of its sshd: each lab has its own, so that its hosts are machines of their own */
  constructor(node: NodeName, world: World, hostKey: string) {
    this.node = node;
    const identity = createHash('sha256').update(hostKey).digest('hex');
    this.hostId = identity.slice(0, 8);
    this.world = world;
    this.files = new HostFiles(node, world, identity.slice(8, 40));
  }

  /** Resolves when logins are possible: at once, or when the machine has booted again. */
  get up(): Promise<void> {
    return this.#up;
  }

  /** Refuses logins until that work is done. */
  async whileDown(work: () => Promise<void>): Promise<void> {
    this.#boots += 1;
    const done = work();
    this.#up = done.catch(() => undefined);
    await done;
  }

  /** Ends every process. Resolves when they are gone; their connections must be broken by then. */
  powerOff(): Promise<void> {
    return this.processes.powerOff();
  }
}
