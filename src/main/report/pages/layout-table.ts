/** Tables: columns by their shares, rows as high as their longest cell, the header again on each page. */
import type { ReportFactList, ReportTable, ReportTexts } from '../../../contract/report.ts';
import type { Flow } from './flow.ts';
import type { Line } from './line-breaking.ts';
import { inks, nodeOf, type StructNode } from './page-items.ts';

const tableSizes = { size: 7.4, codeSize: 6.7, leading: 9.1, padX: 3.5, padY: 1.4, hang: 9 } as const;
const { size, codeSize, leading, padX, padY, hang } = tableSizes;

interface Column {
  readonly x: number;
  readonly width: number;
  readonly right: boolean;
}

/** Lines of one row, a list a cell. */
type Cells = readonly (readonly Line[])[];

function columnsOf({ columns }: ReportTable, { frame }: Flow): Column[] {
  const whole = columns.reduce((sum, { share }) => sum + share, 0);
  let x = frame.left;
  return columns.map(({ share, align }) => {
    const width = (share / whole) * frame.width;
    const column = { x, width, right: align === 'right' };
    x += width;
    return column;
  });
}

const linesOf = (flow: Flow, texts: ReportTexts, width: number) =>
  flow.lines(texts, {
    width: width - 2 * padX - 4,
    size,
    codeSize,
    hang: texts.some(({ style, text }) => style === 'code' && text.includes(' ')) ? hang : 0,
  });

const heightOf = (cells: Cells) => Math.max(1, ...cells.map((lines) => lines.length)) * leading + 2 * padY;

/** The table as it is filled. */
class TableLayout {
  readonly #flow: Flow;
  readonly #columns: readonly Column[];
  readonly #header: Cells;
  readonly node: StructNode;
  #headed = false;

  constructor(flow: Flow, table: ReportTable, node: StructNode) {
    this.#flow = flow;
    this.#columns = columnsOf(table, flow);
    this.#header = table.columns.map(({ title }, index) =>
      linesOf(flow, [{ text: title, style: 'strong' }], this.#columns[index]?.width ?? 0),
    );
    this.node = node;
  }

  cellsOf(row: readonly ReportTexts[]): Cells {
    return this.#columns.map(({ width }, index) => linesOf(this.#flow, row[index] ?? [], width));
  }

  get headerHeight(): number {
    return heightOf(this.#header);
  }

  /** The first header is part of the table; those on later pages are only for the eye. */
  header(): void {
    const flow = this.#flow;
    const { left, width } = flow.frame;
    const height = this.headerHeight;
    flow.rectangle(undefined, left, flow.y, width, height, { fill: inks.faint });
    const row = this.#headed ? undefined : nodeOf('TR', this.node);
    this.#header.forEach((lines, index) => {
      const cell = row && { ...nodeOf('TH', undefined), scope: 'Column' as const };
      if (row && cell) row.children.push(cell);
      this.#setCell(cell, lines, index, flow.y);
    });
    flow.y += height;
    flow.line(undefined, left, flow.y, left + width, flow.y, { stroke: inks.ink, width: 0.8 });
    this.#headed = true;
  }

  #setCell(node: StructNode | undefined, lines: readonly Line[], index: number, top: number): void {
    const column = this.#columns[index];
    if (!column) return;
    lines.forEach((line, at) => {
      const y = top + padY + leading * at + size * 1.02;
      this.#flow.setLine(
        node,
        line,
        column.x + padX,
        y,
        column.right ? column.width - 2 * padX - 4 : undefined,
      );
    });
  }

  /** Two rows that are on the same page, if they are no giants. */
  keep(one: Cells, next: Cells): void {
    const both = heightOf(one) + Math.min(heightOf(next), 6 * leading);
    if (both > this.#flow.room && both <= this.#flow.wholeRoom - this.headerHeight) this.#nextPage();
  }

  /** A row that fits no page is cut between its lines. */
  row(cells: Cells): void {
    const flow = this.#flow;
    const nodes = this.#nodes();
    let rest = cells;
    const fresh = () => flow.wholeRoom - this.headerHeight;
    if (heightOf(rest) > flow.room && (heightOf(rest) <= fresh() || flow.room < 6 * leading))
      this.#nextPage();
    while (heightOf(rest) > flow.room) {
      const count = Math.max(1, Math.floor((flow.room - 2 * padY) / leading));
      this.#part(
        rest.map((lines) => lines.slice(0, count)),
        nodes,
      );
      rest = rest.map((lines) => lines.slice(count));
      this.#nextPage();
    }
    this.#part(rest, nodes);
  }

  #nodes(): StructNode[] {
    const row = nodeOf('TR', this.node);
    return this.#columns.map(() => nodeOf('TD', row));
  }

  #nextPage(): void {
    this.#flow.newPage();
    this.header();
  }

  #part(cells: Cells, nodes: readonly StructNode[]): void {
    const flow = this.#flow;
    const { left, width } = flow.frame;
    cells.forEach((lines, index) => this.#setCell(nodes[index], lines, index, flow.y));
    flow.y += heightOf(cells);
    flow.line(undefined, left, flow.y, left + width, flow.y, { stroke: inks.rule, width: 0.4 });
  }
}

