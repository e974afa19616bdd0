/** Search and filters over the history. Pure, and quick with ten thousand runs: each line's words are put together once. */
import type { RunLine } from '../../contract/screens.ts';

/** `live`: performed now. `broken-off`: without an end, and performed by nobody here. */
export type VerdictFilter = 'all' | 'verified' | 'unverified' | 'failed' | 'unfinished' | 'unreadable';

export interface RunFilter {
  /** Words; each must be found somewhere. */
  readonly search: string;
  readonly verdict: VerdictFilter;
  /** Undefined: of all jobs. */
  readonly job: string | undefined;
}

export interface FoundableRun {
  readonly line: RunLine;
  readonly words: string;
}

function wordsOf(line: RunLine): string {
  const { run, job, site, method, class: className, volumes, tape, tapeNames, operator } = line;
  const { verdict, sentence = '', trouble = '', currentStep = '' } = line;
  const places = [tape.host, tape.device, ...tapeNames];
  return [
    run,
    job,
    site,
    method,
    className,
    ...volumes,
    ...places,
    operator,
    verdict,
    sentence,
    trouble,
    currentStep,
  ]
    .join('\n')
    .toLowerCase();
}

export const foundable = (lines: readonly RunLine[]): FoundableRun[] =>
  lines.map((line) => ({ line, words: wordsOf(line) }));

function fitsVerdict({ trouble, verdict }: RunLine, filter: VerdictFilter): boolean {
  if (filter === 'all') return true;
  if (filter === 'unreadable') return trouble !== undefined;
  return trouble === undefined && verdict === filter;
}

export function filterRuns(runs: readonly FoundableRun[], filter: RunFilter): RunLine[] {
  const wanted = filter.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return runs
    .filter(
      ({ line, words }) =>
        fitsVerdict(line, filter.verdict) &&
        (filter.job === undefined || line.job === filter.job) &&
        wanted.every((word) => words.includes(word)),
    )
    .map(({ line }) => line);
}
