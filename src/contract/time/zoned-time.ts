/** Instants as the clock of a time zone shows them, with day, seconds and offset. Pure. */
import { localDay, wallTimeOf, zonedText } from './wall-clock.ts';

const two = (number: number): string => String(number).padStart(2, '0');

const zoneNames = new Map<string, string>();

/** `CET`; `GMT+9` where a zone has no short name. */
export function zoneName(instant: Date, zone: string): string {
  // Asking Intl takes longer than everything else, and journals have thousands of times.
  const key = `${zone} ${offsetText(instant, zone)}`;
  const known = zoneNames.get(key) ?? zonedText(instant, zone).split(' ').slice(2).join(' ');
  zoneNames.set(key, known);
  return known;
}

/** `2026-11-28`, as the calendar of the zone has it. */
export const zonedDay = (instant: Date, zone: string): string => localDay(instant.toISOString(), zone);

/** `18:04:09`. Offsets are whole minutes since 1972 (tz database), so every clock shows the same second. */
export function zonedClock(instant: Date, zone: string): string {
  const { hour, minute } = wallTimeOf(instant, zone);
  return `${two(hour)}:${two(minute)}:${two(instant.getUTCSeconds())}`;
}

/** `2026-11-28 18:04:09 CET`. */
export const zonedSecond = (instant: Date, zone: string): string =>
  `${zonedDay(instant, zone)} ${zonedClock(instant, zone)} ${zoneName(instant, zone)}`;

/** Of this program's sentences: no part of a path or a name. */
const stamp = /(?<![\w./:-])\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z(?!\.?\w|[/:-])/g;

/**
 * A sentence whose times, ISO 8601 in UTC, are those of a zone: `sealed 2026-11-29 00:04:09 CET; final`.
 * @param zone IANA name
 */
export const withTimesIn = (sentence: string, zone: string): string =>
  sentence.replace(stamp, (at) => {
    const instant = new Date(at);
    return Number.isNaN(instant.getTime()) ? at : zonedSecond(instant, zone);
  });

/** `+01:00`: how far the clock of the zone is ahead of UTC at an instant. */
export function offsetText(instant: Date, zone: string): string {
  const { year, month, day, hour, minute } = wallTimeOf(instant, zone);
  const ahead =
    Date.UTC(year, month - 1, day, hour, minute) - Math.floor(instant.getTime() / 60_000) * 60_000;
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  return `${ahead < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
