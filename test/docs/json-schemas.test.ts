import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { CommandLine } from '../../src/main/cli/command-line.ts';
import { registerCommands } from '../../src/main/cli/commands.ts';
import { jsonSchemas, schemaFile, schemaFiles, schemaFolder, type JsonSchema } from './json-schemas.ts';
import { withoutReferences } from './shared-schemas.ts';

describe('docs/json', () => {
  it('has the schemas of the types that the command line prints (npm run docs)', async () => {
    const made = await schemaFiles();
    expect(readdirSync(schemaFolder).sort()).toEqual([...made.keys()].sort());
    for (const [name, text] of made) expect(readFileSync(join(schemaFolder, name), 'utf8')).toBe(text);
  });

  it('says a part that occurs several times once, and accepts the same values', () => {
    for (const [command, schema] of jsonSchemas()) {
      const text = readFileSync(join(schemaFolder, schemaFile(command)), 'utf8');
      const { $schema, title, ...written } = JSON.parse(text) as JsonSchema & {
        $schema: string;
        title: string;
      };
      expect([$schema, title]).toEqual([
        'https://json-schema.org/draft/2020-12/schema',
        `shadowtape ${command} --json`,
      ]);
      expect(withoutReferences(written)).toEqual(schema);
      expect(text.match(/"english": /g)?.length ?? 0).toBeLessThan(2);
    }
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
