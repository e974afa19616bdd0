/**
 * What the hosts of a site must allow logins that are not root, as lines for an administrator; checks with sudo whether
 * each is allowed.
 */
import { isFailure } from '../../../contract/errors.ts';
import type { CheckLine } from '../../../contract/plan.ts';
import { phrase } from '../../../contract/text/say.ts';
import { assign } from '../../procedure/model/assign.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { sdxinfoAllowed, uniqueCommands, type AllowedCommand } from '../../procedure/plan/rights-needed.ts';
import type { Site } from '../../site/site-schema.ts';
import { toolPath, toolQuery } from '../../ssh/tool-query.ts';
import type { JobAssigner } from '../job-assigner.ts';
import { driveNamed, type DriveAt } from '../media/named-drive.ts';
import { asPresumed, presumedCluster } from './presumed-cluster.ts';
import { rightsOfJob } from './rights-of-job.ts';
import { profileLine, profileLines, sudoersLines, type AllowedLine } from './sudoers-lines.ts';
import { optionalPrograms } from '../../tape/drive-health.ts';

interface RightsOptions {
  readonly site: Site;
  readonly runner: CommandRunner;
  readonly assigner: JobAssigner;
  /** Drives of second copies, each as HOST:DEVICE, in addition to that of the site. */
  readonly drives: readonly string[];
  /** Called with each line at once. */
  readonly listener: (line: CheckLine) => void;
}

const step = phrase('rights');
const limits = { anyStatus: true, timeLimitSeconds: 60 };

const addHint = (host: string) =>
  phrase('add the line on {host} with visudo, for instance: visudo -f /etc/sudoers.d/shadowtape', { host });
const presumedWords = phrase(
  'sdxinfo cannot be run yet, so names of shadow groups and sizes of volumes are not known: * stands for the rest of a command, and a number has a line for each length',
);
const againHint = phrase(
  'add the lines, then run "check --rights" again: it prints exact lines to put in the place of those with *',
);

/** The ends of run names: the first proxy of the job, or the first restored one. */
function namesInRuns({ jobs }: Site): string[] {
  const names = Object.values(jobs).flatMap(({ volumes }) => [
    volumes[0]?.proxy ?? 'volume',
    ...volumes.map(({ proxy }) => `${proxy}-restore`),
  ]);
  return [...new Set(names.map((name) => name.toLowerCase()))];
}

class RightsCheck {
  readonly #options: RightsOptions;
  readonly #lines: CheckLine[] = [];
  readonly #paths = new Map<string, string | undefined>();

  constructor(options: RightsOptions) {
    this.#options = options;
  }

