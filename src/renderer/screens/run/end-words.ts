import type { RunState } from '../../../folds/run-state.ts';

/** The first line of an end. */
export const endTitles: Readonly<Partial<Record<RunState, string>>> = {
  verified: 'Done and verified',
  unverified: 'Done, but the tape was not read back',
  'verified-act': 'Verified; action required on the cluster',
  'unverified-act': 'Unverified; action required on the cluster',
  refused: 'Refused before anything was touched',
  unwound: 'Failed, rolled back',
  halted: 'Action required',
  'tape-bad': 'The tape is no backup; the cluster is in its normal state',
};
