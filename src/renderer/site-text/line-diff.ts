/** Two texts side by side, line by line: what both have, what only one has. */

export interface DiffLine {
  readonly kind: 'same' | 'left' | 'right';
  readonly text: string;
}

/** Beyond this, differing parts are shown as completely different. */
const mostCells = 4_000_000;

function commonStart(a: readonly string[], b: readonly string[]): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
}

/** Lengths of the longest common subsequences of the tails, row by row. */
function tailLengths(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const [row, below] = [rows[i], rows[i + 1]];
    for (let j = b.length - 1; row && below && j >= 0; j -= 1)
      row[j] = a[i] === b[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
  }
  return rows;
}

const marked = (kind: DiffLine['kind'], lines: readonly string[]): DiffLine[] =>
  lines.map((text) => ({ kind, text }));

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  if (a.length * b.length > mostCells) return [...marked('left', a), ...marked('right', b)];
  const rows = tailLengths(a, b);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i] ?? '' });
      i += 1;
      j += 1;
    } else if ((rows[i + 1]?.[j] ?? 0) >= (rows[i]?.[j + 1] ?? 0)) {
      lines.push({ kind: 'left', text: a[i] ?? '' });
      i += 1;
    } else {
      lines.push({ kind: 'right', text: b[j] ?? '' });
      j += 1;
    }
  }
  return [...lines, ...marked('left', a.slice(i)), ...marked('right', b.slice(j))];
}

/** @returns the lines of both, in an order that keeps that of each */
export function lineDiff(left: string, right: string): DiffLine[] {
  const [a, b] = [left.split('\n'), right.split('\n')];
  const start = commonStart(a, b);
  const end = commonStart(a.slice(start).reverse(), b.slice(start).reverse());
  return [
    ...marked('same', a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...marked('same', a.slice(a.length - end)),
  ];
}

/** Only what differs, with a few lines around it; `undefined` stands for omitted lines. */
export function withContext(lines: readonly DiffLine[], around = 3): (DiffLine | undefined)[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same'),
  );
  return lines.flatMap((line, at) => {
    if (near[at]) return [line];
    return near[at - 1] || at === 0 ? [undefined] : [];
  });
}
