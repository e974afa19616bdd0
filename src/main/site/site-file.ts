import { readFile, stat } from 'node:fs/promises';
import {
  isAlias,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Pair,
  type YAMLParseError,
} from 'yaml';
import { failure, isFailure } from '../../contract/errors.ts';
import { siteFailure } from './site-issues.ts';
import { checkSiteRules } from './site-rules.ts';
import { siteSchema, type Job, type Site } from './site-schema.ts';

/** Enough for any site file; more is a file that was made to exhaust the memory. */
const mostAliases = 100;
/** Far more than any site has. Reading that much takes less than a second, while runs of this process wait. */
const mostKeys = 10_000;
/** In characters. */
const longestText = 500_000;

/** The parser's words where they help; its advice to programmers where they do not. */
function parserWords({ code, message }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here, and a site file has one';
  const [first = ''] = message.split('\n');
  if (/call stack/.test(first)) return 'its lists and sets of keys are nested too deeply';
  return first.charAt(0).toLowerCase() + first.slice(1);
}

interface Trouble {
  readonly at: number;
  readonly reason: string;
}

/** The key of a pair, where it is plain: two that are alike name the same thing. */
const keyOf = ({ key }: Pair): string | undefined => (isScalar(key) ? String(key.value) : undefined);

/**
 * Looks at each node once, in the order of the text: the library compares every key with every other, and looks for the anchor of each
 * alias from the beginning.
 * @throws SITE_FILE_TOO_LARGE
 */
function troubleIn(file: string, document: Document): Trouble | undefined {
  let trouble: Trouble | undefined;
  let keys = 0;
  const anchors = new Set<string>();
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node) && node.anchor !== undefined) anchors.add(node.anchor);
    },
    Map(_key, map) {
      if (map.anchor !== undefined) anchors.add(map.anchor);
      keys += map.items.length;
      if (keys > mostKeys) return visit.BREAK;
      const double = firstDouble(map.items);
      if (!double) return undefined;
      trouble = { at: startOf(double.key), reason: 'this key stands twice' };
      return visit.BREAK;
    },
    Alias(_key, alias) {
      if (anchors.has(alias.source)) return undefined;
      const reason = `there is no anchor &${alias.source} before *${alias.source}`;
      trouble = { at: startOf(alias), reason };
      return visit.BREAK;
    },
  });
  if (keys > mostKeys) throw tooLarge(file, `it has more than ${mostKeys.toLocaleString('en-US')} keys`);
  return trouble;
}

const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);

function firstDouble(items: readonly Pair[]): Pair | undefined {
  const seen = new Set<string>();
  return items.find((pair) => {
    const key = keyOf(pair);
    if (key === undefined) return false;
    const isDouble = seen.has(key);
    seen.add(key);
    return isDouble;
  });
}

const tooLarge = (file: string, reason: string) => failure('SITE_FILE_TOO_LARGE', { file, reason });

/** @throws SITE_FILE_NOT_YAML, SITE_FILE_TOO_LARGE */
export function parseYaml(file: string, text: string): unknown {
  if (text.length > longestText)
    throw tooLarge(file, `it has more than ${longestText.toLocaleString('en-US')} characters`);
  const lines = new LineCounter();
  const notYaml = (at: number, reason: string, cause?: unknown) => {
    const { line, col } = lines.linePos(at);
    return failure('SITE_FILE_NOT_YAML', { file, line, column: col, reason }, {}, cause);
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) throw notYaml(error.pos[0], parserWords(error));
  const trouble = troubleIn(file, document);
  if (trouble) throw notYaml(trouble.at, trouble.reason);
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (cause) {
    throw notYaml(0, 'its anchors and aliases unfold into more than a site file can hold', cause);
  }
}

/**
 * Reads the text of a site file.
 * @param file its path, for the messages
 * @throws SITE_FILE_NOT_YAML, SITE_FILE_TOO_LARGE, SITE_KEY_UNKNOWN, SITE_VALUE_WRONG, SITE_NAME_FORBIDDEN, SITE_HOSTS_ALIKE
 */
export function parseSite(file: string, text: string): Site {
  return siteOf(file, parseYaml(file, text));
}

/** The same for a site that is already plain data (the embedded lab's). */
export function siteOf(file: string, data: unknown): Site {
  const parsed = siteSchema.safeParse(data);
  if (!parsed.success) throw siteFailure(file, siteSchema, parsed.error, data);
  checkSiteRules(file, parsed.data);
  return parsed.data;
}

const fileWords: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  ENOTDIR: 'a part of its path is not a folder',
  ELOOP: 'its symbolic links lead in a circle',
};

/** @throws SITE_FILE_MISSING, SITE_FILE_UNREADABLE, SITE_FILE_TOO_LARGE */
export async function readSiteText(file: string): Promise<string> {
  try {
    // In bytes: at most four a character.
    if ((await stat(file)).size > 4 * longestText)
      throw tooLarge(file, `it has more than ${longestText.toLocaleString('en-US')} characters`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isFailure(error)) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw failure('SITE_FILE_MISSING', { file });
    throw failure(
      'SITE_FILE_UNREADABLE',
      { file, reason: fileWords[code ?? ''] ?? code ?? String(error) },
      {},
      error,
    );
  }
}

/** @throws what readSiteText and parseSite throw */
export async function readSite(file: string): Promise<Site> {
  return parseSite(file, await readSiteText(file));
}

export interface NamedJob {
  readonly name: string;
  readonly job: Job;
}

/**
 * The job of that name; without a name the only one, or of the embedded lab the first.
 * @throws JOB_UNKNOWN, JOB_NOT_CHOSEN, JOB_NONE
 */
export function chooseJob(file: string, site: Site, name: string | undefined, takeFirst = false): NamedJob {
  const names = Object.keys(site.jobs);
  const chosen = name ?? (names.length === 1 || takeFirst ? names[0] : undefined);
  if (chosen === undefined) {
    if (names.length === 0) throw failure('JOB_NONE', { file });
    throw failure('JOB_NOT_CHOSEN', { file, count: names.length, jobs: names.join(', ') });
  }
  const job = Object.hasOwn(site.jobs, chosen) ? site.jobs[chosen] : undefined;
  if (!job) throw failure('JOB_UNKNOWN', { job: chosen, file, jobs: names.join(', ') || 'none' });
  return { name: chosen, job };
}
