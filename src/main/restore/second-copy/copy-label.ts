/** The volumes in the label of a copy’s tape: all tapes of a copy are known before the first is written. Pure. */
import { readingTool, wholeByHand } from '../../procedure/model/tape/by-hand.ts';
import type { TapeLabel } from '../../tape/tape-label.ts';
import type { CopyPlan, PlannedDump, PlannedTape } from './copy-plan.ts';

/** @param device of the drive that writes the copy */
export function volumesOnCopy(
  { dumps, tapes, recordBytes }: Pick<CopyPlan, 'dumps' | 'tapes' | 'recordBytes'>,
  { number }: Pick<PlannedTape, 'number'>,
  device: string,
): TapeLabel['volumes'] {
  const byHandOf = ({ source: { method, restoreTool }, parts }: PlannedDump): string => {
    const files = parts.map((part) => ({ name: tapes[part.number - 1]?.name, file: part.file }));
    const tool = restoreTool ?? readingTool(method, undefined);
    return wholeByHand({ device, recordBytes }, tool, files, parts[0]?.number === number);
  };
  return dumps.flatMap((dump) => {
    const own = dump.parts.find((part) => part.number === number);
    const { volume, method } = dump.source;
    return own ? [{ volume, method, file: own.file, byHand: byHandOf(dump) }] : [];
  });
}
