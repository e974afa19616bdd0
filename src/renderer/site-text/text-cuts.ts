/** Inserts, overwrites or removes a value in a site file's text, without changing the rest. */
import {
  isMap as isMapNode,
  isPair,
  isScalar,
  isSeq,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { flowText, itemLines, pairLines, type Value } from './yaml-text.ts';

export type Path = readonly (string | number)[];

/** Changes the text; undefined if the place has an unsupported form. */
export type Cut = (text: string, document: Document) => string | undefined;

export function splice(text: string, from: number, to: number, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

export const rangeOf = (node: unknown): [number, number, number] | undefined => {
  const range = (node as Node | null)?.range;
  return range ?? undefined;
};

/** Start of the line that holds the offset. */
const lineStart = (text: string, at: number) => text.lastIndexOf('\n', at - 1) + 1;

/** After the line that holds the offset. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** Where a block collection's last line ends: its range may reach to the beginning of the next line. */
function blockEnd(text: string, node: unknown): number | undefined {
  const range = rangeOf(node);
  if (!range) return undefined;
  const last = text[range[1] - 1] === '\n' ? range[1] - 1 : range[1];
  return lineEnd(text, last);
}

function indented(lines: readonly string[], column: number): string {
  const space = ' '.repeat(column);
  return lines.map((line) => `${space}${line}\n`).join('');
}

function insertLines(text: string, at: number, lines: string): string {
  const joint = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return splice(text, at, at, joint + lines);
}

/** Inserts `inside` after the last entry of a collection on one line. */
function insertIntoFlow(text: string, node: YAMLMap | YAMLSeq, inside: string): string | undefined {
  const range = rangeOf(node);
  if (!range) return undefined;
  const close = range[1] - 1;
  const open = text[range[0]] === '{' ? ' ' : '';
  if (node.items.length === 0) return splice(text, range[0] + 1, close, `${open}${inside}${open}`);
  const before = text.slice(range[0], close).trimEnd();
  const joint = before.endsWith(',') ? ' ' : ', ';
  const at = range[0] + before.length;
  return splice(text, at, at, joint + inside);
}

/** `jobs: {}` becomes a block below its key if its new contents are long. */
function unfoldEmpty(text: string, map: YAMLMap, lines: readonly string[]): string | undefined {
  const range = rangeOf(map);
  if (!range) return undefined;
  const start = lineStart(text, range[0]);
  const before = text.slice(start, range[0]);
  // No block can begin inside a collection on one line.
  const [whole, space = ''] = /^( *)[^{}[\],'"#]+: *$/.exec(before) ?? [];
  if (whole === undefined) return undefined;
  const end = lineEnd(text, range[1]);
  const behind = text.slice(range[1], end).trimEnd();
  const head = `${before.trimEnd()}${behind === '' ? '' : ` ${behind.trimStart()}`}\n`;
  return splice(text, start, end, head + indented(lines, space.length + 2));
}

function insertPair(text: string, map: YAMLMap, key: string, value: Value): string | undefined {
  const lines = pairLines(key, value);
  const unfolded = map.items.length === 0 && lines.length > 1 ? unfoldEmpty(text, map, lines) : undefined;
  if (unfolded !== undefined) return unfolded;
  if (map.flow || map.items.length === 0)
    return insertIntoFlow(text, map, flowText({ [key]: value }).slice(2, -2));
  const [first] = map.items;
  const start = rangeOf((first as Pair).key);
  const end = blockEnd(text, map);
  if (!start || end === undefined) return undefined;
  return insertLines(text, end, indented(lines, start[0] - lineStart(text, start[0])));
}

function insertItem(text: string, list: YAMLSeq, value: Value): string | undefined {
  if (list.flow || list.items.length === 0) return insertIntoFlow(text, list, flowText(value));
  const range = rangeOf(list);
  const end = blockEnd(text, list);
  if (!range || end === undefined) return undefined;
  return insertLines(text, end, indented(itemLines(value), range[0] - lineStart(text, range[0])));
}

/** Adds a missing value: the deepest existing part of the path gets a new entry. */
export function insertion(path: Path, value: Value): Cut {
  return (text, document) => {
    const parentPath = path.slice(0, -1);
    const key = path.at(-1);
    const parent = parentPath.length === 0 ? document.contents : document.getIn(parentPath, true);
    if (isMapNode(parent)) return insertPair(text, parent, String(key), value);
    if (isSeq(parent)) return insertItem(text, parent, value);
    if (parentPath.length === 0)
      return text.trim() === '' ? indented(pairLines(String(key), value), 0) : undefined;
    if (parent !== undefined && !isEmptyNode(parent)) return undefined;
    const whole: Value = typeof key === 'number' ? [value] : { [String(key)]: value };
    return parent === undefined
      ? insertion(parentPath, whole)(text, document)
      : replacement(parentPath, whole)(text, document);
  };
}

const isEmptyNode = (node: unknown) => isScalar(node) && node.value === null;

/** `key:` without a value gets one: on the same line, or below if it is long. */
function fillEmpty(text: string, pair: Pair, value: Value): string | undefined {
  const key = rangeOf(pair.key);
  if (!key) return undefined;
  const colon = text.indexOf(':', key[1]);
  if (colon < 0) return undefined;
  const column = key[0] - lineStart(text, key[0]);
  const [first = '', ...rest] = pairLines('k', value);
  const filled = splice(text, colon + 1, colon + 1, first.slice(2));
  if (rest.length === 0) return filled;
  return insertLines(filled, lineEnd(filled, colon), indented(rest, column));
}

export function pairAt(document: Document, path: Path): Pair | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMapNode(parent)) return undefined;
  return parent.items.find(
    (pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(path.at(-1)),
  );
}

/** A comment after the value stays in its column if there is room. */
function overwrite(text: string, from: number, to: number, by: string): string {
  const [gap = ''] = /^ +(?=#)/.exec(text.slice(to, lineEnd(text, to))) ?? [];
  const room = gap.length + (to - from) - by.length;
  const filler = gap === '' ? '' : ' '.repeat(Math.max(1, room));
  return splice(text, from, to + gap.length, by + filler);
}

/** Overwrites an existing value on one line. */
export function replacement(path: Path, value: Value): Cut {
  return (text, document) => {
    const node = document.getIn(path, true);
    const range = rangeOf(node);
    const pair = pairAt(document, path);
    if (pair && (!range || (range[0] === range[1] && isEmptyNode(node)))) return fillEmpty(text, pair, value);
    if (!range) return undefined;
    const isBlock = (isMapNode(node) || isSeq(node)) && !node.flow;
    return isBlock ? undefined : overwrite(text, range[0], range[1], flowText(value));
  };
}

/** Removes an entry of a collection on one line, with the comma next to it. */
function removeFromFlow(text: string, entries: readonly unknown[], at: number): string | undefined {
  const startOf = (entry: unknown) => rangeOf(isPair(entry) ? entry.key : entry)?.[0];
  const endOf = (entry: unknown) => rangeOf(isPair(entry) ? (entry.value ?? entry.key) : entry)?.[1];
  const [from, to] = [startOf(entries[at]), endOf(entries[at])];
  if (from === undefined || to === undefined) return undefined;
  const next = startOf(entries[at + 1]);
  if (next !== undefined) return splice(text, from, next, '');
  const before = endOf(entries[at - 1]);
  return splice(text, before ?? from, to, '');
}

/** Removes the lines of a block's entry; comments above it stay. */
function removeFromBlock(text: string, entry: unknown): string | undefined {
  const start = rangeOf(isPair(entry) ? entry.key : entry)?.[0];
  const end = blockEnd(text, isPair(entry) ? (entry.value ?? entry.key) : entry);
  if (start === undefined || end === undefined) return undefined;
  return splice(text, lineStart(text, start), end, '');
}

export function removal(path: Path): Cut {
  return (text, document) => {
    const parentPath = path.slice(0, -1);
    const parent = parentPath.length === 0 ? document.contents : document.getIn(parentPath, true);
    if (!isMapNode(parent) && !isSeq(parent)) return undefined;
    const key = path.at(-1);
    const items: readonly unknown[] = parent.items;
    const at = isSeq(parent)
      ? Number(key)
      : items.findIndex(
          (pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(key),
        );
    if (items[at] === undefined) return undefined;
    if (parent.flow) return removeFromFlow(text, items, at);
    if (items.length === 1 && parentPath.length > 0) return undefined;
    return removeFromBlock(text, items[at]);
  };
}
