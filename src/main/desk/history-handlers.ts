import type { RunLine } from '../../contract/screens.ts';
import { ownZone } from '../../contract/time/wall-clock.ts';
import { runLineOf } from '../history/history.ts';
import { runsElsewhere, withProcess } from './runs-elsewhere.ts';
import { sendDigests, unsentFailure, weekOf } from '../application/digest/send-digest.ts';
import { weekDigest } from '../application/digest/week-digest.ts';
import { siteProtectionView } from '../application/protection/protection-service.ts';
import { siteStatus, type SiteStatus } from '../application/protection/status-service.ts';
import { restoreLines } from '../history/restore-records.ts';
import { matchingRestores } from '../history/restore-search.ts';
import { locatedHits } from '../application/known-tapes.ts';
import type { DeskRoom, Handlers } from './handlers.ts';

export type HistoryChannel = 'runs' | 'protection' | 'sendDigest' | 'searchRuns' | 'whereFile' | 'trends';

/** What is in the index already is shown, where the rest takes longer than this; milliseconds. */
const patience = 2000;

/** Restores of files and drills among the runs; the oldest of more are found by their files alone. */
const mostRestores = 1000;

/** A run of this process is known better than its journal was when it was read; that of another process is running, too. */
async function linesWithLive({ state, runs }: DeskRoom, lines: readonly RunLine[]): Promise<RunLine[]> {
  const elsewhere = await runsElsewhere(state);
  return lines.map((line) => {
    const live = runs.find(line.run);
    if (live) return { ...runLineOf(line.run, live.events, true), lost: line.lost };
    return withProcess(line, elsewhere.get(line.run));
  });
}

/** What monitors receive about the open site. @throws what keeps the site from being opened, and STATE_FILE_UNREADABLE */
export async function statusOfDesk(room: DeskRoom): Promise<SiteStatus> {
  const { state, history, site } = room;
  const { console } = await site.current;
  const { lines, series } = await history.known();
  return siteStatus({
    site: console.site,
    state,
    lines: await linesWithLive(room, lines),
    series,
    now: new Date(),
  });
}

export function historyHandlers(room: DeskRoom): Pick<Handlers, HistoryChannel> {
  const { state, history, site, restores } = room;
  const withLive = (lines: readonly RunLine[]) => linesWithLive(room, lines);

  return {
    runs: async () => withLive(await history.lines()),

    protection: async () => {
      const { console } = await site.current;
      const { lines, series } = await history.known();
      return siteProtectionView({
        site: console.site,
        state,
        lines: await withLive(lines),
        series,
        holds: (run) => console.holdsClass(run),
        now: new Date(),
      });
    },

    sendDigest: async () => {
      const { site: ofSite } = (await site.current).console;
      const zone = ownZone();
      const now = new Date();
      const lines = await withLive(await history.lines());
      const facts = { site: ofSite, state, lines, series: await history.trends({}), now };
      const outcomes = await sendDigests({
        ...{ state, site: ofSite, zone, now },
        digestOf: (period) => weekDigest(facts, period),
      });
      const unsent = unsentFailure(outcomes, zone);
      if (unsent) throw unsent;
      return outcomes.flatMap((each) =>
        each.outcome === 'unsent' ? [] : [{ week: weekOf(each, zone), outcome: each.outcome }],
      );
    },

    searchRuns: async (request) => {
      const found = await history.search({ ...request, patience });
      const lines = await withLive(found.lines);
      if (request.before !== undefined) return { ...found, lines };
      const records = await restoreLines(state, restores.names, mostRestores);
      return { ...found, lines, restores: matchingRestores(records, request.query) };
    },

    whereFile: async (request) => {
      const found = await history.where({ ...request, patience });
      return { ...found, hits: locatedHits(state, found.hits) };
    },

    trends: (request) => history.trends(request),
  };
}
