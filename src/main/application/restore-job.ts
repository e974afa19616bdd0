/** The job of a backup as a restore of it needs it: what is on the tape is told by the backup's journal, not by the site file. Pure. */
import type { EventOf } from '../../contract/events.ts';
import type { Assignment } from '../procedure/model/assignment.ts';
import type { KnownRun } from '../procedure/model/restore-source.ts';
import { samplesWanted } from '../site/whole-fingerprint.ts';
import type { NamedJob } from '../site/site-file.ts';

/** A restore that was judged, and can begin. */
export interface ReadyRestore {
  /** The job of the backup, as a restore needs it. */
  readonly named: NamedJob;
  readonly assignment: Assignment;
  readonly backup: KnownRun;
  /** An earlier restore that did not finish, and is replaced by this one. */
  readonly pending: string | undefined;
  /** All earlier restores of the class: their marks are no reason to refuse this one. */
  readonly supersedes: readonly string[];
}

type Written = Pick<EventOf<'run-started'>, 'recordBytes' | 'layout'>;

/**
 * All nodes must answer. The time limits of the job are those of a backup's steps, and a restore has none.
 * @param written how the backup was written
 */
export function restoreJob({ name, job }: NamedJob, { recordBytes, layout }: Written): NamedJob {
  return {
    name,
    job: {
      ...job,
      timeLimits: {},
      nodes: 'all',
      // Whatever wrote the tape: a restore goes through the console.
      route: 'console',
      onFailure: 'unwind',
      media: { ...job.media, recordBytes, layout, span: false },
      verify: { ...job.verify, fingerprint: samplesWanted(job) },
    },
  };
}
