/**
 * The catalog of texts (src/contract/text/catalogue), made of the sources. `npm run docs` writes it; a test fails while
 * it differs.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import ts from 'typescript';
import { errorTable, type ErrorEntry } from '../../src/contract/error-table.ts';
import { protections } from '../../src/contract/protection.ts';
import { outcomeWords, runVerdicts } from '../../src/contract/run-outcome.ts';
import { tapeAlerts } from '../../src/contract/tape/tape-alert-table.ts';
import { situationKinds } from '../../src/folds/situation.ts';
import { formatted } from './formatted.ts';

const root = join(import.meta.dirname, '..', '..');

/** A text as it is in a source. */
interface SaidText {
  readonly text: string;
  /** The text for one of what it counts. */
  readonly one?: string | undefined;
  /** The file that uses it, or the code of the error. */
  readonly usedIn: string;
}

interface CatalogueEntry {
  readonly one?: string;
  readonly values: readonly string[];
  readonly usedIn: readonly string[];
}

export type Catalogue = Readonly<Record<string, CatalogueEntry>>;

/** The functions of say.ts that take a text, and which of their arguments it is. */
const takers: Readonly<Record<string, number>> = {
  ...{ say: 0, sayAround: 0, sayCount: 2 },
  ...{ phrase: 0, phraseCount: 2 },
};

/** @throws where a text is not written out, so that nobody can translate it */
function literalOf(node: ts.Node | undefined, file: string): string {
  if (node && ts.isStringLiteralLike(node)) return node.text;
  throw new Error(`${file}: a text is written out where it is said, not ${node?.getText() ?? 'left out'}`);
}

function callOf(node: ts.CallExpression, file: string): SaidText[] {
  const name = ts.isIdentifier(node.expression) ? node.expression.text : '';
  const at = Object.hasOwn(takers, name) ? takers[name] : undefined;
  if (at === undefined) return [];
  const text = literalOf(node.arguments[at], file);
  return [{ text, one: at === 2 ? literalOf(node.arguments[1], file) : undefined, usedIn: file }];
}

/** The texts that a script says. */
export function saidInScript(source: string, file: string): SaidText[] {
  const texts: SaidText[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) texts.push(...callOf(node, file));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return texts;
}

interface MarkupNode extends Readonly<Record<string, unknown>> {
  readonly type?: string;
  readonly start: number;
  readonly end: number;
}

/** The texts that a component says: in its scripts, and in expressions of its markup. */
export function saidInComponent(source: string, file: string): SaidText[] {
  const { fragment, instance, module } = parse(source, { modern: true, filename: file });
  const texts: SaidText[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    const node = value as MarkupNode;
    if (node.type === 'CallExpression') {
      texts.push(...saidInScript(source.slice(node.start, node.end), file));
      return;
    }
    for (const [key, each] of Object.entries(node)) if (key !== 'metadata' && key !== 'loc') visit(each);
  };
  [fragment, instance?.content, module?.content].forEach(visit);
  return texts;
}

/** Area of the catalog -> folders; a text that several areas use is in the first of them. */
const areas: Readonly<Record<string, readonly string[]>> = {
  shared: ['src/contract', 'src/folds'],
  'command-line': ['src/main/cli'],
  report: ['src/main/report'],
  screens: ['src/renderer'],
  // What the command line and the screens both show.
  program: ['src/main/!(cli|report)', 'src/streams'],
};

const isSource = (name: string): boolean => !/\.(test|test-support|fixture)\.ts$|\bfixtures\b/.test(name);

const saidBelow = (folder: string): SaidText[] =>
  globSync(`${folder}/**/*.{ts,svelte}`, { cwd: root })
    .filter(isSource)
    .toSorted()
    .flatMap((file) => {
      const source = readFileSync(join(root, file), 'utf8');
      return file.endsWith('.svelte') ? saidInComponent(source, file) : saidInScript(source, file);
    });

const saidOfErrors = (): SaidText[] =>
  (Object.entries(errorTable) as [string, ErrorEntry][]).flatMap(([code, { sentence, hint, onScreen }]) =>
    [sentence, hint, onScreen].flatMap((text) => (text ? [{ text, usedIn: code }] : [])),
  );

/** What commander prints above the parts of a help. */
const helpTitles = ['Usage:', 'Arguments:', 'Options:', 'Global Options:', 'Commands:'];

/** Words of tables that are stored or compared as they are, and said where they are shown. */
const saidOfTables = (): SaidText[] => [
  ...Object.values(outcomeWords).map((text) => ({ text, usedIn: 'src/contract/run-outcome.ts' })),
  ...situationKinds.map((text) => ({ text, usedIn: 'src/folds/situation.ts' })),
  ...[...protections, ...runVerdicts].map((text) => ({
    text,
    usedIn: 'src/main/cli/terminal/state-tone.ts',
  })),
  ...tapeAlerts
    .flatMap(({ name, severity, remedy }) => [name, severity, remedy])
    .map((text) => ({ text, usedIn: 'src/contract/tape/tape-alert-table.ts' })),
  ...helpTitles.map((text) => ({ text, usedIn: 'src/main/cli/command-line.ts' })),
];

/** Names of the values of a text. */
export const valuesOf = (text: string): string[] => [
  ...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)),
];

/** Puts the uses of each text together. @throws where a text is said with and without a number */
export function catalogueOf(texts: readonly SaidText[]): Catalogue {
  const entries = new Map<string, SaidText[]>();
  for (const each of texts) entries.set(each.text, [...(entries.get(each.text) ?? []), each]);
  return Object.fromEntries(
    [...entries].toSorted(inOrder).map(([text, uses]) => {
      const [one, ...others] = new Set(uses.map((use) => use.one));
      if (others.length > 0) throw new Error(`"${text}" is said with different texts for one`);
      const usedIn = [...new Set(uses.map((use) => use.usedIn))];
      return [text, { ...(one === undefined ? {} : { one }), values: valuesOf(text), usedIn }];
    }),
  );
}

const inOrder = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

/** The catalog of each area, by the name of its file. */
export function catalogues(): Readonly<Record<string, Catalogue>> {
  const ofAreas = Object.entries(areas).map(([area, folders]) => [area, folders.flatMap(saidBelow)] as const);
  const found: (readonly [string, readonly SaidText[]])[] = [
    ...ofAreas,
    ['shared', saidOfTables()],
    ['errors', saidOfErrors()],
  ];
  const areaOf = new Map<string, string>();
  for (const [area, texts] of found) for (const { text } of texts) areaOf.set(text, areaOf.get(text) ?? area);
  const whole = catalogueOf(found.flatMap(([, texts]) => texts));
  const entries = Object.entries(whole);
  return Object.fromEntries(
    found.map(([area]) => [area, Object.fromEntries(entries.filter(([text]) => areaOf.get(text) === area))]),
  );
}

/** Where the catalog is. */
export const catalogueFile = (area: string): string =>
  join(root, 'src', 'contract', 'text', 'catalogue', `${area}.json`);

/** The text of a file of the catalog. */
export function fileOf(area: string, catalogue: Catalogue): Promise<string> {
  return formatted(catalogueFile(area), JSON.stringify(catalogue));
}

if (import.meta.main) {
  for (const [area, catalogue] of Object.entries(catalogues()))
    writeFileSync(catalogueFile(area), await fileOf(area, catalogue));
}
