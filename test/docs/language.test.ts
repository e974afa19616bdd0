/** Expressions that a reader would stumble over: no text that a person meets has them, no comment and no title of a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorTable, type ErrorEntry } from '../../src/contract/error-table.ts';
import { stateWords } from '../../src/folds/run/run-state.ts';
import { notesOf } from './source-notes.ts';
import { textsOf, type UserText } from './user-texts.ts';

/** What is not said, and what is said instead. */
const ruledOut: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(goes|going|gone|went) on\b|\blet it go on\b/i, 'runs, continues'],
  [/\blook(s|ed|ing)? at\b|\blook again\b/i, 'check, show, refresh'],
  [/\bcame of it\b/i, 'result'],
  [/\bis content\b/i, 'exited 0'],
  [/\bnobody heard\b|\bheard of\b/i, 'is not known'],
  [/\bmakes? believe\b/i, 'shows'],
  [/\b(stands|stood)\b(?! for\b)/i, 'is, exists'],
  [/\bhangs? on\b/i, 'is attached to'],
  [/\bwas told\b/i, 'received'],
  [/\bformer words\b/i, 'earlier text'],
  [/\bmind:/i, 'Warning'],
  [/\bmend(s|ed)?\b/i, 'correct'],
  [/\b(bring|brings|bringing|brought) (it |them |the cluster |all )?back\b/i, 'roll back'],
  [/\b(come|came|comes) to its end\b|\bto its end\b/i, 'finish, complete'],
  [/\btak(e|es|en) up\b/i, 'resume, reattach'],
  [/\bis another than\b|\banother \w+ than\b/i, 'is not, a different'],
  [/\bbehind (it|them|file|record|line|the end|its)\b/i, 'after'],
  [/\bhanded (over|to)\b/i, 'sent to tape'],
  [/\bbroken off\b|\bbroke off\b/i, 'interrupted'],
  [/\bis no backup\b|\bno backup:/i, 'is not a backup, tape mismatch'],
  [/\bunwinding\b/i, 'rolling back, rollback'],
  [/\bstreaming speed\b|\bdrive’s floor\b|\bgoes back again\b/i, 'minimum streaming rate, shoe-shining'],
  [/\bprocess (no longer )?lives\b/i, 'process is running'],
  [/\bended well\b|\bends well\b/i, 'finished, exited 0'],
  [/\bit cannot be told\b/i, 'is not known'],
  [/\btorn\b/i, 'incomplete'],
  [/\bthe present (state|name|text)\b/i, 'current'],
  [/\b(catalogue|colour|cancelled|synchronised|unlabelled|labelling)s?\b/i, 'US spelling'],
  [/\bplease\b|[a-z]!\s*$/i, 'nothing'],
];

/** What is not said in comments and in titles of tests; fewer than elsewhere, since a comment also names what the code does. */
const ruledOutInNotes: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(goes|going|gone|went) on\b/i, 'continues'],
  [/\blook(s|ed|ing) at\b|\blook again\b/i, 'checks, shows, reads'],
  [/\b(came|comes?|became|becomes) of\b/i, 'result'],
  [/\bis content\b/i, 'exited 0'],
  [/\bheard\b|\bhears\b/i, 'received, called with, is not known'],
  [/\bmakes? believe\b/i, 'shows'],
  [/\bhangs on\b/i, 'is attached to'],
  [/\b(was|is|are|were|be|been) told\b/i, 'received, reported, shown'],
  [/\btells\b/i, 'reports, shows, distinguishes'],
  [/\bformer\b/i, 'earlier'],
  [/\bmind:/i, 'Warning'],
  [/\bmend(s|ed)?\b/i, 'correct'],
  [/\b(bring|brings|bringing|brought) (it |them |the cluster |all )?back\b/i, 'roll back, return'],
  [/\bto (its|their) end\b/i, 'completely, until it ends'],
  [/\b(takes|taken|taking|took) (it |one |them )?up\b(?! to)/i, 'resume, reattach'],
  [/\banother \w+ than\b/i, 'is not, a different'],
  [/\bbehind (it|them|file|record|line|the end|its)\b/i, 'after'],
  [/\bhanded over\b/i, 'sent to tape, written'],
  [/\b(broken|broke|breaks|breaking) off\b/i, 'interrupted'],
  [/\bunwinding\b/i, 'rolling back, rollback'],
  [/\bstreaming speed\b|\bgoes back again\b/i, 'minimum streaming rate, shoe-shining'],
  [/\bprocess (no longer )?lives\b/i, 'process is running'],
  [/\bended well\b|\bends? well\b/i, 'finished, exited 0, succeeded'],
  [/\btorn\b/i, 'incomplete'],
  [/\b(whoever|somebody's|whatever becomes)\b/i, 'who or what it is'],
  [/\bnobody (knows|looked|looks|sees|saw|said|can tell|tells)\b/i, 'is not known, is not checked'],
  [/\b(he|his|him)\b/i, 'they, or the role'],
  [/\b(anew|once more)\b/i, 'again'],
  [/\bbeside\b/i, 'next to, in addition to, compared with'],
  [/\b(bears|bore|borne)\b/i, 'has'],
  [/\btrue where\b/i, 'true if'],
  [/\b(colour|cancelled|synchronised|unlabelled|labelling|behaviour)s?\b/i, 'US spelling'],
  [/\bplease\b/i, 'nothing'],
];

const root = join(import.meta.dirname, '..', '..');

/** Folders whose literals are shown to people: on a screen, a terminal (the help of the command line included), in a plan, a report, a mail. */
const places = [
  'src/contract',
  'src/folds',
  'src/main/application',
  'src/main/cli',
  'src/main/desktop',
  'src/main/gds',
  'src/main/notify',
  'src/main/procedure',
  'src/main/proof',
  'src/main/report',
  'src/main/restore',
  'src/main/site',
  'src/renderer',
];

const isSource = (name: string): boolean =>
  /\.(ts|svelte)$/.test(name) && !/\.(test|test-support|fixture)\.ts$|\bfixtures\b/.test(name);

/** All texts below a folder. */
const textsBelow = (place: string): UserText[] =>
  readdirSync(join(root, place), { recursive: true, encoding: 'utf8' })
    .filter(isSource)
    .flatMap((name) => textsOf(join(root, place, name), join(place, name)));

/** All comments below a folder, and the titles of its tests. */
const notesBelow = (place: string): UserText[] =>
  readdirSync(join(root, place), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte)$/.test(name))
    .flatMap((name) => notesOf(join(root, place, name), join(place, name)));

