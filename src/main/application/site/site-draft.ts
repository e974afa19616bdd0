/** The text of a site file while it is written: all its errors, and the parts that can already be used. */
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
  /** Undefined if there is an error. */
  readonly site: Site | undefined;
  /** The hosts and jobs that are valid on their own. */
  readonly hosts: Readonly<Record<string, Host>>;
  readonly jobs: Readonly<Record<string, Job>>;
  readonly platform: Platform;
  /** What sdxinfo prints on a host without any object. */
  readonly noObjectsMessage: string | undefined;
  /** Undefined if none is named yet. */
  readonly tapeHost: string | undefined;
}

/** The placeholder for the path of the file in messages; it is removed from them, since the screen shows the text. */
const draft = phrase('the site file');

/** More errors than anybody corrects before the draft is checked again. */
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

/** The valid entries of a set. */
function rightOf<Output>(schema: z.ZodType<Output>, set: unknown): Record<string, Output> {
  return Object.fromEntries(
    Object.entries(treeOf(set)).flatMap(([name, value]): [string, Output][] => {
      const parsed = schema.safeParse(value);
      return parsed.success ? [[name, parsed.data]] : [];
    }),
  );
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Never throws: errors are in the result. */
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
