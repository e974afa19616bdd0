/** Man pages, made of what the command line knows of itself and of the commands that the documentation prints. */
import type { Command, Help, Option } from 'commander';
import { version } from '../src/main/application/version.ts';
import { CommandLine } from '../src/main/cli/command-line.ts';
import { registerCommands } from '../src/main/cli/commands.ts';
import { defaultStateFolder } from '../src/main/journal/state-folder.ts';
import { documentedCommands, type DocumentedCommand } from './documented-commands.ts';
import { exitStatusesOf } from './exit-statuses.ts';
import { addedHelp, helpParts, roffOfLines, type HelpPart } from './help-text.ts';
import { bold, entry, example, paragraph, roffText, section } from './roff.ts';

export interface ManPage {
  /** `shadowtape-state-export` */
  readonly name: string;
  /** The words that start it: `state export`; '' for the program. */
  readonly command: string;
  readonly examples: readonly DocumentedCommand[];
  /** For groff. */
  readonly text: string;
}

/** Commands that end as a run does. */
const runsToAnEnd = new Set(['run', 'resume', 'rollback']);
const exitStatus = 'Exit status';

const variables: readonly (readonly [name: string, meaning: string])[] = [
  ['SHADOWTAPE_SITE', 'the site file, where --site is not given'],
  ['SHADOWTAPE_STATE', 'the state folder, where --state is not given'],
  ['SHADOWTAPE_CONFIG', 'the configuration file; empty for none'],
  ['TZ', 'the time zone of times, where --utc is not given'],
  ['NO_COLOR', 'no colors, where --color is not given'],
  ['XDG_CONFIG_HOME', 'where shadowtape/config.yaml is, instead of ~/.config'],
  ['XDG_STATE_HOME', 'where the folder shadowtape of the state is, instead of ~/.local/state'],
  ['SSH_AUTH_SOCK', 'socket of the ssh agent'],
];

const files: readonly (readonly [path: string, meaning: string])[] = [
  ['~/.config/shadowtape/config.yaml', 'site, state, utc and color, where no option says them'],
  ['~/.local/state/shadowtape', 'journals, known hosts, tape inventory, and the embedded lab'],
  ['~/.ssh/config, /etc/ssh/ssh_config', 'addresses, ports, users, keys and jumps of hosts'],
];

/** The words of a command, without the program's name. */
function wordsOf(command: Command): string {
  const parent = command.parent;
  return parent ? `${wordsOf(parent)} ${command.name()}`.trim() : '';
}

/** Commands that have a page: the program, and each command that its help lists. */
function pagedCommands(command: Command): Command[] {
  const children = command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help');
  return [command, ...children.flatMap(pagedCommands)];
}

const pageName = (command: Command): string =>
  ['shadowtape', ...wordsOf(command).split(' ')].filter((word) => word !== '').join('-');

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;

/** The default of an option must not name the home folder of who makes the page. A flag is off unless it is given. */
const optionText = (helper: Help, option: Option): string =>
  helper
    .optionDescription(option)
    .replaceAll(JSON.stringify(defaultStateFolder()), '~/.local/state/shadowtape')
    .replace(' (default: false)', '');

const optionLines = (helper: Help, options: readonly Option[]): string[] =>
  options.flatMap((option) => entry(helper.optionTerm(option), optionText(helper, option)));

function statusLines(command: Command, parts: readonly HelpPart[], ofRuns: readonly string[]): string[] {
  const own = parts.find(({ heading }) => heading.startsWith(exitStatus));
  if (own) return roffOfLines(own.lines);
  const name = wordsOf(command);
  if (runsToAnEnd.has(name)) return [...ofRuns];
  return exitStatusesOf(name).flatMap(([status, meaning]) => entry(String(status), meaning));
}

/** What the help says below the options, its exit statuses aside. */
const detailLines = (parts: readonly HelpPart[]): string[] =>
  parts
    .filter(({ heading }) => !heading.startsWith(exitStatus))
    .flatMap(({ heading, lines }) => [
      ...(heading === '' ? [] : [`.SS ${roffText(heading)}`]),
      ...roffOfLines(lines),
    ]);

