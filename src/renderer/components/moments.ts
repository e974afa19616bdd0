/** Moments as screens show them, in this machine's time zone. */
import { localeOf } from '../../contract/text/say.ts';

const pad = (value: number): string => String(value).padStart(2, '0');

const dayOf = (moment: Date): string =>
  `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;

const minuteOf = (moment: Date): string => `${pad(moment.getHours())}:${pad(moment.getMinutes())}`;

const secondOf = (moment: Date): string => `${minuteOf(moment)}:${pad(moment.getSeconds())}`;

/** As short as possible: `18:04`, or `2026-11-28 18:04` of another day. @param at ISO 8601 */
export function shortMoment(at: string, now = new Date()): string {
  const moment = new Date(at);
  return dayOf(moment) === dayOf(now) ? minuteOf(moment) : `${dayOf(moment)} ${minuteOf(moment)}`;
}

/** `2026-11-28 18:04`. @param at ISO 8601 */
export function minuteText(at: string): string {
  const moment = new Date(at);
  return `${dayOf(moment)} ${minuteOf(moment)}`;
}

/** `02:00:04`. @param at milliseconds since 1970 */
export const clockText = (at: number): string => secondOf(new Date(at));

/** `2026-11-22 02:00:04`. @param at milliseconds since 1970 */
export function dayAndClock(at: number): string {
  const moment = new Date(at);
  return `${dayOf(moment)} ${secondOf(moment)}`;
}

/** The zone of this machine at that moment, such as `CET` or `UTC`. */
export const zoneText = (at: Date = new Date()): string =>
  new Intl.DateTimeFormat(localeOf('en-GB'), { timeZoneName: 'short' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value ?? '';
