/** Figures of measurements, and a table of them. */

/** @param part 0 to 100 */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * part) / 100))] ?? Number.NaN;
}

/** A line of the table: a name, figures in a unit, and what they are to something else of the same run. */
export function row(name: string, figures: readonly number[], unit: string, ratio: number): string {
  const shown = figures.map((figure) => figure.toFixed(1).padStart(9)).join('');
  return `${name.padEnd(40)}${shown.padEnd(28)}${unit.padEnd(8)}${ratio.toFixed(2).padStart(7)}`;
}
