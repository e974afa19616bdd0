import type { ScreenName } from '../managers/routes.ts';

export const screenTitles: Readonly<Record<ScreenName, string>> = {
  topology: 'Topology',
  plan: 'Plan',
  run: 'Run',
  verify: 'Verification',
  runs: 'Runs',
  tape: 'Tape',
  sites: 'Sites',
};
