import { describe, expect, it } from 'vitest';
import { errorTable } from './error-table.ts';
import { copyErrors } from './error-table/copy-errors.ts';
import { hostErrors } from './error-table/host-errors.ts';
import { internalFaults } from './error-table/internal-faults.ts';
import { labErrors } from './error-table/lab-errors.ts';
import { restoreErrors } from './error-table/restore-errors.ts';
import { restoreFileErrors } from './error-table/restore-file-errors.ts';
import { runErrors } from './error-table/run-errors.ts';
import { tapeErrors } from './error-table/tape-errors.ts';
import { userErrors } from './error-table/user-errors.ts';
import { failure, isFailure, ShadowtapeError, type ErrorCode } from './errors.ts';

describe('the error table', () => {
  it('has a sentence and a hint for every code, and neither ends like a paragraph', () => {
    for (const [code, { sentence, hint }] of Object.entries(errorTable)) {
      expect(sentence, code).toMatch(/[^.\s]$/);
      expect(hint, code).toMatch(/[^.\s]$/);
    }
  });

  it('has each code in one of its parts alone', () => {
    const parts = [
      userErrors,
      hostErrors,
      restoreFileErrors,
      copyErrors,
      runErrors,
      restoreErrors,
      tapeErrors,
      labErrors,
      internalFaults,
    ];
    const codes = parts.flatMap((part) => Object.keys(part));
    expect(codes.toSorted()).toEqual(Object.keys(errorTable).toSorted());
  });
});

describe('an error of the table', () => {
  const error = failure(
    'JOB_UNKNOWN',
    { job: 'weekly', file: 'site.yaml', nearest: '', jobs: 'nightly' },
    { host: 'node1' },
  );

  it('has its values filled in, in sentence and hint', () => {
    expect(error.message).toBe('there is no job "weekly" in site.yaml');
    expect(error.hint).toBe('jobs of this site: nightly');
  });

  it('crosses a process boundary and comes back as it was', () => {
    const back = new ShadowtapeError(structuredClone(error.toInfo()));
    expect(back.toInfo()).toEqual(error.toInfo());
    expect(back.evidence).toEqual({ host: 'node1' });
  });

  it('is told from others by its codes', () => {
    const other: ErrorCode = 'RUN_UNKNOWN';
    expect([
      isFailure(error),
      isFailure(error, 'JOB_UNKNOWN'),
      isFailure(error, other),
      isFailure(new Error('x')),
    ]).toEqual([true, true, false, false]);
  });
});
