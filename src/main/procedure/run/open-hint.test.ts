import { expect, it } from 'vitest';
import { errorTable } from '../../../contract/error-table.ts';
import { failure } from '../../../contract/errors.ts';
import { hintWhileOpen, whileOpen } from './open-hint.ts';

it.each(Object.entries(errorTable))(
  'the hint of %s suggests no other run while one must still be resumed or rolled back',
  (_code, { hint }) => {
    expect(hintWhileOpen(hint)).not.toMatch(/\bstart(ed)? (the (run|job) )?again|\brun again/);
  },
);

it('the rest of the hint stays', () => {
  const error = failure('TAPE_DIFFERS', { what: 'label', expected: 'a', actual: 'b' });
  expect(whileOpen(error).hint).toBe(
    'do not trust this tape; clean the drive, insert another tape and resume the run or roll it back',
  );
  expect(whileOpen(failure('RUN_CANCELLED', { step: '6a', why: '' })).hint).toBe(
    'resume the run or roll it back',
  );
  const plain = failure('DUMP_NOT_CLOSED', { tool: 'tar', reason: 'x' });
  expect(whileOpen(plain)).toBe(plain);
});
