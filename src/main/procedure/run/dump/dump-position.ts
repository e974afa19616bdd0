/** Moves the head to where a volume is dumped. */
import { dumpDevice, isLabelled, type VolumeAssignment } from '../../model/assignment.ts';
import { requireOwnLabel } from '../../drive/read-labelled-tape.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { currentTape, nextFile } from '../../model/tape/run-tapes.ts';
import type { Step } from '../../model/step.ts';
import { goToRecord, standAtFile } from '../../drive/tape-position.ts';
import { checkFirstWrite } from '../tape/first-write.ts';
import { requireOwnFirstFile } from '../tape/own-first-file.ts';

/** If earlier dumps may have continued on another tape, the journal has the next file on it. */
function fileOf({ assignment, journal }: RunContext, volume: VolumeAssignment): number {
  const tape = assignment.job.media.span ? currentTape(journal.events) : undefined;
  return tape ? nextFile(journal.events, tape.uuid) : volume.tapeFile;
}

/**
 * Makes sure that the volume may be written to the tape in the drive, and moves to its file, or to the first record of
 * a continued dump.
 * @throws what checkFirstWrite throws where the volume begins the tape; TAPE_IS_ANOTHER, TAPE_POSITION_WRONG,
 *   TAPE_RECORD_NOT_REACHED, COMMAND_FAILED
 */
export async function goToDump(context: RunContext, step: Step, volume: VolumeAssignment): Promise<void> {
  const { assignment } = context;
  if (isLabelled(assignment)) await requireOwnLabel(context, step.id);
  else if (volume.tapeFile === 0) await checkFirstWrite(context, step);
  else await requireOwnFirstFile(context, step.id);
  const file = fileOf(context, volume);
  const stays = context.continued.get(volume.proxy);
  if (stays) await goToRecord(context.runner, step.id, assignment, file, stays.records);
  else if (dumpDevice(assignment) !== assignment.tapeDevice)
    await standAtFile(context.runner, step.id, assignment, file);
}
