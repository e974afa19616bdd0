/** Expressions that an operator would stumble over: no text that a person meets has them. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorTable } from '../../src/contract/error-table.ts';
import { stateWords } from '../../src/folds/run-state.ts';
import { shadowtape } from '../support/command-line.ts';

/** What is not said, and what is said instead. */
const ruledOut: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(goes|going|gone|went) on\b|\blet it go on\b/i, 'runs, continues'],
  [/\blooked at\b/i, 'checked'],
  [/\bcame of it\b/i, 'result'],
  [/\bis content\b/i, 'exited 0'],
  [/\bnobody heard\b/i, 'is not known'],
  [/\bmakes? believe\b/i, 'shows'],
  [/\b(stands|stood)\b(?! for\b)/i, 'is, exists'],
  [/\bhangs? on\b/i, 'is attached to'],
  [/\bwas told\b/i, 'received'],
  [/\bformer words\b/i, 'earlier text'],
  [/\bmend(s|ed)?\b/i, 'correct'],
  [/\b(bring|brings|bringing|brought) (it |them |the cluster |all )?back\b/i, 'roll back'],
  [/\b(come|came|comes) to its end\b/i, 'finish'],
  [/\btak(e|es|en) up\b/i, 'resume, reattach'],
  [/\bis another than\b/i, 'is not'],
  [/\bplease\b|!\s*$/i, 'nothing'],
];

/** A text's name, and what is wrong with it. */
const faultsOf = (texts: Readonly<Record<string, string>>): string[] =>
  Object.entries(texts).flatMap(([name, text]) =>
    ruledOut
      .filter(([pattern]) => pattern.test(text))
      .map(([pattern, instead]) => `${name}: "${pattern.exec(text)?.[0]}": say ${instead}`),
  );

const root = join(import.meta.dirname, '..', '..');

describe('no expression that is ruled out is in', () => {
  it('the error table', () => {
    const entries = Object.entries(errorTable).flatMap(([code, { sentence, hint }]) => [
      [`${code}, sentence`, sentence],
      [`${code}, hint`, hint],
    ]);
    expect(faultsOf(Object.fromEntries(entries) as Record<string, string>)).toEqual([]);
  });

  it('the states of a run', () => {
    expect(
      faultsOf(Object.fromEntries(Object.entries(stateWords).map(([id, { word }]) => [id, word]))),
    ).toEqual([]);
  });

  it('README and docs', () => {
    const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))];
    const texts = pages.map((page) => [page, readFileSync(join(root, page), 'utf8')]);
    expect(faultsOf(Object.fromEntries(texts) as Record<string, string>)).toEqual([]);
  });

  it('the help of the command line', () => {
    const help = (...words: string[]) =>
      execFileSync(shadowtape[0], [shadowtape[1], ...words, '--help'], { encoding: 'utf8' });
    const [, listed = ''] = help().split('\nCommands:');
    const commands = [...listed.matchAll(/^ {2}([a-z][a-z-]*)(?:\|[a-z]+)? /gm)].map(([, name = '']) => name);
    expect(commands).toContain('rollback');
    const texts = ['', ...commands.filter((name) => name !== 'help')].map((name) => [
      name,
      name === '' ? help() : help(name),
    ]);
    expect(faultsOf(Object.fromEntries(texts) as Record<string, string>)).toEqual([]);
  });
});
