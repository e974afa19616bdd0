/** Splits a script into words and operators, by the quoting rules of the POSIX shell. */

/** A part of a word. Quoted text is neither split into fields nor treated as a pattern. */
export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: 'variable'; readonly name: string; readonly isQuoted: boolean };

export interface Word {
  readonly kind: 'word';
  readonly parts: readonly WordPart[];
}

export type OperatorText = ';' | '&&' | '||' | '|' | '&' | '(' | ')' | '\n';

export type Token = { readonly line: number } & (
  | Word
  | { readonly kind: 'operator'; readonly text: OperatorText }
  | { readonly kind: 'redirect'; readonly descriptor: number; readonly text: '<' | '>' | '>>' | '>&' | '<&' }
);

/** A script that the lab's shell cannot parse; `message` follows `sh: `. */
export class ShellSyntaxError extends Error {}

const operators: readonly OperatorText[] = ['&&', '||', ';', '|', '&', '(', ')', '\n'];
/** What may follow a dollar sign. A backslash at the end of a line continues the name in the next one. */
const variableName =
  /^(?:\\\n)*(?:\{(?:\\\n)*(?:\w(?:(?:\\\n)*\w)*|[?$#!@*])(?:\\\n)*\}|[A-Za-z_](?:(?:\\\n)*\w)*|[?$#!@*0-9])/;
const redirections = ['>>', '>&', '<&', '<', '>'] as const;

class Lexer {
  readonly #script: string;
  #place = 0;
  #line = 1;
  #countedTo = 0;

  constructor(script: string) {
    this.#script = script;
  }

  tokens(): Token[] {
    const tokens: Token[] = [];
    for (let token = this.#next(); token; token = this.#next()) tokens.push(token);
    return tokens;
  }

  #next(): Token | undefined {
    while (/[ \t]/.test(this.#peek()) || this.#rest('\\\n')) this.#place += this.#rest('\\\n') ? 2 : 1;
    if (this.#peek() === '#') this.#skipComment();
    if (this.#place >= this.#script.length) return undefined;
    const line = this.#lineHere();
    const redirect = this.#redirect(line);
    if (redirect) return redirect;
    const operator = operators.find((text) => this.#rest(text));
    if (operator) {
      this.#place += operator.length;
      return { kind: 'operator', text: operator, line };
    }
    if (this.#peek() === '`') throw this.#syntaxError('`', 'unexpected');
    return { kind: 'word', parts: this.#word(), line };
  }

  #redirect(line: number): Token | undefined {
    const digits = /^\d/.exec(this.#script.slice(this.#place, this.#place + 1))?.[0] ?? '';
    const text = redirections.find((entry) => this.#script.startsWith(entry, this.#place + digits.length));
    if (!text) return undefined;
    this.#place += digits.length + text.length;
    if (text === '<' && this.#peek() === '<')
      throw new ShellSyntaxError('here documents are not part of the lab');
    const standard = text.startsWith('<') ? 0 : 1;
    return { kind: 'redirect', descriptor: digits === '' ? standard : Number(digits), text, line };
  }

  #word(): WordPart[] {
    const parts: WordPart[] = [];
    while (this.#place < this.#script.length && !/[ \t\n;|&<>()`]/.test(this.#peek())) {
      const sign = this.#take();
      if (sign === "'") add(parts, this.#upTo("'"), true);
      else if (sign === '"') this.#doubleQuoted(parts);
      else if (sign === '\\') this.#escaped(parts);
      else if (sign === '$') this.#variable(parts, false);
      else add(parts, sign, false);
    }
    return parts;
  }

  /** A backslash outside of quotes: the next character is literal; before a new line both vanish. */
  #escaped(parts: WordPart[]): void {
    if (this.#place >= this.#script.length) return add(parts, '\\', true);
    const sign = this.#take();
    if (sign !== '\n') add(parts, sign, true);
  }

  #doubleQuoted(parts: WordPart[]): void {
    const before = parts.length;
    for (let sign = this.#take(); sign !== '"'; sign = this.#take()) {
      if (sign === '') throw this.#syntaxError('"', 'unmatched');
      if (sign === '`') throw new ShellSyntaxError('command substitution is not part of the lab');
      if (sign === '$') this.#variable(parts, true);
      else add(parts, sign === '\\' ? this.#escapedInDoubleQuotes() : sign, true);
    }
    // "" is a word
    if (parts.length === before) add(parts, '', true);
  }

  /** Inside double quotes a backslash is itself, unless $ ` " \ or a new line follows. */
  #escapedInDoubleQuotes(): string {
    if (!/[$`"\\\n]/.test(this.#peek())) return '\\';
    const sign = this.#take();
    return sign === '\n' ? '' : sign;
  }

  #variable(parts: WordPart[], isQuoted: boolean): void {
    if (this.#peek() === '(') throw new ShellSyntaxError('command substitution is not part of the lab');
    const match = variableName.exec(this.#script.slice(this.#place));
    if (!match) return add(parts, '$', isQuoted);
    this.#place += match[0].length;
    parts.push({ kind: 'variable', name: match[0].replaceAll(/\\\n|[{}]/g, ''), isQuoted });
  }

  #upTo(quote: string): string {
    const end = this.#script.indexOf(quote, this.#place);
    if (end < 0) throw this.#syntaxError(quote, 'unmatched');
    const text = this.#script.slice(this.#place, end);
    this.#place = end + 1;
    return text;
  }

  #skipComment(): void {
    while (this.#place < this.#script.length && this.#peek() !== '\n') this.#place += 1;
  }

  #lineHere(): number {
    for (; this.#countedTo < this.#place; this.#countedTo += 1)
      if (this.#script.charAt(this.#countedTo) === '\n') this.#line += 1;
    return this.#line;
  }

  #syntaxError(sign: string, what: 'unexpected' | 'unmatched'): ShellSyntaxError {
    return new ShellSyntaxError(`syntax error at line ${this.#lineHere()}: \`${sign}' ${what}`);
  }

  #peek(): string {
    return this.#script.charAt(this.#place);
  }

  #rest(text: string): boolean {
    return this.#script.startsWith(text, this.#place);
  }

  #take(): string {
    const sign = this.#script.charAt(this.#place);
    this.#place += sign.length;
    return sign;
  }
}

/** Adds text to a word, to its last part where that is of the same kind. */
function add(parts: WordPart[], text: string, isQuoted: boolean): void {
  const last = parts.at(-1);
  if (last?.kind !== 'text' || last.isQuoted !== isQuoted) parts.push({ kind: 'text', text, isQuoted });
  else parts[parts.length - 1] = { kind: 'text', text: last.text + text, isQuoted };
}

/**
 * Words, operators and redirections of a script, in order.
 * @throws ShellSyntaxError
 */
export function lex(script: string): Token[] {
  return new Lexer(script).tokens();
}
