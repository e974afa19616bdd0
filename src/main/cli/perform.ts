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

/** Commands whose only purpose is their output: if it is lost, they have failed. */
const answers = new Set(
  'plan check status runs where compare trends index show audit state tapes locks identify completion'.split(
    ' ',
  ),
);

/** What commander throws has been printed already. */
function isUsage(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && error.name === 'CommanderError';
}

/** The exit status of a process whose reader is gone, as in a shell: 128 and the number of SIGPIPE. */
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
 * @param line a new one: it gets the commands, and keeps the exit status of an uncaught error
 * @param words without the program's own name
 * @returns the exit status, once everything is printed
 */
export async function perform(line: CommandLine, words: readonly string[]): Promise<number> {
  // What commander prints itself is an answer, too.
  let isAnswer = true;
  registerCommands(line);
  line.program.hook('preAction', (_program, command) => {
    const { import: isImport, output } = command.opts();
    isAnswer = output === standardOutputName || (answers.has(command.name()) && isImport !== true);
  });
  line.program.hook('preAction', (_program, command) => nameRuns(command, line.state));
  try {
    // Set explicitly, because Electron as Node would be treated as a packaged application.
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
