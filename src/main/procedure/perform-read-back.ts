/** Reads the tape back and compares it with what was handed to it. */
import { isFailure } from '../../contract/errors.ts';
import { readBackAndCompare } from './compare-read-back.ts';
import { isLabelled } from './labelled-steps.ts';
import type { Performer } from './perform-commands.ts';
import { readLabelledTape } from './read-labelled-tape.ts';
import { tapeCodes } from './run-marks.ts';

/** True where reading back proved that the tape does not hold what was read from the device. */
export function provesTapeBad(error: unknown): boolean {
  return isFailure(error, ...tapeCodes);
}

export const performReadBack: Performer = async (context, step) => {
  const written = context.journal.events.findLast(
    (event) => event.type === 'digest' && event.hop === 'handed',
  );
  if (written?.type !== 'digest') throw new Error('the dump is performed before it is read back');
  const { assignment, journal } = context;
  const { proxy: volume, job } = assignment;
  const order = { step: step.id, volume, recordBytes: job.media.recordBytes, written };
  if (isLabelled(assignment))
    await readLabelledTape(context, {
      ...order,
      run: journal.run,
      drive: assignment,
      events: journal.events,
    });
  else await readBackAndCompare(context, { ...order, commands: step.commands });
};
