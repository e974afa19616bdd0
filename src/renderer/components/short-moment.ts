/** Moments as short as possible, in this machine's time zone: today only as a time. */
import { localeOf } from '../../contract/text/say.ts';

const pad = (value: number): string => String(value).padStart(2, '0');

const dayOf = (moment: Date): string =>
  `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;

/** `18:04`, or `2026-11-28 18:04` of another day. @param at ISO 8601 */
export function shortMoment(at: string, now = new Date()): string {
  const moment = new Date(at);
  const clock = `${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
  return dayOf(moment) === dayOf(now) ? clock : `${dayOf(moment)} ${clock}`;
}

/** `2026-11-28 18:04`. @param at ISO 8601 */
export function minuteText(at: string): string {
  const moment = new Date(at);
  return `${dayOf(moment)} ${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
}

/** The zone of this machine at that moment, such as `CET` or `UTC`. */
export const zoneText = (at: Date = new Date()): string =>
  new Intl.DateTimeFormat(localeOf('en-GB'), { timeZoneName: 'short' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value ?? '';
