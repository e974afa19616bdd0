/** Splits a command line into words and operators, by the quoting rules of the POSIX shell. */

export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'operator'; readonly text: ';' | '&&' | '||' | '|' }
  | { readonly kind: 'redirect'; readonly descriptor: number; readonly text: '<' | '>' | '>>' | '>&' };

/** What the lab's shell cannot read; `message` goes behind `sh: `. */
export class ShellSyntaxError extends Error {}

/** Gives the value of `$name`; '' where there is none. */
export type Variables = (name: string) => string;

const operators = ['&&', '||', ';', '|', '\n'] as const;
const redirections = ['>>', '>&', '<', '>'] as const;

class Lexer {
  readonly #line: string;
  readonly #variables: Variables;
  #place = 0;

  constructor(line: string, variables: Variables) {
    this.#line = line;
    this.#variables = variables;
  }

  tokens(): Token[] {
    const tokens: Token[] = [];
    for (let token = this.#next(); token; token = this.#next()) tokens.push(token);
    return tokens;
  }

  #next(): Token | undefined {
    while (/[ \t]/.test(this.#peek()) || this.#rest('\\\n')) this.#place += this.#rest('\\\n') ? 2 : 1;
    if (this.#peek() === '#') this.#skipComment();
    if (this.#place >= this.#line.length) return undefined;
    const operator = operators.find((text) => this.#rest(text));
    if (operator) {
      this.#place += operator.length;
      return { kind: 'operator', text: operator === '\n' ? ';' : operator };
    }
    const redirect = this.#redirect();
    if (redirect) return redirect;
    if (/[&()`]/.test(this.#peek()))
      throw new ShellSyntaxError(`syntax error at line 1: \`${this.#peek()}' unexpected`);
    const text = this.#word();
    return text === undefined ? this.#next() : { kind: 'word', text };
  }

  #redirect(): Token | undefined {
    const digits = /^\d/.exec(this.#line.slice(this.#place, this.#place + 1))?.[0] ?? '';
    const text = redirections.find((entry) => this.#line.startsWith(entry, this.#place + digits.length));
    if (!text) return undefined;
    this.#place += digits.length + text.length;
    const standard = text === '<' ? 0 : 1;
    return { kind: 'redirect', descriptor: digits === '' ? standard : Number(digits), text };
  }

  /** @returns undefined for a word of empty variables alone, none of it quoted: it vanishes */
  #word(): string | undefined {
    let text = '';
    let isQuoted = false;
    while (this.#place < this.#line.length && !/[ \t\n;|&<>()`]/.test(this.#peek())) {
      const sign = this.#take();
      if (sign === "'" || sign === '"') isQuoted = true;
      if (sign === "'") text += this.#upTo("'");
      else if (sign === '"') text += this.#doubleQuoted();
      else if (sign === '\\') text += this.#escaped();
      else if (sign === '$') text += this.#variable();
      else text += sign;
    }
    return text === '' && !isQuoted ? undefined : text;
  }

  /** A backslash outside of quotes: the next sign is meant; before a new line both vanish. */
  #escaped(): string {
    if (this.#place >= this.#line.length) return '\\';
    const sign = this.#take();
    return sign === '\n' ? '' : sign;
  }

  #doubleQuoted(): string {
    let text = '';
    for (let sign = this.#take(); sign !== '"'; sign = this.#take()) {
      if (sign === '') throw new ShellSyntaxError('syntax error at line 1: `"\' unmatched');
      if (sign === '`') throw new ShellSyntaxError('command substitution is not part of the lab');
      if (sign === '$') text += this.#variable();
      else if (sign !== '\\') text += sign;
      else text += this.#escapedInDoubleQuotes();
    }
    return text;
  }

  /** Inside double quotes a backslash is itself, unless $ ` " \ or a new line follows. */
  #escapedInDoubleQuotes(): string {
    if (!/[$`"\\\n]/.test(this.#peek())) return '\\';
    const sign = this.#take();
    return sign === '\n' ? '' : sign;
  }

  #variable(): string {
    if (this.#peek() === '(') throw new ShellSyntaxError('command substitution is not part of the lab');
    const match = /^(?:\{(\w+)\}|([A-Za-z_]\w*|[?$#0-9]))/.exec(this.#line.slice(this.#place));
    if (!match) return '$';
    this.#place += match[0].length;
    return this.#variables(match[1] ?? match[2] ?? '');
  }

  #upTo(quote: string): string {
    const end = this.#line.indexOf(quote, this.#place);
    if (end < 0) throw new ShellSyntaxError(`syntax error at line 1: \`${quote}' unmatched`);
    const text = this.#line.slice(this.#place, end);
    this.#place = end + 1;
    return text;
  }

  #skipComment(): void {
    while (this.#place < this.#line.length && this.#peek() !== '\n') this.#place += 1;
  }

  #peek(): string {
    return this.#line.charAt(this.#place);
  }

  #rest(text: string): boolean {
    return this.#line.startsWith(text, this.#place);
  }

  #take(): string {
    const sign = this.#line.charAt(this.#place);
    this.#place += sign.length;
    return sign;
  }
}

/**
 * Words, operators and redirections of a line, in order.
 * @throws ShellSyntaxError
 */
export function lex(line: string, variables: Variables = () => ''): Token[] {
  return new Lexer(line, variables).tokens();
}
