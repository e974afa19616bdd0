/**
 * Reads a site file. The yaml library compares each key with every other one and looks for each anchor from the beginning, so its own
 * checks take a time that grows with the square of the file; both checks are made here in one pass, and the rest has limits.
 */
import { readFile, stat } from 'node:fs/promises';
import {
  isAlias,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import { failure, isFailure, ShadowtapeError, type Evidence } from '../../contract/errors.ts';
import { didYouMean } from '../../contract/nearest-word.ts';
import { phrase, rephrase } from '../../contract/text/say.ts';
import { isMerge, mergedKeys, mergeTrouble, startOf, type Trouble } from './merge-keys.ts';
import { siteFailures } from './site-issues.ts';
import { pathOf, SiteLines } from './site-lines.ts';
import { brokenRules } from './site-rules.ts';
import { siteSchema, type Job, type Site } from './site-schema.ts';
import { yamlReason } from './yaml-reasons.ts';

/** Enough for any site file; more is a file that was made to exhaust the memory. */
const mostAliases = 100;
/** Far more than any site has. Reading that much takes less than a second, while runs of this process wait. */
const mostKeys = 10_000;
/** For each of them the library looks for its anchor from the beginning. */
const mostMerges = 500;
/** In characters. */
const longestText = 500_000;

/** The key of a pair, where it is plain: two that are alike name the same thing. */
const keyOf = ({ key }: Pair): string | undefined => (isScalar(key) ? String(key.value) : undefined);

/**
 * Checks each node once, in the order of the text: the library compares every key with every other, and looks for the
 * anchor of each alias from the beginning.
 * @throws SITE_FILE_TOO_LARGE
 */
function troubleIn(file: string, document: Document): Trouble | undefined {
  let trouble: Trouble | undefined;
  let keys = 0;
  let merges = 0;
  const anchors = new Map<string, Node>();
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Map(_key, map, around) {
      if (map.anchor !== undefined) anchors.set(map.anchor, map);
      keys += map.items.length;
      merges += map.items.filter(isMerge).length;
      if (keys > mostKeys || merges > mostMerges) return visit.BREAK;
      const double = firstDouble(map.items);
      if (double) trouble = { at: startOf(double.key), reason: phrase('this key appears twice') };
      else trouble = mergeTrouble(map, anchors, [...around, map]);
      return trouble && visit.BREAK;
    },
    Alias(_key, alias) {
      if (anchors.has(alias.source)) return undefined;
      const reason = phrase('there is no anchor &{source} before *{source}', { source: alias.source });
      trouble = { at: startOf(alias), reason };
      return visit.BREAK;
    },
  });
  if (merges > mostMerges)
    throw tooLarge(file, phrase('it has more than {mostMerges} merge keys (<<)', { mostMerges }));
  const isLarge = keys > mostKeys || (!trouble && mergedKeys(document) > mostKeys);
  if (isLarge)
    throw tooLarge(
      file,
      phrase('it has more than {mostKeys} keys', { mostKeys: mostKeys.toLocaleString('en-US') }),
    );
  return trouble;
}

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
    throw tooLarge(
      file,
      phrase('it has more than {longestText} characters', {
        longestText: longestText.toLocaleString('en-US'),
      }),
    );
  const lines = new LineCounter();
  const notYaml = (at: number, reason: string, evidence: Evidence = {}, cause?: unknown) => {
    const { line, col } = lines.linePos(at);
    return failure('SITE_FILE_NOT_YAML', { file, line, column: col, reason }, evidence, cause);
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    merge: true,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) {
    const { reason, evidence } = yamlReason(error);
    throw notYaml(error.pos[0], reason, evidence);
  }
  const trouble = troubleIn(file, document);
  if (trouble) throw notYaml(trouble.at, trouble.reason);
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (cause) {
    throw notYaml(0, phrase('its anchors and aliases unfold into more than a site file can hold'), {}, cause);
  }
}