  #say(host: string, what: string, good: boolean, said: string, hint?: string): void {
    const line = { host, what, good, said, hint };
    this.#lines.push(line);
    this.#options.listener(line);
  }

  /** Hosts whose login lacks the rights. */
  get #hosts(): string[] {
    const { hosts } = this.#options.site;
    return Object.keys(hosts).filter((host) => hosts[host]?.become !== 'none');
  }

  #become(host: string) {
    return this.#options.site.hosts[host]?.become;
  }

  get #drives(): DriveAt[] {
    const { drives, site } = this.#options;
    return drives.map((named) => driveNamed(site, named));
  }

  /** Hosts that may have a drive for second copies whose device is not in the site file. */
  #sayDrives(): void {
    const { site } = this.#options;
    const named = this.#drives.map(({ host }) => host);
    const unnamed = this.#hosts.filter(
      (host) => site.hosts[host]?.role === 'tape' && host !== site.tape.host && !named.includes(host),
    );
    for (const host of unnamed)
      this.#say(
        host,
        phrase('rights'),
        true,
        phrase('the lines for copies to a drive of this host need its name: --drive {host}:DEVICE', { host }),
      );
  }

  /** The login of the host, as the session has it. */
  #user(host: string): string {
    return this.#options.runner.hosts.session(host).profile?.user ?? '';
  }

  async #pathOf(host: string, program: string): Promise<string | undefined> {
    if (program.startsWith('/')) return program;
    const key = `${host} ${program}`;
    if (!this.#paths.has(key)) {
      const command = { host, argv: toolQuery(program, this.#become(host)), changes: false };
      const { status, stdout } = await this.#options.runner.send(step, command, limits);
      this.#paths.set(key, status === 0 ? toolPath(stdout.toString('utf8')) : undefined);
    }
    return this.#paths.get(key);
  }

  /** Queries sudo, which runs nothing for that (sudo(8), -l). */
  async #isAllowed(host: string, { argv }: AllowedLine): Promise<boolean> {
    const command = { host, argv: ['sudo', '-n', '-l', ...argv], changes: false };
    try {
      return (await this.#options.runner.send(step, command, limits)).status === 0;
    } catch (error) {
      if (isFailure(error, 'RIGHTS_REFUSED')) return false;
      throw error;
    }
  }

  async #checkSudo(command: AllowedCommand, path: string): Promise<CheckLine[]> {
    const { host } = command;
    const by = { user: this.#user(host), path, volumes: namesInRuns(this.#options.site) };
    const checked: CheckLine[] = [];
    for (const line of sudoersLines(command, by)) {
      const good = await this.#isAllowed(host, line);
      checked.push({ host, what: 'sudoers', good, said: line.line, hint: good ? undefined : addHint(host) });
    }
    return checked;
  }

  /** It is not known whether a profile is assigned: its lines are printed as OK. */
  async #check(command: AllowedCommand): Promise<CheckLine[]> {
    const { host, program } = command;
    const path = await this.#pathOf(host, program);
    if (path === undefined && optionalPrograms.includes(program)) return [];
    if (path === undefined) {
      const hint = phrase('install it, or name it with its path in the site file');
      return [
        {
          host,
          what: phrase('rights'),
          good: false,
          said: phrase('not found: {program}', { program }),
          hint,
        },
      ];
    }
    if (this.#become(host) === 'sudo') return this.#checkSudo(command, path);
    return [{ host, what: 'profile', good: true, said: profileLine(path), hint: undefined }];
  }

  /** All hosts at the same time; their results are reported in order. @returns false if something is missing */
  async #checkAll(commands: readonly AllowedCommand[]): Promise<boolean> {
    const ofHosts = await Promise.all(
      this.#hosts.map(async (name) => {
        const checked: CheckLine[] = [];
        for (const command of commands.filter(({ host }) => host === name))
          checked.push(...(await this.#check(command)));
        // A profile does not distinguish several uses of one program.
        return [...new Map(checked.map((line) => [line.said, line])).values()];
      }),
    );
    const checked = ofHosts.flat();
    for (const { host, what, good, said, hint } of checked) this.#say(host, what, good, said, hint);
    return checked.every(({ good }) => good);
  }

  /** The lines that need no query of the cluster. */
  async #begin(): Promise<boolean> {
    const { hosts } = this.#options.site;
    for (const host of this.#hosts)
      if (this.#become(host) === 'pfexec')
        for (const line of profileLines(this.#user(host))) this.#say(host, 'profile', true, line);
    const withGds = this.#hosts.filter((host) => hosts[host]?.role !== 'tape');
    return this.#checkAll(withGds.map(sdxinfoAllowed));
  }

  async #ofJobs(): Promise<AllowedCommand[]> {
    const { assigner, site } = this.#options;
    const needed: AllowedCommand[] = [];
    for (const job of Object.keys(site.jobs)) {
      const named = assigner.job({ job });
      needed.push(...rightsOfJob(site, named, await assigner.assignSeen(named, step), this.#drives));
    }
    return uniqueCommands(needed).filter(({ program }) => program !== 'sdxinfo');
  }

  /** What the jobs need according to the site file. */
  #presumed(): AllowedCommand[] {
    const { assigner, site } = this.#options;
    const node = Object.keys(site.hosts).find((host) => site.hosts[host]?.role === 'primary') ?? '';
    const needed = Object.keys(site.jobs).flatMap((job) => {
      const named = assigner.job({ job });
      const world = presumedCluster(named.job, node);
      const seen = { assignment: assign(site, named, world, step), world };
      return asPresumed(rightsOfJob(site, named, seen, this.#drives));
    });
    return uniqueCommands(needed).filter(({ program }) => program !== 'sdxinfo');
  }

  /** @throws COPY_DRIVE_UNREADABLE, TAPE_DEVICE_UNKNOWN before any host is queried */
  async check(): Promise<CheckLine[]> {
    void this.#drives;
    const [first] = Object.keys(this.#options.site.hosts);
    if (this.#hosts.length === 0) {
      this.#say(
        first ?? '',
        phrase('rights'),
        true,
        phrase('every login has its rights itself (become: none)'),
      );
      return this.#lines;
    }
    if (!(await this.#begin())) {
      await this.#checkAll(this.#presumed());
      this.#say(this.#hosts.join(', '), phrase('rights'), false, presumedWords, againHint);
      return this.#lines;
    }
    await this.#checkAll(await this.#ofJobs());
    this.#sayDrives();
    return this.#lines;
  }
}

/**
 * Lists what the hosts must allow for all jobs of the site, and whether they do. Changes nothing.
 * @throws COPY_DRIVE_UNREADABLE, TAPE_DEVICE_UNKNOWN, and errors of queries of the cluster
 */
export const checkRights = (options: RightsOptions): Promise<CheckLine[]> => new RightsCheck(options).check();
