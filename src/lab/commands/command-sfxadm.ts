import { complain } from '../hosts/command-call.ts';
import type { Command } from '../hosts/command-call.ts';
import { blockDeviceOf } from './command-mount.ts';
import { parseSpecialFile } from '../gds/gds-model.ts';
import { IoError } from '../faults/io-error.ts';
import { renameDevice } from '../gds/lab-file-system.ts';
import { openVolume } from '../gds/volume-access.ts';

/**
 * sfxadm(1M), as far as the GDS guide uses it (6.6.3.7, steps 6d-2 and 6e-2): writes the name of its device into an
 * sfxfs. Its other options, its messages and its exit statuses are not known; the sentences here are the lab's own.
 */
export const sfxadm: Command = async (call) => {
  const { world, node } = call.machine;
  const [special, ...others] = call.argv.slice(1);
  if (special === undefined || others.length > 0) return complain(call, 'usage: sfxadm special');
  if (parseSpecialFile(special)?.raw !== true) return complain(call, `sfxadm: ${special}: not a raw device`);
  const block = blockDeviceOf(special);
  if (world.model.hosts[node].mounts.some((entry) => entry.special === block)) {
    return complain(call, `sfxadm: ${special}: is mounted`);
  }
  try {
    const volume = openVolume(world, node, special, 'write');
    await renameDevice(volume, block).finally(() => volume.close());
    return 0;
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    const reason = error.code === 'EINVAL' ? 'not an sfxfs' : error.message;
    return complain(call, `sfxadm: ${special}: ${reason}`);
  }
};
