/** What a dd on the tape host had written when it failed. Pure. */
import type { EventOf } from '../contract/events.ts';
import type { PassModel } from './run/run-model.ts';

/** dd's last count: `F+P records out`, F full records and P partial ones. */
const recordsOut = /(\d+)\+\d+ records out/g;

const writes = (line: string): boolean => /^dd .*\bof=/.test(line);

const isCounted = (text: string): boolean => [...text.matchAll(recordsOut)].length > 0;

/** POSIX shells report a command that a signal ended with 128 and more. */
const leastOfSignals = 128;

/**
 * True if a dump was broken off before the tape host said how much it had written: what the console had sent by then may not be on tape,
 * and what it had sent since its last report is there.
 */
export const isUncounted = ({ state, commands }: Pick<PassModel, 'state' | 'commands'>): boolean =>
  (state === 'failed' || state === 'broken-off') &&
  commands.some(({ line, outcome }) => {
    if (!writes(line)) return false;
    const { exitStatus, stderr = '' } = outcome ?? {};
    return !isCounted(stderr) && (exitStatus === undefined || exitStatus >= leastOfSignals);
  });

/**
 * A failed dump has one count, that of the tape host: what the console had sent by then may not be on tape.
 * @param line the command as sent
 * @returns undefined if the command writes no records, succeeded, or printed no count
 */
export function writtenBeforeFailure(
  line: string | undefined,
  { exitStatus, stderr }: EventOf<'outcome'>,
): { readonly records: number; readonly bytes: number } | undefined {
  if (line === undefined || exitStatus === 0 || !writes(line)) return undefined;
  const recordBytes = Number(/\bo?bs=(\d+)/.exec(line)?.[1]);
  const counted = [...stderr.matchAll(recordsOut)].at(-1)?.[1];
  if (counted === undefined || Number.isNaN(recordBytes)) return undefined;
  return { records: Number(counted), bytes: Number(counted) * recordBytes };
}
