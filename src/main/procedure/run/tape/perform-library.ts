/** Makes a library load the tape of a run before it is checked, and store it when the run ends. */
import { isFailure } from '../../../../contract/errors.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { bringBackup } from '../../drive/bring-backup.ts';
import { bringTape, returnTape, type LibraryRoom } from '../../drive/library-work.ts';
import { realClock } from '../../hosts/query-retry.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { proxiesOf, tapeOfLibrary } from '../../model/assignment.ts';
import type { Step } from '../../model/step.ts';
import { tapesToRead } from '../../model/tape/run-tapes.ts';
import type { Performer } from '../perform-commands.ts';
import { endsRun } from './after-backup.ts';
import { knownTapes } from './note-tape.ts';

function roomOf(context: RunContext, step: Step): LibraryRoom | undefined {
  const { assignment, runner, journal, options } = context;
  const { tapeHost, tapeDevice, platform, tapeChange } = assignment;
  const { changer, library } = tapeChange;
  if (changer === undefined || !library) return undefined;
  const name = tapeOfLibrary(assignment);
  return {
    runner,
    step: step.id,
    drive: { tapeHost, tapeDevice, platform },
    change: tapeChange,
    changer,
    library,
    knownTapes: () => knownTapes(context, step),
    openRunOn: options.openRunOn,
    own: journal.run,
    patience: {
      clock: options.retryClock ?? realClock,
      onWait: (text) => void journal.append({ type: 'warning', step: step.id, text }),
    },
    onMove({ barcode, ...move }) {
      const place = { step: step.id, host: tapeHost, changer };
      const isAsked = move.what === 'loaded' && name !== undefined;
      journal.append({
        type: 'cartridge',
        ...place,
        ...move,
        ...(barcode === undefined ? {} : { barcode }),
        ...(isAsked ? { name } : {}),
      });
    },
  };
}

export const performLoadTape: Performer = async (context, step) => {
  const room = roomOf(context, step);
  const { assignment, options } = context;
  const name = tapeOfLibrary(assignment);
  if (!room || name === undefined) return;
  if (!options.backup) {
    await bringTape(room, name, 'write');
    return;
  }
  const [first, ...others] = tapesToRead(options.backup.events, proxiesOf(assignment));
  if (first) await bringBackup(room, [[first, ...others]]);
};

const unlockedWords = phrase(
  'the tape stays in the drive, which this run no longer locks: shadowtape tapes unload returns it',
);

/** The backup is on tape, whether or not the library stores it. */
export const performUnloadTape: Performer = async (context, step) => {
  const room = roomOf(context, step);
  if (!room) return;
  try {
    await returnTape(room);
  } catch (error) {
    if (!isFailure(error)) throw error;
    const why = phrase('the tape was not returned to its slot: {reason}', { reason: error.message });
    // A run that ended with action required has released the lock of the drive.
    const text = isFailure(error, 'DRIVE_LOCK_LOST') ? unlockedWords : why;
    if (endsRun(error)) throw error;
    context.journal.append({ type: 'warning', step: step.id, text });
  }
};
