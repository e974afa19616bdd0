/** Errors in another language: what is shown of one has an accent on every letter, but for names, words that were typed, and what a host printed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { failure, isFailure, type ShadowtapeError } from '../../src/contract/errors.ts';
import { phrase, speak } from '../../src/contract/text/say.ts';
import { parseSearch } from '../../src/main/history/search-query.ts';
import { commandWords } from '../../src/main/site/command-words.ts';
import { parseSite } from '../../src/main/site/site-file.ts';
import { pseudoLanguage, withAccents } from '../support/language/pseudo-language.ts';
import { untranslatedIn } from '../support/language/untranslated.ts';

const pseudo = pseudoLanguage();
beforeEach(() => speak(pseudo));
afterEach(() => speak(undefined));

function errorOf(work: () => unknown): ShadowtapeError {
  try {
    work();
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Where it is in a site file, and a list of words that the site file or a search takes. */
const places = /^site\.yaml\S*(?: [\w.[\]-]+:)?|"[^"]*"|: (?:[\w{}.:-]+(?:, |$))+|óƒ [\w, ]+/g;

/** Texts that are shown of an error, of which something is in plain English. @param named what is the same in every language */
const plainTextsOf = ({ told: { sentence, hint, onScreen = '', evidence } }: ShadowtapeError, named = '') =>
  untranslatedIn(
    [sentence, hint, onScreen, ...(evidence.also ?? '').split('\n')].map((text) =>
      text.replaceAll(places, ' '),
    ),
    [{ name: named }],
  );

const job = (more: object = {}) => ({
  class: 'Class1',
  volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
  shadow: { class: 'Class2', disks: { Disk3: 'c1t1d3' } },
  services: 'not-needed',
  ...more,
});
const site = (more: object = {}, ofJob: object = {}) => ({
  site: 'lab',
  hosts: { node1: { role: 'primary' }, node3: { role: 'backup' } },
  tape: { host: 'node3', device: '/dev/rmt/0' },
  jobs: { nightly: job(ofJob) },
  ...more,
});

describe('a site file that is refused', () => {
  it.each([
    ['a key that is missing', site({ tape: { host: 'node3' } })],
    ['a number where a text belongs', site({}, { class: 7 })],
    ['a list where a text belongs', site({ site: [] })],
    ['a word that is not one of several', site({}, { method: '6f' })],
    ['a number that is too small', site({}, { part: { tries: 0 } })],
    ['a form that is none of several', site({}, { services: { halt: [] } })],
    ['a key that is not known', site({}, { volume: 'Volume1' })],
    ['a name that cannot be one', site({ hosts: { '-x': { role: 'primary' } } })],
    ['no primary node', site({ hosts: { node3: { role: 'backup' } } })],
    ['two backup servers', site({ hosts: { node1: { role: 'backup' }, node3: { role: 'backup' } } })],
    ['a method that does not back up the file system', site({}, { method: '6b', fileSystem: 'gfs-shared' })],
    ['several tapes without a label', site({}, { media: { span: true } })],
    ['a pool that does not exist', site({}, { layout: 'labelled', media: { pool: 'daily' } })],
    ['a mail without a server', site({ notify: [{ on: ['failure'], mail: { to: ['a@b.c'] } }] })],
    ['a schedule at no time', site({}, { schedule: { at: '25:00' } })],
  ] as const)('%s: is shown with its reason, and so are the other errors', (_name, data) => {
    const error = errorOf(() => parseSite('site.yaml', stringify(data)));
    expect(error.message).toMatch(/^site\.yaml/);
    expect(plainTextsOf(error, 'jobs nightly daily node1 node3')).toEqual([]);
  });

  it.each([
    ['a key that appears twice', 'site: lab\nsite: lab\n'],
    ['an anchor that does not exist', 'site: *lab\n'],
    ['two documents', 'site: lab\n---\nsite: lab\n'],
    ['a quote that is not closed', 'site: "lab\n'],
    ['a tab', 'hosts:\n\tnode1: lab\n'],
    ['a colon within a value', 'site: lab: site\n'],
  ])('%s: is shown with its reason', (_name, text) => {
    expect(
      plainTextsOf(
        errorOf(() => parseSite('site.yaml', text)),
        'site yaml lab',
      ),
    ).toEqual([]);
  });
});

it.each(['since:tomorrow', 'took:>long', 'verdict:good', 'colour:red', '"open', 'job:'])(
  'a search that cannot be read is shown with its reason: %s',
  (query) => {
    expect(
      plainTextsOf(
        errorOf(() => parseSearch(query)),
        query,
      ),
    ).toEqual([]);
  },
);

it.each(['', 'umount "/app', 'umount /app && true'])(
  'a command that needs a shell is shown with its reason: %j',
  (text) => {
    expect(
      plainTextsOf(
        errorOf(() => commandWords(text)),
        text,
      ),
    ).toEqual([]);
  },
);

it('an error inside another one is shown through both', () => {
  const inner = failure('CONNECTION_LOST', { host: 'node1', reason: phrase('the session was closed') });
  const outer = failure('END_NOT_PROVEN', { reason: inner.message });
  expect(outer.told.sentence).toContain(withAccents('the session was closed'));
  expect(plainTextsOf(outer, 'node1')).toEqual([]);
});

it('what a host printed is shown as it was printed', () => {
  const error = failure('COMMAND_FAILED', {
    ...{ host: 'node1', command: 'sdxinfo', step: '3-1' },
    how: phrase('ended with exit status {status}', { status: 1 }),
  });
  expect(error.told.sentence).toContain(withAccents('ended with exit status '));
  expect(plainTextsOf(error, 'node1 sdxinfo')).toEqual([]);
});
