/** Checks everything that a run needs, and changes nothing: hosts, tools, classes, proxies, tape. The tape is rewound. */
import { isBlocking } from '../../../contract/checks.ts';
import { isFailure } from '../../../contract/errors.ts';
import type { CheckLine } from '../../../contract/plan.ts';
import { shortened } from '../../../contract/words.ts';
import { inEnglish, phrase, phrases } from '../../../contract/text/say.ts';
import { findVolume } from '../../gds/report-lookup.ts';
import type { NamedJob } from '../../site/site-file.ts';
import type { Job, Site } from '../../site/site-schema.ts';
import { assign, methodsOf, observedOf, requireRunnable } from '../../procedure/model/assign.ts';
import { mounts } from '../../procedure/model/assignment.ts';
import { toolQuery } from '../../ssh/tool-query.ts';
import { dumpToolOf, fileSystemOf } from '../../site/file-system.ts';
import { missingWords } from '../../procedure/model/missing-node.ts';
import { judgeReady } from '../../procedure/plan/checks.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { lookWithinScope } from '../../procedure/hosts/class-scope.ts';
import { mountTablesOf } from '../../procedure/hosts/node-mounts.ts';
import type { Assignment } from '../../procedure/model/assignment.ts';
import { areWhereMounted, judgeMountedOnce, mountedWords } from '../../procedure/plan/service-checks.ts';
import { outsideWords } from '../../procedure/model/class-scope.ts';
import { remedyOnScreen } from '../../procedure/plan/rule-remedies.ts';
import { checkTapeInDrive, type TapeCheck } from '../check-tape.ts';

type Listener = (line: CheckLine) => void;

interface Room {
  readonly site: Site;
  readonly runner: CommandRunner;
  readonly tell: (host: string, what: string, good: boolean, said: string, hint?: string) => void;
}

/** Commands that a run sends, by the role of a host. */
function toolsOf(site: Site, host: string, jobs: readonly Job[]): string[] {
  const tools = new Set<string>();
  const add = (...names: string[]) => names.forEach((name) => tools.add(name));
  const role = site.hosts[host]?.role;
  if (role === 'primary') add('sdxinfo', 'sdxproxy', 'sdxvolume', 'dd');
  if (role === 'backup') {
    add('sdxinfo', 'sdxshadowdisk', 'sdxshadowgroup', 'sdxshadowvolume', 'dd', 'mkdir', 'rmdir', 'ls', 'cat');
    for (const method of jobs.flatMap(methodsOf)) {
      const fileSystem = fileSystemOf(method, site.platform);
      if (fileSystem !== undefined) add(fileSystem === 'ext3' ? 'fsck.ext3' : 'fsck');
      if (mounts(method)) add('mount', 'umount', 'tar');
      const dumpTool = dumpToolOf(method, site.platform);
      if (dumpTool !== undefined) add(dumpTool);
      if (fileSystem === 'sfxfs') add('sfxadm');
    }
  }
  if (site.tape.host === host) add('mt', 'dd', ...(site.tape.changer === undefined ? [] : ['mtx']));
  return [...tools];
}

/** Runs one check; an error of the table becomes a line. */
async function attempt(room: Room, host: string, what: string, look: () => Promise<void>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (!isFailure(error)) throw error;
    room.tell(host, what, false, error.message, error.hint);
    return false;
  }
}

async function checkTools(room: Room, host: string): Promise<void> {
  const tools = toolsOf(room.site, host, Object.values(room.site.jobs));
  const missing: string[] = [];
  for (const tool of tools) {
    const result = await room.runner.send(
      'check',
      { host, argv: toolQuery(tool, room.site.hosts[host]?.become), changes: false },
      { anyStatus: true, timeLimitSeconds: 60 },
    );
    if (result.status !== 0) missing.push(tool);
  }
  const hint = phrase('install them, or set PATH for non-interactive shells');
  if (missing.length > 0)
    room.tell(
      host,
      phrase('commands'),
      false,
      phrase('not found: {missing}', { missing: missing.join(', ') }),
      hint,
    );
  else room.tell(host, phrase('commands'), true, tools.join(', '));
}

/** How far the check of a host got. */
type Reached = 'nowhere' | 'logged in' | 'usable';

async function checkShell({ runner, tell }: Room, host: string): Promise<void> {
  const shell = await runner.hosts.session(host).loginShell?.(0);
  const { path = '', says = '' } = shell ?? {};
  const noise =
    says === ''
      ? ''
      : phrase('; every command also prints on standard error: {says}', { says: shortened(says, 120) });
  tell(
    host,
    phrase('login shell'),
    true,
    phrase('{shell}, passes every byte unchanged{noise}', { shell: path === '' ? 'unknown' : path, noise }),
  );
}

/** Settings of the ssh configuration that are not supported: the host may be reachable nevertheless. */
function showWarnings({ runner, tell }: Room, host: string): void {
  const { warnings = [] } = runner.hosts.session(host).profile ?? {};
  for (const warning of warnings) tell(host, phrase('ssh configuration'), true, warning);
}

async function checkHost(room: Room, host: string): Promise<Reached> {
  showWarnings(room, host);
  const isLoggedIn = await attempt(room, host, phrase('login'), async () => {
    await room.runner.hosts.session(host).connect?.();
    room.tell(host, phrase('login'), true, phrase('reached, host key known, logged in'));
  });
  if (!isLoggedIn) return 'nowhere';
  if (!(await attempt(room, host, phrase('login shell'), () => checkShell(room, host)))) return 'logged in';
  await attempt(room, host, phrase('commands'), () => checkTools(room, host));
  return 'usable';
}

