/** A column of a DataTable. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** What is shown, and what rows are sorted by if `order` is absent. */
  readonly text: (row: Row) => string;
  /** Makes the column sortable by this. */
  readonly order?: (row: Row) => string | number;
  readonly align?: 'start' | 'end';
  readonly mono?: boolean;
  /** As CSS has it: `120px`, `20%`. */
  readonly width?: string;
}

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

/** The rows in the order of a column; equal rows keep their order. */
export function sorted<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const order = columns.find(({ id }) => id === sorting?.column)?.order;
  if (sorting === undefined || order === undefined) return rows;
  const sign = sorting.descending ? -1 : 1;
  return rows.toSorted((one, other) => {
    const [a, b] = [order(one), order(other)];
    return a === b ? 0 : sign * (a < b ? -1 : 1);
  });
}
