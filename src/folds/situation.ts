/**
 * The situation of a class: derived once, from the runs of the class, the newest look at the hosts and the connection to the console.
 * Header, rail, footer, window title, task bar, topology, plan, sites and tape read it and nothing else. Pure.
 */
import type { JobRefusal, Refusal } from '../contract/job-refusal.ts';
import type { OpenRun } from '../contract/protection.ts';
import type {
  ActiveRestore,
  ActiveRun,
  ClusterView,
  HostInfo,
  JobInfo,
  LoginQuestion,
  SiteInfo,
} from '../contract/screens.ts';
import { saidList } from '../contract/words.ts';
import { said, say } from '../contract/text/say.ts';
import { missingHostWords } from './host-states.ts';
import { questionWords } from './question-words.ts';
import type { State } from './states.ts';
import { unsafeShadowOf } from './unsafe-shadow.ts';

/** In the order of weight: the first screen line is that of the gravest class. */
export const situationKinds = [
  'unsafe shadow',
  'waiting for your answer',
  'waiting for a second person',
  'rolling back',
  'action required',
  'interrupted',
  'reconnecting',
  'unknown',
  'running',
  'idle',
] as const;
export type SituationKind = (typeof situationKinds)[number];

/** `connecting` until the console has answered for the first time. */
type ConsoleConnection = 'connecting' | 'connected' | 'lost' | 'refused';

export interface SituationFacts {
  readonly connection: ConsoleConnection;
  readonly site: Pick<SiteInfo, 'hosts' | 'jobs' | 'tape'> | undefined;
  /** Runs that this console performs. */
  readonly active: readonly ActiveRun[];
  /** Restores of files and drills that this console performs: they have the drive. */
  readonly restores?: readonly Pick<ActiveRestore, 'kind'>[] | undefined;
  /** What the ssh sessions ask a person now. */
  readonly logins?: readonly Pick<LoginQuestion, 'kind' | 'host'>[] | undefined;
  /** Undefined until the history has answered. */
  readonly open: readonly OpenRun[] | undefined;
  /** The newest look; undefined before the first. */
  readonly view: ClusterView | undefined;
  /** Why the newest look failed as a whole. */
  readonly lookTrouble: string | undefined;
  /** Why the history cannot be read. */
  readonly historyTrouble: string | undefined;
}

/** What can be done about a class. */
const acts = ['backUp', 'answer', 'stop', 'recover', 'useDrive', 'openSite'] as const;
export type Act = (typeof acts)[number];

/** Why an act is not possible now; absent if it is. */
type Refusals = Readonly<Partial<Record<Act, string>>>;

export interface Situation {
  readonly kind: SituationKind;
  readonly class: string;
  readonly run: string | undefined;
  readonly volumes: readonly string[];
  readonly step: string | undefined;
  /** What happens, or why nothing does: a phrase without a full stop. */
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly since: string | undefined;
  /** 0 to 1, of the dump or the read-back that continues. */
  readonly done: number | undefined;
  /** True while data may flow: nothing else is animated. */
  readonly flows: boolean;
  readonly state: State;
  readonly refusals: Refusals;
  /** Jobs of the class whose backup would be refused as the hosts are; see whyNoBackup. */
  readonly refusedJobs: readonly JobRefusal[];
}

const situationStates: Readonly<Record<SituationKind, State>> = {
  'unsafe shadow': 'bad',
  'waiting for your answer': 'warn',
  'waiting for a second person': 'warn',
  'rolling back': 'warn',
  'action required': 'bad',
  interrupted: 'bad',
  reconnecting: 'warn',
  unknown: 'warn',
  running: 'busy',
  idle: 'ok',
};

/** `Waiting for your answer`. */
export const situationTitle = ({ kind }: Pick<Situation, 'kind'>): string =>
  `${said(kind).charAt(0).toUpperCase()}${said(kind).slice(1)}`;

