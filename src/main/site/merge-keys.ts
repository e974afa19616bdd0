/**
 * Merge keys of YAML (`<<: *defaults`, yaml.org/type/merge.html): the library merges them; errors that it does not find, or finds too
 * slowly, are found here.
 */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { phrase } from '../../contract/text/say.ts';

/** Something that a site file must not have, and where it begins in the text. */
export interface Trouble {
  readonly at: number;
  readonly reason: string;
}

export const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);

/** The library makes a symbol of a `<<` that is not quoted. */
export const isMerge = ({ key }: Pair): boolean => isScalar(key) && typeof key.value === 'symbol';

/** What a merge key names: one, or a list of them. */
const sourcesOf = ({ value }: Pair): unknown[] => (isSeq(value) ? value.items : [value]);

/**
 * @param anchors before the map
 * @param around what the map is in, itself included
 */
export function mergeTrouble(
  map: YAMLMap,
  anchors: ReadonlyMap<string, Node>,
  around: readonly unknown[],
): Trouble | undefined {
  for (const pair of map.items.filter(isMerge))
    for (const source of sourcesOf(pair)) {
      const merged = isAlias(source) ? anchors.get(source.source) : source;
      // An alias without an anchor is reported by its own name.
      if (isAlias(source) && merged === undefined) continue;
      const at = startOf(pair.key);
      if (!isMap(merged))
        return { at, reason: phrase('the merge key << needs a set of keys, such as *NAME') };
      if (around.includes(merged))
        return { at, reason: phrase('the merge key << merges a set of keys into itself') };
    }
  return undefined;
}

/** How many keys the sets have once they are merged: sets that merge sets that merge sets can be many in few lines. */
export function mergedKeys(document: Document): number {
  const anchors = new Map<string, unknown>();
  const known = new Map<unknown, number>();
  const inSource = (source: unknown): number => keysIn(isAlias(source) ? anchors.get(source.source) : source);
  const inPair = (pair: Pair): number =>
    isMerge(pair) ? sum(sourcesOf(pair).map(inSource)) : 1 + keysIn(pair.value);
  const keysIn = (node: unknown): number => {
    const kept = known.get(node);
    if (kept !== undefined) return kept;
    const keys = isMap(node) ? sum(node.items.map(inPair)) : isSeq(node) ? sum(node.items.map(keysIn)) : 0;
    if (isNode(node)) known.set(node, keys);
    if (isNode(node) && !isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    return keys;
  };
  return keysIn(document.contents);
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
