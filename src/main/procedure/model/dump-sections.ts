/**
 * What is known of an interrupted dump: the stretches of records that were hashed as they were read, folded from a
 * run's events. The state of a hash cannot be saved, so each continuation begins a new section. Pure.
 */
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { phrase } from '../../../contract/text/say.ts';
import { combinedCrc32 } from '../../../streams/digests/crc32-combine.ts';
import type { Digest } from '../../../streams/digests/digest.ts';
import { isLabelled, type Assignment } from './assignment.ts';

export type DumpSection = EventOf<'dump-continued'>['sections'][number];

/** Records of 32 KiB in one of these are read back at most twice when a dump is continued. In bytes. */
const defaultCheckpointBytes = 2 ** 30;

/** A place where a dump may be continued, if the tape holds the records before it. */
export interface KnownRecords {
  /** Records from the beginning of the volume. */
  readonly records: number;
  /** Covers them. */
  readonly sections: readonly DumpSection[];
}

/** Bytes between two checkpoints: whole records. */
export function checkpointBytesOf(recordBytes: number, wanted = defaultCheckpointBytes): number {
  return Math.max(1, Math.floor(wanted / recordBytes)) * recordBytes;
}

const endOf = (sections: readonly DumpSection[]): number => {
  const last = sections.at(-1);
  return last ? last.firstRecord + last.records : 0;
};

/** What was hashed since a certain record. @param bytes whole records, except the last of the volume */
export function sectionOf(
  firstRecord: number,
  { bytes, crc32, sha256 }: Digest,
  recordBytes: number,
): DumpSection {
  return { firstRecord, records: Math.ceil(bytes / recordBytes), bytes, crc32, sha256 };
}

/** True if the sections cover the records from the first one without a gap. */
export function areConsecutive(sections: readonly DumpSection[], recordBytes: number): boolean {
  let next = 0;
  return sections.every(({ firstRecord, records, bytes }, index) => {
    const isNext = firstRecord === next && records > 0 && Math.ceil(bytes / recordBytes) === records;
    next += records;
    return isNext && (index === sections.length - 1 || bytes === records * recordBytes);
  });
}

/** CRC-32 and length of all sections. */
export function wholeOf(sections: readonly DumpSection[]): { bytes: number; crc32: string } {
  return sections.reduce(
    (whole, { bytes, crc32 }) => ({
      bytes: whole.bytes + bytes,
      crc32: combinedCrc32(whole.crc32, crc32, bytes),
    }),
    { bytes: 0, crc32: '00000000' },
  );
}

/**
 * The places where a volume's dump may be continued, the farthest first, and the beginning last. A new label
 * invalidates everything before it.
 * @param dumpStep id of the step that dumps the volume
 */
export function knownRecords(
  events: readonly RunEvent[],
  volume: string,
  dumpStep: string,
  recordBytes: number,
): KnownRecords[] {
  let sections: readonly DumpSection[] = [];
  let checkpoints: DumpSection[] = [];
  for (const event of events) {
    if (event.type === 'label') [sections, checkpoints] = [[], []];
    // It begins again where the last continuation began.
    if (event.type === 'step-started' && event.step === dumpStep) checkpoints = [];
    if (event.type === 'dump-continued' && event.volume === volume)
      [sections, checkpoints] = [event.sections, []];
    if (event.type === 'dump-checkpoint' && event.volume === volume && event.firstRecord === endOf(sections))
      checkpoints.push(event);
  }
  if (!areConsecutive(sections, recordBytes)) return [{ records: 0, sections: [] }];
  const reached = checkpoints.map(({ firstRecord, records, bytes, crc32, sha256 }) => [
    ...sections,
    { firstRecord, records, bytes, crc32, sha256 },
  ]);
  const closed = sections.map((_section, index) => sections.slice(0, index + 1));
  return [[], ...closed, ...reached]
    .filter((known) => areConsecutive(known, recordBytes))
    .map((known) => ({ records: endOf(known), sections: known }))
    .reverse();
}

/**
 * True for the only kind of dump that can be continued: a raw device that passes through this program, on a labeled
 * tape.
 */
export const isContinuableKind = (assignment: Assignment): boolean =>
  assignment.route === 'console' &&
  isLabelled(assignment) &&
  assignment.volumes.every(({ method }) => method === '6a');

/** Why a dump of that kind starts over even so, whatever its tape holds; undefined if the job gives no reason. */
export function whyJobStartsOver({ job, volumes }: Assignment): string | undefined {
  if (volumes.length > 1) return phrase('the job has several volumes');
  return job.verify.readback
    ? undefined
    : phrase('the job does not read the tape back (verify.readback: false)');
}

/** True if an interrupted dump of the job may be continued on its tape. */
export const mayBeContinued = (assignment: Assignment): boolean =>
  isContinuableKind(assignment) && whyJobStartsOver(assignment) === undefined;
