/** How old a backup is, in words. Pure. */
import { say } from '../text/say.ts';
import { isInFuture } from './in-future.ts';
import { durationText } from '../words.ts';

/** `26 h 3 min old`, `2 h 10 min in the future`. */
export const oldText = (ageSeconds: number): string =>
  isInFuture(ageSeconds)
    ? say('{ahead} in the future', { ahead: durationText(-ageSeconds) })
    : say('{age} old', { age: durationText(Math.max(0, ageSeconds)) });
