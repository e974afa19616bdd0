/** Times of a report, all in one zone: the same zone gives the same report, wherever it is made again. Pure. */
import { offsetText, zonedClock, zonedDay } from '../../../contract/time/zoned-time.ts';
import { say } from '../../../contract/text/say.ts';

export interface ReportTimes {
  /** IANA name of the zone. */
  readonly zone: string;
  /** `UTC` or `local`: for headings and the foot of each page. */
  readonly word: string;
  /** `2026-11-22 15:53:39 +01:00`, or `… UTC`. @param at ISO 8601, or milliseconds since 1970 */
  moment(at: string | number): string;
  /** `2026-11-22 15:53:39 +01:00 (14:53:39 UTC)`: for the instants that other systems know. */
  both(at: number): string;
  /** `14:53:39`; `11-23 02:10:04` on a later day than the run began. */
  clock(at: number, startedAt: number | undefined): string;
  /** `2026-11-22`. @param at ISO 8601 */
  day(at: string): string;
}

const ofUtc = new Set(['UTC', 'Etc/UTC', 'Etc/GMT', 'GMT', 'Etc/UCT', 'Etc/Universal', 'Etc/Zulu']);

/** @param zone IANA name; without it UTC, as the reports of earlier releases */
export function reportTimes(zone = 'UTC'): ReportTimes {
  const isUtc = ofUtc.has(zone);
  const moment = (at: string | number) => {
    const instant = new Date(at);
    return `${zonedDay(instant, zone)} ${zonedClock(instant, zone)} ${isUtc ? 'UTC' : offsetText(instant, zone)}`;
  };
  return {
    zone: isUtc ? 'UTC' : zone,
    word: isUtc ? 'UTC' : say('local'),
    moment,
    both: (at) => (isUtc ? moment(at) : `${moment(at)} (${zonedClock(new Date(at), 'UTC')} UTC)`),
    clock(at, startedAt) {
      const day = zonedDay(new Date(at), zone);
      const time = zonedClock(new Date(at), zone);
      const isSame = startedAt === undefined || day === zonedDay(new Date(startedAt), zone);
      return isSame ? time : `${day.slice(5)} ${time}`;
    },
    day: (at) => zonedDay(new Date(at), zone),
  };
}
