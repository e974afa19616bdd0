/** The health of the drive is queried before and after a run, while no data moves. None of it is in the guide. */
import { say } from '../../../contract/text/say.ts';
import { encryptionArguments, logPageArguments } from '../../tape/drive-health.ts';
import type { Assignment } from '../model/assignment.ts';
import type { Step } from '../model/step.ts';
import { statusCommand } from '../model/tape/tape-commands.ts';

const unknownNote = () =>
  say(
    'what the tape host cannot report, for example without sg_logs, is shown as not available, and does not stop the run',
  );

/** sg_logs comes with sg3_utils; both programs are optional. */
export function healthStep(assignment: Assignment, when: 'before' | 'after'): Step {
  const { tapeHost: host, tapeDevice: device, onCriticalAlert } = assignment;
  const queries = [
    logPageArguments(device, 'alerts'),
    logPageArguments(device, 'statistics'),
    logPageArguments(device, 'compression'),
    encryptionArguments(device),
  ];
  const isBefore = when === 'before';
  const refuses = isBefore && onCriticalAlert !== 'warn';
  return {
    id: isBefore ? 'drive' : 'drive-after',
    phase: isBefore ? 'prepare' : 'finish',
    title: isBefore
      ? say('Check the health of the drive')
      : say('Check the health of the drive after the run'),
    why: refuses
      ? say('a critical TapeAlert flag refuses the run before anything is touched')
      : say('TapeAlert flags are warnings of the run'),
    notes: [unknownNote()],
    source: 'Shadowtape',
    performance: isBefore ? 'health-before' : 'health-after',
    commands: [
      ...queries.map((argv) => ({ host, argv, guide: false, changes: false })),
      statusCommand(assignment),
    ],
  };
}
