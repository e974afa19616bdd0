/** What the system shows of runs: the window's title, the progress in the task bar, a notification where an operator is needed. Pure. */
import type { ActiveRun } from '../../contract/screens.ts';
import { situationsOf, type Situation } from '../../folds/situation.ts';

export const applicationName = 'Shadowtape';

const volumesOf = ({ volumes, job }: ActiveRun) => volumes.join(', ') || job;

/** The gravest situation of the runs of this console, as the pages derive it. */
function situationOf(runs: readonly ActiveRun[]): Situation | undefined {
  if (runs.length === 0) return undefined;
  const nothing = { site: undefined, view: undefined, lookTrouble: undefined, historyTrouble: undefined };
  return situationsOf({ ...nothing, connection: 'connected', active: runs, open: [] })[0];
}

/** @returns undefined where no run continues: the page then names the window, and knows what the history needs */
export function titleOf(runs: readonly ActiveRun[]): string | undefined {
  const now = situationOf(runs);
  const run = runs.find((each) => each.run === now?.run);
  if (!now || !run) return undefined;
  const done = now.done === undefined ? '' : `${Math.floor(now.done * 100)} % `;
  const what = now.kind === 'running' ? now.reason : now.kind;
  return `${done}${volumesOf(run)}: ${what} - ${applicationName}`;
}

export interface TaskBar {
  /** As BrowserWindow.setProgressBar has it: 0 to 1; 2: it continues, nobody knows its progress; -1: none. */
  readonly progress: number;
  readonly mode: 'none' | 'normal' | 'indeterminate' | 'paused' | 'error';
}

/** What the task bar shows: yellow where a person is waited for, red where the run is rolled back. */
export function progressBarOf(runs: readonly ActiveRun[]): TaskBar {
  const now = situationOf(runs);
  if (!now) return { progress: -1, mode: 'none' };
  if (now.state === 'warn') return { progress: 1, mode: 'paused' };
  if (now.state === 'bad') return { progress: 1, mode: 'error' };
  return now.done === undefined
    ? { progress: 2, mode: 'indeterminate' }
    : { progress: now.done, mode: 'normal' };
}

export interface News {
  readonly title: string;
  readonly body: string;
}

export function askingNews(run: ActiveRun): News {
  const whom = run.pulse?.bySignature === true ? 'a second person' : 'your answer';
  return {
    title: `${volumesOf(run)} is waiting for ${whom}`,
    body: `Run ${run.run} asks at step ${run.step ?? '?'}: ${run.title ?? ''}`,
  };
}

const endWords: Readonly<Record<number, string>> = {
  0: 'finished',
  1: 'was refused, nothing was touched',
  2: 'failed, rolled back',
  3: 'ended: action required',
  4: 'ended with a tape mismatch',
};

export function endNews(run: ActiveRun, exitStatus: number): News {
  return {
    title: `${volumesOf(run)} ${endWords[exitStatus] ?? 'has ended'}`,
    body: `Run ${run.run} of job ${run.job} has ended with exit status ${exitStatus}`,
  };
}
