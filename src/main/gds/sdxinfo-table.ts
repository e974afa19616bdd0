/**
 * Splits the output of sdxinfo into tables.
 *
 * A table is a header whose first word is OBJ, a line of dashes and one line an object. Names may be up to 32
 * characters long and push the columns aside, so cells are distinguished by blanks and by the header's names, never by
 * their position on the line. Rows are in no defined order (GDS guide 4.5, D.6).
 */

import { failure } from '../../contract/errors.ts';
import { shortened } from '../../contract/words.ts';
import { phrase } from '../../contract/text/say.ts';

export interface SdxinfoRow {
  /** Counted from 1, in the text that was read. */
  readonly lineNumber: number;
  readonly line: string;
  /** Column name -> cell, as printed. */
  readonly cells: ReadonlyMap<string, string>;
}

export interface SdxinfoTable {
  /** In the order printed, OBJ first; without the trailing `...` of a shortened sample. */
  readonly columns: readonly string[];
  readonly rows: readonly SdxinfoRow[];
}

/** A line `SDX:command: severity: text` (GDS guide 4.5, E.4) between the tables. */
export interface SdxinfoMessage {
  readonly severity: 'INFO' | 'WARNING';
  /** The whole line. */
  readonly line: string;
}

export interface SdxinfoText {
  readonly tables: readonly SdxinfoTable[];
  readonly messages: readonly SdxinfoMessage[];
}

/** How the manual marks columns that it left out of a sample. */
const cutOff = '...';
const longestQuote = 200;

interface Line {
  readonly number: number;
  readonly text: string;
  readonly words: readonly string[];
}

interface OpenTable {
  readonly header: readonly string[];
  readonly rows: SdxinfoRow[];
  dashesSeen: boolean;
}

/** The error of a line that is not understood. */
export function unreadable(lineNumber: number, line: string, reason: string): Error {
  const quoted = shortened(line.trim(), longestQuote);
  return failure('SDXINFO_UNREADABLE', { number: lineNumber, line: quoted, reason }, { actual: line });
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => (character < ' ' && character !== '\t') || character === '\u007f');
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .map((raw, index) => {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
      return { number: index + 1, text: line, words: line.split(/[ \t]+/).filter((word) => word !== '') };
    })
    .filter((line) => line.words.length > 0);
}

/** The messages; a message of any severity but INFO and WARNING makes the whole output a failure. */
function messagesOf(lines: readonly Line[], text: string): SdxinfoMessage[] {
  const bad: string[] = [];
  const messages = lines.flatMap((line): SdxinfoMessage[] => {
    const severity = /^SDX:[^:\s]+:\s*([A-Za-z]+):/.exec(line.text)?.[1];
    if (severity === 'INFO' || severity === 'WARNING') return [{ severity, line: line.text.trim() }];
    bad.push(line.text.trim());
    return [];
  });
  if (bad.length > 0) throw failure('SDXINFO_FAILED', { text: bad.join('; ') }, { stdout: text });
  return messages;
}

function openTable(line: Line): OpenTable {
  const { words } = line;
  const twice = words.find((word, index) => words.indexOf(word) !== index);
  if (twice !== undefined)
    throw unreadable(line.number, line.text, phrase('the column {twice} appears twice', { twice }));
  if (words.slice(0, -1).includes(cutOff)) {
    throw unreadable(line.number, line.text, phrase('columns are left out in the middle of the header'));
  }
  return { header: words, rows: [], dashesSeen: false };
}

function readDashes(table: OpenTable, line: Line): void {
  const matches = table.header.every((name, index) => {
    const word = line.words[index];
    return name === cutOff ? word === cutOff : word !== undefined && /^-+$/.test(word);
  });
  if (!matches || line.words.length !== table.header.length) {
    throw unreadable(
      line.number,
      line.text,
      phrase('a line of dashes, one group a column, is expected under the header'),
    );
  }
  table.dashesSeen = true;
}

function readRow(table: OpenTable, line: Line): void {
  const { header } = table;
  if (line.words.length !== header.length) {
    const counts = phrase('the row has {cells} cells and the header has {columns} columns', {
      cells: line.words.length,
      columns: header.length,
    });
    throw unreadable(line.number, line.text, counts);
  }
  const pairs = header.map((name, index): [string, string] => [name, line.words[index] ?? '']);
  if (pairs.some(([name, cell]) => (name === cutOff) !== (cell === cutOff))) {
    throw unreadable(
      line.number,
      line.text,
      phrase('the row and the header are cut off at different places'),
    );
  }
  const cells = new Map(pairs.filter(([name]) => name !== cutOff));
  table.rows.push({ lineNumber: line.number, line: line.text, cells });
}

function readTables(lines: readonly Line[]): SdxinfoTable[] {
  const tables: OpenTable[] = [];
  for (const line of lines) {
    if (hasControlCharacter(line.text))
      throw unreadable(line.number, line.text, phrase('it holds a control character'));
    const table = tables.at(-1);
    if (line.words[0] === 'OBJ') tables.push(openTable(line));
    else if (table === undefined)
      throw unreadable(line.number, line.text, phrase('it comes before any table header'));
    else if (!table.dashesSeen) readDashes(table, line);
    else readRow(table, line);
  }
  return tables.map(({ header, rows }) => ({ columns: header.filter((name) => name !== cutOff), rows }));
}

/**
 * Splits the output of one or several sdxinfo commands into tables and messages. Empty text has no tables.
 * @throws SDXINFO_UNREADABLE for a line that fits no table, SDXINFO_FAILED where sdxinfo printed an error
 */
export function readSdxinfoText(text: string): SdxinfoText {
  const lines = linesOf(text);
  const isMessage = (line: Line) => line.text.trimStart().startsWith('SDX:');
  const messages = messagesOf(
    lines.filter(isMessage).map((line) => ({ ...line, text: line.text.trimStart() })),
    text,
  );
  return { tables: readTables(lines.filter((line) => !isMessage(line))), messages };
}
