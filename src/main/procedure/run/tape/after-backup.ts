/** What comes once the backup is on tape and the cluster is back: it takes nothing from either. */
import { isFailure } from '../../../../contract/errors.ts';
import type { Step } from '../../model/step.ts';

const endings = [
  'RUN_CANCELLED',
  'RUN_HALTED',
  'COMMAND_CANCELLED',
  'JOURNAL_UNWRITABLE',
  'LOCK_LOST',
] as const;

/** True for what ends a run at once, wherever it is. */
export const endsRun = (error: unknown): boolean => isFailure(error, ...endings);

/** True for a step that a run may end without. */
export const comesAfterBackup = ({ performance: kind }: Pick<Step, 'performance'>): boolean =>
  kind === 'health-after' || kind === 'unload-tape';
