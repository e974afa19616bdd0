/**
 * Drills of a state folder: each leaves a record of its own beside those of restores, and its last line says what was proven. Their names tell
 * them from the records of restores, which may have a million lines.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const drillSuffix = '-drill';

/** The last line of a record; whoever writes it keeps to this. */
const finishedShape = z.looseObject({
  type: z.literal('drill-finished'),
  at: z.string(),
  run: z.string(),
  exitStatus: z.int(),
  /** Proxy volumes that were read from tape and are as their run wrote them. */
  volumes: z.array(z.string()),
});

/** A drill that has read all that it wanted, and found it as it was written. */
export interface ProvenDrill {
  /** When it ended, in ISO 8601. */
  readonly at: string;
  readonly volumes: readonly string[];
}

/** A record that is damaged, or has no end, proves nothing. */
function finishOf(file: string) {
  try {
    const last = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
    return finishedShape.safeParse(JSON.parse(last)).data;
  } catch {
    return undefined;
  }
}

/**
 * Run -> the drill that has proven it and ended last.
 * @param folder the state folder's `restores`
 */
export function provenDrills(folder: string): Map<string, ProvenDrill> {
  const proven = new Map<string, ProvenDrill>();
  for (const name of drillFiles(folder)) {
    const finish = finishOf(join(folder, name));
    if (finish?.exitStatus !== 0) continue;
    const { run, at, volumes } = finish;
    // Their names tell seconds alone, and two may be begun within one.
    if (at >= (proven.get(run)?.at ?? '')) proven.set(run, { at, volumes });
  }
  return proven;
}

/** What cannot be listed proves nothing. */
function drillFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(`${drillSuffix}.ndjson`));
  } catch {
    return [];
  }
}

/** The first line of a record. */
const startedShape = z.looseObject({ type: z.literal('drill-started'), at: z.string(), run: z.string() });

/** A drill that has ended, well or not. */
interface MadeDrill {
  readonly run: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** As drill-finished has it. */
  readonly exitStatus: number;
}

function startOf(file: string) {
  try {
    const [first = ''] = readFileSync(file, 'utf8').split('\n', 1);
    return startedShape.safeParse(JSON.parse(first)).data;
  } catch {
    return undefined;
  }
}

/** The drills that have ended. One whose record has no end has shown nothing. @param folder the state folder's `restores` */
export function drillsMade(folder: string): MadeDrill[] {
  return drillFiles(folder).flatMap((name) => {
    const file = join(folder, name);
    const [start, finish] = [startOf(file), finishOf(file)];
    return start && finish ? [{ run: start.run, startedAt: start.at, exitStatus: finish.exitStatus }] : [];
  });
}
