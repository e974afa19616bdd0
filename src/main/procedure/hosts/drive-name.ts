/**
 * Finds the unique name of a drive on its tape host, for every device file that a site may name: its lock has that
 * name. Only queries.
 */
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { commandLine } from '../../ssh/quoting.ts';
import {
  driveNameQuery,
  driveOf,
  driveOfKernelName,
  isPersistentName,
  lowestNumberOf,
} from '../../tape/tape-device.ts';
import { wordsOf, type CommandRunner } from './command-runner.ts';

/** Where the links of drives are, and what recreates them: devfsadm(1M) on Solaris. */
const linkPlaces = {
  persistent: { folder: '/dev/tape', remedy: 'udevadm trigger --subsystem-match=scsi_tape' },
  solaris: { folder: '/dev/rmt', remedy: 'devfsadm -c tape' },
} as const;

/**
 * Persistent names of udev lead to the device of the kernel: `/dev/tape/by-id/X` -> `/dev/nst0` -> the drive
 * `/dev/st0`. Names of Solaris lead to a node of /devices, which may have several numbers: the lowest one names the
 * drive. All other names are known without a query.
 * @returns the drive as its shortest device
 * @throws DRIVE_NAME_UNKNOWN if the host answers but does not resolve the name: a lock with that name would not protect
 *   the drive; errors of a session
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
  const stdout = result.stdout.toString('utf8');
  const isPersistent = isPersistentName(device);
  const name = isPersistent ? driveOfKernelName(stdout.trim()) : lowestNumberOf(stdout, device);
  if (result.status === 0 && name !== undefined) return name;
  const command = commandLine(argv);
  const said =
    wordsOf({ stdout, stderr: result.stderr }) ||
    phrase('exit status {status}', { status: result.status ?? phrase('unknown') });
  const evidence = { host, command, stdout, stderr: result.stderr };
  const place = linkPlaces[isPersistent ? 'persistent' : 'solaris'];
  throw failure('DRIVE_NAME_UNKNOWN', { host, device, command, said, ...place }, evidence);
}
