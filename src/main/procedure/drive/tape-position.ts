/**
 * The position of the head on a no-rewind device. After a partial read of a file, Solaris moves on to the next one when
 * the device is closed (mtio(4I)), and Linux stays where it is: the position from `mt status` counts, not what was
 * sent.
 */
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { CommandRunner } from '../hosts/command-runner.ts';
import { driveStatus, type Told } from './drive-ready.ts';
import {
  positionCommands,
  recordCommands,
  rewindCommand,
  spaceCommand,
  type Drive,
} from '../model/tape/tape-commands.ts';

const isAt = ({ file, record }: Told, wanted: number): boolean => file === wanted && record === 0;

/** @throws TAPE_POSITION_WRONG if the drive reports another position */
async function requireAt(runner: CommandRunner, step: string, drive: Drive, wanted: number): Promise<void> {
  const status = await driveStatus(runner, step, drive);
  // A drive that does not report its position has obeyed: rewind and fsf exited 0.
  if (status.state === 'ready' && status.file === undefined) return;
  if (isAt(status, wanted)) return;
  const { tapeHost: host, tapeDevice: device } = drive;
  const said =
    status.file === undefined
      ? status.said
      : phrase('file {file}, record {record}', {
          file: status.file,
          record: status.record ?? phrase('unknown'),
        });
  throw failure('TAPE_POSITION_WRONG', { host, device, wanted, said });
}

/**
 * Rewinds and moves to the beginning of a file.
 * @throws TAPE_POSITION_WRONG, COMMAND_FAILED if the tape ends before it
 */
export async function goToFile(
  runner: CommandRunner,
  step: string,
  drive: Drive,
  file: number,
): Promise<void> {
  const commands = positionCommands(drive, file);
  await runner.persist(step, rewindCommand(drive), async () => {
    for (const command of commands) await runner.send(step, command);
    await requireAt(runner, step, drive, file);
  });
}

/**
 * Moves to the beginning of a file by the shortest way: not at all if the head is there, forward if it is before it.
 * @throws TAPE_POSITION_WRONG, COMMAND_FAILED if the tape ends before it
 */
export async function standAtFile(
  runner: CommandRunner,
  step: string,
  drive: Drive,
  file: number,
): Promise<void> {
  // Queried again before each attempt: the head may have moved before the connection was lost.
  await runner.persist(step, rewindCommand(drive), async () => {
    const status = await driveStatus(runner, step, drive);
    if (isAt(status, file)) return;
    if (status.file === undefined || status.file >= file) return goToFile(runner, step, drive, file);
    await runner.send(step, spaceCommand(drive, file - status.file));
    await requireAt(runner, step, drive, file);
  });
}

/**
 * Rewinds and moves to a record of a file. Unlike the beginning of a file, the place counts only if the drive itself
 * reports it.
 * @param record counted from 0
 * @throws TAPE_RECORD_NOT_REACHED; COMMAND_FAILED if the file ends before it
 */
export async function goToRecord(
  runner: CommandRunner,
  step: string,
  drive: Drive,
  file: number,
  record: number,
): Promise<void> {
  const commands = recordCommands(drive, file, record);
  await runner.persist(step, rewindCommand(drive), async () => {
    for (const command of commands) await runner.send(step, command);
    const status = await driveStatus(runner, step, drive);
    if (status.file === file && status.record === record) return;
    const { tapeHost: host, tapeDevice: device } = drive;
    const said =
      status.file === undefined || status.record === undefined
        ? status.said
        : phrase('file {file}, record {record}', { file: status.file, record: status.record });
    throw failure('TAPE_RECORD_NOT_REACHED', { host, device, file, record, said });
  });
}
