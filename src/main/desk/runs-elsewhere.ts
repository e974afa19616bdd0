/** Runs of other processes, found by their marks in the state folder. */
import { hostname } from 'node:os';
import type { RunLine, RunProcess } from '../../contract/screens.ts';
import type { StateFolder } from '../application/console.ts';
import { performedRuns } from '../proof/live-runs.ts';

/** Run -> the process that performs it. Those of this process are left out: the desk has more on them. */
export async function runsElsewhere(state: StateFolder): Promise<ReadonlyMap<string, RunProcess>> {
  const marks = await performedRuns(state);
  return new Map(
    marks
      .filter(({ host, process: number }) => host !== hostname() || number !== process.pid)
      .map(({ run, host, process: number, since }) => [
        run,
        { host, isOtherMachine: host !== hostname(), process: number, since },
      ]),
  );
}

/** The line of a run, with the process that performs it, where there is one. */
export const withProcess = (line: RunLine, performedBy: RunProcess | undefined): RunLine =>
  performedBy === undefined ? line : { ...line, elsewhere: true, performedBy };
