/** Prints the help of every command, an array of texts as JSON, in the language that the process speaks. */
import type { Command } from 'commander';
import { CommandLine } from '../../../src/main/cli/command-line.ts';
import { registerCommands } from '../../../src/main/cli/commands.ts';

const line = new CommandLine();
registerCommands(line);

const textsOf = (command: Command): string[] => [
  command.helpInformation().replaceAll(/\s+/g, ' '),
  ...command.commands.flatMap(textsOf),
];
process.stdout.write(JSON.stringify(textsOf(line.program)));
