/** Tests for a site file that is still being written: its hosts reached, its pairs found, its jobs planned. Changes nothing. */
import { join } from 'node:path';
import { changedHostKeyOf } from '../../../contract/changed-host-key.ts';
import { errorInfoOf } from '../../../contract/channels.ts';
import { failure } from '../../../contract/errors.ts';
import type { Plan } from '../../../contract/plan.ts';
import type { FoundSite, NamedHost, ProbedHost } from '../../../contract/site-views.ts';
import { phrase } from '../../../contract/text/say.ts';
import { foundPairs, shadowClassName } from './found-pairs.ts';
import { lookAtHost } from '../cluster-service.ts';
import { openHosts, userKnownHostsFiles, type LoginDialogue, type OpenHostsOptions } from '../open-hosts.ts';
import { assign, observedOf } from '../../procedure/model/assign.ts';
import { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import type { Hosts } from '../../procedure/hosts/hosts.ts';
import { noJournal } from '../../journal/journal.ts';
import { lookWithinScope } from '../../procedure/hosts/class-scope.ts';
import { mountTablesOf } from '../../procedure/hosts/node-mounts.ts';
import { planOf } from '../../procedure/plan/plan.ts';
import { mountedOf } from '../../procedure/plan/service-checks.ts';
import { stepsOf } from '../../procedure/plan/steps.ts';
import { timeLimitsOf } from '../../procedure/model/step.ts';
import { readDraft, type ReadDraft } from './site-draft.ts';
import { chooseJob, parseSite } from '../../site/site-file.ts';
import type { Host } from '../../site/site-schema.ts';
import { sshConfiguration } from '../../ssh/config/config-files.ts';
import { namedHosts } from '../../ssh/config/named-hosts.ts';
import type { SshHosts } from '../../ssh/ssh-hosts.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { toolQuery } from '../../ssh/tool-query.ts';

const draftName = phrase('the site file');
/** The author waits: an unreachable host is not tried again. */
const connections = { tries: 1, everySeconds: 5 };
/**
 * How long the output of sdxinfo is valid for plans: it is slow when it is sent often (GDS guide 4.5, D.6), and plans
 * are made while somebody types.
 */
const looksMilliseconds = 20_000;

interface Kept {
  readonly host: string;
  readonly sessions: SshHosts;
}

interface KeptLook {
  readonly key: string;
  readonly at: number;
  readonly seen: ReturnType<typeof lookAtCluster>;
}

/** What the primary nodes show, and what they have mounted. */
async function lookAtCluster(runner: CommandRunner, observed: ReturnType<typeof observedOf>) {
  const seen = await lookWithinScope(runner, 'assign', observed, ['primaries']);
  const nodes = seen.world.primaries.map(({ node }) => node);
  return { ...seen, tables: await mountTablesOf(runner, 'assign', nodes, observed.platform) };
}

export interface DraftServiceOptions {
  readonly state: StateFolder;
  readonly login: LoginDialogue;
}

export class DraftService {
  readonly #options: DraftServiceOptions;
  /** Host name -> the session with it, as last described in the draft. */
  readonly #kept = new Map<string, Kept>();
  #look: KeptLook | undefined;

  constructor(options: DraftServiceOptions) {
    this.#options = options;
  }

  /** @throws errors of the text (SITE_…, JOB_UNKNOWN), of queries and of the assignment */
  async plan(text: string, job: string): Promise<Plan> {
    const site = parseSite(draftName, text);
    const named = chooseJob(draftName, site, job);
    const hosts = await this.#hosts(site.hosts);
    const observed = observedOf(site, named.job);
    const seen = await this.#seen(JSON.stringify([site.hosts, observed]), () =>
      lookAtCluster(this.#runner(hosts), observed),
    );
    const assigned = assign(site, named, { ...seen.world, outside: seen.outside }, 'plan');
    const assignment = { ...assigned, ...mountedOf(assigned, seen.tables) };
    timeLimitsOf(assignment.job, stepsOf(assignment));
    return planOf(assignment);
  }

  #seen(key: string, look: () => KeptLook['seen']): KeptLook['seen'] {
    const now = performance.now();
    if (this.#look?.key === key && now - this.#look.at < looksMilliseconds) return this.#look.seen;
    const mine = { key, at: now, seen: look() };
    this.#look = mine;
    // A failed query is not kept.
    mine.seen.catch(() => {
      if (this.#look === mine) this.#look = undefined;
    });
    return mine.seen;
  }

  /** Connects to a host and identifies it. Errors are in the answer. */
  async probe(text: string, host: string, abort: AbortSignal): Promise<ProbedHost> {
    const { hosts } = readDraft(text);
    let reached = false;
    try {
      const sessions = await this.#hosts(hosts);
      if (!hosts[host]) throw failure('HOST_UNDECLARED', { host, hosts: Object.keys(hosts).join(', ') });
      const runner = this.#runner(sessions, abort);
      const ask = (...argv: string[]) =>
        runner.send('probe', { host, argv, changes: false }, { anyStatus: true, timeLimitSeconds: 60 });
      const system = await ask('uname', '-sr');
      reached = true;
      const gds = await ask(...toolQuery('sdxinfo', hosts[host].become));
      const said = system.stdout.toString('utf8').trim();
      return {
        host,
        reached,
        trouble: undefined,
        hint: undefined,
        system: said || undefined,
        hasGds: gds.status === 0,
      };
    } catch (error) {
      const info = errorInfoOf(error);
      const { code, sentence, hint, onScreen = hint, evidence } = info;
      const changedKey = changedHostKeyOf(info);
      return {
        ...{ host, reached, trouble: sentence, hint: onScreen, system: undefined, hasGds: false },
        ...{ code, evidence },
        ...(changedKey ? { changedKey } : {}),
      };
    }
  }

  /**
   * Replaces the known host key with the one that the host shows, and identifies the host.
   * @param shown fingerprint of the key that a person has compared
   * @throws errors of connecting: nothing is written then
   */
  async replaceHostKey(text: string, host: string, shown: string, abort: AbortSignal): Promise<ProbedHost> {
    const { hosts } = readDraft(text);
    const described = hosts[host];
    if (!described) throw failure('HOST_UNDECLARED', { host, hosts: Object.keys(hosts).join(', ') });
    const sessions = this.#open(host, described, { host, fingerprint: shown });
    try {
      await sessions.session(host).connect();
    } finally {
      await sessions.close();
    }
    return this.probe(text, host, abort);
  }

  /**
   * Finds the pairs of the cluster, and the devices of the other hosts.
   * @throws errors of querying a primary node; a backup server or tape host without an answer only has no proposals
   */
  async findPairs(text: string, abort: AbortSignal): Promise<FoundSite> {
    const draft = readDraft(text);
    const runner = this.#runner(await this.#hosts(draft.hosts), abort);
    const namesOf = (role: Host['role']) =>
      Object.entries(draft.hosts).flatMap(([name, host]) => (host.role === role ? [name] : []));
    const [backup] = namesOf('backup');
    const [primaries, backupReport, devices, tapeDevices] = await Promise.all([
      Promise.all(namesOf('primary').map((host) => lookAtHost(runner, host, draft))),
      backup === undefined ? undefined : lookAtHost(runner, backup, draft).catch(() => undefined),
      diskDevices(runner, backup, draft),
      tapeDevicesOf(runner, draft.tapeHost ?? backup, draft),
    ]);
    const classes = [...primaries, ...(backupReport ? [backupReport] : [])].flatMap(({ report }) =>
      [...report.classes, ...report.volumes, ...report.disks].map((each) =>
        'class' in each ? each.class : each.name,
      ),
    );
    const pairs = foundPairs({ primaries, devices });
    return {
      pairs,
      tapeDevices,
      diskDevices: [...devices].filter((name) => isDisk[draft.platform].test(name)).toSorted(byNumber),
      proposedShadowClass: shadowClassName(pairs[0]?.class, new Set(classes)),
    };
  }

  /** The hosts that the ssh configuration of this user names. */
  sshHosts(): NamedHost[] {
    return namedHosts(sshConfiguration());
  }

  /** Sessions with the hosts of the draft; a host with an unchanged description keeps its session. */
  async #hosts(hosts: ReadDraft['hosts']): Promise<Hosts> {
    for (const [name, host] of Object.entries(hosts)) {
      const described = JSON.stringify(host);
      const before = this.#kept.get(name);
      if (before?.host === described) continue;
      void before?.sessions.close();
      this.#kept.set(name, { host: described, sessions: this.#open(name, host) });
    }
    return {
      session: (name) => {
        const kept = this.#kept.get(name);
        if (!kept) throw failure('HOST_UNDECLARED', { host: name, hosts: Object.keys(hosts).join(', ') });
        return kept.sessions.session(name);
      },
    };
  }

  #open(name: string, host: Host, replacedKey?: OpenHostsOptions['replacedKey']): SshHosts {
    const { state, login } = this.#options;
    return openHosts(
      { hosts: { [name]: host }, connections },
      {
        knownHostsFile: state.knownHostsFile,
        otherKnownHostsFiles: [...userKnownHostsFiles(), join(state.labFolder, 'known_hosts')],
        configuration: sshConfiguration(),
        login,
        replacedKey,
      },
    );
  }

  #runner(hosts: Hosts, abort: AbortSignal = new AbortController().signal): CommandRunner {
    return new CommandRunner(noJournal(), hosts, () => ({ cancel: abort, halt: abort }));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#kept.values()].map(({ sessions }) => sessions.close()));
    this.#kept.clear();
  }
}

