/** How old a backup is, and how often one is due, in words. Pure. */
import { say } from '../text/say.ts';
import { isInFuture } from './in-future.ts';
import { countText, durationText } from '../words.ts';

/** `26 h 3 min old`, `2 h 10 min in the future`. */
export const oldText = (ageSeconds: number): string =>
  isInFuture(ageSeconds)
    ? say('{ahead} in the future', { ahead: durationText(-ageSeconds) })
    : say('{age} old', { age: durationText(Math.max(0, ageSeconds)) });

/** `20 h 48 min`, `1 d 17 h`, `24 h`: no seconds, and no second unit that is zero. `in the future` where the clock was set back. */
export function ageWords(seconds: number): string {
  if (isInFuture(seconds)) return say('in the future');
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  const pair = (large: number, one: string, small: number, other: string) =>
    small === 0 ? `${countText(large)} ${one}` : `${countText(large)} ${one} ${small} ${other}`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes <= 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  return pair(Math.floor(minutes / 1440), 'd', Math.floor((minutes % 1440) / 60), 'h');
}
