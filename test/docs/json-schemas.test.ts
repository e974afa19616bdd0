import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { CommandLine } from '../../src/main/cli/command-line.ts';
import { registerCommands } from '../../src/main/cli/commands.ts';
import { schemaFile, schemaFiles, schemaFolder } from './json-schemas.ts';

describe('docs/json', () => {
  it('has the schemas of the types that the command line prints (npm run docs)', async () => {
    const made = await schemaFiles();
    expect(readdirSync(schemaFolder).sort()).toEqual([...made.keys()].sort());
    for (const [name, text] of made) expect(readFileSync(join(schemaFolder, name), 'utf8')).toBe(text);
  });

  it('has a schema for each command that has --json, and for no other', () => {
    const line = new CommandLine();
    registerCommands(line);
    const hasJson = ({ options }: Command) => options.some(({ long }) => long === '--json');
    const namesOf = (command: Command, above: readonly string[]): string[] => {
      const words = [...above, command.name()];
      const below = command.commands.flatMap((each) => namesOf(each, words));
      return [...(hasJson(command) ? [schemaFile(words.join(' '))] : []), ...below];
    };
    const printing = line.program.commands.flatMap((command) => namesOf(command, []));
    expect(readdirSync(schemaFolder).sort()).toEqual(printing.sort());
  });
});
