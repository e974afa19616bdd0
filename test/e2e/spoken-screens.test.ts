/**
 * The screens in another language: the built pages, in a document without a browser, receive recorded backups whose
 * sentences have an accent on every letter. What is then shown without one is no text of the catalog.
 */
import { beforeAll, expect, it } from 'vitest';
import * as jobWords from '../../src/renderer/screens/job/job-words.ts';
import type { Choice } from '../../src/renderer/screens/job/job-words.ts';
import { requireBuiltPages } from '../support/built-program.ts';
import { pseudoLanguage, withAccents } from '../support/language/pseudo-language.ts';
import { untranslatedIn } from '../support/language/untranslated.ts';
import { recordedFaults, replayed, type RecordedMoment } from '../support/ui/recorded-faults.ts';

const language = pseudoLanguage();

/** Words that a form shows as the site file has them, and statuses of GDS. */
const values = new Set([
  ...Object.values(jobWords)
    .filter(Array.isArray)
    .flat()
    .filter((choice): choice is Choice => typeof choice === 'object' && 'word' in choice)
    .flatMap(({ value, word }) => (word.toLowerCase() === value ? [value, word] : [])),
  // The key file of the lab.
  'identity',
  ...['console', 'server', 'ACTIVE', 'STOP', 'COPY', 'INVALID', 'ENABLE', 'DISABLE', 'Join', 'Part'],
]);

/** Examples of values in the site file. */
const examples = /^(?:sat|\d+ (?:hours|minutes|days|weeks)|u?mount \/app)$/;

/** Without what is the same in every language. */
const withoutValues = (text: string): string =>
  text.replace(examples, '').replaceAll(/[A-Za-z]\w*/g, (word) => (values.has(word) ? '' : word));

/** Stored sentences are not translated; their words must not excuse a word of the pages. */
const sentence = /[a-z]{2,} .*[a-z]{2,}/i;

/** States that the pages compare: the page translates them. */
const states = new Set(['action required', 'waiting for your answer', 'rolling back', 'unsafe shadow']);

/** A site file, which the pages read. */
const siteFile = /^hosts:/m;

function accented(value: unknown, withSiteFile: boolean): unknown {
  if (typeof value === 'string')
    return sentence.test(value) && !states.has(value) && (withSiteFile || !siteFile.test(value))
      ? withAccents(value)
      : value;
  if (Array.isArray(value)) return value.map((each) => accented(each, withSiteFile));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, accented(each, withSiteFile)]),
  );
}

const screens = [
  'home',
  'topology',
  'plan/JOB',
  'run/RUN',
  'verify/RUN',
  'runs',
  'runs/RUN',
  'report/RUN',
  'files',
  'trends',
  'restore',
  'tape',
  'sites',
  'sites/edit',
  'sites/first',
];

async function plainTexts(fault: string, name: RecordedMoment['name']): Promise<Record<string, string[]>> {
  const recording = recordedFaults()[fault];
  const moment = recording?.moments.find((each) => each.name === name);
  if (!recording || !moment) throw new Error(`no recording of ${fault} where it ${name}`);
  const told = accented(moment, false) as RecordedMoment;
  const stored = accented(moment, true);
  const page = await replayed(told, [], language);
  const plain: Record<string, string[]> = {};
  for (const screen of screens) {
    await page.open(`#/${screen.replace('JOB', recording.job).replace('RUN', recording.run ?? '')}`);
    const left = untranslatedIn([...new Set(page.texts)].map(withoutValues), stored);
    if (left.length > 0) plain[screen] = left;
  }
  await page.close();
  return plain;
}

beforeAll(requireBuiltPages);

it.each([
  ['tape-error', 'asks'],
  ['disk-name', 'ends'],
] as const)('every screen of a backup under %s that %s is in the language', async (fault, moment) => {
  expect(await plainTexts(fault, moment)).toEqual({});
});
