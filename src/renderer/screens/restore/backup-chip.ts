/** The state of a backup, as a chip: an overwritten tape holds none. */
import type { RunLine } from '../../../contract/screens.ts';
import { omissionWords } from '../../../contract/run-outcome.ts';
import { lossChip } from '../../../contract/tape/tape-loss.ts';
import { say } from '../../../contract/text/say.ts';
import type { State } from '../../../folds/states.ts';

interface BackupChip {
  readonly state: State;
  readonly word: string;
}

export function backupChip(line: Pick<RunLine, 'verdict' | 'lost' | 'skipped' | 'inconsistent'>): BackupChip {
  const { verdict, lost } = line;
  if (lost && lost.length > 0) return lossChip(lost);
  if (verdict === 'unfinished') return { state: 'warn', word: say('end not known') };
  if (verdict === 'failed') return { state: 'bad', word: say('failed') };
  const omitted = omissionWords(line);
  return { state: verdict === 'verified' && omitted === '' ? 'ok' : 'warn', word: `${verdict}${omitted}` };
}
