/**
 * Why a backup of a job would be refused, judged of what a look at the hosts has seen by the rules that a run refuses
 * by before its first change. What a look does not ask, such as the tape in the drive, only the run finds out.
 */
import { isBlocking, type RuleVerdict } from '../../contract/checks.ts';
import { isFailure, type ShadowtapeError } from '../../contract/errors.ts';
import type { JobRefusal, Refusal } from '../../contract/job-refusal.ts';
import type { HostLook } from '../../contract/screens.ts';
import { saidList } from '../../contract/words.ts';
import { say, translated } from '../../contract/text/say.ts';
import { missingHostWords } from '../../folds/host-states.ts';
import { assign, observedOf, requireRunnable } from '../procedure/model/assign.ts';
import { proxiesOf, type Assignment } from '../procedure/model/assignment.ts';
import type { OutsideNode } from '../procedure/model/class-scope.ts';
import type { BackupReport } from '../procedure/model/world.ts';
import { judgeStart } from '../procedure/plan/checks.ts';
import { remedyOnScreen } from '../procedure/plan/rule-remedies.ts';
import { areWhereMounted, judgeMountedOnce } from '../procedure/plan/service-checks.ts';
import type { NamedJob } from '../site/site-file.ts';
import type { Job, Site } from '../site/site-schema.ts';

/** A class or a drive that a run cannot lock now. */
export interface LockRefusal {
  readonly what: 'class' | 'drive';
  readonly name: string;
  readonly error: ShadowtapeError;
}

interface HostsSeen {
  readonly looks: readonly HostLook[];
  /** Of the hosts whose sdxinfo has answered. */
  readonly reports: readonly BackupReport[];
  readonly locks: readonly LockRefusal[];
}

export interface RefusalRoom {
  readonly site: Site;
  readonly seen: HostsSeen;
  /** Asks the nodes which of them do not share the class of the job. */
  readonly outsideOf: (job: Job) => Promise<readonly OutsideNode[]>;
  /** The job with its tape of the pool. @throws POOL_EXHAUSTED, TAPES_UNREADABLE */
  readonly withTape: (named: NamedJob) => NamedJob;
}

type RuleWords = (values: { readonly volume: string; readonly seen: string }) => string;

/** Rule -> what does not hold, as an operator says it. */
const ruleWords: Readonly<Record<string, RuleWords>> = {
  'proxy-joined': (values) => say('{volume} is not joined: {seen}', values),
  'proxy-slices-in-sync': (values) => say('{volume} is not in sync: {seen}', values),
  'proxy-disks-enabled': (values) => say('a disk of {volume} is not enabled: {seen}', values),
  'statuses-known': ({ seen }) => say('sdxinfo shows an unknown status: {seen}', { seen }),
  'no-shadow-objects': ({ seen }) => say('a shadow already exists on the backup server: {seen}', { seen }),
  'nothing-mounted': ({ seen }) => say('the shadow class is mounted on the backup server: {seen}', { seen }),
};

function wordsOf(assignment: Assignment, { rule, title, expected, actual, volume }: RuleVerdict): Refusal {
  const values = { volume: volume ?? saidList(proxiesOf(assignment)), seen: translated(actual) };
  const reason =
    ruleWords[rule]?.(values) ??
    say('{title}: expected {expected}, seen {seen}', {
      title: translated(title),
      expected: translated(expected),
      seen: translated(actual),
    });
  return { reason, instead: translated(remedyOnScreen(rule)) };
}

function errorWords(error: ShadowtapeError): Refusal {
  const { sentence, hint, onScreen = hint } = error.translated;
  return { reason: sentence, instead: onScreen };
}

/** A host without a report: it was not reached, or its sdxinfo ended with an error. */
function missingWords({ looks }: HostsSeen, host: string): Refusal {
  const look = looks.find((each) => each.host === host);
  const reason = look?.reached ? look.trouble : undefined;
  return { reason: reason ?? missingHostWords({ host, code: look?.code }), instead: look?.hint };
}

/** True if a node that answers shows nothing of the class, or its sdxinfo ends with an error: it may not share the class. */
function mayBeOutside({ looks, reports }: HostsSeen, job: Job, nodes: readonly string[]): boolean {
  const isReached = (node: string) => looks.some(({ host, reached }) => host === node && reached);
  return nodes.some((node) => {
    const report = reports.find((each) => each.node === node)?.report;
    return report ? report.volumes.every((volume) => volume.class !== job.class) : isReached(node);
  });
}

/** A host that the run cannot do without. */
function missingHost(
  { reports, looks }: HostsSeen,
  {
    job,
    nodes,
    backupServer,
    tapeHost,
  }: { job: Job; nodes: readonly string[]; backupServer: string; tapeHost: string },
): string | undefined {
  const hasReport = (host: string) => reports.some(({ node }) => node === host);
  const unseen = nodes.filter((node) => !hasReport(node));
  if (unseen.length > 0 && (job.nodes !== 'any' || unseen.length === nodes.length)) return unseen[0];
  if (!hasReport(backupServer)) return backupServer;
  return looks.some(({ host, reached }) => host === tapeHost && !reached) ? tapeHost : undefined;
}

async function whyRefused(
  { site, seen, outsideOf, withTape }: RefusalRoom,
  asked: NamedJob,
): Promise<Refusal | undefined> {
  const { job } = asked;
  requireRunnable(site, job);
  const named = withTape(asked);
  const { primaryNodes, backupServer, tapeHost } = observedOf(site, job);
  const lock = seen.locks.find(({ what, name }) => what === 'drive' || name === job.class);
  if (lock) return errorWords(lock.error);
  const outside = mayBeOutside(seen, job, primaryNodes) ? await outsideOf(job) : [];
  const nodes = primaryNodes.filter((node) => outside.every((each) => each.node !== node));
  const missing = missingHost(seen, { job, nodes, backupServer, tapeHost });
  if (missing !== undefined) return missingWords(seen, missing);
  const primaries = seen.reports.filter(({ node }) => nodes.includes(node));
  const backup = seen.reports.find(({ node }) => node === backupServer);
  const assignment = assign(site, named, { primaries, outside }, asked.name);
  const verdicts = [
    ...judgeStart(assignment, { primaries, backup }),
    ...(areWhereMounted(job) ? [judgeMountedOnce(assignment, primaries)] : []),
  ];
  const blocking = verdicts.find(isBlocking);
  return blocking && wordsOf(assignment, blocking);
}

/** The jobs of the site that would be refused, in their order. */
export async function jobRefusals(room: RefusalRoom): Promise<JobRefusal[]> {
  const refusals: JobRefusal[] = [];
  for (const [name, job] of Object.entries(room.site.jobs)) {
    try {
      const refusal = await whyRefused(room, { name, job });
      if (refusal) refusals.push({ job: name, ...refusal });
    } catch (error) {
      if (!isFailure(error)) throw error;
      refusals.push({ job: name, ...errorWords(error) });
    }
  }
  return refusals;
}