/** The names in a folder of a host; none if they cannot be listed. */
async function namesIn(runner: CommandRunner, host: string | undefined, folder: string): Promise<string[]> {
  if (host === undefined) return [];
  try {
    const command = { host, argv: ['ls', folder], changes: false };
    const { status, stdout } = await runner.send('look', command, { anyStatus: true, timeLimitSeconds: 60 });
    return status === 0 ? stdout.toString('utf8').split('\n').filter(Boolean) : [];
  } catch {
    return [];
  }
}

/** The names of whole disks, as `shadow.disks` of a site file has them; /dev of Linux also holds other devices. */
const isDisk: Record<ReadDraft['platform'], RegExp> = {
  solaris: /^(?:c\d+(?:t[0-9A-F]+)?d\d+|(?:mphd|mplb|emcpower)\d+)$/,
  linux: /^(?:(?:sd|vd|emcpower)[a-z]+|nvme\d+n\d+|dm-\d+)$/,
};

/** c1t1d2 before c1t1d10. */
const byNumber = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true });

/** Solaris names a disk by its slices: c1t1d3s0 to c1t1d3s7. */
async function diskDevices(
  runner: CommandRunner,
  host: string | undefined,
  { platform }: ReadDraft,
): Promise<ReadonlySet<string>> {
  const names = await namesIn(runner, host, platform === 'solaris' ? '/dev/rdsk' : '/dev');
  return new Set(platform === 'solaris' ? names.map((name) => name.replace(/s\d+$/, '')) : names);
}

/** The drives without density letters (Solaris) and the rewinding ones (Linux): as a site file names them. */
async function tapeDevicesOf(
  runner: CommandRunner,
  host: string | undefined,
  { platform }: ReadDraft,
): Promise<string[]> {
  const folder = platform === 'solaris' ? '/dev/rmt' : '/dev';
  const pattern = platform === 'solaris' ? /^\d+$/ : /^(?:st|IBMtape)\d+$/;
  const names = await namesIn(runner, host, folder);
  return names.filter((name) => pattern.test(name)).map((name) => `${folder}/${name}`);
}
