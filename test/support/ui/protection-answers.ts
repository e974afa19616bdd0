/** Whether the volumes of a played console are protected: judged from its lines as by a console. */
import type { RunLine, RunView, SiteInfo } from '../../../src/contract/screens.ts';
import { openRunsOf } from '../../../src/folds/open-runs.ts';
import { lastFailureOf, pointsOf, protectionOf, type PairRun } from '../../../src/folds/protection.ts';
import { partedAtOf } from '../../../src/main/application/protection/protection-service.ts';
import type { Answers } from './fake-bridge.ts';

const everySeconds = 86_400;

export interface Judged {
  readonly site: Pick<SiteInfo, 'name' | 'jobs'>;
  readonly lines: readonly RunLine[];
  readonly opened: readonly RunView[];
  readonly trends: Answers['trends'];
  /** ISO 8601, UTC. */
  readonly now: string;
}

export function protectionAnswers({ site, lines, opened, trends, now }: Judged): Pick<Answers, 'protection'> {
  const newestFirst = lines.toSorted((one, other) => (one.startedAt < other.startedAt ? 1 : -1));
  const runs: PairRun[] = newestFirst.map((line) => ({
    ...line,
    running: line.live,
    partedAt: partedAtOf(opened.find((view) => view.line.run === line.run)?.events ?? []),
  }));
  return {
    protection: async () => {
      const series = (await trends?.({})) ?? [];
      const pairs = site.jobs.flatMap((job) =>
        job.volumes.map(({ master, proxy }) => {
          const pair = { job: job.name, class: job.class, master, proxy, everySeconds };
          return {
            ...protectionOf(pair, runs, new Date(now)),
            points: pointsOf(pair, site.name, series),
            lastFailure: lastFailureOf(pair, runs),
          };
        }),
      );
      const open = openRunsOf(newestFirst[0]?.site ?? site.name, newestFirst);
      return { at: now, pairs, open: open.map((run) => ({ ...run, holds: true })) };
    },
  };
}
