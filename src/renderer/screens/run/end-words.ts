import type { RunState } from '../../../folds/run-state.ts';

/** The first line of an end. */
export const endTitles: Readonly<Partial<Record<RunState, string>>> = {
  verified: 'Backup verified',
  unverified: 'Backup unverified: the tape was not read back',
  'verified-act': 'Backup verified, action required',
  'unverified-act': 'Backup unverified, action required',
  refused: 'Refused before anything was touched',
  unwound: 'Failed, rolled back',
  halted: 'Action required',
  'tape-bad': 'Tape mismatch; the cluster is in its normal state',
};
