/**
 * What a run intends to write after a label, and the command lines that will read it by hand. A label is written first,
 * so it has nothing of what comes after its tape.
 */
import type { TapeLabel } from '../../../tape/tape-label.ts';
import type { Assignment, VolumeAssignment } from '../../model/assignment.ts';
import { noteByHand, readingTool, wholeByHand, type FileByHand } from '../../model/tape/by-hand.ts';
import { partsOf } from '../../model/tape/run-tapes.ts';
import type { RunContext } from '../../hosts/run-context.ts';

/** A volume of which the tape is to hold all, or all that is left. */
export interface IntendedVolume {
  readonly volume: VolumeAssignment;
  /** Number of the tape file. */
  readonly file: number;
  /** Earlier tapes that hold the beginning of its dump, in order. */
  readonly before: readonly FileByHand[];
}

/** Of the first tape of a run: every volume. */
export const onFirstTape = ({ volumes }: Assignment): IntendedVolume[] =>
  volumes.map((volume) => ({ volume, file: volume.tapeFile, before: [] }));

/**
 * Of a further tape: the volume whose dump continues on it, and those after it.
 * @param continued that volume; undefined if only the manifest is left
 */
export function onNextTape(
  { assignment, journal }: Pick<RunContext, 'assignment' | 'journal'>,
  continued: VolumeAssignment | undefined,
): IntendedVolume[] {
  const from = assignment.volumes.findIndex(({ proxy }) => proxy === continued?.proxy);
  if (from < 0) return [];
  return assignment.volumes.slice(from).map((volume, index) => ({
    ...{ volume, file: 1 + index },
    before: partsOf(journal.events, volume.proxy)
      .filter(({ records }) => records > 0)
      .map(({ name, file }) => ({ name, file })),
  }));
}

/** The fields of a label for these volumes. @param name of the tape */
export function labelContents(
  { job, platform, tapeHost, tapeDevice }: Assignment,
  name: string,
  volumes: readonly IntendedVolume[],
): Pick<TapeLabel, 'volumes' | 'recordBytes' | 'byHandNote'> {
  const { recordBytes, span } = job.media;
  const by = { device: tapeDevice, recordBytes };
  return {
    volumes: volumes.map(({ volume: { proxy, method }, file, before }) => {
      const tapes = [...before, { name, file }];
      const byHand = wholeByHand(by, readingTool(method, platform), tapes, before.length === 0);
      return { volume: proxy, method, file, byHand };
    }),
    recordBytes,
    ...(volumes.length === 0 ? {} : { byHandNote: noteByHand(tapeHost, { mayContinue: span }) }),
  };
}
