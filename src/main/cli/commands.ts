/** All commands, in the order in which the help lists them. */
import { registerApprove } from './run/approve-command.ts';
import { registerCheck } from './check-command.ts';
import type { CommandLine } from './command-line.ts';
import { registerCompletion } from './completion-command.ts';
import { registerShown } from './history/history-commands.ts';
import { registerHistory } from './history/history-search-commands.ts';
import { registerKeeping } from './keeping-commands.ts';
import { registerLab } from './lab-command.ts';
import { registerLocks } from './lock-commands.ts';
import { registerPause } from './run/pause-command.ts';
import { registerPlan } from './plan-command.ts';
import { registerProof } from './proof-commands.ts';
import { registerReport } from './report-commands.ts';
import { registerCopy } from './restore/copy-command.ts';
import { registerRestore } from './restore/restore-command.ts';
import { registerRuns } from './run/run-command.ts';
import { registerDigest } from './schedule/digest-command.ts';
import { registerSchedule } from './schedule/schedule-command.ts';
import { registerServe } from './serve-command.ts';
import { registerStatus } from './status-command.ts';
import { registerTapes } from './tapes/tape-commands.ts';

const groups = [
  registerPlan,
  registerCheck,
  registerRuns,
  registerApprove,
  registerPause,
  registerLocks,
  registerStatus,
  registerSchedule,
  registerDigest,
  registerHistory,
  registerShown,
  registerReport,
  registerProof,
  registerKeeping,
  registerTapes,
  registerRestore,
  registerCopy,
  registerLab,
  registerServe,
  registerCompletion,
];

/** Adds all commands to a command line. */
export function registerCommands(line: CommandLine): void {
  for (const register of groups) register(line);
}
