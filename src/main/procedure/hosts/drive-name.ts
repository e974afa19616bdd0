/** Finds the one name of a drive on its tape host, whatever device file of it a site names: its lock bears that name. Only looks. */
import {
  driveNameQuery,
  driveOf,
  driveOfKernelName,
  isPersistentName,
  lowestNumberOf,
} from '../../tape/tape-device.ts';
import type { CommandRunner } from './command-runner.ts';

/**
 * Names that udev made for good lead to the device of the kernel: `/dev/tape/by-id/X` -> `/dev/nst0` -> the drive `/dev/st0`. Names of
 * Solaris lead to a node of /devices, which may have several numbers: the lowest one names the drive. All other names are known without a
 * look.
 * @returns the drive as its shortest device; its name as it is given, where the host does not say what it leads to
 * @throws what a session can end with: a host that does not answer has said nothing
 */
export async function driveName(
  runner: CommandRunner,
  step: string,
  { host, device }: { readonly host: string; readonly device: string },
): Promise<string> {
  const argv = driveNameQuery(device);
  if (!argv) return driveOf(device);
  const result = await runner.send(
    step,
    { host, argv, changes: false },
    { anyStatus: true, timeLimitSeconds: 60 },
  );
  const said = result.status === 0 ? result.stdout.toString('utf8') : '';
  if (!isPersistentName(device)) return lowestNumberOf(said, device);
  return driveOfKernelName(said.trim()) ?? driveOf(device);
}
