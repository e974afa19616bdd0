/** The text of a site file while it is written: all that is wrong with it, and what already can be used of it. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import { z } from 'zod';
import { isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import type { SiteTrouble } from '../../contract/screens.ts';
import { parseYaml } from '../site/site-file.ts';
import { siteFailure } from '../site/site-issues.ts';
import { checkSiteRules } from '../site/site-rules.ts';
import {
  hostSchema,
  jobSchema,
  siteSchema,
  type Host,
  type Job,
  type Platform,
  type Site,
} from '../site/site-schema.ts';

export { parseSite } from '../site/site-file.ts';

export interface ReadDraft {
  readonly troubles: readonly SiteTrouble[];
  /** Undefined where something is wrong. */
  readonly site: Site | undefined;
  /** The hosts and jobs that are right, each for itself. */
  readonly hosts: Readonly<Record<string, Host>>;
  readonly jobs: Readonly<Record<string, Job>>;
  readonly platform: Platform;
  /** What sdxinfo prints on a host without any object. */
  readonly noObjectsMessage: string | undefined;
  /** Undefined where none is named yet. */
  readonly tapeHost: string | undefined;
}

/** Stands for the path of the file in messages, and is taken out of them: the screen shows the text they are about. */
const draft = 'the site file';

/** What is at a key, or at an entry, and where it stands in the text. */
interface Place {
  readonly node: unknown;
  readonly at: number | undefined;
}

const rangeOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];

/** The longest key of a map that the path goes on with; names may have dots in them. */
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

/** More than anybody repairs before the draft is judged again. */
const mostTroubles = 100;

/** Finds lines in a text, which is parsed once. */
class Lines {
  readonly #lines = new LineCounter();
  readonly #contents: Node | null;

  constructor(text: string) {
    // The library compares every key with every other: parseYaml finds keys that stand twice.
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

/** The messages of a site file begin with its path and with the place in it. */
function pathOf({ code, message }: ShadowtapeError): string | undefined {
  if (code === 'SITE_KEY_UNKNOWN') {
    const [, key = '', parent = ''] = /: unknown key "(.*)" in (.*)$/s.exec(message) ?? [];
    return parent === 'the file' ? key : `${parent}.${key}`;
  }
  if (code !== 'SITE_VALUE_WRONG' && code !== 'SITE_NAME_FORBIDDEN') return undefined;
  const path = message.slice(`${draft}: `.length).split(': ')[0];
  return path === 'the file' ? undefined : path;
}

function troubleOf(linesOf: () => Lines, error: ShadowtapeError): SiteTrouble {
  const path = pathOf(error);
  const line = /line (\d+), column/.exec(error.code === 'SITE_FILE_NOT_YAML' ? error.message : '')?.[1];
  return {
    sentence: error.message.replace(`${draft}: `, ''),
    hint: error.hint,
    path,
    line: line === undefined ? path && linesOf().lineOf(path) : Number(line),
  } as SiteTrouble;
}

/** Runs what throws errors of the table, and catches them. */
function caught(work: () => void): ShadowtapeError[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!isFailure(error)) throw error;
    return [error];
  }
}

/** The rules stop at the first that is broken: each job is judged for itself, so that one does not hide another. */
function brokenRules(site: Site): ShadowtapeError[] {
  const ofSite = caught(() => checkSiteRules(draft, { ...site, jobs: {} }));
  if (ofSite.length > 0) return ofSite;
  return Object.entries(site.jobs).flatMap(([name, job]) =>
    caught(() => checkSiteRules(draft, { ...site, jobs: { [name]: job } })),
  );
}

type Tree = Readonly<Record<string, unknown>>;

const treeOf = (value: unknown): Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {};

/** Those entries of a set that are right. */
function rightOf<Output>(schema: z.ZodType<Output>, set: unknown): Record<string, Output> {
  return Object.fromEntries(
    Object.entries(treeOf(set)).flatMap(([name, value]): [string, Output][] => {
      const parsed = schema.safeParse(value);
      return parsed.success ? [[name, parsed.data]] : [];
    }),
  );
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Never throws: what is wrong is in the troubles. */
export function readDraft(text: string): ReadDraft {
  let data: unknown;
  const notYaml = caught(() => {
    data = parseYaml(draft, text);
  });
  const { hosts, jobs, platform, tape, gds } = treeOf(data);
  const parsed = siteSchema.safeParse(data);
  let lines: Lines | undefined;
  const linesOf = () => (lines ??= new Lines(text));
  const errors =
    notYaml.length > 0
      ? notYaml
      : parsed.success
        ? brokenRules(parsed.data)
        : parsed.error.issues
            .slice(0, mostTroubles)
            .map((issue) => siteFailure(draft, siteSchema, new z.ZodError([issue]), data));
  return {
    troubles: errors.slice(0, mostTroubles).map((error) => troubleOf(linesOf, error)),
    site: parsed.success && errors.length === 0 ? parsed.data : undefined,
    hosts: rightOf(hostSchema, hosts),
    jobs: rightOf(jobSchema, jobs),
    platform: platform === 'linux' ? 'linux' : 'solaris',
    noObjectsMessage: textOf(treeOf(gds)['noObjectsMessage']),
    tapeHost: textOf(treeOf(tape)['host']),
  };
}