/** @returns where a text has what is ruled out, and what is said instead */
const faultsOf = (texts: readonly UserText[], expressions = ruledOut): string[] =>
  texts.flatMap(({ place, text }) =>
    expressions
      .filter(([pattern]) => pattern.test(text))
      .map(([pattern, instead]) => `${place}: "${pattern.exec(text)?.[0]}": say ${instead}`),
  );

const hints = (Object.entries(errorTable) as [string, ErrorEntry][]).flatMap(([place, { hint, onScreen }]) =>
  [hint, onScreen].flatMap((text) => (text === undefined ? [] : [{ place, text }])),
);

describe('no expression that is ruled out is in', () => {
  it('the error table', () => {
    const sentences = Object.entries(errorTable).map(([place, { sentence: text }]) => ({ place, text }));
    expect(faultsOf([...sentences, ...hints])).toEqual([]);
  });

  it('the states of a run', () => {
    expect(faultsOf(Object.entries(stateWords).map(([place, { word }]) => ({ place, text: word })))).toEqual(
      [],
    );
  });

  it.each(places)('the texts of %s', (place) => {
    const texts = textsBelow(place);
    expect(texts.length).toBeGreaterThan(15);
    expect(faultsOf(texts)).toEqual([]);
  });

  it.each([
    'src/contract',
    'src/folds',
    'src/lab',
    'src/main',
    'src/preload',
    'src/renderer',
    'src/streams',
    'test',
  ])('the comments and titles of %s', { timeout: 120_000 }, (place) => {
    const notes = notesBelow(place);
    expect(notes.length).toBeGreaterThan(0);
    expect(faultsOf(notes, ruledOutInNotes)).toEqual([]);
  });

  it('README and docs', () => {
    const pages = [
      'README.md',
      'CONTRIBUTING.md',
      'ARCHITECTURE.md',
      'SECURITY.md',
      ...readdirSync(join(root, 'docs'))
        .filter((name) => name.endsWith('.md'))
        .map((name) => join('docs', name)),
    ];
    // The titles of tests are quoted as they are.
    const prose = (page: string) => readFileSync(join(root, page), 'utf8').replaceAll(/^ *Test: .*$/gm, '');
    expect(faultsOf(pages.map((place) => ({ place, text: prose(place) })))).toEqual([]);
  });
});

/** Words in a sentence of a hint, at most; a command or a list within it counts, too. */
const mostWords = 20;

/** Hints with a longer sentence, each with the reason. */
const longHints: Readonly<Record<string, string>> = {
  CHANGER_DRIVE_UNNAMED: 'quotes two commands',
};

it('a sentence of a hint has at most 20 words', () => {
  const longest = (text: string) =>
    Math.max(...text.split(/[.;:]\s/).map((sentence) => sentence.trim().split(/\s+/).length));
  const long = hints.filter(({ text }) => longest(text) > mostWords).map(({ place }) => place);
  expect(long.toSorted()).toEqual(Object.keys(longHints).toSorted());
});
