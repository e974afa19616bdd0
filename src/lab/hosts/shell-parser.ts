import { lex, ShellSyntaxError } from './shell-lexer.ts';
import type { OperatorText, Token, Word } from './shell-lexer.ts';

export interface Redirection {
  readonly descriptor: number;
  readonly kind: '<' | '>' | '>>' | '>&' | '<&';
  readonly target: Word;
}

export interface SimpleCommand {
  readonly kind: 'simple';
  /** `NAME=value` before the command. */
  readonly assignments: readonly Word[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

/** `{ …; }`, and `( … )`, which is a process of its own. */
interface Group {
  readonly kind: 'group' | 'subshell';
  readonly body: List;
  readonly redirections: readonly Redirection[];
}

interface Conditional {
  readonly kind: 'if';
  /** if and each elif, in order */
  readonly branches: readonly { readonly condition: List; readonly body: List }[];
  readonly otherwise: List;
  readonly redirections: readonly Redirection[];
}

export interface Loop {
  readonly kind: 'while' | 'until';
  readonly condition: List;
  readonly body: List;
  readonly redirections: readonly Redirection[];
}

export interface ForLoop {
  readonly kind: 'for';
  readonly variable: string;
  readonly words: readonly Word[];
  readonly body: List;
  readonly redirections: readonly Redirection[];
}

export type ShellCommand = SimpleCommand | Group | Conditional | Loop | ForLoop;

/** Commands joined by pipes, and when they run: always, after a success, after a failure. */
interface Pipeline {
  readonly when: ';' | '&&' | '||';
  readonly commands: readonly ShellCommand[];
}

/** Pipelines joined by && and ||, in the background where `&` ends them. */
export interface AndOr {
  readonly pipelines: readonly Pipeline[];
  readonly isBackground: boolean;
}

export type List = readonly AndOr[];

/** Words that end a list where they are in place of a command. */
const closingWords = ['then', 'elif', 'else', 'fi', 'do', 'done', '}'];

/** The text of a word that is one piece and not quoted: only such a word can be reserved. */
function plainText(token: Token | undefined): string | undefined {
  if (token?.kind !== 'word' || token.parts.length !== 1) return undefined;
  const [part] = token.parts;
  return part?.kind === 'text' && !part.isQuoted ? part.text : undefined;
}

function isAssignment({ parts: [first] }: Word): boolean {
  return first?.kind === 'text' && !first.isQuoted && /^[A-Za-z_]\w*=/.test(first.text);
}

class Parser {
  readonly #tokens: readonly Token[];
  #place = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  script(): List {
    const list = this.#list();
    if (this.#peek()) throw this.#unexpected();
    return list;
  }

  #list(): List {
    const list: AndOr[] = [];
    for (;;) {
      while (this.#takeOperator('\n', ';'));
      const reserved = plainText(this.#peek());
      const isAtEnd = !this.#peek() || this.#isOperator(')');
      if (isAtEnd || (reserved !== undefined && closingWords.includes(reserved))) return list;
      const pipelines = this.#andOr();
      const isBackground = this.#takeOperator('&') !== undefined;
      list.push({ pipelines, isBackground });
      if (!isBackground && !this.#takeOperator(';', '\n')) return list;
    }
  }

  #andOr(): Pipeline[] {
    const pipelines: Pipeline[] = [{ when: ';', commands: this.#pipeline() }];
    for (let when = this.#takeOperator('&&', '||'); when; when = this.#takeOperator('&&', '||')) {
      this.#skipNewLines();
      pipelines.push({ when: when as '&&' | '||', commands: this.#pipeline() });
    }
    return pipelines;
  }

  #pipeline(): ShellCommand[] {
    const commands = [this.#command()];
    while (this.#takeOperator('|')) {
      this.#skipNewLines();
      commands.push(this.#command());
    }
    return commands;
  }

  #command(): ShellCommand {
    if (this.#takeOperator('(')) {
      const body = this.#body();
      if (!this.#takeOperator(')')) throw this.#unexpected();
      return { kind: 'subshell', body, redirections: this.#redirections() };
    }
    if (this.#takeWord('{')) {
      const body = this.#body('}');
      return { kind: 'group', body, redirections: this.#redirections() };
    }
    if (this.#takeWord('if')) return this.#conditional();
    if (this.#takeWord('for')) return this.#forLoop();
    const kind = this.#takeWord('while', 'until');
    if (!kind) return this.#simple();
    const condition = this.#body('do');
    const body = this.#body('done');
    return { kind: kind as Loop['kind'], condition, body, redirections: this.#redirections() };
  }

  #conditional(): Conditional {
    const branches: Conditional['branches'][number][] = [];
    let otherwise: List = [];
    for (let word: string | undefined = 'elif'; word === 'elif';) {
      const condition = this.#body('then');
      branches.push({ condition, body: this.#body() });
      word = this.#takeWord('elif', 'else', 'fi');
      if (!word) throw this.#unexpected();
      if (word === 'else') otherwise = this.#body('fi');
    }
    return { kind: 'if', branches, otherwise, redirections: this.#redirections() };
  }

  #forLoop(): ForLoop {
    const variable = plainText(this.#peek());
    if (variable === undefined || !/^[A-Za-z_]\w*$/.test(variable)) throw this.#unexpected();
    this.#place += 1;
    if (!this.#takeWord('in')) throw this.#unexpected();
    const words: Word[] = [];
    for (let token = this.#peek(); token?.kind === 'word'; token = this.#peek()) {
      words.push(token);
      this.#place += 1;
    }
    if (!this.#takeOperator(';', '\n')) throw this.#unexpected();
    this.#skipNewLines();
    if (!this.#takeWord('do')) throw this.#unexpected();
    return { kind: 'for', variable, words, body: this.#body('done'), redirections: this.#redirections() };
  }

  #simple(): SimpleCommand {
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (let token = this.#peek(); token && token.kind !== 'operator'; token = this.#peek()) {
      if (token.kind === 'redirect') redirections.push(this.#redirection());
      else {
        words.push(token);
        this.#place += 1;
      }
    }
    if (words.length === 0 && redirections.length === 0) throw this.#unexpected();
    const first = words.findIndex((word) => !isAssignment(word));
    const split = first < 0 ? words.length : first;
    return {
      kind: 'simple',
      assignments: words.slice(0, split),
      words: words.slice(split),
      redirections,
    };
  }

  #redirections(): Redirection[] {
    const redirections: Redirection[] = [];
    while (this.#peek()?.kind === 'redirect') redirections.push(this.#redirection());
    return redirections;
  }

  #redirection(): Redirection {
    const token = this.#peek();
    if (token?.kind !== 'redirect') throw this.#unexpected();
    this.#place += 1;
    const target = this.#peek();
    if (target?.kind !== 'word') throw this.#unexpected();
    this.#place += 1;
    return { descriptor: token.descriptor, kind: token.text, target };
  }

  /** A list that must not be empty. @param end the reserved word after it */
  #body(end?: string): List {
    const list = this.#list();
    if (list.length === 0 || (end !== undefined && !this.#takeWord(end))) throw this.#unexpected();
    return list;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#place];
  }

  #isOperator(...texts: readonly OperatorText[]): boolean {
    const token = this.#peek();
    return token?.kind === 'operator' && texts.includes(token.text);
  }

  #takeOperator(...texts: readonly OperatorText[]): OperatorText | undefined {
    const token = this.#peek();
    if (token?.kind !== 'operator' || !texts.includes(token.text)) return undefined;
    this.#place += 1;
    return token.text;
  }

  #takeWord(...texts: readonly string[]): string | undefined {
    const text = plainText(this.#peek());
    if (text === undefined || !texts.includes(text)) return undefined;
    this.#place += 1;
    return text;
  }

  #skipNewLines(): void {
    while (this.#takeOperator('\n'));
  }

  #unexpected(): ShellSyntaxError {
    const token = this.#peek();
    const line = (token ?? this.#tokens.at(-1))?.line ?? 1;
    return new ShellSyntaxError(`syntax error at line ${line}: \`${shown(token)}' unexpected`);
  }
}

function shown(token: Token | undefined): string {
  if (!token) return 'end of file';
  if (token.kind !== 'word') return token.text === '\n' ? 'newline' : token.text;
  return token.parts.map((part) => (part.kind === 'text' ? part.text : `$${part.name}`)).join('');
}

/**
 * Reads a whole script.
 * @throws ShellSyntaxError
 */
export function parseScript(script: string): List {
  return new Parser(lex(script)).script();
}
