/** Makes assignments for the jobs of an open site. Queries the cluster, and changes nothing. */
import { isFailure } from '../../contract/errors.ts';
import { noJournal } from '../journal/journal.ts';
import { CommandRunner, type RunnerOptions } from '../procedure/hosts/command-runner.ts';
import { driveName } from '../procedure/hosts/drive-name.ts';
import { lookWithinScope } from '../procedure/hosts/class-scope.ts';
import { mountTablesOf } from '../procedure/hosts/node-mounts.ts';
import { assign, observedOf, withOverrides, type JobOverrides } from '../procedure/model/assign.ts';
import { lookAtChanger } from '../procedure/drive/changer-work.ts';
import { tapeOfLibrary, type Assignment } from '../procedure/model/assignment.ts';
import type { World } from '../procedure/model/world.ts';
import { dependOnMounts, mountedOf } from '../procedure/plan/service-checks.ts';
import { chooseJob, type NamedJob } from '../site/site-file.ts';
import type { Site } from '../site/site-schema.ts';
import type { SshHosts } from '../ssh/ssh-hosts.ts';
import { movesFor } from '../tape/library.ts';

export interface JobRequest extends JobOverrides {
  readonly job?: string | undefined;
}

/** A site and its hosts. */
export interface SiteAtHand {
  readonly site: Site;
  /** The site file's path, or words for the embedded lab. */
  readonly siteName: string;
  readonly isLab: boolean;
  readonly hosts: SshHosts;
}

export class JobAssigner {
  readonly #at: SiteAtHand;

  constructor(at: SiteAtHand) {
    this.#at = at;
  }

  /** @throws JOB_UNKNOWN, JOB_NONE, JOB_NOT_CHOSEN */
  job(request: JobRequest): NamedJob {
    const { siteName, site, isLab } = this.#at;
    return withOverrides(chooseJob(siteName, site, request.job, isLab), request);
  }

  /** Sends commands without a journal: for work outside a run. */
  runner(
    abort: AbortSignal = new AbortController().signal,
    beforeChange?: RunnerOptions['beforeChange'],
  ): CommandRunner {
    const signals = () => ({ cancel: abort, halt: abort });
    return new CommandRunner(noJournal(), this.#at.hosts, signals, beforeChange ? { beforeChange } : {});
  }

  /** @param drive the drive by the name of its lock, if known; otherwise its host is queried */
  async assign(named: NamedJob, seed: string, drive?: string): Promise<Assignment> {
    return (await this.assignSeen(named, seed, drive)).assignment;
  }

  /** The same, with what the primary nodes show. */
  async assignSeen(
    named: NamedJob,
    seed: string,
    drive?: string,
  ): Promise<{ readonly assignment: Assignment; readonly world: World }> {
    const observed = observedOf(this.#at.site, named.job);
    const { world, outside } = await lookWithinScope(this.runner(), 'assign', observed, ['primaries']);
    const assigned = assign(this.#at.site, named, { ...world, outside }, seed);
    const assignment = { ...assigned, ...(await this.#mounted(assigned)) };
    const driveName = drive ?? (await this.#driveName());
    return { assignment: { ...assignment, ...(await this.#libraryPlan(assignment)), driveName }, world };
  }

  /** What would load the tape of the job now. The run checks again, and reports errors. */
  async #libraryPlan(assignment: Assignment): Promise<Pick<Assignment, 'libraryPlan'>> {
    const { tapeHost: host, tapeChange } = assignment;
    const { changer, library } = tapeChange;
    const name = tapeOfLibrary(assignment);
    if (changer === undefined || !library || name === undefined) return {};
    try {
      const room = { runner: this.runner(), step: 'assign', drive: assignment, change: tapeChange };
      const { status, drive } = await lookAtChanger(room, changer);
      const moves = movesFor(library, status, drive, name, { changer, host });
      return { libraryPlan: { ...moves, drive } };
    } catch (error) {
      if (!isFailure(error)) throw error;
      return { libraryPlan: { refused: error.message } };
    }
  }

  /** The run queries again where services are stopped. Nothing is known of a node without an answer. */
  async #mounted(assignment: Assignment): Promise<Pick<Assignment, 'mounted'>> {
    const { job, primaryNodes, platform } = assignment;
    if (!dependOnMounts(job)) return {};
    const tables = await mountTablesOf(this.runner(), 'assign', primaryNodes, platform);
    return mountedOf(assignment, tables);
  }

  /** If a host does not answer, the run is refused later, at its lock step and with a journal. */
  async #driveName(): Promise<string | undefined> {
    try {
      return await driveName(this.runner(), 'assign', this.#at.site.tape);
    } catch (error) {
      if (!isFailure(error)) throw error;
      return undefined;
    }
  }
}
