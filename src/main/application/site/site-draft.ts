/** The text of a site file while it is written: all that is wrong with it, and what already can be used of it. */
import type { z } from 'zod';
import { isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { SiteTrouble } from '../../../contract/site-views.ts';
import { phrase } from '../../../contract/text/say.ts';
import { parseYaml } from '../../site/site-file.ts';
import { siteFailures } from '../../site/site-issues.ts';
import { pathOf, SiteLines } from '../../site/site-lines.ts';
import { brokenRules } from '../../site/site-rules.ts';
import { jobSchema } from '../../site/job-schema.ts';
import {
  hostSchema,
  siteSchema,
  type Host,
  type Job,
  type Platform,
  type Site,
} from '../../site/site-schema.ts';

export { parseSite } from '../../site/site-file.ts';

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
const draft = phrase('the site file');

/** More than anybody repairs before the draft is judged again. */
const mostTroubles = 100;

function troubleOf(linesOf: () => SiteLines, error: ShadowtapeError): SiteTrouble {
  const path = pathOf(draft, error);
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
  let lines: SiteLines | undefined;
  const linesOf = () => (lines ??= new SiteLines(text));
  const errors =
    notYaml.length > 0
      ? notYaml
      : parsed.success
        ? brokenRules(draft, parsed.data)
        : siteFailures(draft, siteSchema, parsed.error, data);
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
