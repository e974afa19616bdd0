/** The runs of the history that have not come to rest: at most one of each class. Pure. */
import type { OpenRun } from '../contract/protection.ts';
import type { RunLine } from '../contract/screens.ts';
import { isImported } from './protection.ts';

type Line = Omit<RunLine, 'method' | 'tape' | 'tapeNames' | 'operator' | 'bytes' | 'digests'>;

/** @returns undefined if the run left nothing to do, or this console performs it */
function howOf({ verdict, exitStatus, live, elsewhere }: Line): OpenRun['how'] | undefined {
  if (live) return undefined;
  if (verdict === 'unfinished') return elsewhere ? 'elsewhere' : 'interrupted';
  return exitStatus === 3 ? 'action-required' : undefined;
}

/**
 * A run that was refused touched nothing: the one before it counts.
 * @param newestFirst all runs, newest first
 */
export function openRunsOf(site: string, newestFirst: readonly Line[]): Omit<OpenRun, 'holds'>[] {
  const seen = new Set<string>();
  return newestFirst.flatMap((line): Omit<OpenRun, 'holds'>[] => {
    if (line.trouble !== undefined || line.site !== site || line.exitStatus === 1 || isImported(line))
      return [];
    if (seen.has(line.class)) return [];
    seen.add(line.class);
    const how = howOf(line);
    if (how === undefined) return [];
    return [
      {
        run: line.run,
        job: line.job,
        class: line.class,
        volumes: line.volumes,
        how,
        since: line.finishedAt ?? line.startedAt,
        step: line.currentStep,
        sentence: line.sentence,
        performedBy: line.performedBy,
      },
    ];
  });
}
