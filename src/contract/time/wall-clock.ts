/** Instants and the wall clock of a time zone, by the zone data of the runtime (Intl). Pure. */

/** What a clock on the wall shows; the month is 1 to 12. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const hourMilliseconds = 3_600_000;
/** No zone has been further than this from UTC. */
const farMilliseconds = 36 * hourMilliseconds;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}

/** @param zone IANA name of a time zone, such as `Europe/Berlin` */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** The zone of this machine. */
export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What the clock shows, as if it were UTC; milliseconds. */
function shownAt(instant: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** How far the clock is before UTC, in milliseconds. */
const offsetAt = (instant: number, zone: string): number =>
  shownAt(instant, zone) - Math.floor(instant / 1000) * 1000;

/** What the clock of the zone shows at an instant. */
export function wallTimeOf(instant: Date, zone: string): WallTime {
  const shown = new Date(shownAt(instant.getTime(), zone));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
  };
}

/** The first instant, to the second, from which on the offset is that of `after`. */
function changeBetween(before: number, after: number, zone: string): number {
  const changed = offsetAt(after, zone);
  let [early, late] = [before, after];
  while (late - early > 1000) {
    const middle = Math.floor((early + late) / 2000) * 1000;
    if (offsetAt(middle, zone) === changed) late = middle;
    else early = middle;
  }
  return late;
}

/**
 * The first instant at which the clock shows this time. Where it is shown twice, the earlier one; where the clock skips it, the instant
 * of the change.
 */
export function instantOf({ year, month, day, hour, minute }: WallTime, zone: string): Date {
  const shown = Date.UTC(year, month - 1, day, hour, minute);
  const offsets = [offsetAt(shown - farMilliseconds, zone), offsetAt(shown + farMilliseconds, zone)];
  const candidates = offsets.map((offset) => shown - offset).sort((one, other) => one - other);
  const first = candidates.find((instant) => shownAt(instant, zone) === shown);
  if (first !== undefined) return new Date(first);
  const [before = shown, after = shown] = candidates;
  return new Date(changeBetween(before - hourMilliseconds, after + hourMilliseconds, zone));
}

/** `CET`; `GMT+9` where a zone has no short name. */
const shortZone = (instant: Date, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' })
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')?.value ?? zone;

const two = (number: number): string => String(number).padStart(2, '0');

/** `2026-11-28`. @param instant ISO 8601 */
export function localDay(instant: string, zone: string = ownZone()): string {
  const { year, month, day } = wallTimeOf(new Date(instant), zone);
  return `${year}-${two(month)}-${two(day)}`;
}

/** `2026-11-28 18:04 CET`. */
export function zonedText(instant: Date, zone: string): string {
  const { hour, minute } = wallTimeOf(instant, zone);
  const day = localDay(instant.toISOString(), zone);
  return `${day} ${two(hour)}:${two(minute)} ${shortZone(instant, zone)}`;
}
