/**
 * Drills of a state folder: each leaves a record of its own next to those of restores, and its last line says what was
 * proven.
 */
import { z } from 'zod';
import type { DrillLevel } from '../../contract/drill-level.ts';
import { recordFiles, recordLine } from './restore-records.ts';

export const drillSuffix = '-drill';

/** Absent in records of 0.1.0. A level of a later release is not known here: nothing is said of it. */
export const drillLevel = z.enum(['read', 'extracted']).optional().catch(undefined);

/** The last line of a record, in this form. */
const finishedShape = z.looseObject({
  type: z.literal('drill-finished'),
  at: z.string(),
  run: z.string(),
  exitStatus: z.int(),
  /** Proxy volumes that were read from tape and are as their run wrote them. */
  volumes: z.array(z.string()),
  level: drillLevel,
});

/** A drill that has read all that it wanted, and found it as it was written. */
export interface ProvenDrill {
  /** When it ended, in ISO 8601. */
  readonly at: string;
  readonly volumes: readonly string[];
  /** Absent if the record does not say it. */
  readonly level?: DrillLevel | undefined;
}

/** A record that is damaged, or has no end, proves nothing. */
const finishOf = (file: string) => finishedShape.safeParse(recordLine(file, 'last')).data;

/** With 2 a backup was not extracted, or its scratch folder stays: what it names was read, and is as it was written. */
const isProof = ({ exitStatus, volumes }: z.infer<typeof finishedShape>): boolean =>
  exitStatus === 0 || (exitStatus === 2 && volumes.length > 0);

/**
 * Run -> the drill that has proven it and ended last.
 * @param folder the state folder's `restores`
 */
export function provenDrills(folder: string): Map<string, ProvenDrill> {
  const proven = new Map<string, ProvenDrill>();
  for (const file of recordFiles(folder, drillSuffix)) {
    const finish = finishOf(file);
    if (!finish || !isProof(finish)) continue;
    const { run, at, volumes, level } = finish;
    // Their names tell seconds alone, and two may be begun within one.
    if (at >= (proven.get(run)?.at ?? '')) proven.set(run, { at, volumes, ...(level ? { level } : {}) });
  }
  return proven;
}

/** The first line of a record. */
const startedShape = z.looseObject({
  type: z.literal('drill-started'),
  at: z.string(),
  run: z.string(),
  /** As `--to` names places; absent if nothing was extracted. */
  scratch: z.string().optional(),
});

/** A drill that has ended, well or not. */
interface MadeDrill {
  readonly run: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** As drill-finished has it. */
  readonly exitStatus: number;
}

const startOf = (file: string) => startedShape.safeParse(recordLine(file, 'first')).data;

/** The drills that have ended. One whose record has no end has shown nothing. @param folder the state folder's `restores` */
export function drillsMade(folder: string): MadeDrill[] {
  return recordFiles(folder, drillSuffix).flatMap((file) => {
    const [start, finish] = [startOf(file), finishOf(file)];
    return start && finish ? [{ run: start.run, startedAt: start.at, exitStatus: finish.exitStatus }] : [];
  });
}

/** The scratch folders of drills that have no end, as `--to` names places. @param folder the state folder's `restores` */
export const unfinishedScratches = (folder: string): string[] =>
  recordFiles(folder, drillSuffix).flatMap((file) =>
    finishOf(file) === undefined ? (startOf(file)?.scratch ?? []) : [],
  );
