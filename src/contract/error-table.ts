/**
 * The error table: every refusal and failure of Shadowtape, in one place, put together of its parts.
 *
 * A code is stable, for scripts; the sentence says what is wrong, the hint what to do. `{name}` in either is filled
 * from the values of the call (errors.ts).
 */
import { copyErrors } from './error-table/copy-errors.ts';
import { hostErrors } from './error-table/host-errors.ts';
import { internalFaults } from './error-table/internal-faults.ts';
import { labErrors } from './error-table/lab-errors.ts';
import { restoreErrors } from './error-table/restore-errors.ts';
import { restoreFileErrors } from './error-table/restore-file-errors.ts';
import { runErrors } from './error-table/run-errors.ts';
import { signatureErrors } from './error-table/signature-errors.ts';
import { tapeErrors } from './error-table/tape-errors.ts';
import { userErrors } from './error-table/user-errors.ts';

export interface ErrorEntry {
  readonly sentence: string;
  readonly hint: string;
  /** What to do where it is read on a screen; left out where the hint names nothing that a screen cannot offer. */
  readonly onScreen?: string;
}

/** No code is in two of the parts. */
export const errorTable = {
  ...userErrors,
  ...hostErrors,
  ...restoreFileErrors,
  ...copyErrors,
  ...runErrors,
  ...restoreErrors,
  ...tapeErrors,
  ...signatureErrors,
  ...labErrors,
  ...internalFaults,
} as const satisfies Record<string, ErrorEntry>;
