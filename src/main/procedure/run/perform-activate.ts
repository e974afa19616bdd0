/** Activates the shadow of a file system for writing, and records how that file system was made. */
import { isFailure } from '../../../contract/errors.ts';
import { passingCodes } from '../hosts/query-retry.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { volumeNamed } from '../model/assignment.ts';
import type { Step, StepCommand } from '../model/step.ts';
import { madeLine } from '../plan/step-6-commands.ts';
import { performCommands, type Performer } from './perform-commands.ts';

/** It reads a few blocks. */
const secondsOfQuery = 60;
/** dumpe2fs -h prints about 2,500. */
const keptCharacters = 4096;

/** The query was not sent, or its answer did not arrive. The next command of the run finds out whether its host answers. */
const unanswered = [...passingCodes, 'COMMAND_OUTPUT_TOO_LONG', 'RIGHTS_REFUSED'] as const;

/** @returns what the tool printed; undefined where it is not installed, not allowed, failed or printed nothing */
async function answerOf(
  { runner }: RunContext,
  { id }: Step,
  look: StepCommand,
): Promise<string | undefined> {
  const options = { anyStatus: true, isAnswer: () => true, once: true, timeLimitSeconds: secondsOfQuery };
  try {
    const { status, stdout } = await runner.send(id, look, options);
    const text = stdout.toString('utf8').trim().slice(0, keptCharacters);
    return status === 0 && text !== '' ? text : undefined;
  } catch (error) {
    if (!isFailure(error, ...unanswered)) throw error;
    return undefined;
  }
}

/** The backup is as good without this record: no end of the query fails the run, or warns. */
async function recordHowMade(context: RunContext, step: Step): Promise<void> {
  const { assignment, journal } = context;
  const volume = volumeNamed(assignment, step.volumes?.[0] ?? '');
  const made = madeLine(assignment, volume);
  const [look] = step.around?.after ?? [];
  if (made === undefined || look === undefined) throw new Error('the step asks how the file system was made');
  const text = await answerOf(context, step, look);
  if (text === undefined) return;
  const { fileSystem, argv } = made;
  const [tool] = argv;
  journal.append({
    ...{ type: 'file-system-made', step: step.id, volume: volume.proxy, host: look.host },
    ...{ fileSystem, tool, text },
  });
}

export const performActivate: Performer = async (context, step) => {
  await performCommands(context, step);
  await recordHowMade(context, step);
};
