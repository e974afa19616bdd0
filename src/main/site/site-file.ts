import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { failure } from '../../contract/errors.ts';
import { siteFailure } from './site-issues.ts';
import { checkSiteRules } from './site-rules.ts';
import { siteSchema, type Job, type Site } from './site-schema.ts';

function parseYaml(file: string, text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const error = document.errors[0];
  if (!error) return document.toJS({ maxAliasCount: 100 });
  const { line, col } = lines.linePos(error.pos[0]);
  throw failure('SITE_FILE_NOT_YAML', { file, line, column: col, reason: error.message.split('\n')[0] ?? '' });
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
  if (!parsed.success) throw siteFailure(file, siteSchema, parsed.error);
  checkSiteRules(file, parsed.data);
  return parsed.data;
}

/** @throws SITE_FILE_MISSING, SITE_FILE_UNREADABLE, and what parseSite throws */
export async function readSite(file: string): Promise<Site> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw failure('SITE_FILE_MISSING', { file });
    throw failure('SITE_FILE_UNREADABLE', { file, reason: code === 'EISDIR' ? 'it is a folder' : (code ?? String(error)) });
  }
  return parseSite(file, text);
}

export interface NamedJob {
  readonly name: string;
  readonly job: Job;
}

/**
 * The job of that name; without a name the only one, or of the embedded lab the first.
 * @throws JOB_UNKNOWN, JOB_NOT_CHOSEN
 */
export function chooseJob(file: string, site: Site, name: string | undefined, takeFirst = false): NamedJob {
  const names = Object.keys(site.jobs);
  const chosen = name ?? (names.length === 1 || takeFirst ? names[0] : undefined);
  if (chosen === undefined) {
    if (names.length === 0) throw failure('JOB_UNKNOWN', { job: name ?? '', file, jobs: 'none' });
    throw failure('JOB_NOT_CHOSEN', { file, count: names.length, jobs: names.join(', ') });
  }
  const job = Object.hasOwn(site.jobs, chosen) ? site.jobs[chosen] : undefined;
  if (!job) throw failure('JOB_UNKNOWN', { job: chosen, file, jobs: names.join(', ') || 'none' });
  return { name: chosen, job };
}
