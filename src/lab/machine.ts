import { HostFiles } from './host-files.ts';
import type { NodeName } from './lab-model.ts';
import { ProcessTable } from './processes.ts';
import type { World } from './world.ts';

/** One of the three hosts, apart from its network. */
export class Machine {
  readonly node: NodeName;
  readonly world: World;
  readonly files: HostFiles;
  readonly processes = new ProcessTable();

  constructor(node: NodeName, world: World) {
    this.node = node;
    this.world = world;
    this.files = new HostFiles(node, world);
  }

  /** Ends every process. Resolves when they are gone; their connections must be broken by then. */
  powerOff(): Promise<void> {
    return this.processes.powerOff();
  }
}
