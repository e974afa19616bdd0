/** What the system shows of runs: the window's title, the progress in the task bar, a notification where an operator is needed. Pure. */
import type { ActiveRun } from '../../contract/screens.ts';
import { said, say } from '../../contract/text/say.ts';
import { situationsOf, type Situation } from '../../folds/situation.ts';

export const applicationName = 'Shadowtape';

const volumesOf = ({ volumes, job }: ActiveRun) => volumes.join(', ') || job;

/** The gravest situation of the runs of this console, as the pages derive it. */
function situationOf(runs: readonly ActiveRun[]): Situation | undefined {
  if (runs.length === 0) return undefined;
  const nothing = { site: undefined, view: undefined, lookTrouble: undefined, historyTrouble: undefined };
  return situationsOf({ ...nothing, connection: 'connected', active: runs, open: [] })[0];
}

/** @returns undefined if no run continues: the page then names the window, and has what the history needs */
export function titleOf(runs: readonly ActiveRun[]): string | undefined {
  const now = situationOf(runs);
  const run = runs.find((each) => each.run === now?.run);
  if (!now || !run) return undefined;
  const done = now.done === undefined ? '' : `${Math.floor(now.done * 100)} % `;
  const what = now.kind === 'running' ? now.reason : said(now.kind);
  return `${done}${volumesOf(run)}: ${what} - ${applicationName}`;
}

export interface TaskBar {
  /** As BrowserWindow.setProgressBar has it: 0 to 1; 2: it continues, its progress is not known; -1: none. */
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
  const volumes = volumesOf(run);
  return {
    title:
      run.pulse?.bySignature === true
        ? say('{volumes} is waiting for a second person', { volumes })
        : say('{volumes} is waiting for your answer', { volumes }),
    body: say('Run {run} asks at step {step}: {title}', {
      run: run.run,
      step: run.step ?? '?',
      title: run.title ?? '',
    }),
  };
}

/** By the exit status. */
const endTitles: Readonly<Record<number, (volumes: string) => string>> = {
  0: (volumes) => say('{volumes} finished', { volumes }),
  1: (volumes) => say('{volumes} was refused, nothing was touched', { volumes }),
  2: (volumes) => say('{volumes} failed, rolled back', { volumes }),
  3: (volumes) => say('{volumes} ended: action required', { volumes }),
  4: (volumes) => say('{volumes} ended with a tape mismatch', { volumes }),
};

export function endNews(run: ActiveRun, exitStatus: number): News {
  const volumes = volumesOf(run);
  return {
    title: endTitles[exitStatus]?.(volumes) ?? say('{volumes} has ended', { volumes }),
    body: say('Run {run} of job {job} has ended with exit status {status}', {
      run: run.run,
      job: run.job,
      status: exitStatus,
    }),
  };
}
