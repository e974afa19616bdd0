/** All exports of a run, one line each, next to its journal: a report that this program never made can then be recognized. */
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { drillLevel } from './drill-records.ts';
import { ownFlags } from './own-files.ts';
import type { StateFolder } from './state-folder.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const reportRecordSchema = z.looseObject({
  /** ISO 8601, UTC. */
  at: z.string(),
  what: z.enum(['pdf', 'journal', 'commands', 'rates']),
  /** Of a PDF. */
  paper: z.enum(['A4', 'Letter']).optional(),
  /** Of a PDF and of commands: IANA name of the zone of its times; absent: UTC. */
  zone: z.string().optional(),
  /** Of a PDF: whether it mentions a signature. */
  signed: z.boolean().optional(),
  /** Of a PDF: the tapes of the run that it says are lost; absent if none. */
  lost: z
    .array(
      z.looseObject({
        tape: z.string().optional(),
        at: z.string(),
        by: z.string().optional(),
        certain: z.boolean(),
        declaredBy: z.string().optional(),
      }),
    )
    .optional(),
  /** Of a PDF: the second copies that it names; absent if none. */
  copies: z
    .array(
      z.looseObject({
        at: z.string(),
        isImported: z.boolean(),
        tapes: z.array(
          z.looseObject({
            name: z.string(),
            keepUntil: z.string().optional(),
            location: z.string().optional(),
          }),
        ),
        volumes: z.array(z.looseObject({ volume: z.string(), bytes: z.number(), sha256 })),
      }),
    )
    .optional(),
  /** Of a PDF: the last drill of the backup that it names; absent if none. */
  drill: z.looseObject({ at: z.string(), volumes: z.array(z.string()), level: drillLevel }).optional(),
  /** Of a PDF: whether it shows the head of the seals. */
  sealed: z.boolean().optional(),
  /** Of the exported file. */
  sha256,
  /** SHA-256 of the journal's last line at that time. */
  journalHash: sha256,
  /** Of shadowtape. */
  version: z.string(),
});

export type ReportRecord = z.infer<typeof reportRecordSchema>;

export interface ReportRecords {
  readonly records: readonly ReportRecord[];
  /** Numbers of the lines that are no record, from 1. */
  readonly unreadableLines: readonly number[];
}

/** Appends a record and syncs it. @throws what the file system throws */
export async function writeReportRecord(
  state: StateFolder,
  run: string,
  record: ReportRecord,
): Promise<void> {
  const file = state.reportsFile(run);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, ownFlags.append, 0o600);
  try {
    await handle.write(`${JSON.stringify(record)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function recordOf(line: string): ReportRecord | undefined {
  try {
    const parsed = reportRecordSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Oldest first; none where nothing was exported yet. @throws what the file system throws, except that there is no such file */
export async function readReportRecords(state: StateFolder, run: string): Promise<ReportRecords> {
  let text: string;
  try {
    text = await readFile(state.reportsFile(run), { encoding: 'utf8', flag: ownFlags.read });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { records: [], unreadableLines: [] };
    throw error;
  }
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  const nonEmpty = lines.filter(({ line }) => line !== '');
  return {
    records: nonEmpty.flatMap(({ line }) => recordOf(line) ?? []),
    unreadableLines: nonEmpty.flatMap(({ line, number }) => (recordOf(line) ? [] : [number])),
  };
}