type Found = Pick<Situation, 'kind' | 'reason' | 'since'> &
  Partial<Pick<Situation, 'volumes' | 'step' | 'done' | 'flows' | 'run' | 'state'>>;

const lostReason = say('the connection to the console is lost');

const listedHosts = (hosts: readonly { readonly host: string }[]): string =>
  saidList(hosts.map(({ host }) => host));

const silentWords = (silent: readonly { readonly host: string }[]): string =>
  silent.length === 1
    ? say('{hosts} does not answer', { hosts: listedHosts(silent) })
    : say('{hosts} do not answer', { hosts: listedHosts(silent) });

/** What the run asks; where a step has failed, with what. */
function askedReason({ pulse }: ActiveRun): string {
  const asked = questionWords(pulse?.question);
  const failed = pulse?.failure?.sentence;
  return pulse?.question === 'step-failed' && failed !== undefined ? `${asked}: ${failed}` : asked;
}

function activeSituation(active: ActiveRun): Found {
  const { run, volumes, step, title, pulse, asking, unwinding } = active;
  const base = { run, volumes, step, since: pulse?.since };
  if (asking) {
    const kind = pulse?.bySignature === true ? 'waiting for a second person' : 'waiting for your answer';
    return { ...base, kind, reason: askedReason(active) };
  }
  const [first, ...others] = pulse?.silent ?? [];
  if (first) {
    const back = unwinding ? `${say('rolling back:')} ` : '';
    return {
      ...base,
      kind: 'reconnecting',
      reason: back + silentWords([first, ...others]),
      since: first.since,
    };
  }
  const reason = title ?? say('the run begins');
  if (unwinding) return { ...base, kind: 'rolling back', reason: pulse?.failure?.sentence ?? reason };
  return { ...base, kind: 'running', reason, done: active.done, flows: active.progress !== undefined };
}

function openSituation({ run, volumes, step, how, since, sentence, performedBy }: OpenRun): Found {
  const base = { run, volumes, step, since };
  if (how === 'interrupted') {
    const at = step === undefined ? '' : ` ${say('at step {step}', { step })}`;
    return { ...base, kind: 'interrupted', reason: say('run {run} was interrupted{at}', { run, at }) };
  }
  if (how === 'action-required')
    return { ...base, kind: 'action required', reason: sentence ?? say('run {run} needs action', { run }) };
  const by = performedBy
    ? say(', process {process} on {host}', { process: performedBy.process, host: performedBy.host })
    : '';
  return { ...base, kind: 'running', reason: say('in another process{by}', { by }) };
}

/** Nothing of the class continues: what the last look says. */
function restingSituation(facts: SituationFacts): Found {
  const { site, view, lookTrouble, historyTrouble, open } = facts;
  const unknown = (reason: string): Found => ({ kind: 'unknown', reason, since: view?.at });
  const login = loginWords(facts);
  if (login !== undefined) return unknown(login);
  if (historyTrouble !== undefined)
    return unknown(say('the history cannot be read: {historyTrouble}', { historyTrouble }));
  if (lookTrouble !== undefined) return unknown(lookTrouble);
  const changed = changedKey(view);
  if (changed !== undefined) return unknown(changed);
  const missing = missingWords(view);
  if (missing !== undefined) return unknown(missing);
  const unclear = (view?.hosts ?? []).find(({ trouble }) => trouble !== undefined);
  if (unclear?.trouble !== undefined) return unknown(unclear.trouble);
  if (!open) return { ...unknown(say('the history is being read')), state: 'idle' };
  if (!site || !view) return { ...unknown(say('the hosts are being checked')), state: 'idle' };
  return { kind: 'idle', reason: say('no backup running'), since: undefined };
}

