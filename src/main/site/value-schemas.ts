/** Values that are in several places of a site file. */
import { z } from 'zod';
import { isFailure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { commandLine } from '../ssh/quoting.ts';
import { isTapeName } from '../tape/tape-label.ts';
import { commandWords } from './command-words.ts';

export const nonEmpty = z.string().min(1, phrase('must not be empty'));

/** What is on a label. */
export const tapeName = z
  .string()
  .refine(isTapeName, phrase('must be 1 to 32 letters, digits, "_", "." and "-", and not "data"'));

/** A command of the site: a line ("umount /app") or its words (["umount", "/app"]). */
export const command = z
  .union([nonEmpty, z.array(z.string()).min(1, phrase('must not be empty'))])
  .transform((value, context) => {
    try {
      const words = Array.isArray(value) ? value : commandWords(value);
      // What no shell could be given is refused here, not in the middle of a run.
      commandLine(words);
      return words;
    } catch (error) {
      context.addIssue({ code: 'custom', message: isFailure(error) ? error.message : String(error) });
      return z.NEVER;
    }
  });

const secondsOf = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;
type Unit = keyof typeof secondsOf;

function secondsOfText(text: string): number {
  const [count = '', unit = ''] = text.split(' ');
  return Number(count) * secondsOf[unit.replace(/s$/, '') as Unit];
}

/** `10 minutes`, as seconds. */
export const duration = z
  .string()
  .regex(
    /^[1-9]\d{0,4} (second|minute|hour)s?$/,
    phrase('must be a number of seconds, minutes or hours, such as "10 minutes"'),
  )
  .transform(secondsOfText);

/** `24 hours`, as seconds. */
export const age = z
  .string()
  .regex(
    /^[1-9]\d{0,3} (hour|day|week)s?$/,
    phrase('must be a number of hours, days or weeks, such as "24 hours"'),
  )
  .transform(secondsOfText);

/** `30 days`, as it is written. @param example in the message where it is something else */
export const lengthOfTime = (example: string) =>
  z
    .string()
    .regex(
      /^[1-9]\d{0,3} (day|week|year)s?$/,
      phrase('must be a number of days, weeks or years, such as "{example}"', { example }),
    );

const bytesOf = { kB: 1e3, MB: 1e6, GB: 1e9 } as const;

/** `80 MB/s`, as bytes per second; decimal, as drive makers have it. */
export const rate = z
  .string()
  .regex(/^[1-9]\d{0,5} [kMG]B\/s$/, phrase('must be a rate such as "80 MB/s"'))
  .transform((text) => {
    const [count = '', unit = ''] = text.replace('/s', '').split(' ');
    return Number(count) * bytesOf[unit as keyof typeof bytesOf];
  });

/** Seconds between two tries, queries or messages. */
export const seconds = z.number().min(0.01).max(3600);
