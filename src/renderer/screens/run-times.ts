/** Moments and durations of runs as screens show them, in this machine's time zone. */

import { durationText } from '../../contract/words.ts';
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', year: 'numeric' });

/** `02:00:04`. @param moment milliseconds since 1970 */
export const clockText = (moment: number): string => clock.format(moment);

/** `22 Nov 2026 02:00:04`. */
export const dayAndClock = (moment: number): string => `${day.format(moment)} ${clock.format(moment)}`;

/** `20 ms`, `1.2 s`, `3 min 20 s`. */
export const timeText = (milliseconds: number): string =>
  milliseconds < 100 ? `${Math.round(milliseconds)} ms` : durationText(milliseconds / 1000);
