/**
 * The nights of scheduled jobs: `schedule.ndjson` in the state folder, one event per line. A night with a run is in the
 * journals; these are the nights without one.
 */
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { saidShape } from '../../../contract/event-shape.ts';
import { phrasesIn, recall } from '../../../contract/text/phrases.ts';
import { weekdays } from '../../../contract/time/schedule.ts';
import { readOwn } from '../../journal/kept-file.ts';
import { ownFlags } from '../../journal/own-files.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { LockFile } from '../../owner/lock-file.ts';
import { unwritable } from '../../proof/whole-file.ts';

const scheduleEventSchema = z.object({
  /**
   * `watched`: from now on nights of the job count; `removed`: they no longer do. `refused`: a run was refused in the
   * night, and nothing was touched. `missed`: the night is over, and had no run. `announced`: which tape the night
   * needs. `digest-accepted`, `digest-failed`: a receiver has accepted the digest of the week that begins then, or it
   * did not reach one. `digested`: all have accepted it.
   */
  what: z.enum([
    'watched',
    'removed',
    'refused',
    'missed',
    'announced',
    'digest-accepted',
    'digest-failed',
    'digested',
  ]),
  /** ISO 8601, UTC. */
  at: z.string(),
  site: z.string(),
  job: z.string(),
  /** Present if the night is one of the drills of the job. */
  task: z.literal('drill').optional(),
  /** When the job was due that night; of digests, when the week begins. */
  due: z.string().optional(),
  /** The reason: one sentence. */
  reason: z.string().optional(),
  /** Of `digest-accepted` and `digest-failed`: which receiver, see digest-record.ts. */
  way: z.string().optional(),
  /** Of `announced`: the name of the tape; empty if no tape of the pool may be overwritten. */
  tape: z.string().optional(),
  /** Of `watched`: the schedule that counts from then on; the site file may change later. */
  schedule: z
    .object({
      hour: z.int(),
      minute: z.int(),
      days: z.array(z.enum(weekdays)),
      windowSeconds: z.number(),
      zone: z.string(),
    })
    .optional(),
  /** Absent in lines of earlier releases. */
  said: saidShape,
});
export type ScheduleEvent = Omit<z.output<typeof scheduleEventSchema>, 'said'>;

/** A scheduled task: the runs of a job, or the drills of its backups. */
export type Task = 'run' | 'drill';

/** The task of the nights. */
export interface TaskName {
  readonly site: string;
  readonly job: string;
  /** Absent: its runs. */
  readonly task?: Task | undefined;
}

function eventOf(line: string): ScheduleEvent | undefined {
  try {
    const parsed = scheduleEventSchema.safeParse(JSON.parse(line));
    if (!parsed.success) return undefined;
    const { said, ...event } = parsed.data;
    recall(said);
    return event;
  } catch {
    // A crash has truncated the line.
    return undefined;
  }
}

/** @throws STATE_FILE_UNREADABLE */
const textOf = async (file: string): Promise<string> => (await readOwn(file))?.toString('utf8') ?? '';

/** @returns the events of the runs of a job, or of its drills, the oldest first. @throws STATE_FILE_UNREADABLE */
export async function scheduleEvents(
  { scheduleFile }: StateFolder,
  { site, job, task = 'run' }: TaskName,
): Promise<ScheduleEvent[]> {
  const text = await textOf(scheduleFile);
  return text
    .split('\n')
    .flatMap((line) => eventOf(line) ?? [])
    .filter((event) => event.site === site && event.job === job && (event.task ?? 'run') === task);
}

function lineOf(event: ScheduleEvent): string {
  const said = phrasesIn(event);
  return `${JSON.stringify({ ...event, ...(said.length > 0 && { said }) })}\n`;
}

async function append(file: string, events: readonly ScheduleEvent[]): Promise<void> {
  const before = await textOf(file);
  const lines = events.map(lineOf).join('');
  const handle = await open(file, ownFlags.append, 0o600);
  try {
    await handle.writeFile(/(^|\n)$/.test(before) ? lines : `\n${lines}`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Reads the events of a job, or of its drills, and adds what follows from them. Two consoles at a time do not add the
 * same night twice.
 * @param decide returns the events to add
 * @returns what was added, on disk when this returns
 * @throws STATE_FILE_UNREADABLE, STATE_FILE_UNWRITABLE
 */
export async function addScheduleEvents(
  state: StateFolder,
  name: TaskName,
  decide: (events: readonly ScheduleEvent[]) => readonly ScheduleEvent[],
): Promise<readonly ScheduleEvent[]> {
  const file = state.scheduleFile;
  try {
    return await new LockFile(`${file}.lock`).during(async () => {
      const added = decide(await scheduleEvents(state, name));
      if (added.length > 0) await append(file, added);
      return added;
    });
  } catch (error) {
    // The lock is a file on the same disk.
    throw unwritable(file, error);
  }
}
