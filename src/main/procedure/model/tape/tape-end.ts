/**
 * Where an interrupted dump may be continued on its tape, judged by what was found there. When the ssh client dies in
 * the middle of a write, the dd that writes sees the end of its input: it leaves a short last record and a file mark,
 * and the file looks whole. After a power failure there is no file mark. Pure.
 */
import { countText } from '../../../../contract/words.ts';
import { phrase } from '../../../../contract/text/say.ts';

/** What was read from a place in a volume's file until its end. */
export interface TapeEndFound {
  /** Records of the file before the place. */
  readonly from: number;
  /** Records of full size after it, and shorter ones, as dd counted them. */
  readonly whole: number;
  readonly short: number;
  /** `file-mark`: dd read up to one. `end-of-data`: it failed where nothing more is recorded. `error`: it failed elsewhere. */
  readonly ended: 'file-mark' | 'end-of-data' | 'error';
}

/** What the dump can have written. */
export interface DumpReach {
  /** Records of the whole volume. */
  readonly total: number;
  /** The most records that the dump can have read before it was interrupted. */
  readonly mostRead: number;
}

/** `nothing`: no record comes after the place, so an earlier place must be tried. */
export type TapeEndVerdict =
  | { readonly kind: 'continues'; readonly after: number }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'starts-over'; readonly reason: string };

const startsOver = (reason: string): TapeEndVerdict => ({ kind: 'starts-over', reason });

/**
 * @returns after how many records the dump may be continued, once those after `from` are proven. The last record of the
 *   volume is always written again: only then does the drive write the file mark after it
 */
export function judgeTapeEnd({ from, whole, short, ended }: TapeEndFound, reach: DumpReach): TapeEndVerdict {
  const { total, mostRead } = reach;
  const next = from + whole + short;
  if (ended === 'error')
    return startsOver(phrase('record {next} on tape cannot be read', { next: countText(next + 1) }));
  if (short > 1)
    return startsOver(phrase('the tape holds {short} short records', { short: countText(short) }));
  if (next > Math.min(total, mostRead))
    return startsOver(
      phrase('the tape holds more than the {total} records that the dump can have read', {
        total: countText(Math.min(total, mostRead)),
      }),
    );
  const after = Math.min(from + whole, total - 1);
  return after > from ? { kind: 'continues', after } : { kind: 'nothing' };
}