/** The hosts that have no session; undefined if each has one. */
function missingWords(view: ClusterView | undefined): string | undefined {
  const missing = (view?.hosts ?? []).filter(({ reached }) => !reached);
  const [first, ...others] = missing;
  if (!first) return undefined;
  if (others.length === 0) return missingHostWords(first);
  return say('{hosts} are not reached', { hosts: listedHosts(missing) });
}

/** What a session waits for before it can begin; undefined if none waits for a person. */
function loginWords({ logins = [] }: SituationFacts): string | undefined {
  const [first] = logins;
  if (!first) return undefined;
  const { host } = first;
  if (first.kind === 'host-key') return say('{host} shows a host key that is not known yet', { host });
  return first.kind === 'passphrase'
    ? say('the key for {host} asks for its passphrase', { host })
    : say('{host} asks for a password', { host });
}

/** A host that answers with another host key than the known one may be another machine. */
function changedKey(view: ClusterView | undefined): string | undefined {
  const changed = (view?.hosts ?? []).filter(({ code }) => code === 'HOST_KEY_CHANGED');
  const hosts = saidList(changed.map(({ host }) => host));
  if (changed.length === 0) return undefined;
  return changed.length === 1
    ? say('the host key of {hosts} has changed', { hosts })
    : say('the host keys of {hosts} have changed', { hosts });
}

/** Hosts without which no run of any class begins. A node with another host key is not one that is down. */
function missingForRun({ site, view }: SituationFacts): string | undefined {
  const changed = changedKey(view);
  if (changed !== undefined) return changed;
  const lost = (view?.hosts ?? []).filter(({ reached }) => !reached);
  const ofRole = (isWanted: (role: HostInfo['role']) => boolean) =>
    (site?.hosts ?? []).filter(({ role }) => isWanted(role)).map(({ name }) => name);
  const needed = ofRole((role) => role !== 'primary');
  const one = lost.find(({ host }) => needed.includes(host));
  if (one) return missingHostWords(one);
  const primaries = ofRole((role) => role === 'primary');
  return primaries.length > 0 && primaries.every((name) => lost.some(({ host }) => host === name))
    ? say('no primary node is reached')
    : undefined;
}

const withoutUndefined = (refusals: Readonly<Record<Act, string | undefined>>): Refusals =>
  Object.fromEntries(Object.entries(refusals).filter(([, reason]) => reason !== undefined));

function restoreWords({ restores = [] }: SituationFacts): string | undefined {
  const [first] = restores;
  if (!first) return undefined;
  return first.kind === 'drill' ? say('a drill is reading a tape') : say('files are being restored');
}

/** True if a run waits until somebody decides. */
const waitsForPerson = ({ kind }: Pick<Situation, 'kind'>): boolean =>
  kind === 'waiting for your answer' || kind === 'waiting for a second person';

/** @param found what the class is in */
function refusalsOf(facts: SituationFacts, found: Found, open: OpenRun | undefined): Refusals {
  const { connection, active } = facts;
  if (connection === 'lost') {
    return Object.fromEntries(acts.map((act) => [act, lostReason]));
  }
  const here = active[0];
  const elsewhere = facts.open?.find(({ how }) => how === 'elsewhere');
  const user = here?.run ?? elsewhere?.run;
  const inUse = user === undefined ? restoreWords(facts) : say('run {user} is running', { user });
  return withoutUndefined({
    backUp: backUpRefusal(facts, found, open, inUse),
    answer: waitsForPerson(found) ? undefined : say('the run does not ask'),
    stop: active.some(({ run }) => run === found.run) ? undefined : say('this console does not run it'),
    // Whether this run can be resumed or rolled back is judged by asking the console; see RecoveryChoice.
    recover: undefined,
    useDrive: inUse,
    openSite: here === undefined ? restoreWords(facts) : inUse,
  });
}

