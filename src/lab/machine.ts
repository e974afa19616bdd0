import { HostFiles } from './host-files.ts';
import type { NodeName } from './lab-model.ts';
import type { World } from './world.ts';

/** Why a process ends when its machine goes down: nothing that is open is closed in order. */
export class PowerLoss extends Error {}

/** True where a process was ended by a reboot, or by the end of the lab. */
export function hasLostPower(killed: AbortSignal): boolean {
  return killed.aborted && killed.reason instanceof PowerLoss;
}

/** One of the three hosts, apart from its network. */
export class Machine {
  readonly node: NodeName;
  readonly world: World;
  readonly files: HostFiles;
  readonly #running = new Map<AbortController, Promise<unknown>>();

  constructor(node: NodeName, world: World) {
    this.node = node;
    this.world = world;
    this.files = new HostFiles(node, world);
  }

  /** Runs a process; its controller is aborted when the machine goes down. */
  async run<Result>(controller: AbortController, work: () => Promise<Result>): Promise<Result> {
    const process = work();
    this.#running.set(
      controller,
      process.catch(() => undefined),
    );
    try {
      return await process;
    } finally {
      this.#running.delete(controller);
    }
  }

  /** Ends every process. Resolves when they are gone; their connections must be broken by then. */
  async powerOff(): Promise<void> {
    const ends = [...this.#running.values()];
    for (const controller of this.#running.keys()) controller.abort(new PowerLoss('the machine went down'));
    await Promise.all(ends);
  }
}
