import { expect, it } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import { endLines } from './run-command.ts';
import { plainText } from '../terminal/lines.ts';

it('describes a tape mismatch once, and reports that the cluster is normal', () => {
  const error = failure('TAPE_DIFFERS', { what: 'CRC-32', expected: '1', actual: '2' });
  const lines = endLines(
    {
      verdict: 'failed',
      exitStatus: 4,
      sentence: error.message,
      error,
      stands: ['Volume2: joined to Volume1, in sync'],
      run: 'R',
      journalFile: '/state/runs/R.ndjson',
      journalBroken: false,
    },
    { stateOption: ' --state /state', siteOption: ' --site /site.yaml' },
  );
  expect(lines.slice(0, 3).map(plainText)).toEqual([
    'tape mismatch; the cluster is in its normal state: the tape does not hold what was read: CRC-32: expected 1, read back 2',
    `  hint: ${error.hint}`,
    '  Volume2: joined to Volume1, in sync',
  ]);
});
