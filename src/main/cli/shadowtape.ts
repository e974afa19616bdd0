#!/usr/bin/env node
/** The command line: the same console without a screen. */
import { isFailure } from '../../contract/errors.ts';
import { registerCheck } from './check-command.ts';
import { CommandLine } from './command-line.ts';
import { registerShown } from './history-commands.ts';
import { registerHistory } from './history-search-commands.ts';
import { registerKeeping } from './keeping-commands.ts';
import { registerLab } from './lab-command.ts';
import { registerLocks } from './lock-commands.ts';
import { registerPlan } from './plan-command.ts';
import { registerProof } from './proof-commands.ts';
import { registerReport } from './report-commands.ts';
import { registerRuns } from './run-command.ts';
import { registerServe } from './serve-command.ts';
import { registerTapes } from './tape-commands.ts';
import { errorText } from './text.ts';

const line = new CommandLine();

/** In the order in which the help names them. */
const groups = [
  registerPlan,
  registerCheck,
  registerRuns,
  registerLocks,
  registerHistory,
  registerShown,
  registerReport,
  registerProof,
  registerKeeping,
  registerTapes,
  registerLab,
  registerServe,
];
for (const register of groups) register(line);

/** What commander throws has been printed already. */
function isUsage(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && error.name === 'CommanderError';
}

try {
  // Said plainly, since Electron as Node would be taken for an application of its own.
  await line.program.parseAsync(process.argv.slice(2), { from: 'user' });
} catch (error) {
  if (isUsage(error)) line.exitStatus = error.exitCode;
  else {
    line.exitStatus = process.exitCode === 4 ? 4 : 1;
    process.stderr.write(`${errorText(error)}\n`);
    if (!isFailure(error)) line.exitStatus = 70;
  }
}
process.exitCode = line.exitStatus;
