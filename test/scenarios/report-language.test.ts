/**
 * A report in another language, tested with one that has an accent on every letter: texts without accents were not
 * translated.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { untranslatedIn } from '../support/language/untranslated.ts';

const root = join(import.meta.dirname, '..', '..');
const support = join(root, 'test', 'support', 'language');
const journals = globSync(join(root, 'src', 'folds', 'fixtures', '*.ndjson')).toSorted();

/** The reports of all journals, made by another process that speaks the language. */
function reportsIn(language: 'English' | 'pseudo'): unknown[] {
  const before = language === 'English' ? [] : ['--import', join(support, 'speak-pseudo-language.ts')];
  const printed = execFileSync(
    process.execPath,
    [...before, join(support, 'print-reports.ts'), ...journals],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  );
  return JSON.parse(printed) as unknown[];
}

/** Fields of a report that a person reads. Lines of a listing are commands. */
const shown = new Set([
  'text',
  'title',
  'caption',
  'alt',
  'name',
  'sentence',
  'status',
  'subject',
  'times',
  'who',
]);

type Node = Readonly<Record<string, unknown>>;

const isCommand = (node: Node): boolean => node['style'] === 'code' || node['kind'] === 'listing';

/** Every text that a person reads, except what is the same in every language. */
function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null || isCommand(value as Node)) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'string' ? (shown.has(name) ? [each] : []) : textsIn(each),
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** What does not depend on the language: commands, digests, and the structure of the document. */
function restOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => !isText(each)).map(restOf);
  if (typeof value !== 'object' || value === null) return value;
  const { lines, ...rest } = value as Node;
  if (rest['style'] === 'code') return value;
  if (rest['kind'] === 'listing') return (lines as string[]).filter((line) => !line.startsWith('#'));
  return Object.values(value)
    .filter((each) => !isText(each))
    .map(restOf);
}

describe('the reports of all kinds of runs', () => {
  const english = reportsIn('English');
  const pseudo = reportsIn('pseudo');

  it.each(journals.map((file, index) => [file.split('/').at(-1) ?? '', index] as const))(
    'of %s: every text is translated, except what is in the journal',
    (_name, index) => {
      const texts = textsIn(pseudo[index]);
      const events = readFileSync(journals[index] ?? '', 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      expect(texts.length).toBeGreaterThan(100);
      expect(untranslatedIn(texts, events)).toEqual([]);
    },
  );

  it('have the same sections, figures and commands in both languages', () => {
    expect(restOf(pseudo)).toEqual(restOf(english));
  });
});
