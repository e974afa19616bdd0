#!/usr/bin/env node
/** The command line: the same console without a screen. */
import '../application/chosen-language.ts';
import { isFailure } from '../../contract/errors.ts';
import { correctHome } from '../application/home-folder.ts';
import { CommandLine } from './command-line.ts';
import { registerCommands } from './commands.ts';
import { tellLostOutput } from './terminal/lost-output.ts';
import { nameRuns } from './named-runs.ts';
import { standardOutput } from './terminal/output.ts';
import { standardOutputName } from './report-commands.ts';
import { endOnUnexpected, unexpectedStatus } from './terminal/stop-signals.ts';
import { showError } from './terminal/shown-error.ts';

correctHome();
const line = new CommandLine();
registerCommands(line);

/** Commands whose output is all that they are for: where it is lost, they have failed. */
const answers = new Set(
  'plan check status runs where compare trends index show audit state tapes locks identify completion'.split(
    ' ',
  ),
);
/** What commander prints by itself is an answer, too. */
let isAnswer = true;
line.program.hook('preAction', (_program, command) => {
  const { import: isImport, output } = command.opts();
  isAnswer = output === standardOutputName || (answers.has(command.name()) && isImport !== true);
});
line.program.hook('preAction', (_program, command) => nameRuns(command, line.state));

/** What commander throws has been printed already. */
function isUsage(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && error.name === 'CommanderError';
}

/** As a shell shows the end of a process whose reader is gone: 128 and the number of SIGPIPE. */
const readerGoneStatus = 141;

/** Reports output that could not be written. @returns the exit status */
async function statusAfterOutput(): Promise<number> {
  await tellLostOutput();
  const { trouble, isGone } = standardOutput;
  if (trouble === undefined) return line.exitStatus;
  if (!isAnswer || line.exitStatus !== 0) return line.exitStatus;
  return isGone ? readerGoneStatus : 1;
}

/** @param set what a command has set before it failed */
function statusOfError(error: unknown, set: typeof process.exitCode): number {
  if (line.hasEnded) return line.exitStatus;
  if (set === 4 || set === unexpectedStatus) return set;
  return isFailure(error) ? 1 : unexpectedStatus;
}

endOnUnexpected(() => (line.hasEnded ? line.exitStatus : unexpectedStatus));
try {
  // Said plainly, since Electron as Node would be taken for an application of its own.
  await line.program.parseAsync(process.argv.slice(2), { from: 'user' });
  if (process.exitCode === unexpectedStatus) line.exitStatus = unexpectedStatus;
} catch (error) {
  if (isUsage(error)) line.exitStatus = error.exitCode;
  else {
    line.exitStatus = statusOfError(error, process.exitCode);
    showError(error, line.again);
  }
}
process.exitCode = await statusAfterOutput();
