import { say } from '../../../contract/text/say.ts';
import type { ScreenName } from '../../managers/routes.ts';

export const screenTitles: Readonly<Record<ScreenName, string>> = {
  home: say('Protection'),
  topology: say('Topology'),
  plan: say('Plan'),
  run: say('Run'),
  verify: say('Verification'),
  runs: say('Runs'),
  restore: say('Restore'),
  tape: say('Tape'),
  sites: say('Sites'),
  report: say('Report'),
  files: say('Where was this file?'),
  trends: say('Trends'),
  restored: say('Restored files and drills'),
};
