/** Each command has a man page, and what the pages print works. */
import { spawnSync } from 'node:child_process';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { manPages } from '../../packaging/man-pages.ts';
import { CommandLine } from '../../src/main/cli/command-line.ts';
import { registerCommands } from '../../src/main/cli/commands.ts';
import { commandWords } from '../../src/main/site/command-words.ts';

const pages = manPages('2026-11-29');
const groff = spawnSync('groff', ['-v']).error === undefined;

/** The command that a line starts, without performing it. @throws what a wrong line ends with */
async function startedBy(text: string): Promise<string> {
  const { program } = registered();
  let started = '';
  const watch = (command: Command, name: string) => command.action(() => void (started = name));
  for (const command of program.commands) {
    watch(command, command.name());
    for (const child of command.commands) watch(child, `${command.name()} ${child.name()}`);
  }
  await program.parseAsync(commandWords(text.replace('HASH', '0'.repeat(64))), { from: 'user' });
  return started;
}

function registered(): CommandLine {
  const line = new CommandLine();
  registerCommands(line);
  return line;
}

describe('man pages', () => {
  it('of the program and of every command exist, and every page has an example', () => {
    const listed = (command: Command) => command.createHelp().visibleCommands(command);
    const commands = listed(registered().program).filter((command) => command.name() !== 'help');
    const names = commands.flatMap((command) => [
      command.name(),
      ...command.commands.map((child) => `${command.name()}-${child.name()}`),
    ]);
    expect(names).toContain('state-export');
    expect(pages.map(({ name }) => name)).toEqual([
      'shadowtape',
      ...names.map((name) => `shadowtape-${name}`),
    ]);
    // `schedule` alone does nothing: its commands have the examples.
    const silent = pages.filter(({ examples }) => examples.length === 0).map(({ name }) => name);
    expect(silent).toEqual(['shadowtape-schedule']);
  });

  it.each(pages.filter(({ command }) => command !== ''))(
    '$name: its examples start $command',
    async ({ command, examples }) => {
      expect(await Promise.all(examples.map(({ line }) => startedBy(line)))).toEqual(
        examples.map(() => command),
      );
    },
  );

  it('show options, exit statuses and examples, with words that a shell takes', () => {
    const text = pages.find(({ name }) => name === 'shadowtape-run')?.text ?? '';
    expect(text).toContain(
      '.SH EXIT STATUS\n.TP\n\\fB0\\fR\nverified, or unverified where the read\\-back is skipped\n',
    );
    expect(text).toContain(
      '.TP\n\\fB\\-\\-yes\\fR\napprove the shadow if every rule holds, without asking\n',
    );
    expect(text).toContain('.nf\n\\fBshadowtape run raw\\-dd \\-\\-fresh\\-lab\\fR\n.fi\n');
  });

  it('name no folder of the machine that makes them', () => {
    expect(pages.filter(({ text }) => text.includes(process.env['HOME'] ?? '/root'))).toEqual([]);
  });

  it.skipIf(!groff && !process.env['CI'])('are read by groff without a warning', () => {
    const input = pages.map(({ text }) => text).join('');
    const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-z'], {
      input,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
