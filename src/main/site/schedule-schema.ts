/** When a job is due by itself. The descriptions become the reference in docs/site-file.md. */
import { z } from 'zod';
import { weekdays, type Schedule, type Weekday } from '../../contract/time/schedule.ts';
import { isTimeZone, ownZone } from '../../contract/time/wall-clock.ts';
import { phrase } from '../../contract/text/say.ts';

/** From Monday on, as ranges are written. */
const week: readonly Weekday[] = [...weekdays.slice(1), ...weekdays.slice(0, 1)];

const dayOf = (word: string): Weekday | undefined => week.find((day) => day === word.toLowerCase());

/** `fri-mon` goes over the weekend. @returns undefined if the words name no days */
function daysOfRange(words: string): readonly Weekday[] | undefined {
  if (words.toLowerCase() === 'daily') return week;
  const [first, last, ...more] = words.split('-').map((word) => dayOf(word.trim()));
  if (first === undefined || more.length > 0) return undefined;
  if (!words.includes('-')) return [first];
  if (last === undefined) return undefined;
  const from = week.indexOf(first);
  const count = ((week.indexOf(last) - from + 7) % 7) + 1;
  return [...week, ...week].slice(from, from + count);
}

/** `mon-fri`, `sat,sun`, `daily`. @returns the days from Monday on; undefined if a part names no day */
function daysOf(text: string): readonly Weekday[] | undefined {
  const parts = text.split(',').map((part) => daysOfRange(part.trim()));
  const all = new Set(parts.flatMap((part) => part ?? []));
  return parts.includes(undefined) ? undefined : week.filter((day) => all.has(day));
}

const secondsOf: Readonly<Record<string, number>> = { m: 60, h: 3600 };
const longestWindow = 24 * 3600;

export const scheduleSchema = z.strictObject({
  at: z
    .string()
    .regex(
      /^([01]\d|2[0-3]):[0-5]\d$/,
      phrase('must be a time from 00:00 to 23:59 in quotes, such as "02:00"'),
    )
    .describe(
      'When the job is due: `"02:00"`. A time that the clock skips in spring counts from the change; one that it shows twice in autumn counts once.',
    ),
  days: z
    .string()
    .default('daily')
    .transform((text, context): readonly Weekday[] => {
      const days = daysOf(text);
      if (days) return days;
      context.addIssue({
        code: 'custom',
        message: phrase('must be days such as "mon-fri", "sat,sun" or "daily"'),
      });
      return z.NEVER;
    })
    .describe('On which days: `mon-fri`, `sat,sun`, `mon,wed-fri`, `daily`.'),
  window: z
    .string()
    .default('6 hours')
    .transform((text, context) => {
      const [, count = '', unit = ''] = /^([1-9]\d{0,3}) (m|h)(?:in|inutes?|ours?)?$/.exec(text) ?? [];
      const seconds = Number(count) * (secondsOf[unit] ?? 0);
      if (seconds > 0 && seconds <= longestWindow) return seconds;
      context.addIssue({
        code: 'custom',
        message: phrase('must be at most 24 hours, such as "6 hours" or "90 min"'),
      });
      return z.NEVER;
    })
    .describe(
      'How long after its time a run may still begin: `6 hours`, `90 min`. A night without a run in its window is missed.',
    ),
  zone: z
    .string()
    .refine(isTimeZone, phrase('must be the name of a time zone such as "Europe/Berlin"'))
    .optional()
    .describe('The time zone of `at`. Default: the zone of the console.'),
});

/** @param zone of the console */
export function scheduleOf(
  { at, days, window, zone: own }: z.output<typeof scheduleSchema>,
  zone: string = ownZone(),
): Schedule {
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  return { hour, minute, days, windowSeconds: window, zone: own ?? zone };
}
