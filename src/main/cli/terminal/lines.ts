/** Lines for people: wrapped to the width of a terminal, with colors for what must not be overlooked. Pure. */

/** Colors are only for symbols and statuses. */
export type Tone = 'good' | 'bad' | 'caution' | 'heading';

export interface Piece {
  readonly text: string;
  readonly tone?: Tone | undefined;
  /** True for text to copy, such as a path: it is one word, and its blanks and times are unchanged. */
  readonly isExact?: boolean;
}

/** A line: its text, or pieces of it. */
export type Line = string | readonly (string | Piece)[];

/** Select Graphic Rendition, ECMA-48: green, red, yellow, bold. */
const codes: Readonly<Record<Tone, number>> = { good: 32, bad: 31, caution: 33, heading: 1 };

const inColor = (text: string, tone: Tone): string => `\x1b[${codes[tone]}m${text}\x1b[0m`;

export const toned = (tone: Tone, text: string): Piece => ({ tone, text });
export const exact = (text: string): Piece => ({ text, isExact: true });

/** A line without its tones. */
export const plainText = (line: Line): string =>
  typeof line === 'string'
    ? line
    : line.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('');

/** East Asian wide and fullwidth characters (Unicode, UAX #11), and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const widthless = /[\p{Mn}\p{Me}\u200b-\u200d\ufeff]/u;

/** How many columns of a terminal a text takes. */
export function columnsOf(text: string): number {
  // Most text needs no check of each character.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const sign of text) columns += widthless.test(sign) ? 0 : wide.test(sign) ? 2 : 1;
  return columns;
}

/** As `padEnd` and `padStart`, by columns. */
export function padded(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/** Further lines begin below the text after the first gap, unless that is far to the right. */
const farthest = 16;

function indentOf(text: string, width: number): number {
  const margin = columnsOf(/^ */.exec(text)?.[0] ?? '');
  const gap = /^ *\S+(?: \S+)*? {2,}(?=\S)/.exec(text)?.[0];
  const below = gap === undefined ? undefined : columnsOf(gap);
  if (below !== undefined && below <= margin + farthest && below <= width / 2) return below;
  return Math.min(margin + 2, Math.floor(width / 4));
}

interface Word {
  /** Blanks before it. */
  readonly blanks: string;
  readonly text: string;
  readonly tone: Tone | undefined;
  /** True if it follows the word before it without a blank. */
  readonly joined: boolean;
}

function wordsOf(pieces: readonly (string | Piece)[]): Word[] {
  const words: Word[] = [];
  let blanks = '';
  for (const piece of pieces) {
    const { text, tone, isExact = false }: Piece = typeof piece === 'string' ? { text: piece } : piece;
    const parts = isExact ? [text] : text.match(/ +|[^ ]+/g);
    for (const part of parts ?? []) {
      if (part.startsWith(' ') && !isExact) blanks += part;
      else {
        words.push({ blanks, text: part, tone, joined: blanks === '' && words.length > 0 });
        blanks = '';
      }
    }
  }
  return words;
}

/** Words between which there is no blank stay together. */
function unitsOf(words: readonly Word[]): Word[][] {
  const units: Word[][] = [];
  for (const word of words) {
    const last = units.at(-1);
    if (word.joined && last) last.push(word);
    else units.push([word]);
  }
  return units;
}

const unitColumns = (unit: readonly Word[]) => unit.reduce((sum, { text }) => sum + columnsOf(text), 0);

/** Words of the same tone are one colored piece, with the blanks between them. */
function shownRow(row: readonly Word[], colors: boolean): string {
  let shown = '';
  let open: { tone: Tone; text: string } | undefined;
  const close = () => {
    if (open) shown += colors ? inColor(open.text, open.tone) : open.text;
    open = undefined;
  };
  for (const { blanks, text, tone } of row) {
    if (open && tone === open.tone) open.text += blanks + text;
    else {
      close();
      shown += blanks;
      if (tone === undefined) shown += text;
      else open = { tone, text };
    }
  }
  close();
  return shown;
}

/** The beginning of a line shows whether it is good or bad: the symbols of steps, checks and warnings. */
const signTones: readonly (readonly [RegExp, Tone])[] = [
  [/^ *✓(?= )/, 'good'],
  [/^ *✗(?= )/, 'bad'],
  [/^ *(?:!|\?|Warning:)(?= )/, 'caution'],
];

/** Commands to copy: `HOST # COMMAND`, and what follows `run by hand on HOST:` or ends a line. */
const wholeCommand = /^ *[\w.-]+ # /;
const commandAtEnd = /^( *run by hand on [^:]*: |(?! *hint: ).*: (?=shadowtape ))(.+)$/s;

function piecesOf(line: Line): readonly (string | Piece)[] {
  if (typeof line !== 'string') return line;
  if (wholeCommand.test(line)) return [exact(line)];
  const [, before, command] = commandAtEnd.exec(line) ?? [];
  if (before !== undefined && command !== undefined) return [before, exact(command)];
  for (const [sign, tone] of signTones) {
    const found = sign.exec(line)?.[0];
    if (found !== undefined) return [toned(tone, found), line.slice(found.length)];
  }
  return [line];
}

function shownPiece(piece: string | Piece, colors: boolean): string {
  if (typeof piece === 'string') return piece;
  return colors && piece.tone ? inColor(piece.text, piece.tone) : piece.text;
}

export interface LineFormat {
  /** Columns of the terminal; undefined if lines are not wrapped. */
  readonly width: number | undefined;
  readonly colors: boolean;
  /** The column in which further lines begin; by default, it is chosen by the gaps of the line. */
  readonly indent?: number | undefined;
}

/**
 * A line as it is shown. It is wrapped between words; a word that is too long, such as a path, is not split, so that it
 * can be copied.
 * @returns lines without line feeds
 */
export function shownLines(line: Line, { width, colors, indent: chosen }: LineFormat): string[] {
  const pieces = piecesOf(line);
  const text = plainText(line);
  if (width === undefined || columnsOf(text) <= width)
    return [pieces.map((piece) => shownPiece(piece, colors)).join('')];
  const indent = chosen ?? indentOf(text, width);
  const rows: Word[][] = [];
  let row: Word[] = [];
  let columns = 0;
  for (const unit of unitsOf(wordsOf(pieces))) {
    const [first, ...joined] = unit as [Word, ...Word[]];
    const needed = unitColumns(unit);
    if (columns + first.blanks.length + needed > width) {
      if (row.length > 0) rows.push(row);
      const most = row.length > 0 ? indent : first.blanks.length;
      const blanks = ' '.repeat(Math.max(0, Math.min(most, width - needed)));
      row = [{ ...first, blanks }, ...joined];
      columns = blanks.length + needed;
    } else {
      row.push(first, ...joined);
      columns += first.blanks.length + needed;
    }
  }
  rows.push(row);
  return rows.map((words) => shownRow(words, colors));
}
