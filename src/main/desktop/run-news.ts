/** What the system shows of runs: the window's title, the progress in the task bar, a notification where an operator is needed. Pure. */
import type { ActiveRun } from '../../contract/screens.ts';

export const applicationName = 'Shadowtape';

const volumesOf = ({ volumes, job }: ActiveRun) => volumes.join(', ') || job;

/** @returns undefined where no run continues: the page then names the window */
export function titleOf(runs: readonly ActiveRun[]): string | undefined {
  const [run] = runs;
  if (!run) return undefined;
  const done = run.done === undefined ? '' : `${Math.floor(run.done * 100)} % `;
  const what = run.asking ? 'waiting for your answer' : (run.title ?? 'begins');
  return `${done}${volumesOf(run)}: ${what} - ${applicationName}`;
}

/** As BrowserWindow.setProgressBar has it: 0 to 1; 2: it continues, nobody knows its progress; -1: none. */
export function progressBarOf(runs: readonly ActiveRun[]): number {
  const [run] = runs;
  return run ? (run.done ?? 2) : -1;
}

export interface News {
  readonly title: string;
  readonly body: string;
}

export function askingNews(run: ActiveRun): News {
  return {
    title: `${volumesOf(run)} is waiting for your answer`,
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
