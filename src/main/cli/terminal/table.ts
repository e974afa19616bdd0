/** Listings: rows of cells below headings, as wide as the terminal. Pure. */
import { columnsOf, padded, plainText, shownLines, toned, type Line, type Piece } from './lines.ts';

export interface Column {
  readonly heading: string;
  /** The minimum width; without a terminal the exact width, so that scripts find the next column. */
  readonly least: number;
  readonly align?: 'left' | 'right';
  /** Before the value if there are no headings; none for a value that explains itself. */
  readonly label?: string;
}

type Cell = string | Piece;

/** The last column is text of any length; it may be empty. */
export interface Listing {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** True if files and pipes get the headings, too. */
  readonly isHeaded?: boolean;
}

const gap = '  ';
/** A last column of fewer columns is hard to read: its text then follows below the row. */
const leastText = 32;
const belowIndent = '    ';
const nothing = new Set(['', '-']);

const textOf = (cell: Cell | undefined): string => (cell === undefined ? '' : plainText([cell]));

/** A cell with the blanks that fill its column. */
function filled(cell: Cell, columns: number, align: Column['align']): (string | Piece)[] {
  const text = textOf(cell);
  const blanks = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return align === 'right' ? [blanks, cell] : [cell, blanks];
}

function rowLine(cells: readonly Cell[], columns: readonly Column[], widths: readonly number[]): Line {
  const pieces = cells.flatMap((cell, index) => [
    ...(index === 0 ? [] : [gap]),
    ...filled(cell, widths[index] ?? 0, columns[index]?.align),
  ]);
  return trimmed(pieces);
}

/** Without the blanks at its end. */
function trimmed(pieces: readonly (string | Piece)[]): Line {
  const last = pieces.findLastIndex((piece) => textOf(piece).trim() !== '');
  return pieces
    .slice(0, last + 1)
    .map((piece, index) => (index === last && typeof piece === 'string' ? piece.trimEnd() : piece));
}

function headingLine(columns: readonly Column[], widths: readonly number[]): Line {
  const text = columns
    .map(({ heading, align }, index) => padded(heading, widths[index] ?? 0, align))
    .join(gap);
  return [toned('heading', text.trimEnd())];
}

/** Cells one after the other, with the names of those that do not explain themselves. It is wrapped where it is printed. */
function stackedLine([first = '', ...others]: readonly Cell[], columns: readonly Column[]): Line {
  const pieces = others.flatMap((cell, index): (string | Piece)[] => {
    if (nothing.has(textOf(cell))) return [];
    const label = columns[index + 1]?.label;
    return [gap, ...(label === undefined ? [] : [`${label} `]), cell];
  });
  return [first, ...pieces];
}

const wrappedText = (text: string, width: number): string[] => shownLines(text, { width, colors: false });

/** @returns the widths of all columns except the last */
function widthsOf({ columns, rows }: Listing, isTerminal: boolean): number[] {
  return columns.slice(0, -1).map(({ heading, least }, index) => {
    if (!isTerminal) return least;
    return rows.reduce((most, cells) => Math.max(most, columnsOf(textOf(cells[index]))), columnsOf(heading));
  });
}

const columnSum = (widths: readonly number[]) => widths.reduce((sum, each) => sum + each + gap.length, 0);

/** Columns of a terminal that a listing takes, without the text of its last column. */
export const listingColumns = (listing: Listing): number => columnSum(widthsOf(listing, true)) - gap.length;

/**
 * The lines of a listing.
 * @param width columns of the terminal; undefined for a file or a pipe: fixed columns without headings, which scripts read
 */
export function listingLines(listing: Listing, width: number | undefined): Line[] {
  const { columns, rows } = listing;
  const widths = widthsOf(listing, width !== undefined);
  const headings = headingLine(columns, widths);
  if (width === undefined)
    return [...(listing.isHeaded ? [headings] : []), ...rows.map((cells) => rowLine(cells, columns, widths))];
  if (rows.length === 0) return [];
  const fixed = columnSum(widths);
  const rest = width - fixed;
  const longest = rows.reduce((most, cells) => Math.max(most, columnsOf(textOf(cells.at(-1)))), 0);
  if (rest >= Math.min(leastText, longest))
    return [headings, ...rows.flatMap((cells) => besideLines(cells, columns, widths, rest))];
  if (fixed - gap.length <= width)
    return [
      headingLine(columns.slice(0, -1), widths),
      ...rows.flatMap((cells) => [
        rowLine(cells.slice(0, -1), columns, widths),
        ...wrappedText(textOf(cells.at(-1)), width - belowIndent.length).flatMap((text) =>
          text === '' ? [] : [belowIndent + text],
        ),
      ]),
    ];
  return rows.map((cells) => stackedLine(cells, columns));
}

/** The text of the last column is wrapped within it. */
function besideLines(
  cells: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
  rest: number,
): Line[] {
  const last = cells.at(-1) ?? '';
  const [first = '', ...more] = typeof last === 'string' ? wrappedText(last, rest) : [last];
  const margin = ' '.repeat(columnSum(widths));
  return [
    rowLine([...cells.slice(0, -1), first], columns, widths),
    ...more.map((text) => margin + textOf(text)),
  ];
}
