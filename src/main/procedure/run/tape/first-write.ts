/**
 * Every first write to a tape goes through here: the label in layout `labelled`, the first dump in layout `plain`, on
 * both routes.
 */
import { isFailure } from '../../../../contract/errors.ts';
import type { FoundTape } from '../../../tape/overwrite-rule.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { Step } from '../../model/step.ts';
import { noteLoss, takeLossBack } from './note-tape.ts';
import { checkTape } from './perform-tape-check.ts';

/** Errors that only another tape, or a person at the drive, can solve. */
const refusals = [
  'TAPE_NOT_LOADED',
  'TAPE_BUSY',
  'TAPE_WRITE_PROTECTED',
  'TAPE_STATE_UNKNOWN',
  'TAPE_NOT_BLANK',
  'TAPE_NOT_LABELLED',
  'TAPE_IS_ANOTHER',
  'TAPE_KEPT',
] as const;

/**
 * Checks the tape right before its first byte is written, and records what is lost. A refusal here is a failed dump:
 * the job's onFailure decides what follows.
 * @returns what the tape holds, which is lost with the next command
 * @throws what checkTape throws
 */
export async function checkFirstWrite(context: RunContext, step: Step): Promise<FoundTape> {
  context.dumpRefused = false;
  try {
    const { tape, writers } = await checkTape(context, step);
    noteLoss(context, step, tape, writers);
    return tape;
  } catch (error) {
    context.dumpRefused = isFailure(error, ...refusals);
    throw error;
  }
}

/** Failures of a write that never began. */
const unwritten = ['TAPE_WRITE_PROTECTED', 'TAPE_NOT_LOADED', 'TAPE_BUSY', 'TAPE_POSITION_WRONG'] as const;

/** Performs the write to the tape; if it fails before the first byte, the contents of the tape are not lost. */
export async function withLossRecorded<Value>(
  context: RunContext,
  step: Step,
  write: () => Promise<Value>,
): Promise<Value> {
  try {
    return await write();
  } catch (error) {
    if (isFailure(error, ...unwritten)) takeLossBack(context, step);
    throw error;
  } finally {
    context.lossNoted = [];
  }
}
