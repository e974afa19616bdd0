/**
 * Where the head of a drive stands that does not rewind. After reading a part of a file, Solaris moves on to the next one when the drive
 * is closed (mtio(4I)), and Linux stays where it is: what `mt status` says counts, not what was sent.
 */
import { failure } from '../../../contract/errors.ts';
import { driveCommand } from '../../tape/tape-device.ts';
import type { CommandRunner } from '../hosts/command-runner.ts';
import { driveStatus, type Drive, type Told } from './drive-ready.ts';
import type { StepCommand } from '../model/step.ts';
import { readRecordCommand, rewindCommand } from './tape-look.ts';

const isAt = ({ file, record }: Told, wanted: number): boolean => file === wanted && record === 0;

/** What is sent to judge the tape before it is written from its beginning; the head is there again afterwards. */
export function tapeCheckCommands(drive: Drive): StepCommand[] {
  return [statusCommand(drive), rewindCommand(drive), readRecordCommand(drive), rewindCommand(drive)];
}

export function statusCommand({ tapeHost: host, tapeDevice }: Drive): StepCommand {
  return { host, argv: driveCommand(tapeDevice, 'status'), guide: false, changes: false };
}

/** @param count how many file marks are passed */
export function spaceCommand({ tapeHost: host, tapeDevice }: Drive, count: number): StepCommand {
  return { host, argv: driveCommand(tapeDevice, 'fsf', count), guide: false, changes: false };
}

/** The commands that bring the head from anywhere to the beginning of a tape file. */
export function positionCommands(drive: Drive, file: number): StepCommand[] {
  return [rewindCommand(drive), ...(file === 0 ? [] : [spaceCommand(drive, file)])];
}

/** SPACE(6) of SCSI counts with 24 bits and a sign. */
const mostRecordsAtOnce = 8_000_000;

/** The commands that bring the head from anywhere to a record of a tape file, counted from 0. */
function recordCommands(drive: Drive, file: number, record: number): StepCommand[] {
  const { tapeHost: host, tapeDevice } = drive;
  const forward: StepCommand[] = [];
  for (let left = record; left > 0; left -= mostRecordsAtOnce) {
    const argv = driveCommand(tapeDevice, 'fsr', Math.min(left, mostRecordsAtOnce));
    forward.push({ host, argv, guide: false, changes: false });
  }
  return [...positionCommands(drive, file), ...forward];
}

/** @throws TAPE_POSITION_WRONG where the drive says that it stands elsewhere */
async function requireAt(runner: CommandRunner, step: string, drive: Drive, wanted: number): Promise<void> {
  const status = await driveStatus(runner, step, drive);
  // A drive that does not tell has done what it was told: rewind and fsf ended well.
  if (status.state === 'ready' && status.file === undefined) return;
  if (isAt(status, wanted)) return;
  const { tapeHost: host, tapeDevice: device } = drive;
  const said =
    status.file === undefined ? status.said : `file ${status.file}, record ${status.record ?? 'unknown'}`;
  throw failure('TAPE_POSITION_WRONG', { host, device, wanted, said });
}

/**
 * Rewinds and goes to the beginning of a file.
 * @throws TAPE_POSITION_WRONG, COMMAND_FAILED where the tape ends before it
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
 * Goes to the beginning of a file by the shortest way: not at all where the head stands there, forwards where it stands before it.
 * @throws TAPE_POSITION_WRONG, COMMAND_FAILED where the tape ends before it
 */
export async function standAtFile(
  runner: CommandRunner,
  step: string,
  drive: Drive,
  file: number,
): Promise<void> {
  // Asked anew before each attempt: the head may have moved before the connection was lost.
  await runner.persist(step, rewindCommand(drive), async () => {
    const status = await driveStatus(runner, step, drive);
    if (isAt(status, file)) return;
    if (status.file === undefined || status.file >= file) return goToFile(runner, step, drive, file);
    await runner.send(step, spaceCommand(drive, file - status.file));
    await requireAt(runner, step, drive, file);
  });
}

/**
 * Rewinds and goes to a record of a file. Unlike the beginning of a file, the place counts only where the drive itself tells it.
 * @param record counted from 0
 * @throws TAPE_RECORD_NOT_REACHED; COMMAND_FAILED where the file ends before it
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
        : `file ${status.file}, record ${status.record}`;
    throw failure('TAPE_RECORD_NOT_REACHED', { host, device, file, record, said });
  });
}
