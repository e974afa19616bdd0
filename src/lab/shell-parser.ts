import { lex, ShellSyntaxError } from './shell-lexer.ts';
import type { Token, Variables } from './shell-lexer.ts';

export interface Redirection {
  readonly descriptor: number;
  readonly kind: '<' | '>' | '>>' | '>&';
  readonly target: string;
}

export interface SimpleCommand {
  /** `NAME=value` before the command. */
  readonly assignments: readonly string[];
  readonly argv: readonly string[];
  readonly redirections: readonly Redirection[];
}

/** Commands joined by pipes, and when they run: always, after a success, after a failure. */
export interface Pipeline {
  readonly when: ';' | '&&' | '||';
  readonly commands: readonly SimpleCommand[];
}

function unexpected(token: Token | undefined): Error {
  return new ShellSyntaxError(`syntax error at line 1: \`${token?.text ?? 'end of file'}' unexpected`);
}

function parseCommand(tokens: readonly Token[], next: Token | undefined): SimpleCommand {
  const words: string[] = [];
  const redirections: Redirection[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token?.kind === 'redirect') {
      index += 1;
      const target = tokens[index];
      if (target?.kind !== 'word') throw unexpected(target ?? next);
      redirections.push({ descriptor: token.descriptor, kind: token.text, target: target.text });
    } else if (token) words.push(token.text);
  }
  if (words.length === 0 && redirections.length === 0) throw unexpected(next);
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const split = first < 0 ? words.length : first;
  return { assignments: words.slice(0, split), argv: words.slice(split), redirections };
}

/**
 * Reads a whole line.
 * @throws ShellSyntaxError
 */
export function parseLine(line: string, variables?: Variables): Pipeline[] {
  const pipelines: Pipeline[] = [];
  let when: Pipeline['when'] = ';';
  let commands: SimpleCommand[] = [];
  let words: Token[] = [];
  const endCommand = (next: Token | undefined): void => {
    commands.push(parseCommand(words, next));
    words = [];
  };
  for (const token of lex(line, variables)) {
    if (token.kind !== 'operator') {
      words.push(token);
      continue;
    }
    // an empty command between two `;` or new lines is nothing
    if (token.text === ';' && words.length === 0 && commands.length === 0 && when === ';') continue;
    endCommand(token);
    if (token.text === '|') continue;
    pipelines.push({ when, commands });
    [when, commands] = [token.text, []];
  }
  if (words.length > 0 || commands.length > 0 || when !== ';') {
    endCommand(undefined);
    pipelines.push({ when, commands });
  }
  return pipelines;
}
