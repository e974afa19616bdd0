/**
 * Sends the digest of the last week to every receiver, once for each week. It counts as sent once each receiver has
 * accepted it; one that has not is tried again at the next call, without the others. One process at a time sends: the
 * lock of a dead one is taken over.
 */
import type { WeekDigest } from '../../../contract/digest.ts';
import { failure, type ShadowtapeError } from '../../../contract/errors.ts';
import { phrases } from '../../../contract/text/say.ts';
import { localDay } from '../../../contract/time/wall-clock.ts';
import type { Period } from '../../../contract/time/week.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { digestNotification, type Notification } from '../../notify/notification.ts';
import { notificationFor, send, wayWords } from '../../notify/send.ts';
import { LockFile, LockFileHeld } from '../../owner/lock-file.ts';
import { unwritable } from '../../proof/whole-file.ts';
import type { NotifyWay } from '../../site/notify-schema.ts';
import type { Site } from '../../site/site-schema.ts';
import { addScheduleEvents, scheduleEvents, type ScheduleEvent } from '../schedule/schedule-file.ts';
import { digestsOf, isSent, receiverOf, wantsDigest, waysLeft, weeksToSend } from './digest-record.ts';
import { digestLines, digestSentence } from './digest-text.ts';

/** The result for the digest of a week. */
export interface DigestOutcome {
  readonly from: Date;
  readonly outcome: 'sent' | 'sent before' | 'unsent';
  /** Which receivers it did not reach, and why, one phrase each. */
  readonly failures: readonly string[];
}

export interface DigestOrder {
  readonly state: StateFolder;
  readonly site: Site;
  /** What is sent of a week. */
  readonly digestOf: (period: Period) => Promise<WeekDigest>;
  /** The time zone of the weeks and of the times. */
  readonly zone: string;
  readonly now: Date;
  /** The time zone of the times, if it differs. */
  readonly shownZone?: string | undefined;
}

/** The day on which the week of a digest begins. @param zone the time zone of the weeks */
export const weekOf = ({ from }: DigestOutcome, zone: string): string => localDay(from.toISOString(), zone);

/** @returns why the last digest that did not reach everybody did not; undefined where all did */
export function unsentFailure(outcomes: readonly DigestOutcome[], zone: string): ShadowtapeError | undefined {
  const unsent = outcomes.findLast(({ outcome }) => outcome === 'unsent');
  if (!unsent) return undefined;
  return failure('DIGEST_UNSENT', { week: weekOf(unsent, zone), failures: phrases(unsent.failures, '; ') });
}

/** Longer than one message may take. */
const patienceMilliseconds = 120_000;

/**
 * Sends the digest to one receiver, and records the result at once. @returns why the receiver refused it; undefined if
 * it was accepted
 */
async function sendOver(
  { state, site }: DigestOrder,
  way: NotifyWay,
  notification: Notification,
  due: string,
): Promise<string | undefined> {
  const record = (what: 'digest-accepted' | 'digest-failed', reason?: string) => {
    const at = new Date().toISOString();
    const event: ScheduleEvent = { what, at, ...digestsOf(site), due, way: receiverOf(way), reason };
    return addScheduleEvents(state, digestsOf(site), () => [event]);
  };
  try {
    await send(way, notification, 'digest');
  } catch (error) {
    const reason = phrases([wayWords(way), error instanceof Error ? error.message : String(error)], ': ');
    await record('digest-failed', reason);
    return reason;
  }
  await record('digest-accepted');
  return undefined;
}

async function sendWeek(
  order: DigestOrder,
  period: Period,
  events: readonly ScheduleEvent[],
): Promise<DigestOutcome> {
  const { state, site, zone, shownZone = zone } = order;
  const due = period.from.toISOString();
  if (isSent(events, due)) return { from: period.from, outcome: 'sent before', failures: [] };
  const digest = await order.digestOf(period);
  const make = () =>
    digestNotification(
      digestSentence(digest, shownZone),
      digestLines(digest, shownZone).join('\n'),
      digest.sealsHead,
    );
  const left = waysLeft(site, events, due);
  const ends = await Promise.all(left.map((way) => sendOver(order, way, notificationFor(way, make), due)));
  const failures = ends.filter((reason) => reason !== undefined);
  if (failures.length > 0) return { from: period.from, outcome: 'unsent', failures };
  const sent = { what: 'digested', at: new Date().toISOString(), ...digestsOf(site), due } as const;
  await addScheduleEvents(state, digestsOf(site), () => [sent]);
  return { from: period.from, outcome: 'sent', failures: [] };
}

/**
 * The last week that is over, after those tried without success.
 * @returns the earliest week first
 * @throws DIGEST_UNWANTED, STATE_FOLDER_UNUSABLE, STATE_FILE_UNREADABLE, STATE_FILE_UNWRITABLE
 */
export async function sendDigests(order: DigestOrder): Promise<DigestOutcome[]> {
  const { state, site } = order;
  if (!wantsDigest(site)) throw failure('DIGEST_UNWANTED');
  await state.prepare();
  const file = `${state.scheduleFile}.digest.lock`;
  try {
    return await new LockFile(file, { patienceMilliseconds }).during(async () => {
      // Checked again after the wait: the other process may have sent it.
      const events = await scheduleEvents(state, digestsOf(site));
      const outcomes: DigestOutcome[] = [];
      for (const period of weeksToSend(site, events, order))
        outcomes.push(await sendWeek(order, period, events));
      return outcomes;
    });
  } catch (error) {
    if (error instanceof LockFileHeld) throw unwritable(file, error);
    throw error;
  }
}
