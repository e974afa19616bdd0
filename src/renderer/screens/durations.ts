/** Durations as screens of runs show them. */
import { durationText } from '../../contract/words.ts';

/** `20 ms`, `1.2 s`, `3 min 20 s`. */
export const timeText = (milliseconds: number): string =>
  milliseconds < 100 ? `${Math.round(milliseconds)} ms` : durationText(milliseconds / 1000);
