/** Why a restore cannot write through the shadow, in words that fit a volume: dd and its counts are judged as for a tape. */
import { failure, isFailure, type ErrorCode, type ShadowtapeError } from '../../../../contract/errors.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { commandLine } from '../../../ssh/quoting.ts';
import { wordsOf } from '../../hosts/command-runner.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { VolumeAssignment } from '../../model/assignment.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { asTableError } from '../run-end.ts';

/** Errors that end a run, whatever was being written. */
const ownCodes = [
  'COPY_CANCELLED',
  'COMMAND_CANCELLED',
  'RUN_CANCELLED',
  'CONNECTION_LOST',
  'HOST_KEY_SWITCHED',
  'JOURNAL_UNWRITABLE',
  'LOCK_LOST',
  'DRIVE_LOCK_LOST',
  'CHECK_FAILED',
  'SHADOW_CHANGED',
  'SNAPSHOT_CHANGED',
  'RESTORE_DIFFERS',
  'RESTORE_DEVICE_WRONG',
  'RESTORE_FILES_DIFFER',
] as const satisfies ErrorCode[];

/** @param command the one that writes; another one reads the tape */
function reasonOf({ message, evidence, code }: ShadowtapeError, { host, argv }: StepCommand): string {
  const isOfWriter = evidence.host === host && evidence.command === commandLine(argv);
  if (!isOfWriter || !code.startsWith('TAPE_') || code === 'TAPE_COUNT_MISSING') return message;
  const { expected, actual, exitStatus, signal } = evidence;
  const tool = argv[0] ?? '';
  if (expected !== undefined && actual !== undefined)
    return phrase('{tool} wrote {actual} instead of {expected}', { tool, actual, expected });
  const said = wordsOf(evidence);
  if (said !== '') return phrase('{tool} on {host} said: {said}', { tool, host, said });
  return signal === undefined
    ? phrase('{tool} on {host} ended with exit status {exitStatus}', {
        tool,
        host,
        exitStatus: exitStatus ?? phrase('unknown'),
      })
    : phrase('{tool} on {host} was ended by signal {signal}', { tool, host, signal });
}

/**
 * @param command the one that writes
 * @returns RESTORE_WRITE_FAILED, or an error that ends the run
 */
export function asWriteFailure(
  context: RunContext,
  step: Step,
  { proxy, master }: VolumeAssignment,
  command: StepCommand,
  error: unknown,
): unknown {
  if (!isFailure(error) || isFailure(error, ...ownCodes)) return error;
  const shown = asTableError(error);
  const host = context.assignment.backupServer;
  const reason = reasonOf(shown, command);
  return failure(
    'RESTORE_WRITE_FAILED',
    { step: step.id, volume: proxy, master, host, reason },
    shown.evidence,
    error,
  );
}

/** Without its device file, dd would create a plain file. @throws RESTORE_DEVICE_WRONG */
export async function requireDevice(
  { runner }: RunContext,
  { id: step }: Step,
  test: StepCommand,
): Promise<void> {
  const { status } = await runner.send(step, test, { anyStatus: true });
  const { host, argv } = test;
  if (status !== 0) throw failure('RESTORE_DEVICE_WRONG', { step, host, device: argv.at(-1) ?? '' });
}