function backUpRefusal(
  facts: SituationFacts,
  found: Found,
  open: OpenRun | undefined,
  inUse: string | undefined,
): string | undefined {
  if (facts.connection !== 'connected') return say('the console has not answered yet');
  if (open?.holds && open.how === 'interrupted') return say('run {run} was interrupted', { run: open.run });
  // It may hold nothing any more: the class is not as a backup needs it until somebody has seen to it.
  if (open?.how === 'action-required' && (open.holds || open.discarded !== true))
    return say('run {run} needs action', { run: open.run });
  if (inUse !== undefined) return inUse;
  const login = loginWords(facts);
  if (login !== undefined) return login;
  if (found.kind === 'unsafe shadow') return found.reason;
  if (facts.historyTrouble !== undefined) return say('the history cannot be read');
  if (facts.open === undefined) return say('the history is being read');
  return missingForRun(facts);
}

function situationOfClass(facts: SituationFacts, name: string, jobs: readonly JobInfo[]): Situation {
  const active = facts.active.find((run) => classOf(run, jobs) === name);
  const open = active ? undefined : facts.open?.find((run) => run.class === name);
  const found = foundOf(facts, name, active, open);
  const ofClass = jobs.filter((job) => job.class === name);
  const volumes = ofClass.flatMap((job) => job.volumes);
  return {
    class: name,
    run: undefined,
    volumes: [...new Set(volumes.map(({ proxy }) => proxy))],
    step: undefined,
    done: undefined,
    flows: false,
    state: situationStates[found.kind],
    ...found,
    refusals: refusalsOf(facts, found, open),
    refusedJobs: (facts.view?.refusals ?? []).filter(({ job }) =>
      ofClass.some(({ name: own }) => own === job),
    ),
  };
}

function foundOf(
  facts: SituationFacts,
  name: string,
  active: ActiveRun | undefined,
  open: OpenRun | undefined,
): Found {
  const { connection, site, view } = facts;
  const last = active ? activeSituation(active) : open && openSituation(open);
  if (connection === 'lost') {
    const before = last === undefined ? '' : say('; before: {kind}', { kind: said(last.kind) });
    return {
      ...last,
      kind: 'unknown',
      reason: lostReason + before,
      since: undefined,
      done: undefined,
      flows: false,
    };
  }
  if (active) return activeSituation(active);
  const performed = open?.how === 'elsewhere';
  const unsafe =
    site && view && !performed
      ? unsafeShadowOf(view.topology, site.jobs, name, open?.holds ? open.run : undefined)
      : undefined;
  if (unsafe !== undefined) return { ...last, kind: 'unsafe shadow', reason: unsafe, since: view?.at };
  return last ?? restingSituation(facts);
}

/** The class of a run: its events tell, else its job; empty if neither does. */
const classOf = ({ pulse, job }: ActiveRun, jobs: readonly JobInfo[]): string =>
  pulse?.class ?? jobs.find(({ name }) => name === job)?.class ?? '';

const weight = ({ kind }: Situation): number => situationKinds.indexOf(kind);

/** One situation for each class of the site, the gravest first; where the site is not known yet, one without a class. */
export function situationsOf(facts: SituationFacts): Situation[] {
  const jobs = facts.site?.jobs ?? [];
  const names = new Set([
    ...jobs.map((job) => job.class),
    ...facts.active.map((run) => classOf(run, jobs)),
    ...(facts.open ?? []).map((run) => run.class),
  ]);
  if (names.size === 0) names.add('');
  return [...names]
    .map((name) => situationOfClass(facts, name, jobs))
    .toSorted((one, other) => weight(one) - weight(other));
}

/** Why no backup of a job can be started now, and what to do instead; undefined if one can. */
export function whyNoBackup(
  { refusals, refusedJobs }: Pick<Situation, 'refusals' | 'refusedJobs'>,
  job: string,
): Refusal | undefined {
  // What concerns the whole class is known without the hosts, and decides first.
  if (refusals.backUp !== undefined) return { reason: refusals.backUp };
  return refusedJobs.find((each) => each.job === job);
}
