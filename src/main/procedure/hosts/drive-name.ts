/** Finds the one name of a drive on its tape host, whatever device file of it a site names: its lock bears that name. Only looks. */
import { driveOf, driveOfKernelName, isPersistentName } from '../../tape/tape-device.ts';
import type { CommandRunner } from './command-runner.ts';

/**
 * Names that udev made for good lead to the device of the kernel: `/dev/tape/by-id/X` -> `/dev/nst0` -> the drive `/dev/st0`. All other
 * names are known without a look.
 * @returns the drive as its shortest device; its name as it is given, where the host does not say what it leads to
 * @throws what a session can end with: a host that does not answer has said nothing
 */
export async function driveName(
  runner: CommandRunner,
  step: string,
  { host, device }: { readonly host: string; readonly device: string },
): Promise<string> {
  if (!isPersistentName(device)) return driveOf(device);
  const argv = ['readlink', '-f', device];
  const result = await runner.send(
    step,
    { host, argv, changes: false },
    { anyStatus: true, timeLimitSeconds: 60 },
  );
  const target = result.status === 0 ? result.stdout.toString('utf8').trim() : '';
  return driveOfKernelName(target) ?? driveOf(device);
}
