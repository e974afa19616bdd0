/** How the command line formats its output: the time zone, the colors, how much. Chosen once, before a command begins. */
import { lossSentenceOn, type TapeLoss } from '../../../contract/tape/tape-loss.ts';
import { ownZone, zonedText } from '../../../contract/time/wall-clock.ts';
import { withTimesIn, zonedClock, zonedDay, zoneName } from '../../../contract/time/zoned-time.ts';

export const colorChoices = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof colorChoices)[number];

export interface DisplayChoice {
  /** Times in UTC, not in the zone of this machine. */
  readonly utc: boolean;
  readonly color: ColorChoice;
  /** Only answers, warnings and errors. */
  readonly quiet: boolean;
  /** Also every command that is sent, and errors with all evidence. */
  readonly verbose: boolean;
}

let chosen: DisplayChoice = { utc: false, color: 'auto', quiet: false, verbose: false };

export const chooseDisplay = (choice: DisplayChoice): void => {
  chosen = choice;
};

export const isQuiet = (): boolean => chosen.quiet;
export const isVerbose = (): boolean => chosen.verbose;

/** Where times are shown: IANA name of the zone. */
export const shownZone = (): string => (chosen.utc ? 'UTC' : ownZone());

/** A time with its own zone, such as that of a schedule, is in UTC if all are. */
export const zoneInstead = (zone: string): string => (chosen.utc ? 'UTC' : zone);

/** True if the terminal can move its cursor, and so draw over a line. */
export const isDumb = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  environment['TERM'] === undefined || environment['TERM'] === '' || environment['TERM'] === 'dumb';

/**
 * Whether a stream gets colors: as in `--color`, otherwise none with NO_COLOR (no-color.org), in files, pipes and on
 * dumb terminals.
 * @param isTTY of the stream
 */
export function hasColors(isTTY: boolean, environment: NodeJS.ProcessEnv = process.env): boolean {
  if (chosen.color !== 'auto') return chosen.color === 'always';
  return isTTY && !isDumb(environment) && (environment['NO_COLOR'] ?? '') === '';
}

/** A text that is not a time, such as in an edited lock, is unchanged. */
function shownAt(at: string, text: (instant: Date, zone: string) => string): string {
  const instant = new Date(at);
  return Number.isNaN(instant.getTime()) ? at : text(instant, shownZone());
}

/** `2026-11-28 18:04 CET`. @param at ISO 8601 */
export const momentText = (at: string): string => shownAt(at, zonedText);

/** `2026-11-28 CET`. @param at ISO 8601 */
export const dayText = (at: string): string =>
  shownAt(at, (instant, zone) => `${zonedDay(instant, zone)} ${zoneName(instant, zone)}`);

/** `18:04:09.123`; its day and zone are shown before it. @param at ISO 8601 */
export const clockText = (at: string): string =>
  shownAt(
    at,
    (instant, zone) =>
      `${zonedClock(instant, zone)}.${String(instant.getUTCMilliseconds()).padStart(3, '0')}`,
  );

/** The text for an overwritten tape. */
export const lossText = (loss: TapeLoss): string => lossSentenceOn(loss, momentText(loss.at));

/**
 * A sentence with its times as they are shown. Sentences of journals, errors and locks hold times as ISO 8601 in UTC: they are read in
 * other zones, too.
 */
export const withShownTimes = (sentence: string): string => withTimesIn(sentence, shownZone());
