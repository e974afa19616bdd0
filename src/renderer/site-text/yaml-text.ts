/** How values are written into a site file: short ones on one line, longer ones as blocks. */
import { Document } from 'yaml';

/** What a site file may hold. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value;
}

/** Longer than this, a list or a set of keys is written over several lines. */
const longestFlow = 84;

export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

/** True if both hold the same, whatever the order of keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, at) => sameValue(item, b[at]));
  if (!isMap(a) || !isMap(b)) return Object.is(a, b);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]));
}

/** A single value in a form that is valid everywhere in a site file, also in lists and sets of keys on one line. */
function scalarText(value: null | boolean | number | string): string {
  const list = new Document([value], { version: '1.2' });
  const node = list.contents as unknown as { flow: boolean };
  node.flow = true;
  const text = list.toString({
    lineWidth: 0,
    flowCollectionPadding: false,
    doubleQuotedMinMultiLineLength: 1e9,
  });
  const inside = text.trim().slice(1, -1).trim();
  // A flow list of one word that is split over lines is joined as a quoted one.
  return inside.includes('\n') || inside.endsWith(',') ? JSON.stringify(value) : inside;
}

/** On one line: `[a, b]`, `{ key: value }`. */
export function flowText(value: Value): string {
  if (isList(value)) return `[${value.map(flowText).join(', ')}]`;
  if (!isMap(value)) return scalarText(value);
  const pairs = Object.entries(value).map(([key, inside]) => `${scalarText(key)}: ${flowText(inside)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

const isFlow = (value: Value): boolean =>
  !(isList(value) || isMap(value)) || flowText(value).length <= longestFlow;

/** Lines of a value after its key or its dash; the first continues the line of the key. */
function blockLines(value: Value): string[] {
  if (isFlow(value)) return [` ${flowText(value)}`];
  const entries = isList(value) ? value.map(itemLines) : Object.entries(value as ValueMap).map(pairOf);
  return ['', ...entries.flat().map((line) => `  ${line}`)];
}

const pairOf = ([key, value]: [string, Value]): string[] => pairLines(key, value);

/** `key: value`, over several lines if it is long; without indentation. */
export function pairLines(key: string, value: Value): string[] {
  const [first = '', ...rest] = blockLines(value);
  return [`${scalarText(key)}:${first}`, ...rest];
}

/** `- value`, over several lines if it is long; without indentation. */
export function itemLines(value: Value): string[] {
  if (isFlow(value)) return [`- ${flowText(value)}`];
  const [, ...lines] = blockLines(value);
  return lines.map((line, at) => (at === 0 ? `- ${line.slice(2)}` : line));
}
