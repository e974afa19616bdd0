import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandLine } from '../../src/main/cli/command-line.ts';
import { registerCommands } from '../../src/main/cli/commands.ts';
import { schemaFiles, schemaFolder } from './json-schemas.ts';

describe('docs/json', () => {
  it('has the schemas of the types that the command line prints (npm run docs)', async () => {
    const made = await schemaFiles();
    expect(readdirSync(schemaFolder).sort()).toEqual([...made.keys()].sort());
    for (const [name, text] of made) expect(readFileSync(join(schemaFolder, name), 'utf8')).toBe(text);
  });

  it('has a schema for each command that has --json, and for no other', () => {
    const line = new CommandLine();
    registerCommands(line);
    const printing = line.program.commands.filter(({ options }) =>
      options.some(({ long }) => long === '--json'),
    );
    expect(readdirSync(schemaFolder).sort()).toEqual(
      printing.map((command) => `${command.name()}.json`).sort(),
    );
  });
});
