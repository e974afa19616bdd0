/**
 * Queries whether a drive can be used. This is done before it is opened: on Linux the open of an empty drive blocks for
 * two minutes (st, ready timeout).
 */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { durationText } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { parseDriveStatus, type DriveStatus } from '../../tape/drive-status.ts';
import { driveCommand } from '../../tape/tape-device.ts';
import { anyAnswer, wordsOf, type CommandRunner } from '../hosts/command-runner.ts';
import type { Drive } from '../model/tape/tape-commands.ts';
import type { RetryClock } from '../hosts/query-retry.ts';

/** The drive's status, and its wording. */
export interface Told extends DriveStatus {
  readonly said: string;
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
    { ...anyAnswer, timeLimitSeconds: 180 },
  );
  if (result.status === 127) throw failure('COMMAND_NOT_FOUND', { host, name: 'mt' });
  const stdout = result.stdout.toString('utf8');
  return {
    ...parseDriveStatus(stdout, result.stderr),
    said: wordsOf({ stdout, stderr: result.stderr }) || phrase('mt status prints nothing'),
  };
}

/**
 * @param use a write-protected cartridge can be read
 * @returns the drive's status
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
  const reason = phrase('{device} on {host}', { device, host });
  if (status.state === 'no-cartridge') throw failure('TAPE_NOT_LOADED', { reason });
  if (status.state === 'busy') throw failure('TAPE_BUSY', { reason });
  if (status.state === 'unknown') throw failure('TAPE_STATE_UNKNOWN', { device, host, said: status.said });
  if (use === 'write' && status.writeProtected)
    throw failure('TAPE_WRITE_PROTECTED', {
      reason: phrase('the cartridge in {reason} is write-protected', { reason }),
    });
  return status;
}

/**
 * How long a drive may take to thread a tape that a changer or a site command has inserted, in seconds. A full-height
 * LTO drive needs up to a minute, and longer if it cleans or calibrates itself first.
 */
export const threadingSeconds = 5 * 60;
/** The same if a person confirms that the tape is in the drive: if it was forgotten, the question soon appears again. */
export const threadingByHandSeconds = 60;

const askAgainSeconds = 5;

/** The answers of a drive while it threads a tape: Linux reports no tape, or an I/O error, and Solaris that it is offline. */
const threadingCodes = ['TAPE_NOT_LOADED', 'TAPE_BUSY', 'TAPE_STATE_UNKNOWN'] as const;

/** How long a drive is waited for. */
export interface Patience {
  readonly clock: RetryClock;
  readonly limitSeconds: number;
  /** Called once when the wait for the drive begins. */
  readonly onWait?: ((text: string) => void) | undefined;
}

/**
 * Queries a drive until it is ready: a tape was just inserted.
 * @throws as requireReadyDrive, with the last answer within the limit; COMMAND_CANCELLED
 */
export async function waitForReadyDrive(
  runner: CommandRunner,
  step: string,
  drive: Drive,
  use: 'read' | 'write',
  { clock, limitSeconds, onWait }: Patience,
): Promise<Told> {
  const until = clock.now() + limitSeconds * 1000;
  for (let asked = 1; ; asked += 1) {
    try {
      return await requireReadyDrive(runner, step, drive, use);
    } catch (error) {
      if (!isFailure(error, ...threadingCodes) || clock.now() >= until) throw error;
      if (asked === 1)
        onWait?.(
          phrase('{reason}; the drive has {limitSeconds} to become ready', {
            reason: error.message,
            limitSeconds: durationText(limitSeconds),
          }),
        );
      await pause(runner, drive, clock, askAgainSeconds, error);
    }
  }
}

/** An aborted read ends within a record or two. */
const busyAgainSeconds = 1;

/**
 * Waits while another program, such as an aborted read, uses the drive.
 * @returns the drive's last status
 * @throws COMMAND_CANCELLED, and errors of commands
 */
export async function waitWhileBusy(
  runner: CommandRunner,
  step: string,
  drive: Drive,
  { clock, limitSeconds }: Omit<Patience, 'onWait'>,
): Promise<Told> {
  const until = clock.now() + limitSeconds * 1000;
  for (;;) {
    const status = await driveStatus(runner, step, drive);
    if (status.state !== 'busy' || clock.now() >= until) return status;
    await pause(runner, drive, clock, busyAgainSeconds);
  }
}

async function pause(
  runner: CommandRunner,
  { tapeHost: host }: Drive,
  clock: RetryClock,
  seconds: number,
  error?: ShadowtapeError,
): Promise<void> {
  try {
    await clock.pause(seconds * 1000, runner.abortOf(false));
  } catch {
    throw failure('COMMAND_CANCELLED', { host, command: 'mt' }, { host }, error);
  }
}
