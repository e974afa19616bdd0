/** Reads the beginning of a tape, without writing to it. */
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { ddComplaint } from '../../../streams/tape/dd-counts.ts';
import type { Platform } from '../../site/site-schema.ts';
import type { FoundTape } from '../../tape/overwrite-rule.ts';
import { describeFirstRecord } from '../../tape/tape-contents.ts';
import { driveCommand } from '../../tape/tape-device.ts';
import { readLabel } from '../../tape/tape-label.ts';
import { anyAnswer, type CommandRunner } from '../hosts/command-runner.ts';
import { driveStatus } from './drive-ready.ts';
import type { CommandResult } from '../hosts/hosts.ts';
import { readRecordCommand, rewindCommand, type Drive } from '../model/tape/tape-commands.ts';

export interface KnownDrive extends Drive {
  readonly platform: Platform;
}

const tooLarge = /cannot allocate memory|not enough space/i;

/** True if dd could not read a record because it is larger than dd's block size. */
export const isTooLarge = ({ stderr }: Pick<CommandResult, 'stderr'>): boolean => tooLarge.test(stderr);

/**
 * A failed read may mean a blank tape, or a bad one. Solaris shows which by the sense key (Blank Check). On Linux the
 * end of data is searched: a tape without any file has it at the beginning of file 0. The answer of mt shows the
 * platform of the tape host: it may differ from the cluster's.
 */
async function isBlank(runner: CommandRunner, step: string, drive: KnownDrive): Promise<boolean> {
  const status = await driveStatus(runner, step, drive);
  if (status.blankCheck) return true;
  if (status.dialect !== 'linux') return false;
  const { tapeHost: host, tapeDevice } = drive;
  await runner.send(step, { host, argv: driveCommand(tapeDevice, 'eod'), changes: false }, anyAnswer);
  const atEnd = await driveStatus(runner, step, drive);
  return atEnd.endOfData && atEnd.file === 0 && (atEnd.record === undefined || atEnd.record === 0);
}

/** dd's message about a failed read, without the counts that it prints at the end. */
export function ddWords({ stderr, status }: Pick<CommandResult, 'stderr' | 'status'>): string {
  return (
    ddComplaint(stderr) ||
    phrase('dd ended with exit status {status}', { status: status ?? phrase('unknown') })
  );
}

/**
 * The contents of the tape, from the result of reading its first record; undefined if it is blank.
 * @throws TAPE_STATE_UNKNOWN
 */
export async function contentsOfTape(
  runner: CommandRunner,
  step: string,
  drive: KnownDrive,
  first: CommandResult,
): Promise<string | undefined> {
  if (first.status === 0) return describeFirstRecord(first.stdout);
  if (isTooLarge(first)) return phrase('records larger than 262,144 bytes');
  if (await isBlank(runner, step, drive)) return undefined;
  const { tapeDevice: device, tapeHost: host } = drive;
  throw failure('TAPE_STATE_UNKNOWN', { device, host, said: ddWords(first) }, { host, stderr: first.stderr });
}

/** What was found, with the label if there is one. */
function foundTape(drive: Drive, found: string | undefined, first: CommandResult): FoundTape {
  const reading = first.status === 0 ? readLabel(first.stdout) : undefined;
  return {
    host: drive.tapeHost,
    device: drive.tapeDevice,
    found: found ?? 'blank',
    blank: found === undefined,
    label: reading?.kind === 'label' ? reading.label : undefined,
    firstRecord: first.status === 0 ? first.stdout : undefined,
  };
}

interface FirstRecord {
  readonly first: CommandResult;
  /** Undefined if the tape is blank. */
  readonly found: string | undefined;
}

/**
 * Rewinds and reads the first record. If the host does not answer, it starts again with the rewind.
 * @throws TAPE_STATE_UNKNOWN, and errors of commands
 */
function readFirstRecord(runner: CommandRunner, step: string, drive: KnownDrive): Promise<FirstRecord> {
  const rewind = rewindCommand(drive);
  return runner.persist(step, rewind, async () => {
    await runner.send(step, rewind);
    const first = await runner.send(step, readRecordCommand(drive), { ...anyAnswer, binary: true });
    return { first, found: await contentsOfTape(runner, step, drive, first) };
  });
}

/**
 * Rewinds, reads the first record, and rewinds again: the head is at the beginning of the tape afterwards.
 * @throws TAPE_STATE_UNKNOWN, and errors of commands
 */
export async function lookAtTape(runner: CommandRunner, step: string, drive: KnownDrive): Promise<FoundTape> {
  const { first, found } = await readFirstRecord(runner, step, drive);
  await runner.send(step, rewindCommand(drive));
  return foundTape(drive, found, first);
}