/** All that is wrong with what was read from a site file, or the site. */
function siteOrErrors(file: string, data: unknown): Site | ShadowtapeError[] {
  const { data: site, error } = siteSchema.safeParse(data);
  const errors = siteFailures(file, siteSchema, error, data);
  const all = errors.length > 0 || !site ? errors : brokenRules(file, site);
  return all.length > 0 || !site ? all : withRetentionOfPools(site);
}

/** A job whose own retention is not given has that of its pool. */
function withRetentionOfPools(site: Site): Site {
  const jobs = Object.entries(site.jobs).map(([name, job]): [string, Job] => {
    const { pool, keep } = job.media;
    const ofPool = pool === undefined || keep !== undefined ? undefined : site.pools?.[pool]?.keep;
    return [name, ofPool === undefined ? job : { ...job, media: { ...job.media, keep: ofPool } }];
  });
  return { ...site, jobs: Object.fromEntries(jobs) };
}

/** How many errors are listed at once. */
const mostErrors = 50;

/** One error with the sentences of the others as its evidence. */
function together([first, ...others]: readonly ShadowtapeError[]): ShadowtapeError {
  if (!first) throw new Error('there is an error');
  const told = others.slice(0, mostErrors).map(({ message }) => message);
  const left = others.length - told.length;
  const also = [...told, ...(left > 0 ? [phrase('and {left} more', { left })] : [])].join('\n');
  return also === '' ? first : new ShadowtapeError({ ...first.toInfo(), evidence: { also } });
}

/** The same error with its line after the name of the file, as compilers write it. */
function withLine(file: string, linesOf: () => SiteLines, error: ShadowtapeError): ShadowtapeError {
  const path = pathOf(file, error);
  const line = path === undefined ? undefined : linesOf().lineOf(path);
  if (line === undefined) return error;
  const sentence = rephrase(error.message, { file: `${file}:${line}` });
  return new ShadowtapeError({ ...error.toInfo(), sentence });
}

/**
 * Reads the text of a site file.
 * @param file its path, for the messages
 * @throws SITE_FILE_NOT_YAML, SITE_FILE_TOO_LARGE; SITE_KEY_UNKNOWN, SITE_VALUE_WRONG, SITE_NAME_FORBIDDEN, SITE_HOSTS_ALIKE with all others
 * of these as evidence
 */
export function parseSite(file: string, text: string): Site {
  const found = siteOrErrors(file, parseYaml(file, text));
  if (!Array.isArray(found)) return found;
  let lines: SiteLines | undefined;
  const linesOf = () => (lines ??= new SiteLines(text));
  throw together(found.map((error) => withLine(file, linesOf, error)));
}

/** The same for a site that is already plain data (the embedded lab's): without lines. */
export function siteOf(file: string, data: unknown): Site {
  const found = siteOrErrors(file, data);
  if (Array.isArray(found)) throw together(found);
  return found;
}

const fileWords: Readonly<Record<string, string>> = {
  EISDIR: phrase('it is a folder'),
  EACCES: phrase('this user may not read it'),
  ENOTDIR: phrase('a part of its path is not a folder'),
  ELOOP: phrase('its symbolic links lead in a circle'),
};

/** @throws SITE_FILE_MISSING, SITE_FILE_UNREADABLE, SITE_FILE_TOO_LARGE */
export async function readSiteText(file: string): Promise<string> {
  try {
    // In bytes: at most four a character.
    if ((await stat(file)).size > 4 * longestText)
      throw tooLarge(
        file,
        phrase('it has more than {longestText} characters', {
          longestText: longestText.toLocaleString('en-US'),
        }),
      );
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
  if (!job) {
    const nearest = didYouMean(chosen, names);
    throw failure('JOB_UNKNOWN', { job: chosen, file, nearest, jobs: names.join(', ') || phrase('none') });
  }
  return { name: chosen, job };
}
