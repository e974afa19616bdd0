import { expect, it } from 'vitest';
import { fileExamples } from './file-examples.ts';

it('makes searches of names that are on tape', () => {
  expect(fileExamples(['./var/lib/payroll/ledger.db', './srv/export/2026-11.csv'])).toEqual([
    'ledger.db',
    'var/lib/payroll/*.db',
    '**/*.csv',
  ]);
});

it('takes no name that would mean something else, and has none where nothing is on tape', () => {
  expect(fileExamples(['./a*b.db', './README', './.profile'])).toEqual(['README']);
  expect(fileExamples([])).toEqual([]);
});
