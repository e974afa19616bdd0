/** Asks a drive whether it can be used. It is asked before it is opened: on Linux the open of an empty drive blocks for two minutes (st, ready timeout). */
import { failure } from '../../../contract/errors.ts';
import { parseDriveStatus, type DriveStatus } from '../../tape/drive-status.ts';
import { driveCommand } from '../../tape/tape-device.ts';
import { wordsOf, type CommandRunner } from '../hosts/command-runner.ts';

/** What the drive says of itself, and in which words. */
export interface Told extends DriveStatus {
  readonly said: string;
}

export interface Drive {
  readonly tapeHost: string;
  readonly tapeDevice: string;
}

export async function driveStatus(
  runner: CommandRunner,
  step: string,
  { tapeHost: host, tapeDevice }: Drive,
): Promise<Told> {
  const argv = driveCommand(tapeDevice, 'status');
  const result = await runner.send(
    step,
    { host, argv, changes: false },
    { anyStatus: true, timeLimitSeconds: 180 },
  );
  if (result.status === 127) throw failure('COMMAND_NOT_FOUND', { host, name: 'mt' });
  const stdout = result.stdout.toString('utf8');
  return {
    ...parseDriveStatus(stdout, result.stderr),
    said: wordsOf({ stdout, stderr: result.stderr }) || 'mt status prints nothing',
  };
}

/**
 * @param use a cartridge that is write-protected can be read
 * @returns what the drive says of itself
 * @throws TAPE_NOT_LOADED, TAPE_BUSY, TAPE_STATE_UNKNOWN, TAPE_WRITE_PROTECTED
 */
export async function requireReadyDrive(
  runner: CommandRunner,
  step: string,
  drive: Drive,
  use: 'read' | 'write',
): Promise<Told> {
  const status = await driveStatus(runner, step, drive);
  const { tapeDevice: device, tapeHost: host } = drive;
  const reason = `${device} on ${host}`;
  if (status.state === 'no-cartridge') throw failure('TAPE_NOT_LOADED', { reason });
  if (status.state === 'busy') throw failure('TAPE_BUSY', { reason });
  if (status.state === 'unknown') throw failure('TAPE_STATE_UNKNOWN', { device, host, said: status.said });
  if (use === 'write' && status.writeProtected)
    throw failure('TAPE_WRITE_PROTECTED', { reason: `the cartridge in ${reason} is write-protected` });
  return status;
}
