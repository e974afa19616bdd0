import { IoError } from '../faults/io-error.ts';
import type { Word, WordPart } from './shell-lexer.ts';

/** The source of values and names for variables and patterns. */
export interface WordScope {
  /** '' where there is none. */
  readonly value: (name: string) => string;
  readonly parameters: readonly string[];
  /** Names in a directory. @param path as it was written. @throws IoError */
  readonly list: (path: string) => Promise<readonly string[]>;
}

interface Piece {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Text of a word that is never split: the target of a redirection, the value of an assignment. */
export function expandText({ parts }: Word, scope: WordScope): string {
  return parts.map((part) => (part.kind === 'text' ? part.text : valueOf(part.name, scope))).join('');
}

/** The fields that words become: variables are replaced, what was not quoted is split at blanks and matched against names. */
export async function expandWords(words: readonly Word[], scope: WordScope): Promise<string[]> {
  const fields = words.flatMap((word) => fieldsOf(word, scope));
  const texts = await Promise.all(fields.map((pieces) => namesFor(pieces, scope)));
  return texts.flat();
}

function valueOf(name: string, { value, parameters }: WordScope): string {
  return name === '@' || name === '*' ? parameters.join(' ') : value(name);
}

class Fields {
  readonly all: Piece[][] = [];
  #isOpen = false;

  add(text: string, isQuoted: boolean): void {
    if (this.#isOpen) this.all.at(-1)?.push({ text, isQuoted });
    else this.all.push([{ text, isQuoted }]);
    this.#isOpen = true;
  }

  end(): void {
    this.#isOpen = false;
  }
}

function fieldsOf({ parts }: Word, scope: WordScope): Piece[][] {
  const fields = new Fields();
  for (const part of parts) {
    if (part.kind === 'text') fields.add(part.text, part.isQuoted);
    else addVariable(fields, part, scope);
  }
  return fields.all;
}

function addVariable(
  fields: Fields,
  { name, isQuoted }: Extract<WordPart, { kind: 'variable' }>,
  scope: WordScope,
): void {
  if (isQuoted && name === '@') {
    for (const [index, parameter] of scope.parameters.entries()) {
      if (index > 0) fields.end();
      fields.add(parameter, true);
    }
  } else if (isQuoted) fields.add(valueOf(name, scope), true);
  else {
    for (const piece of valueOf(name, scope).split(/([ \t\n]+)/)) {
      if (/^[ \t\n]/.test(piece)) fields.end();
      else if (piece !== '') fields.add(piece, false);
    }
  }
}

/** The names that fit, sorted; the text itself where none does. A pattern counts in the last component of a path. */
async function namesFor(pieces: readonly Piece[], { list }: WordScope): Promise<string[]> {
  const text = pieces.map((piece) => piece.text).join('');
  if (!pieces.some((piece) => !piece.isQuoted && /[*?]/.test(piece.text))) return [text];
  const split = text.lastIndexOf('/') + 1;
  const pattern = patternOf(pieces, split);
  const directory = text.slice(0, split);
  try {
    const names = await list(directory === '' ? '.' : directory);
    const found = names.filter(
      (name) => pattern.test(name) && (!name.startsWith('.') || text[split] === '.'),
    );
    return found.length === 0 ? [text] : found.map((name) => directory + name);
  } catch (error) {
    if (error instanceof IoError) return [text];
    throw error;
  }
}

/** @param from the place in the text where the last component begins */
function patternOf(pieces: readonly Piece[], from: number): RegExp {
  let place = 0;
  let pattern = '';
  for (const { text, isQuoted } of pieces) {
    for (const sign of text) {
      if (place >= from) pattern += patternSign(sign, isQuoted);
      place += sign.length;
    }
  }
  return new RegExp(`^${pattern}$`, 'su');
}

function patternSign(sign: string, isQuoted: boolean): string {
  if (!isQuoted && sign === '*') return '.*';
  if (!isQuoted && sign === '?') return '.';
  return sign.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
}
