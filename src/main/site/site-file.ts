import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, visit, type Document, type YAMLParseError } from 'yaml';
import { failure } from '../../contract/errors.ts';
import { siteFailure } from './site-issues.ts';
import { checkSiteRules } from './site-rules.ts';
import { siteSchema, type Job, type Site } from './site-schema.ts';

/** Enough for any site file; more is a file that was made to exhaust the memory. */
const mostAliases = 100;

/** The parser's words where they help; its advice to programmers where they do not. */
function parserWords({ code, message }: YAMLParseError): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands twice';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here, and a site file has one';
  const [first = ''] = message.split('\n');
  return first.charAt(0).toLowerCase() + first.slice(1);
}

/** Where an alias (`*name`) stands that cannot be followed, and why; undefined where all can. */
function aliasTrouble(document: Document): { at: number; reason: string } | undefined {
  let trouble: { at: number; reason: string } | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return undefined;
      trouble = {
        at: alias.range?.[0] ?? 0,
        reason: `there is no anchor &${alias.source} before *${alias.source}`,
      };
      return visit.BREAK;
    },
  });
  return trouble;
}

/** @throws SITE_FILE_NOT_YAML */
export function parseYaml(file: string, text: string): unknown {
  const lines = new LineCounter();
  const notYaml = (at: number, reason: string, cause?: unknown) => {
    const { line, col } = lines.linePos(at);
    return failure('SITE_FILE_NOT_YAML', { file, line, column: col, reason }, {}, cause);
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) throw notYaml(error.pos[0], parserWords(error));
  const trouble = aliasTrouble(document);
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
 * @throws SITE_FILE_NOT_YAML, SITE_KEY_UNKNOWN, SITE_VALUE_WRONG, SITE_NAME_FORBIDDEN, SITE_HOSTS_ALIKE
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

/** @throws SITE_FILE_MISSING, SITE_FILE_UNREADABLE */
export async function readSiteText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
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
