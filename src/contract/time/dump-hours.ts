/** Hours of the day in which a dump may read, such as `20:00-06:00`. Pure. */
import { ownZone, wallTimeOf } from './wall-clock.ts';

export interface DumpHours {
  /** `HH:MM-HH:MM`; past midnight if the second time is the earlier one. */
  readonly hours: string;
  /** IANA name of the time zone. */
  readonly zone: string;
}

/** The keys of a job that say it. */
interface HoursOfJob {
  readonly dumpHours?: string | undefined;
  readonly schedule?: { readonly zone?: string | undefined } | undefined;
}

/** The hours in which the dump of a job reads; undefined if it reads at any time. */
export const dumpHoursOf = ({ dumpHours, schedule }: HoursOfJob): DumpHours | undefined =>
  dumpHours === undefined ? undefined : { hours: dumpHours, zone: schedule?.zone ?? ownZone() };

const pattern = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/;

/** True for two different times of day. */
export function areDumpHours(text: string): boolean {
  const [, from, to] = pattern.exec(text) ?? [];
  return from !== undefined && from !== to;
}

/**
 * True if the clock of the zone shows a time within the hours: the first minute is a part of them, the last one is not.
 * What is no hours of a dump never ends.
 */
export function isWithinHours({ hours, zone }: DumpHours, instant: Date): boolean {
  const [, from, to] = pattern.exec(hours) ?? [];
  if (from === undefined || to === undefined) return true;
  const { hour, minute } = wallTimeOf(instant, zone);
  const now = [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');
  return from < to ? from <= now && now < to : from <= now || now < to;
}
