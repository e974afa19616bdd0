/** Lines of ssh_config(5): keyword and arguments, split as OpenSSH splits them (readconf.c, misc.c). Text in, data out. */

/** Where a line is, for messages. */
export interface LinePlace {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

export interface ConfigLine {
  readonly place: LinePlace;
  /** In lowercase. */
  readonly keyword: string;
  /** As it is written in the file. */
  readonly name: string;
  /** All that follows the keyword, with its quotes and comments. */
  readonly text: string;
  /** The arguments without quotes and comment; undefined if a quote is not closed. */
  readonly words: readonly string[] | undefined;
}

const isBlank = (character: string | undefined) => character !== undefined && ' \t\r\n'.includes(character);

function skipBlanks(text: string, from: number): number {
  let index = from;
  while (isBlank(text[index])) index += 1;
  return index;
}

/**
 * Takes one word off the beginning, as `strdelim` of OpenSSH: a blank or one `=` ends it, double quotes are removed.
 * @returns undefined at the end of the text, and where a quote is not closed
 */
export function takeWord(text: string): { word: string; rest: string } | undefined {
  if (text === '') return undefined;
  const end = text.search(/[ \t\r\n"=]/);
  if (end < 0) return { word: text, rest: '' };
  if (text[end] === '"') {
    const close = text.indexOf('"', end + 1);
    if (close < 0) return undefined;
    const word = text.slice(0, end) + text.slice(end + 1, close);
    return { word, rest: text.slice(skipBlanks(text, close + 1)) };
  }
  let next = skipBlanks(text, end + 1);
  if (text[end] !== '=' && text[next] === '=') next = skipBlanks(text, next + 1);
  return { word: text.slice(0, end), rest: text.slice(next) };
}

/** A backslash stands for the next character only where that is a quote, a backslash, or a space outside of quotes. */
function isEscape(text: string, index: number, quote: string): boolean {
  const next = text[index + 1];
  if (text[index] !== '\\' || next === undefined) return false;
  return `'"\\`.includes(next) || (quote === '' && next === ' ');
}

/** @returns the word from `start`, and where it ends; undefined if a quote is not closed */
function wordAt(text: string, start: number): { word: string; end: number } | undefined {
  let word = '';
  let quote = '';
  let index = start;
  for (; index < text.length; index += 1) {
    const character = text[index] as string;
    if (isEscape(text, index, quote)) {
      index += 1;
      word += text[index];
    } else if (quote === '' && (character === ' ' || character === '\t')) break;
    else if (quote === '' && `'"`.includes(character)) quote = character;
    else if (character === quote) quote = '';
    else word += character;
  }
  return quote === '' ? { word, end: index } : undefined;
}

/**
 * Splits arguments as `argv_split` of OpenSSH. A word that begins with `#` begins a comment.
 * @returns undefined if a quote is not closed
 */
function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let index = 0;
  for (;;) {
    while (text[index] === ' ' || text[index] === '\t') index += 1;
    if (index >= text.length || text[index] === '#') return words;
    const found = wordAt(text, index);
    if (found === undefined) return undefined;
    words.push(found.word);
    index = found.end;
  }
}

function parseLine(line: string, place: LinePlace): ConfigLine | undefined {
  const first = takeWord(line.replace(/[ \t\r\n\f]+$/, ''));
  // A word of nothing is what comes before leading blanks.
  const found = first?.word === '' ? takeWord(first.rest) : first;
  if (found === undefined || found.word === '' || found.word.startsWith('#')) return undefined;
  const { word: name, rest: text } = found;
  return { place, keyword: name.toLowerCase(), name, text, words: splitWords(text) };
}

/** The lines of a file that say something. */
export function parseLines(text: string, file: string): ConfigLine[] {
  return text.split('\n').flatMap((line, index) => parseLine(line, { file, line: index + 1 }) ?? []);
}
