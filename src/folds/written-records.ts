/** What a dd on the tape host had written when it failed. Pure. */
import type { EventOf } from '../contract/events.ts';

/** dd's last count: `F+P records out`, F full records and P partial ones. */
const recordsOut = /(\d+)\+\d+ records out/g;

/**
 * A failed dump has one count, that of the tape host: what the console had sent by then may not be on tape.
 * @param line the command as sent
 * @returns undefined if the command writes no records, succeeded, or printed no count
 */
export function writtenBeforeFailure(
  line: string | undefined,
  { exitStatus, stderr }: EventOf<'outcome'>,
): { readonly records: number; readonly bytes: number } | undefined {
  if (line === undefined || exitStatus === 0 || !/^dd .*\bof=/.test(line)) return undefined;
  const recordBytes = Number(/\bo?bs=(\d+)/.exec(line)?.[1]);
  const counted = [...stderr.matchAll(recordsOut)].at(-1)?.[1];
  if (counted === undefined || Number.isNaN(recordBytes)) return undefined;
  return { records: Number(counted), bytes: Number(counted) * recordBytes };
}
