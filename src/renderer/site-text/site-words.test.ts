import { expect, test } from 'vitest';
import type { FoundPair } from '../../contract/site-views.ts';
import { commandsOf, linesOf } from './command-lines.ts';
import { freeName, jobOfPairs, newSiteText } from './new-site.ts';
import { setValue, valueOf } from './site-edit.ts';
import { isInside, pathText, reasonOf } from './site-paths.ts';

test('a place is named as the console names it', () => {
  expect(pathText(['jobs', 'nightly', 'volumes', 0, 'master'])).toBe('jobs.nightly.volumes[0].master');
});

test('at its field an error shows only the reason', () => {
  const trouble = {
    sentence: 'payroll.yaml: jobs.nightly.media.keep: must be a number of days',
    hint: '',
    path: 'jobs.nightly.media.keep',
    line: 4,
  };
  expect(reasonOf(trouble)).toBe('must be a number of days');
  expect(isInside(trouble, ['jobs', 'nightly', 'media'])).toBe(true);
  expect(isInside(trouble, ['jobs', 'night'])).toBe(false);
  expect(reasonOf({ ...trouble, path: undefined })).toBe(trouble.sentence);
});

test('commands are shown one per line, and words with blanks in quotes', () => {
  expect(linesOf(['umount /app', ['mount', '/my data']])).toBe("umount /app\nmount '/my data'");
  expect(linesOf([['echo', "it's"]])).toBe('echo "it\'s"');
  expect(commandsOf(' umount /app\n\nmount /app ')).toEqual(['umount /app', 'mount /app']);
  expect(linesOf(undefined)).toBe('');
});

const pair = (master: string, proxy: string, disks: string[]): FoundPair => ({
  class: 'Class1',
  master,
  proxy,
  group: 'Group2',
  disks,
  blocks: 1_048_576,
  joined: true,
  proposedDevices: {},
  refusal: undefined,
});

test('a job of two pairs names each disk once, and uses labels', () => {
  const pairs = [pair('Volume1', 'Volume2', ['Disk3']), pair('Volume3', 'Volume4', ['Disk3', 'Disk4'])];
  expect(jobOfPairs(pairs, 'Class2', { Disk3: 'c1t1d3' })).toMatchObject({
    class: 'Class1',
    volumes: [
      { master: 'Volume1', proxy: 'Volume2' },
      { master: 'Volume3', proxy: 'Volume4' },
    ],
    shadow: { class: 'Class2', disks: { Disk3: 'c1t1d3', Disk4: '' } },
    media: { layout: 'labelled', overwrite: false },
  });
});

test('the text of a first site accepts a job, and keeps its comments', () => {
  const text = setValue(newSiteText, ['jobs', 'nightly'], jobOfPairs([pair('V1', 'V2', ['D'])], 'C2', {}));
  expect(valueOf(text)).toMatchObject({
    site: 'my-cluster',
    jobs: { nightly: { class: 'Class1', method: '6a' } },
  });
  expect(text).toContain('# solaris | linux: names of devices and commands');
  expect(text).toContain(
    '\njobs:\n  nightly:\n    class: Class1\n    volumes: [{ master: V1, proxy: V2 }]\n',
  );
});

test('a name that is taken gets a number', () => {
  expect(freeName('nightly', [])).toBe('nightly');
  expect(freeName('nightly', ['nightly', 'nightly-2'])).toBe('nightly-3');
});