/** True if a run of the job would continue without the unreachable hosts. */
function mayDoWithout(site: Site, { nodes }: Job, unreached: readonly string[]): boolean {
  const isLeft = Object.entries(site.hosts).some(
    ([name, { role }]) => role === 'primary' && !unreached.includes(name),
  );
  const isNode = (name: string) => site.hosts[name]?.role === 'primary' && site.tape.host !== name;
  return unreached.length === 0 || (nodes === 'any' && isLeft && unreached.every(isNode));
}

/** Where the services of a job run, if it says whereMounted. */
async function servicePlaces({ runner }: Room, assignment: Assignment) {
  const { job, primaryNodes, platform, missing = [] } = assignment;
  if (!areWhereMounted(job)) return { verdicts: [], said: '' };
  const nodes = primaryNodes.filter((node) => missing.every((each) => each.gds || each.node !== node));
  const tables = await mountTablesOf(runner, 'check', nodes, platform);
  const seen = tables.map((table) => {
    if ('error' in table) throw table.error;
    return table;
  });
  return {
    verdicts: [judgeMountedOnce(assignment, seen)],
    said: phrase('; services run on {mounted}', { mounted: mountedWords(assignment, seen) }),
  };
}

async function checkJob(room: Room, named: NamedJob, unreached: readonly string[]): Promise<void> {
  const { name, job } = named;
  const what = phrase('job {name}', { name });
  const observed = observedOf(room.site, job);
  const place = observed.primaryNodes.find((node) => !unreached.includes(node)) ?? '';
  await attempt(room, place, what, async () => {
    requireRunnable(room.site, job);
    const sides = ['primaries', 'backup'] as const;
    const { world, outside } = await lookWithinScope(room.runner, 'check', observed, sides);
    const assignment = assign(room.site, named, { ...world, outside }, name);
    const services = await servicePlaces(room, assignment);
    const blocking = [...judgeReady(assignment, world), ...services.verdicts].filter(isBlocking);
    for (const { title, expected, actual, rule } of blocking) {
      room.tell(
        place,
        what,
        false,
        phrase('{title}: expected {expected}, seen {actual}', { title, expected, actual }),
        remedyOnScreen(rule),
      );
    }
    if (blocking.length > 0) return;
    const seen = assignment.volumes.map(({ master, proxy, blocks }) => {
      const volume = world.primaries[0] && findVolume(world.primaries[0].report, job.class, proxy);
      const size = phrase('{blocks} blocks from {firstBlock}', {
        blocks: blocks.toLocaleString('en-US'),
        firstBlock: volume?.firstBlock?.toLocaleString('en-US') ?? '?',
      });
      return phrase('{proxy} is joined to {master}, in sync, {size}', { proxy, master, size });
    });
    const without = [
      ...outside.map((node) => inEnglish(() => outsideWords(job.class, node))),
      ...(world.missing ?? []).map((missing) => inEnglish(() => missingWords(assignment, missing))),
    ].map((sentence) => phrases(['', sentence], '; '));
    room.tell(
      place,
      what,
      true,
      phrase('{seen}; no shadow in {class}{said}{without}', {
        seen: phrases(seen, '; '),
        class: assignment.shadow.class,
        said: services.said,
        without: phrases(without, ''),
      }),
    );
  });
}

export interface SiteCheck extends Pick<
  TapeCheck,
  'site' | 'runner' | 'lockKnowledge' | 'knownTapes' | 'inventory' | 'onHealth'
> {
  /** Called with each line at once. */
  readonly listener: Listener;
}

/**
 * Checks the site, and each of its jobs.
 * @returns all lines
 */
export async function checkSite(check: SiteCheck): Promise<CheckLine[]> {
  const { site, runner, listener } = check;
  const lines: CheckLine[] = [];
  const tell: Room['tell'] = (host, what, good, said, hint) => {
    const line = { host, what, good, said, hint };
    lines.push(line);
    listener(line);
  };
  const room = { site, runner, tell };
  const reached = new Map<string, Reached>();
  for (const host of Object.keys(site.hosts)) reached.set(host, await checkHost(room, host));
  const unreached = Object.keys(site.hosts).filter((host) => reached.get(host) !== 'usable');
  const trouble = unreached.every((host) => reached.get(host) === 'nowhere') ? 'reached' : 'used';
  const { host } = site.tape;
  if (reached.get(host) === 'usable')
    await checkTapeInDrive({
      ...check,
      tell: (what, good, said, hint) => tell(host, what, good, said, hint),
    });
  for (const [name, job] of Object.entries(site.jobs)) {
    if (unreached.length === 0 || (trouble === 'reached' && mayDoWithout(site, job, unreached)))
      await checkJob(room, { name, job }, unreached);
    else
      tell(
        unreached.join(', '),
        phrase('job {name}', { name }),
        false,
        trouble === 'reached'
          ? phrase('not checked: {hosts} cannot be reached', { hosts: phrases(unreached, phrase(' and ')) })
          : phrase('not checked: {hosts} cannot be used', { hosts: phrases(unreached, phrase(' and ')) }),
      );
  }
  return lines;
}
