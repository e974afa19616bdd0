/** Who has accepted the digest of which week, and whom it did not reach: events in `schedule.ndjson`. */
import { createHash } from 'node:crypto';
import type { UnsentDigest } from '../../../contract/protection.ts';
import { lastWeek, type Period } from '../../../contract/time/week.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import type { NotifyWay } from '../../site/notify-schema.ts';
import type { Site } from '../../site/site-schema.ts';
import { scheduleEvents, type ScheduleEvent, type TaskName } from '../schedule/schedule-file.ts';
import { digestName } from '../schedule/schedule-units.ts';

const dayMilliseconds = 86_400_000;
/** A digest that could not be sent for so long is given up: nobody needs it any more. */
const daysOfTries = 28;

/** The entries of `notify` that ask for the digest. */
const digestWays = ({ notify = [] }: Pick<Site, 'notify'>): NotifyWay[] =>
  notify.filter(({ on }) => on.includes('digest'));

/** True where an entry of `notify` asks for the digest. */
export const wantsDigest = (site: Pick<Site, 'notify'>): boolean => digestWays(site).length > 0;

/** Whom an entry reaches. A mail server that is corrected makes no other receiver; a command may hold a secret, and is not written down. */
export const receiverOf = ({ command, mail, syslog }: NotifyWay): string =>
  createHash('sha256')
    .update(JSON.stringify([command, mail?.to, syslog]))
    .digest('hex')
    .slice(0, 16);

export const digestsOf = ({ site }: Pick<Site, 'site'>): Pick<TaskName, 'site' | 'job'> => ({
  site,
  job: digestName,
});

/** True where everybody has the digest of the week. */
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

/** Weeks whose digest was tried and did not reach everybody, the earliest first. */
function failedWeeks(site: Pick<Site, 'notify'>, events: readonly ScheduleEvent[], now: Date): string[] {
  const since = now.getTime() - daysOfTries * dayMilliseconds;
  const failed = events.flatMap(({ what, due }) =>
    what === 'digest-failed' && due !== undefined ? [due] : [],
  );
  return [...new Set(failed)]
    .filter((week) => Date.parse(week) >= since && waysLeft(site, events, week).length > 0)
    .sort();
}

/** The weeks whose digest is to be sent now: those that were tried in vain, and the last one that is over. */
export function weeksToSend(
  site: Pick<Site, 'notify'>,
  events: readonly ScheduleEvent[],
  { zone, now }: { readonly zone: string; readonly now: Date },
): Period[] {
  const last = lastWeek(now, zone);
  const failed = failedWeeks(site, events, now).filter((week) => week < last.from.toISOString());
  const periodOf = (week: string): Period => {
    // About noon of the Monday after it: a week has an hour less or more where the clock changes.
    const { to } = lastWeek(new Date(Date.parse(week) + 7.5 * dayMilliseconds), zone);
    return { from: new Date(week), to };
  };
  return [...failed.map(periodOf), last];
}

/**
 * The newest digest that did not reach everybody who asks for it now.
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
  const reason = open.flatMap((event) => event.reason ?? []).join('; ');
  return { week, since, at: later.at(-1) ?? since, reason };
}
