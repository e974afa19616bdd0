import { mountVolume } from './commands/command-mount.ts';
import { markFileSystem } from './gds/lab-file-system.ts';
import { classesOn, specialFiles } from './gds/gds-model.ts';
import { masterDevice, mountedPairs } from './gds/lab-volumes.ts';
import type { Machine } from './hosts/machine.ts';
import { platformOf } from './gds/lab-model.ts';
import { openVolume } from './gds/volume-access.ts';

/**
 * What is lost and what is restored when a machine reboots: processes and mounts are gone; shadow objects exist in
 * memory only (GDS guide 4.5, 2.2.2), but the special files of shadow volumes stay (A.2.36); volumes that were stopped
 * with sdxvolume -F start again (GDS guide 4.5, D.4), joined proxies do not. A node that had /app, /data or /home
 * mounted checks and mounts it at boot.
 */
export async function reboot(machine: Machine): Promise<void> {
  const { world, node } = machine;
  const { model } = world;
  await machine.powerOff();
  const host = model.hosts[node];
  const had = new Set(host.mounts.map((mount) => mount.directory));
  host.mounts = [];
  host.reboots = (host.reboots ?? 0) + 1;
  const shadows = classesOn(model, node).filter((entry) => entry.shadow);
  const files = shadows.flatMap(({ name, volumes }) =>
    volumes.flatMap((volume) => specialFiles(name, volume.name)),
  );
  host.staleDevices = [...new Set([...(host.staleDevices ?? []), ...files])];
  model.classes = model.classes.filter((entry) => !(entry.shadow && entry.scope.includes(node)));
  for (const owner of model.classes.filter((entry) => entry.scope.includes(node))) {
    for (const volume of owner.volumes) {
      const starts = volume.proxy !== 'Join' && volume.copy === 'none';
      if (starts)
        volume.runningOn = owner.scope.filter((entry) => entry === node || volume.runningOn.includes(entry));
    }
  }
  for (const pair of mountedPairs(platformOf(model)).filter(({ fileSystem }) =>
    had.has(fileSystem.directory),
  )) {
    const volume = openVolume(world, node, masterDevice(pair), 'write');
    await markFileSystem(volume, 'clean').finally(() => volume.close());
    await mountVolume(machine, masterDevice(pair), pair.fileSystem.directory, pair.fileSystem.type, 'rw');
  }
  await world.save();
}
