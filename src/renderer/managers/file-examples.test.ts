import { expect, it } from 'vitest';
import { fileExamples } from './file-examples.ts';

it('makes searches from names that are on tape', () => {
  expect(fileExamples(['./var/lib/payroll/ledger.db', './srv/export/2026-11.csv'])).toEqual([
    'ledger.db',
    'var/lib/payroll/*.db',
    '**/*.csv',
  ]);
});

it('uses no name with special characters, and has none if nothing is on tape', () => {
  expect(fileExamples(['./a*b.db', './README', './.profile'])).toEqual(['README']);
  expect(fileExamples([])).toEqual([]);
});
