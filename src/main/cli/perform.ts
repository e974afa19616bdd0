/** One line of the command line, from its words to its exit status. */
import { isFailure } from '../../contract/errors.ts';
import type { CommandLine } from './command-line.ts';
import { registerCommands } from './commands.ts';
import { nameRuns } from './named-runs.ts';
import { standardOutputName } from './report-commands.ts';
import { tellLostOutput } from './terminal/lost-output.ts';
import { standardOutput } from './terminal/output.ts';
import { showError } from './terminal/shown-error.ts';
import { unexpectedStatus } from './terminal/stop-signals.ts';

/** Commands whose output is all that they are for: where it is lost, they have failed. */
const answers = new Set(
  'plan check status runs where compare trends index show audit state tapes locks identify completion'.split(
    ' ',
  ),
);

/** What commander throws has been printed already. */
function isUsage(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && error.name === 'CommanderError';
}

/** As a shell shows the end of a process whose reader is gone: 128 and the number of SIGPIPE. */
const readerGoneStatus = 141;

/** Reports output that could not be written. @returns the exit status */
async function statusAfterOutput(line: CommandLine, isAnswer: boolean): Promise<number> {
  await tellLostOutput();
  const { trouble, isGone } = standardOutput;
  if (trouble === undefined) return line.exitStatus;
  if (!isAnswer || line.exitStatus !== 0) return line.exitStatus;
  return isGone ? readerGoneStatus : 1;
}

/** @param set what a command has set before it failed */
function statusOfError(line: CommandLine, error: unknown, set: typeof process.exitCode): number {
  if (line.hasEnded) return line.exitStatus;
  if (set === 4 || set === unexpectedStatus) return set;
  return isFailure(error) ? 1 : unexpectedStatus;
}

/**
 * Performs a command and prints what it answers, or the error that it ends with.
 * @param line a new one: it takes the commands, and keeps the exit status of an error that nothing catches
 * @param words without the program's own name
 * @returns the exit status, once everything is printed
 */
export async function perform(line: CommandLine, words: readonly string[]): Promise<number> {
  // What commander prints by itself is an answer, too.
  let isAnswer = true;
  registerCommands(line);
  line.program.hook('preAction', (_program, command) => {
    const { import: isImport, output } = command.opts();
    isAnswer = output === standardOutputName || (answers.has(command.name()) && isImport !== true);
  });
  line.program.hook('preAction', (_program, command) => nameRuns(command, line.state));
  try {
    // Said plainly, since Electron as Node would be taken for an application of its own.
    await line.program.parseAsync(words, { from: 'user' });
    if (process.exitCode === unexpectedStatus) line.exitStatus = unexpectedStatus;
  } catch (error) {
    if (isUsage(error)) line.exitStatus = error.exitCode;
    else {
      line.exitStatus = statusOfError(line, error, process.exitCode);
      showError(error, line.again);
    }
  }
  return statusAfterOutput(line, isAnswer);
}
