/** What the Tab key completes: commands, options and their values, runs and jobs. */
import type { Argument, Command, Option } from 'commander';

/** Names that are not in the program itself. Each is only read if it is needed. */
export interface CompletedNames {
  runs(): Promise<readonly string[]>;
  jobs(): Promise<readonly string[]>;
}

/** The position of the word under the cursor. */
interface Position {
  readonly command: Command;
  /** How many arguments of the command come before it. */
  readonly argumentsBefore: number;
  /** The option whose value it is. */
  readonly valueOf: Option | undefined;
}

const takesValue = (option: Option): boolean => option.required || option.optional;

/** Options of a command, and those of the whole program. */
function optionsOf(command: Command): Option[] {
  const own = [...command.options];
  return command.parent ? [...own, ...optionsOf(command.parent)] : own;
}

const optionNamed = (command: Command, word: string): Option | undefined =>
  optionsOf(command).find(({ long, short }) => word === long || word === short);

const commandNamed = (command: Command, word: string): Command | undefined =>
  command.commands.find((child) => child.name() === word || child.aliases().includes(word));

function positionAfter(program: Command, before: readonly string[]): Position {
  let command = program;
  let argumentsBefore = 0;
  let valueOf: Option | undefined;
  for (const word of before) {
    if (valueOf) {
      // The values of --fault A B are assumed to continue up to the next option.
      valueOf = undefined;
    } else if (word.startsWith('-')) {
      const option = optionNamed(command, word);
      valueOf = option && takesValue(option) ? option : undefined;
    } else {
      const child = argumentsBefore === 0 ? commandNamed(command, word) : undefined;
      if (child) command = child;
      else argumentsBefore += 1;
    }
  }
  return { command, argumentsBefore, valueOf };
}

async function runWords(names: CompletedNames): Promise<string[]> {
  const runs = await names.runs();
  return runs.length === 0 ? [] : ['latest', ...[...runs].sort().reverse()];
}

async function valuesOf(name: string, choices: readonly string[] | undefined, names: CompletedNames) {
  if (choices) return choices;
  if (name === 'run' || name === 'other' || name === 'discard' || name === 'yes-remove')
    return runWords(names);
  return name === 'job' ? names.jobs() : [];
}

/** The last argument of a command may occur several times. */
function argumentAt({ command, argumentsBefore }: Position): Argument | undefined {
  const { registeredArguments: all } = command;
  const last = all.at(-1);
  return all[argumentsBefore] ?? (last?.variadic ? last : undefined);
}

async function wordsAt(position: Position, isOption: boolean, names: CompletedNames) {
  const { command, argumentsBefore, valueOf } = position;
  if (valueOf) return valuesOf(valueOf.name(), valueOf.argChoices, names);
  if (isOption)
    return ['--help', ...optionsOf(command).flatMap(({ long, hidden }) => (long && !hidden ? [long] : []))];
  const children = command.createHelp().visibleCommands(command);
  const own = argumentsBefore === 0 ? children.map((child) => child.name()) : [];
  const argument = argumentAt(position);
  return [...own, ...(argument ? await valuesOf(argument.name(), argument.argChoices, names) : [])];
}

/**
 * @param words what was typed after the program's name; the last one is under the cursor, and may be ''
 * @returns the words that are possible there, each once; none if a file is expected
 */
export async function completionsOf(
  program: Command,
  words: readonly string[],
  names: CompletedNames,
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const position = positionAfter(program, words.slice(0, -1));
  const possible = await wordsAt(position, typed.startsWith('-'), names);
  return [...new Set(possible)].filter((word) => word.startsWith(typed));
}

/** The script for each shell. A word without a completion of ours may be a file. */
export const completionScripts = {
  bash: `# shadowtape completion bash > /etc/bash_completion.d/shadowtape
_shadowtape() {
  local IFS=$'\\n'
  COMPREPLY=($(shadowtape complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null))
}
complete -o default -F _shadowtape shadowtape
`,
  zsh: `#compdef shadowtape
# shadowtape completion zsh > a file _shadowtape in a folder of $fpath
_shadowtape() {
  local -a found
  found=("\${(@f)$(shadowtape complete -- "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  found=(\${found:#})
  if (( \${#found} )); then compadd -Q -- $found; else _files; fi
}
if [ "\${funcstack[1]:-}" = _shadowtape ]; then _shadowtape "$@"; else compdef _shadowtape shadowtape; fi
`,
  fish: `# shadowtape completion fish > ~/.config/fish/completions/shadowtape.fish
function __shadowtape_complete
  set -l words (commandline -opc)
  shadowtape complete -- $words[2..-1] (commandline -ct) 2> /dev/null
end
complete -c shadowtape -a '(__shadowtape_complete)'
`,
} as const;
