/** Which receivers have accepted the digest of which week, and which it did not reach: events in `schedule.ndjson`. */
import { createHash } from 'node:crypto';
import type { UnsentDigest } from '../../../contract/protection.ts';
import { phrases } from '../../../contract/text/say.ts';
import { lastWeek, type Period } from '../../../contract/time/week.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import type { NotifyWay } from '../../site/notify-schema.ts';
import type { Site } from '../../site/site-schema.ts';
import { scheduleEvents, type ScheduleEvent, type TaskName } from '../schedule/schedule-file.ts';
import { digestName } from '../schedule/schedule-units.ts';

const dayMilliseconds = 86_400_000;
/** A digest that could not be sent for this long is given up: it is no longer of use. */
const daysOfTries = 28;

/** The entries of `notify` that request the digest. */
const digestWays = ({ notify = [] }: Pick<Site, 'notify'>): NotifyWay[] =>
  notify.filter(({ on }) => on.includes('digest'));

/** True if an entry of `notify` requests the digest. */
export const wantsDigest = (site: Pick<Site, 'notify'>): boolean => digestWays(site).length > 0;

/**
 * The receiver of an entry. A corrected mail server does not make a new receiver; a command may hold a secret, and is
 * not recorded.
 */
export const receiverOf = ({ command, mail, syslog }: NotifyWay): string =>
  createHash('sha256')
    .update(JSON.stringify([command, mail?.to, syslog]))
    .digest('hex')
    .slice(0, 16);

export const digestsOf = ({ site }: Pick<Site, 'site'>): Pick<TaskName, 'site' | 'job'> => ({
  site,
  job: digestName,
});

/** True if every receiver has the digest of the week. */
export const isSent = (events: readonly ScheduleEvent[], week: string): boolean =>
  events.some(({ what, due }) => what === 'digested' && due === week);

/** The entries that the digest of a week has not reached yet. */
export function waysLeft(
  site: Pick<Site, 'notify'>,
  events: readonly ScheduleEvent[],
  week: string,
): NotifyWay[] {
  if (isSent(events, week)) return [];
  const reached = new Set(
    events.flatMap(({ what, due, way }) => (what === 'digest-accepted' && due === week ? [way] : [])),
  );
  return digestWays(site).filter((way) => !reached.has(receiverOf(way)));
}

/** Weeks whose digest did not reach every receiver, the earliest first. */
function failedWeeks(site: Pick<Site, 'notify'>, events: readonly ScheduleEvent[], now: Date): string[] {
  const since = now.getTime() - daysOfTries * dayMilliseconds;
  const failed = events.flatMap(({ what, due }) =>
    what === 'digest-failed' && due !== undefined ? [due] : [],
  );
  return [...new Set(failed)]
    .filter((week) => Date.parse(week) >= since && waysLeft(site, events, week).length > 0)
    .sort();
}

/** The weeks whose digest must be sent now: those tried without success, and the last one that is over. */
export function weeksToSend(
  site: Pick<Site, 'notify'>,
  events: readonly ScheduleEvent[],
  { zone, now }: { readonly zone: string; readonly now: Date },
): Period[] {
  const last = lastWeek(now, zone);
  const failed = failedWeeks(site, events, now).filter((week) => week < last.from.toISOString());
  const periodOf = (week: string): Period => {
    // About noon of the Monday after it: a week has an hour less or more if the clock changes.
    const { to } = lastWeek(new Date(Date.parse(week) + 7.5 * dayMilliseconds), zone);
    return { from: new Date(week), to };
  };
  return [...failed.map(periodOf), last];
}

/**
 * The newest digest that did not reach all its current receivers.
 * @throws STATE_FILE_UNREADABLE
 */
export async function unsentDigest(
  state: StateFolder,
  site: Pick<Site, 'site' | 'notify'>,
  now: Date,
): Promise<UnsentDigest | undefined> {
  if (!wantsDigest(site)) return undefined;
  const events = await scheduleEvents(state, digestsOf(site));
  const week = failedWeeks(site, events, now).at(-1);
  if (week === undefined) return undefined;
  const left = new Set(waysLeft(site, events, week).map(receiverOf));
  const failures = events.filter(({ what, due }) => what === 'digest-failed' && due === week);
  const last = new Map(failures.map((event) => [event.way, event]));
  const open = [...last].flatMap(([way, event]) => (way !== undefined && left.has(way) ? [event] : []));
  if (open.length === 0) return undefined;
  const tries = failures.filter(({ way }) => open.some((event) => event.way === way)).map(({ at }) => at);
  const [since = '', ...later] = tries.sort();
  const reason = phrases(
    open.flatMap((event) => event.reason ?? []),
    '; ',
  );
  return { week, since, at: later.at(-1) ?? since, reason };
}
