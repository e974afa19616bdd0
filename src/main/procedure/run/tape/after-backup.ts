/** What comes once the backup is on tape and the cluster is normal: it harms neither. */
import { isFailure } from '../../../../contract/errors.ts';
import type { Step } from '../../model/step.ts';

const endings = [
  'RUN_CANCELLED',
  'RUN_HALTED',
  'COMMAND_CANCELLED',
  'JOURNAL_UNWRITABLE',
  'LOCK_LOST',
] as const;

/** True for what ends a run immediately, wherever it is. */
export const endsRun = (error: unknown): boolean => isFailure(error, ...endings);

/** True for a step whose failure does not fail the run. */
export const comesAfterBackup = ({ performance: kind }: Pick<Step, 'performance'>): boolean =>
  kind === 'health-after' || kind === 'unload-tape';
