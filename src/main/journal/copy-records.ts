/**
 * Second copies of a state folder: each leaves a record next to those of drills, and the last line says which tapes
 * hold what. A copy on one tape that is imported gets such a record, too.
 */
import { z } from 'zod';
import type { ProvenCopy } from '../../contract/tape/copied-tape.ts';
import { recordFiles, recordLine } from './restore-records.ts';

export const copySuffix = '-copy';

const tapeShape = z.looseObject({
  number: z.int().positive(),
  copyOf: z.string(),
  name: z.string(),
  uuid: z.string(),
  writtenAt: z.string(),
  keepUntil: z.string().optional(),
  host: z.string(),
  device: z.string(),
  labelSha256: z.string(),
  manifest: z.looseObject({ file: z.int(), bytes: z.int(), sha256: z.string() }).optional(),
});

/** The last line of a record, in this form. */
const finishedShape = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('copy-finished'),
    at: z.string(),
    run: z.string(),
    exitStatus: z.int(),
    tapes: z.array(tapeShape),
    read: z.array(z.looseObject({ volume: z.string(), bytes: z.number(), sha256: z.string() })).optional(),
  }),
  /** The only line of a record: what the tape of a copy says of itself. */
  z.looseObject({
    type: z.literal('copy-imported'),
    at: z.string(),
    run: z.string(),
    tapes: z.array(tapeShape),
  }),
]);

/** A record that is damaged, or has no end, proves nothing. */
const finishOf = (file: string) => finishedShape.safeParse(recordLine(file, 'last')).data;

/**
 * Copies of a run that were proven, the latest first, whether or not their tapes were overwritten since.
 * @param folder the state folder's `restores`
 */
export function provenCopies(folder: string, run: string): ProvenCopy[] {
  return recordFiles(folder, copySuffix)
    .flatMap((file) => finishOf(file) ?? [])
    .filter((finish) => finish.run === run && (finish.type === 'copy-imported' || finish.exitStatus === 0))
    .map((finish) => ({
      ...{ at: finish.at, run, tapes: finish.tapes, isImported: finish.type === 'copy-imported' },
      ...(finish.type === 'copy-finished' && finish.read ? { volumes: finish.read } : {}),
    }))
    .toSorted((one, other) => (one.at < other.at ? 1 : -1));
}
