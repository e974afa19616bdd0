import { expect, it } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import { plainText } from './lines.ts';
import { shownError } from './shown-error.ts';

const printed = Array.from({ length: 14 }, (_, index) => `line ${index + 1}`);
const error = failure(
  'COMMAND_FAILED',
  { host: 'node1', command: 'sdxproxy Part', how: 'ended with exit status 1' },
  { host: 'node1', exitStatus: 1, stderr: `${printed.join('\n')}\n` },
);
const seen = (count: number) => [
  '    host: node1',
  '    exit status: 1',
  ['    error output: ', ...printed.slice(0, count).map((line) => `      ${line}`)].join('\n'),
];

it('an error has its hint, and the beginning of its evidence', () => {
  const shown = shownError(error);
  expect(shown.told.map(plainText)).toEqual([
    'shadowtape: node1: sdxproxy Part ended with exit status 1',
    `  hint: ${error.hint}`,
  ]);
  expect(shown.seen).toEqual(seen(12));
});

it('with --verbose, an error has all its evidence', () => {
  expect(shownError(error, undefined, true).seen).toEqual(seen(14));
});
