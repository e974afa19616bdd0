/**
 * The tables of docs/site-file.md, made of the descriptions in the schema of a site file. `npm run docs` writes them into that page; a test
 * fails while they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { siteSchema } from '../../src/main/site/site-schema.ts';

/** What the tables need of a JSON schema. */
interface Shape {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
}

interface Row {
  readonly path: string;
  readonly needed: boolean;
  readonly shape: Shape;
}

const page = join(import.meta.dirname, '..', '..', 'docs', 'site-file.md');
const begin = '<!-- begin: made by npm run docs -->';
const end = '<!-- end -->';

/** The keys of an object, each followed by the keys below it. A name that the user chooses is a star. */
function rowsOf(shape: Shape, path: string): Row[] {
  const named = Object.entries(shape.properties ?? {}).flatMap(([key, each]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const row: Row = { path: at, needed: shape.required?.includes(key) === true, shape: each };
    const inside = rowsOf(each, at);
    // An object of which all keys are listed needs no row of its own.
    return each.description === undefined && inside.length > 0 ? inside : [row, ...inside];
  });
  const free = shape.additionalProperties;
  const chosen = typeof free === 'object' ? rowsOf(free, `${path}.*`) : [];
  const items = shape.items?.properties ? rowsOf(shape.items, `${path}[]`) : [];
  return [...named, ...chosen, ...items];
}

/** "`plain` \| `labelled`", "number", "text"; the first form alone where a key takes several. */
function typeOf({ enum: choices, anyOf, type, const: only }: Shape): string {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(' \\| ');
  if (only !== undefined) return `\`${String(only)}\``;
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(' \\| ');
  const words: Record<string, string> = { string: 'text', integer: 'number', boolean: '`true` \\| `false`' };
  return words[type ?? ''] ?? (type === 'array' ? 'list' : type === 'object' ? 'keys' : (type ?? ''));
}

function lineOf({ path, needed, shape }: Row): string {
  const value = shape.default;
  const usual = needed
    ? 'required'
    : value === undefined || typeof value === 'object'
      ? ''
      : `\`${String(value)}\``;
  return `| \`${path}\` | ${typeOf(shape)} | ${usual} | ${shape.description ?? ''} |`;
}

const table = (rows: readonly Row[]): string =>
  ['| key | value | default | meaning |', '|---|---|---|---|', ...rows.map(lineOf)].join('\n');

/** Both tables, as they belong into the page. */
export function siteReference(): string {
  const rows = rowsOf(z.toJSONSchema(siteSchema, { io: 'input', unrepresentable: 'any' }) as Shape, '');
  const isJob = ({ path }: Row) => path.startsWith('jobs.');
  const jobs = rows
    .filter(isJob)
    .map((row) => ({ ...row, path: row.path.replace('jobs.*.', '') }))
    .filter(({ path }) => !path.startsWith('notify['));
  return [
    '## Keys of the site',
    table(rows.filter((row) => !isJob(row))),
    '## Keys of a job',
    'Each key belongs below `jobs.NAME`. For the keys of `notify`, see the site.',
    table(jobs),
  ].join('\n\n');
}

/** The page, with its tables as the schema has them now. */
export function pageWithReference(): string {
  const text = readFileSync(page, 'utf8');
  const [before = '', rest = ''] = text.split(begin);
  const after = rest.slice(rest.indexOf(end));
  return `${before}${begin}\n\n${siteReference()}\n\n${after}`;
}

/** The page as it is. */
export const presentPage = (): string => readFileSync(page, 'utf8');

if (process.argv[1] === import.meta.filename) writeFileSync(page, pageWithReference());