const captionHeight = 14;

/** What is above a table, a listing or a figure. */
export function setCaption(flow: Flow, parent: StructNode, caption: string): void {
  const node = nodeOf('Caption', parent);
  const lines = flow.lines([{ text: caption, style: 'strong' }], {
    width: flow.frame.width,
    size: 7.8,
    codeSize: 7.2,
    hang: 0,
  });
  for (const line of lines) {
    flow.setLine(node, line, flow.frame.left, flow.y + 8.5);
    flow.y += 10.8;
  }
  flow.y += captionHeight - 10.8 - 0.2;
}

/** Tables of so many rows are not parted. */
const wholeRows = 6;

/** A row that begins in bold is the title of those below it. */
const leads = (row: ReportTable['rows'][number] | undefined): boolean => row?.[0]?.[0]?.style === 'strong';

/** True for a row that is the title of the one below it: both are on the same page. */
const isTitle = ({ rows }: ReportTable, index: number): boolean =>
  index + 1 < rows.length && leads(rows[index]) && !leads(rows[index + 1]);

/** Height of what is not parted: caption, header and first row, with the row that this is the title of; or the whole of a small table. */
export function tableStart(flow: Flow, table: ReportTable): number {
  const layout = new TableLayout(flow, table, nodeOf('Table', undefined));
  const together = table.rows.length <= wholeRows ? table.rows : table.rows.slice(0, 2);
  const heights = together.map((row) => heightOf(layout.cellsOf(row)));
  const head = captionHeight + layout.headerHeight;
  const whole = head + heights.reduce((sum, height) => sum + height, 0);
  if (table.rows.length <= wholeRows && whole <= flow.wholeRoom / 3) return whole;
  const [first = 0, second = 0] = heights;
  return head + Math.min(first, 8 * leading) + (isTitle(table, 0) ? Math.min(second, 6 * leading) : 0);
}

export function layoutTable(flow: Flow, table: ReportTable, parent: StructNode): void {
  const node = nodeOf('Table', parent);
  flow.ensure(tableStart(flow, table));
  setCaption(flow, node, table.caption);
  const layout = new TableLayout(flow, table, node);
  layout.header();
  const rows = table.rows.map((row) => layout.cellsOf(row));
  rows.forEach((cells, index) => {
    const next = rows[index + 1];
    if (next && isTitle(table, index)) layout.keep(cells, next);
    layout.row(cells);
  });
}

const nameWidth = 96;
const factSizes = { size: 8.4, codeSize: 7.8, hang: 0 } as const;
const factLeading = 11;

interface FactLines {
  readonly names: readonly Line[];
  readonly values: readonly Line[];
  readonly height: number;
}

function factLines(flow: Flow, { rows }: ReportFactList): FactLines[] {
  return rows.map(({ name, value }) => {
    const names = flow.lines([{ text: name, style: 'strong' }], { width: nameWidth - 6, ...factSizes });
    const values = flow.lines(value, { width: flow.frame.width - nameWidth, ...factSizes });
    return { names, values, height: Math.max(names.length, values.length) * factLeading + 2.6 };
  });
}

/** Few facts are not parted. */
export function factsStart(flow: Flow, facts: ReportFactList): number {
  const lines = factLines(flow, facts);
  const whole = lines.reduce((sum, { height }) => sum + height, 0);
  return whole <= flow.wholeRoom / 4 ? whole : (lines[0]?.height ?? 0);
}

/** Names at the left, what they stand for next to them; a table for a screen reader. */
export function layoutFacts(flow: Flow, facts: ReportFactList, parent: StructNode): void {
  const { left, width } = flow.frame;
  const node = nodeOf('Table', parent);
  flow.ensure(factsStart(flow, facts));
  for (const { names, values, height } of factLines(flow, facts)) {
    flow.ensure(height);
    const row = nodeOf('TR', node);
    const head: StructNode = { ...nodeOf('TH', undefined), scope: 'Row' };
    row.children.push(head);
    const cell = nodeOf('TD', row);
    const base = (index: number) => flow.y + 9.1 + index * factLeading;
    names.forEach((line, index) => flow.setLine(head, line, left, base(index)));
    values.forEach((line, index) => flow.setLine(cell, line, left + nameWidth, base(index)));
    flow.y += height;
    flow.line(undefined, left, flow.y - 1, left + width, flow.y - 1, { stroke: inks.rule, width: 0.3 });
  }
}
