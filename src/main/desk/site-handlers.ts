import type { CheckLine } from '../../contract/plan.ts';
import type { ClusterView } from '../../contract/screens.ts';
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import type { DeskRoom, Handlers } from './handlers.ts';
import { siteInfo } from './site-views.ts';

export type SiteChannel = 'site' | 'look' | 'check' | 'measureRates' | 'login' | 'openSite';

/** How long a look is good for others who ask: sdxinfo becomes slow when several run at once (GDS guide 4.5, D.6). */
const lookMilliseconds = 1000;

interface Look {
  readonly of: object;
  readonly view: Promise<ClusterView>;
  /** When it was done; undefined while it continues. */
  doneAt: number | undefined;
}

/** Going over to another site ends all sessions with the hosts of this one. @throws SITE_IN_USE */
function requireIdle({ runs, drive }: DeskRoom): void {
  const [active] = runs.active;
  const what = active
    ? phrase('run {run} is running', { run: active.run })
    : (drive.user ?? (runs.isBusy ? phrase('a run is starting') : undefined));
  if (what !== undefined) throw failure('SITE_IN_USE', { what });
}

export function siteHandlers(room: DeskRoom): Pick<Handlers, SiteChannel> {
  const { site, guest, drive, logins, checking, arrivals } = room;
  let last: Look | undefined;

  /**
   * One look at a time: who asks meanwhile gets the same one. A caller that gives up does not end it for the others.
   * @param fresh true: not one that is done already
   */
  async function look({ fresh = false }: { readonly fresh?: boolean | undefined }): Promise<ClusterView> {
    const { console } = await site.current;
    const milliseconds = fresh ? 0 : lookMilliseconds;
    const isGood =
      last?.of === console && (last.doneAt === undefined || performance.now() - last.doneAt < milliseconds);
    if (last && isGood) return last.view;
    const abort = new AbortController().signal;
    const view = console.clusterService.look({
      abort,
      driveUse: drive.user,
      onArrival: () => arrivals.add(),
    });
    const mine: Look = { of: console, view, doneAt: undefined };
    last = mine;
    try {
      return await view;
    } finally {
      mine.doneAt = performance.now();
    }
  }

  return {
    site: async () => {
      const { console, file } = await site.current;
      return siteInfo(console, file, guest);
    },

    look,

    check: async () => {
      const { console } = await site.current;
      return checking.during('check', (listener) => console.check(listener));
    },

    measureRates: async (_request, abort) => {
      const lines: CheckLine[] = [];
      await (await site.current).console.rateService.measure((line) => lines.push(line), abort);
      return lines;
    },

    login: async ({ number, answer, keep }) => {
      logins.answer(number, answer, keep);
      return null;
    },

    openSite: async ({ file }) => {
      requireIdle(room);
      const { console } = await site.goTo(file);
      return siteInfo(console, file, guest);
    },
  };
}
