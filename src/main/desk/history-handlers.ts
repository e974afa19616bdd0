import type { RunLine } from '../../contract/screens.ts';
import { runLineOf } from '../history/history.ts';
import type { DeskRoom, Handlers } from './handlers.ts';

export type HistoryChannel = 'runs' | 'searchRuns' | 'whereFile' | 'trends';

/** What is in the index already is shown, where the rest takes longer than this; milliseconds. */
const patience = 2000;

export function historyHandlers({ runs, history }: DeskRoom): Pick<Handlers, HistoryChannel> {
  /** A run that goes on here is known better than its journal was when it was read. */
  const withLive = (line: RunLine): RunLine => {
    const live = runs.find(line.run);
    return live ? { ...runLineOf(line.run, live.events, true), lost: line.lost } : line;
  };

  return {
    runs: async () => (await history.lines()).map(withLive),

    searchRuns: async (request) => {
      const found = await history.search({ ...request, patience });
      return { ...found, lines: found.lines.map(withLive) };
    },

    whereFile: (request) => history.where({ ...request, patience }),

    trends: (request) => history.trends(request),
  };
}
