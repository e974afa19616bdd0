/** Brings the head to where a volume is dumped. */
import type { VolumeAssignment } from '../model/assignment.ts';
import { isLabelled } from '../plan/labelled-steps.ts';
import { requireOwnLabel } from '../drive/read-labelled-tape.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { currentTape, nextFile } from '../model/run-tapes.ts';
import { dumpDevice } from '../plan/steps-dump.ts';
import { standAtFile } from '../drive/tape-position.ts';

/** Where the dumps before may have gone on to another tape, the journal tells which file is the next on it. */
function fileOf({ assignment, journal }: RunContext, volume: VolumeAssignment): number {
  const tape = assignment.job.media.span ? currentTape(journal.events) : undefined;
  return tape ? nextFile(journal.events, tape.uuid) : volume.tapeFile;
}

/**
 * Goes to the volume's file, where the drive does not rewind by itself.
 * @throws TAPE_IS_ANOTHER, TAPE_POSITION_WRONG, COMMAND_FAILED
 */
export async function goToDump(context: RunContext, step: string, volume: VolumeAssignment): Promise<void> {
  const { assignment } = context;
  if (isLabelled(assignment)) await requireOwnLabel(context, step);
  if (dumpDevice(assignment) !== assignment.tapeDevice)
    await standAtFile(context.runner, step, assignment, fileOf(context, volume));
}
