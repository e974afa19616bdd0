/** Values that are in several places of a site file. */
import { z } from 'zod';
import { isFailure } from '../../contract/errors.ts';
import { commandLine } from '../ssh/quoting.ts';
import { commandWords } from './command-words.ts';

export const nonEmpty = z.string().min(1, 'must not be empty');

/** A command of the site: a line ("umount /app") or its words (["umount", "/app"]). */
export const command = z
  .union([nonEmpty, z.array(z.string()).min(1, 'must not be empty')])
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

const secondsOf = { second: 1, minute: 60, hour: 3600 } as const;
type Unit = keyof typeof secondsOf;

/** `10 minutes`, as seconds. */
export const duration = z
  .string()
  .regex(
    /^[1-9]\d{0,4} (second|minute|hour)s?$/,
    'must be a number of seconds, minutes or hours, such as "10 minutes"',
  )
  .transform((text) => {
    const [count = '', unit = ''] = text.split(' ');
    return Number(count) * secondsOf[unit.replace(/s$/, '') as Unit];
  });