/** Options of the program that may come before a command. */
const globalWords = /^(?:--(?:site|state) \S+ |--trust )+/;

/** The printed commands that start this command, or for the program: those with a site file of one's own. */
function examplesOf(command: Command, documented: readonly DocumentedCommand[]): DocumentedCommand[] {
  const name = wordsOf(command);
  if (name === '') return documented.filter(({ line }) => globalWords.test(line));
  const children = command.commands.map((child) => `${name} ${child.name()}`);
  const begins = (line: string, words: string) => line === words || line.startsWith(`${words} `);
  return documented.filter(({ line }) => {
    const bare = line.replace(globalWords, '');
    return begins(bare, name) && !children.some((child) => begins(bare, child));
  });
}

function seeAlso(command: Command, all: readonly Command[]): string {
  const others = command.parent
    ? [command.parent, ...command.commands]
    : all.filter((one) => one !== command);
  return others.map((other) => `${pageName(other)}(1)`).join(', ');
}

function commandLines(command: Command): string[] {
  const listed = pagedCommands(command).filter((one) => one !== command);
  return listed.flatMap((one) => entry(wordsOf(one), one.description()));
}

interface Sources {
  readonly all: readonly Command[];
  readonly documented: readonly DocumentedCommand[];
  /** Exit statuses of runs, as the program's own help has them. */
  readonly ofRuns: readonly string[];
  readonly date: string;
}

function manPage(command: Command, { all, documented, ofRuns, date }: Sources): ManPage {
  const helper = command.createHelp();
  const name = pageName(command);
  const isProgram = command.parent === null;
  const parts = helpParts(addedHelp(command));
  const examples = examplesOf(command, documented);
  const synopsis = `${bold(`shadowtape ${wordsOf(command)}`.trim())} ${roffText(command.usage())}`;
  const lines = [
    `.TH ${roffText(name.toUpperCase())} 1 "${date}" "shadowtape ${roffText(version)}" "User Commands"`,
    // Neither hyphens nor spaces that nobody has typed: what a page prints is copied.
    '.nh',
    '.ad l',
    ...section('NAME', [`${roffText(name)} \\- ${roffText(command.description())}`]),
    ...section('SYNOPSIS', [synopsis]),
    ...section('DESCRIPTION', [
      ...paragraph(sentence(command.description())),
      ...(command.alias() ? paragraph(`The command ${command.alias()} is the same.`) : []),
      ...helper
        .visibleArguments(command)
        .flatMap((argument) => entry(helper.argumentTerm(argument), helper.argumentDescription(argument))),
      ...detailLines(parts),
    ]),
    ...section('OPTIONS', optionLines(helper, helper.visibleOptions(command))),
    ...section('GLOBAL OPTIONS', optionLines(helper, helper.visibleGlobalOptions(command))),
    ...section('COMMANDS', commandLines(command)),
    ...section('EXIT STATUS', statusLines(command, parts, ofRuns)),
    ...section('ENVIRONMENT', isProgram ? variables.flatMap(([term, text]) => entry(term, text)) : []),
    ...section('FILES', isProgram ? files.flatMap(([term, text]) => entry(term, text)) : []),
    ...section(
      'EXAMPLES',
      examples.flatMap(({ line, remark }) => example(`shadowtape ${line}`, remark)),
    ),
    ...section('SEE ALSO', [roffText(seeAlso(command, all))]),
  ];
  return { name, command: wordsOf(command), examples, text: `${lines.join('\n')}\n` };
}

/** @param date of the pages, such as 2026-11-29 */
export function manPages(date: string): ManPage[] {
  const line = new CommandLine();
  registerCommands(line);
  const all = pagedCommands(line.program);
  const ofProgram = helpParts(addedHelp(line.program)).find(({ heading }) => heading === exitStatus);
  const sources = {
    all,
    documented: documentedCommands(),
    ofRuns: roffOfLines(ofProgram?.lines ?? []),
    date,
  };
  return all.map((command) => manPage(command, sources));
}
