/**
 * The job of a backup as its restore needs it: the contents of the tape come from the backup's journal, not from the
 * site file.
 */
import { failure } from '../../contract/errors.ts';
import type { EventOf } from '../../contract/events.ts';
import type { RestoreOrder } from '../../contract/restore-events.ts';
import { phrase } from '../../contract/text/say.ts';
import { provenCopies } from '../journal/copy-records.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import type { Assignment } from '../procedure/model/assignment.ts';
import type { KnownRun } from '../procedure/model/restore-source.ts';
import { onCopy } from './media/copy-in-drive.ts';
import { samplesWanted } from '../site/whole-fingerprint.ts';
import { methods } from '../site/file-system.ts';
import type { NamedJob } from '../site/site-file.ts';

/** A restore that was checked, and can begin. */
export interface ReadyRestore {
  /** The job of the backup, as a restore needs it. */
  readonly named: NamedJob;
  readonly assignment: Assignment;
  readonly backup: KnownRun;
  /** An earlier, unfinished restore that this one replaces. */
  readonly pending: string | undefined;
  /** All earlier restores of the same volumes: their marks do not refuse this one. */
  readonly supersedes: readonly string[];
}

type Written = Pick<EventOf<'run-started'>, 'recordBytes' | 'layout' | 'method' | 'volumes' | 'shadow'>;
type Job = NamedJob['job'];

/** A job of several volumes, as if it had only those to restore. */
function narrowed(job: Job, { volumes, shadow }: Written): Pick<Job, 'volumes' | 'shadow'> {
  const isRestored = ({ proxy }: { readonly proxy: string }) => volumes.some((each) => each.proxy === proxy);
  const chosen = job.volumes.filter(isRestored);
  // A pair other than that of the backup is refused with its own error.
  if (!shadow || chosen.length < volumes.length || chosen.length === job.volumes.length) return job;
  const names = shadow.disks.map(({ name }) => name);
  const disks = Object.fromEntries(Object.entries(job.shadow.disks).filter(([name]) => names.includes(name)));
  return { volumes: chosen, shadow: { ...job.shadow, disks } };
}

const isOnSeveralTapes = (volumes: RestoreOrder['volumes']): boolean =>
  volumes.some(({ tapes }) => tapes !== undefined);

/**
 * All nodes must answer. The time limits of the job are those of a backup's steps, and a restore has none.
 * @param written how the volumes to restore were written
 * @param read its tapes: a restore of several changes them
 */
export function restoreJob(
  { name, job }: NamedJob,
  written: Written,
  { tape, volumes }: Pick<RestoreOrder, 'volumes' | 'tape'>,
): NamedJob {
  const { recordBytes, layout } = written;
  const span = isOnSeveralTapes(volumes);
  return {
    name,
    job: {
      ...job,
      ...narrowed(job, written),
      timeLimits: {},
      nodes: 'all',
      // Whatever route wrote the tape: a restore uses the console.
      route: 'console',
      onFailure: 'unwind',
      media: { ...job.media, recordBytes, layout, span, name: tape },
      verify: { ...job.verify, fingerprint: samplesWanted(job) },
    },
  };
}

/** Methods and tape files of the volumes are those of the backup, which may have had more volumes. */
export function atTapeFiles(assignment: Assignment, { volumes, method }: Written): Assignment {
  return {
    ...assignment,
    volumes: assignment.volumes.map((volume) => {
      const written = volumes.find(({ proxy }) => proxy === volume.proxy);
      const { tapeFile = volume.tapeFile } = written ?? {};
      const own = methods.find((known) => known === (written?.method ?? method));
      return { ...volume, tapeFile, method: own ?? volume.method };
    }),
  };
}

/**
 * What a restore reads, if the run is one.
 * @throws RUN_UNKNOWN, JOURNAL_BROKEN if the journal of the backup is gone, RESTORE_UNSUPPORTED if the record of its
 *   copy is
 */
export async function backupOf(
  state: StateFolder,
  { restore }: Assignment,
): Promise<{ readonly backup?: KnownRun }> {
  if (!restore) return {};
  const { run, copy: first } = restore;
  const { events } = await readRun(state, run);
  if (first === undefined) return { backup: { run, events } };
  const copies = provenCopies(state.restoresFolder, run);
  const copy = copies.find(({ tapes }) => tapes[0]?.uuid === first);
  if (!copy)
    throw failure('RESTORE_UNSUPPORTED', { run, reason: phrase('the record of its second copy is gone') });
  return { backup: onCopy({ run, events }, copy) };
}
