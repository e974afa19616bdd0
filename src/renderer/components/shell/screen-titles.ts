import type { ScreenName } from '../../managers/routes.ts';

export const screenTitles: Readonly<Record<ScreenName, string>> = {
  home: 'Protection',
  topology: 'Topology',
  plan: 'Plan',
  run: 'Run',
  verify: 'Verification',
  runs: 'Runs',
  restore: 'Restore',
  tape: 'Tape',
  sites: 'Sites',
  report: 'Report',
  files: 'Where was this file?',
  trends: 'Trends',
  restored: 'Restored files and drills',
};
