/** completion: the script that makes a shell complete the words of a command, and the command that it calls. */
import { Argument } from 'commander';
import { say } from '../../contract/text/say.ts';
import type { CommandLine } from './command-line.ts';
import { completionScripts, completionsOf, type CompletedNames } from './completion.ts';
import { print, standardOutput } from './terminal/output.ts';
import { belowOptions } from './terminal/help-text.ts';

const completionText = say(`Once for each user:
  bash   shadowtape completion bash >> ~/.bashrc
  zsh    shadowtape completion zsh > _shadowtape, in a folder of $fpath
  fish   shadowtape completion fish > ~/.config/fish/completions/shadowtape.fish`);

/** The value of an option that was typed somewhere in the line. */
const typedValue = (words: readonly string[], option: string): string | undefined => {
  const index = words.indexOf(option);
  return index < 0 ? undefined : words[index + 1];
};

/** Errors are not shown during typing: what cannot be read has no completions. */
function namesFor(line: CommandLine, words: readonly string[]): CompletedNames {
  const state = line.stateAt(typedValue(words, '--state'));
  const jobs = async (): Promise<string[]> => {
    const { readSite, siteFileOf } = await import('../application/console.ts');
    const site = typedValue(words, '--site') ?? line.siteFile ?? siteFileOf(state.labFolder);
    return Object.keys((await readSite(site)).jobs);
  };
  return { runs: () => state.runs().catch(() => []), jobs: () => jobs().catch(() => []) };
}

export function registerCompletion(line: CommandLine): void {
  const { program } = line;
  program
    .command('completion')
    .description(say('print the script that makes a shell complete commands, options, runs and jobs'))
    .addArgument(new Argument('<shell>').choices(Object.keys(completionScripts)))
    .addHelpText('after', belowOptions(completionText))
    .action((shell: keyof typeof completionScripts) => {
      standardOutput.write(completionScripts[shell]);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: string[]) => {
      const found = await completionsOf(program, words, namesFor(line, words));
      found.forEach(print);
    });
}
