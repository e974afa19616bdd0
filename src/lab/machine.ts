import { HostFiles } from './host-files.ts';
import type { NodeName } from './lab-model.ts';
import type { World } from './world.ts';

/** One of the three hosts, apart from its network. */
export class Machine {
  readonly node: NodeName;
  readonly world: World;
  readonly files: HostFiles;
  readonly #running = new Set<AbortController>();
  #powerLost = false;

  constructor(node: NodeName, world: World) {
    this.node = node;
    this.world = world;
    this.files = new HostFiles(node, world);
  }

  /** True while the power is going: what is open is lost, not closed. */
  get powerLost(): boolean {
    return this.#powerLost;
  }

  /** Runs a process; its signal is aborted when the machine goes down. */
  async run<Result>(controller: AbortController, work: () => Promise<Result>): Promise<Result> {
    this.#running.add(controller);
    try {
      return await work();
    } finally {
      this.#running.delete(controller);
    }
  }

  /** Ends every process at once, without its cleaning up. */
  killAll(): void {
    this.#powerLost = true;
    for (const controller of this.#running) controller.abort(new Error('the machine went down'));
    this.#running.clear();
  }

  /** The machine is up again. */
  powerOn(): void {
    this.#powerLost = false;
  }
}
