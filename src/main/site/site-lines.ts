/** Where in the text of a site file something is that a message names. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import type { ShadowtapeError } from '../../contract/errors.ts';

/** What is at a key, or at an entry, and where it is in the text. */
interface Place {
  readonly node: unknown;
  readonly at: number | undefined;
}

const rangeOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];

/** The longest key of a map that the path continues with; names may have dots in them. */
function stepInto(
  { node }: Place,
  path: string,
): { readonly place: Place; readonly rest: string } | undefined {
  if (isSeq(node)) {
    const [whole = '', index = ''] = /^\[(\d+)\]\.?/.exec(path) ?? [];
    const entry = node.items[Number(index)];
    if (whole === '' || entry === undefined) return undefined;
    return { place: { node: entry, at: rangeOf(entry) }, rest: path.slice(whole.length) };
  }
  if (!isMap(node)) return undefined;
  const fits = node.items.flatMap((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const next = path.charAt(key.length);
    return path.startsWith(key) && key !== '' && ['', '.', '['].includes(next) ? [{ key, pair }] : [];
  });
  const [longest] = fits.sort((one, other) => other.key.length - one.key.length);
  if (!longest) return undefined;
  const rest = path.slice(longest.key.length).replace(/^\./, '');
  return { place: { node: longest.pair.value, at: rangeOf(longest.pair.key) }, rest };
}

/** Finds lines in a text, which is parsed once. */
export class SiteLines {
  readonly #lines = new LineCounter();
  readonly #contents: Node | null;

  constructor(text: string) {
    // The library compares every key with every other: parseYaml finds duplicate keys.
    const options = { lineCounter: this.#lines, logLevel: 'silent', uniqueKeys: false } as const;
    this.#contents = parseDocument(text, options).contents;
  }

  /** The line of a path such as `jobs.nightly.volumes[0].master`, or of the deepest of it that is there; from 1. */
  lineOf(path: string): number | undefined {
    return lineIn(this.#contents, this.#lines, path);
  }
}

function lineIn(contents: Node | null, lines: LineCounter, path: string): number | undefined {
  let place: Place = { node: contents, at: undefined };
  let rest = path;
  while (rest !== '') {
    const step = stepInto(place, rest);
    if (!step) break;
    ({ place, rest } = step);
  }
  return place.at === undefined ? undefined : lines.linePos(place.at).line;
}

/** The place that a message about a site file names after the path of the file; undefined if it names none. */
export function pathOf(file: string, { code, message }: ShadowtapeError): string | undefined {
  if (code === 'SITE_KEY_UNKNOWN') {
    const [, key = '', parent = ''] = /: unknown key "(.*)" in (.*)$/s.exec(message) ?? [];
    return parent === 'the file' ? key : `${parent}.${key}`;
  }
  if (code !== 'SITE_VALUE_WRONG' && code !== 'SITE_NAME_FORBIDDEN') return undefined;
  const path = message.slice(`${file}: `.length).split(': ')[0];
  return path === 'the file' ? undefined : path;
}
