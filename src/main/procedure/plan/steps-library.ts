/**
 * What a library does before and after a run: it loads the tape by its bar code, and stores it again. None of it is in
 * the guide.
 */
import { say } from '../../../contract/text/say.ts';
import { changerStatusArguments, loadArguments, unloadArguments } from '../../tape/changer.ts';
import { driveCommand } from '../../tape/tape-device.ts';
import { tapeOfLibrary, type Assignment } from '../model/assignment.ts';
import type { Step, StepCommand } from '../model/step.ts';

const onTapeHost = (
  { tapeHost: host }: Assignment,
  argv: readonly string[],
  changes: boolean,
): StepCommand => ({ host, argv, guide: false, changes });

/** The changer's status is read before and after each move. */
function loadCommands(assignment: Assignment, changer: string): StepCommand[] {
  const { tapeDevice, libraryPlan } = assignment;
  const look = onTapeHost(assignment, changerStatusArguments(changer), false);
  if (!libraryPlan || 'refused' in libraryPlan) return [look];
  const { drive, unload, load } = libraryPlan;
  const moves = [
    ...(unload ? [driveCommand(tapeDevice, 'offline'), unloadArguments(changer, unload.slot, drive)] : []),
    ...(load ? [loadArguments(changer, load.slot, drive)] : []),
  ];
  return [look, ...moves.map((argv) => onTapeHost(assignment, argv, true)), ...(load ? [look] : [])];
}

function loadNotes({ libraryPlan }: Assignment): string[] {
  if (!libraryPlan) return [];
  if ('refused' in libraryPlan)
    return [say('as things are, the run is refused: {reason}', { reason: libraryPlan.refused })];
  const { drive, load } = libraryPlan;
  return load ? [] : [say('nothing is moved while the tape is in drive {drive}', { drive })];
}

/** Before the tape is checked: an empty drive is no reason to refuse a run whose tape the library has. */
export function loadSteps(assignment: Assignment): Step[] {
  const { changer } = assignment.tapeChange;
  const name = tapeOfLibrary(assignment);
  if (changer === undefined || name === undefined) return [];
  return [
    {
      id: 'load-tape',
      phase: 'prepare',
      title: say('Load the tape "{name}"', { name }),
      why: say('the library finds the tape by its bar code; what is in the drive returns to its slot first'),
      notes: [
        ...loadNotes(assignment),
        say(
          'a tape that holds data of a run that is running or interrupted stays in the drive, and the run is refused',
        ),
      ],
      source: 'Shadowtape',
      performance: 'load-tape',
      commands: loadCommands(assignment, changer),
    },
  ];
}

/** If the site file requests it. A tape that cannot be returned stays in the drive, with a warning. */
export function unloadSteps(assignment: Assignment): Step[] {
  const { tapeDevice, tapeChange, libraryPlan } = assignment;
  const { changer, library } = tapeChange;
  if (changer === undefined || library?.unload !== 'after-run') return [];
  const isSeen = libraryPlan && !('refused' in libraryPlan) && libraryPlan.load;
  const look = onTapeHost(assignment, changerStatusArguments(changer), false);
  return [
    {
      id: 'unload-tape',
      phase: 'finish',
      title: say('Return the tape to its slot'),
      why: say('the drive is free for the next tape'),
      source: 'Shadowtape',
      performance: 'unload-tape',
      commands: [
        look,
        ...(isSeen
          ? [
              onTapeHost(assignment, driveCommand(tapeDevice, 'offline'), true),
              onTapeHost(assignment, unloadArguments(changer, isSeen.slot, libraryPlan.drive), true),
              look,
            ]
          : []),
      ],
    },
  ];
}
