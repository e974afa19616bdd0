import type { Fault } from './faults/faults.ts';
import { partProxies } from './gds/gds-primary.ts';
import type { LabHost } from './hosts/lab-host.ts';
import type { NodeName } from './gds/lab-model.ts';
import type { World } from './world.ts';

/** For every volume that a job may back up: every proxy that is joined and not being copied. */
function partJoined(world: World): void {
  for (const owner of world.model.classes.filter(({ shadow }) => !shadow)) {
    const joined = owner.volumes.filter(({ proxy, copy }) => proxy === 'Join' && copy === 'none');
    partProxies(
      world,
      'node1',
      owner.name,
      joined.map(({ name }) => name),
    );
  }
}

/** Carries out the immediate effect of a fault that is switched on or off. */
export class FaultEffects {
  readonly #hosts: ReadonlyMap<NodeName, LabHost>;
  readonly #world: World;
  readonly #reboot: (node: NodeName) => Promise<void>;
  #work: Promise<unknown> = Promise.resolve();

  constructor(hosts: readonly LabHost[], world: World, rebootNode: (node: NodeName) => Promise<void>) {
    this.#hosts = new Map(hosts.map((host) => [host.node, host]));
    this.#world = world;
    this.#reboot = rebootNode;
  }

  apply(fault: Fault, on: boolean): void {
    this.#work = this.#work.then(() => this.#apply(fault, on)).catch(() => undefined);
  }

  /** Resolves when every effect so far has happened. */
  async settled(): Promise<void> {
    await this.#work;
  }

  async #apply({ name, host }: Fault, on: boolean): Promise<void> {
    const labHost = host ? this.#hosts.get(host) : undefined;
    if (name === 'host-down' && labHost) {
      await (on ? labHost.stopListening() : labHost.listen(labHost.port));
    } else if (!on) return;
    else if (name === 'reboot' && host) await this.#reboot(host);
    else if (name === 'tape-not-blank') await this.#world.drive.putForeignFile();
    else if (name === 'proxy-parted') partJoined(this.#world);
    else if (name === 'host-key-changed') labHost?.breakConnections();
    await this.#world.save();
  }
}
