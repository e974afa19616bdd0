/** The commands that a step sent for itself, without the checks of the state around it. Pure. */
import { groupCommands } from '../../../folds/command-groups.ts';
import type { CommandModel, PassModel } from '../../../folds/run/run-model.ts';
import type { ReportFacts } from './report-source.ts';

/** @returns in the order of sending */
export function ownCommands(pass: PassModel, { looks }: ReportFacts): CommandModel[] {
  const checks = new Set(groupCommands(pass.commands, looks).looks);
  return pass.commands.filter((command) => !checks.has(command));
}
