/** What a dd on the tape host had written when it failed. Pure. */
import type { EventOf } from '../contract/events.ts';
import type { PassModel, RunModel } from './run/run-model.ts';

/** dd's last count: `F+P records out`, F full records and P partial ones. */
const recordsOut = /(\d+)\+\d+ records out/g;

/** A dd that writes to a device, also below sudo or pfexec; what only times a read writes to /dev/null. */
const writes = (line: string): boolean => /^(\S+ (-\S+ )?)?dd .*\bof=(?!\/dev\/null\b)/.test(line);

/** The steps that write a volume to tape; a label and a manifest have steps of their own. */
const isDump = (step: string): boolean => /^6[a-e]\b/.test(step);

const isCounted = (text: string): boolean => [...text.matchAll(recordsOut)].length > 0;

/** POSIX shells report a command that a signal ended with 128 and more. */
const leastOfSignals = 128;

function isUncounted({ step, state, commands }: PassModel, isLeft: boolean): boolean {
  const isBroken = state === 'failed' || state === 'broken-off' || (state === 'running' && isLeft);
  if (!isBroken || !isDump(step)) return false;
  return commands.some(({ line, outcome }) => {
    if (!writes(line)) return false;
    const { exitStatus, stderr = '' } = outcome ?? {};
    return !isCounted(stderr) && (exitStatus === undefined || exitStatus >= leastOfSignals);
  });
}

/**
 * The dumps that were interrupted before dd on the tape host said how much it had written, each as it was last performed: what the console
 * had sent by then may not be on tape, and what it had sent since its last report is there.
 * @param isLeft true if no process performs the run any more, though its journal has no end
 */
export function uncountedDumps(
  { passes, end }: Pick<RunModel, 'passes' | 'end'>,
  isLeft = false,
): PassModel[] {
  const last = new Map(passes.map((pass) => [pass.step, pass]));
  return [...last.values()].filter((pass) => isUncounted(pass, isLeft || end !== undefined));
}

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
