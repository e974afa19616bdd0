/** What a run has done so far that cannot be seen on the hosts, folded from its events. */
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import type { TapeMark } from '../../../contract/run-outcome.ts';
import { commandLine } from '../../ssh/quoting.ts';
import { commandNode, type Assignment } from './assignment.ts';
import { placeKey, type LockMarks } from './lock-places.ts';
import { sentCommands, type Intent, type Sent } from './sent-commands.ts';

/** A stop command of step 3-2 that may have had its effect: its place among the node's stop commands, from 0. */
interface StoppedService {
  readonly host: string;
  readonly place: number;
  readonly line: string;
  /** True if it is known to have exited 0; otherwise the service is stopped again when the run is resumed. */
  readonly sure: boolean;
}

/** A resume command of step 3-4 that has exited 0 since the last stop on its host. */
interface ResumedService {
  readonly host: string;
  readonly line: string;
}

/** What detached work is for. The hash of the whole proxy runs on a cluster node, all others on the backup server. */
export type WorkPurpose = 'dump' | 'read-back' | 'hash';

export const workHost = (assignment: Assignment, purpose: WorkPurpose): string =>
  purpose === 'hash' ? commandNode(assignment) : assignment.backupServer;

/** Detached work whose folder is not known to be removed. */
export interface WorkMark {
  readonly volume: string;
  readonly purpose: WorkPurpose;
  readonly folder: string;
  /** True if it was seen to have ended. */
  readonly isOver: boolean;
}

/**
 * `manifest`: every dump is done, but the tape has no manifest. `records`: what was read back is not what the cluster
 * held. `unjudged`: the dumps by route `server` exited 0 while no console watched them, and none has checked them.
 */
export type IncompleteBy = 'manifest' | 'records' | 'unjudged';

export interface RunMarks {
  /** Something on the cluster or the backup server may have been changed, beyond the lock and the tape's position. */
  readonly changed: boolean;
  /** The proxy may have been parted by this run. */
  readonly partBegun: boolean;
  /**
   * The proxy was parted by this run: its node reported no error for the part. After an error or a lost answer,
   * somebody else may have parted it: sdxinfo does not show who did.
   */
  readonly partProven: boolean;
  /** The parted proxy may have been started on a cluster node to be hashed, and not stopped since. */
  readonly proxyStarted: boolean;
  /** Proxies whose rejoin was sent since the last part, and perhaps carried out: they are or were resynchronized. */
  readonly rejoined: readonly string[];
  /** The whole proxy was hashed, and differs from what was dumped. */
  readonly proxyDiffers: boolean;
  /** Shadow objects may have been made. */
  readonly shadowBegun: boolean;
  /** A byte may have reached the tape. */
  readonly dumpBegun: boolean;
  /** The state of the tape after this run. */
  readonly tape: TapeMark;
  /** The read-back of the tape failed: its contents are not known. */
  readonly tapeUnread: boolean;
  /** What the run's library did last: it loaded a tape, or unloaded one. */
  readonly cartridge: 'loaded' | 'unloaded' | undefined;
  /** Why the tape is incomplete, where that is not because its dump failed. */
  readonly incompleteBy?: IncompleteBy | undefined;
  readonly locks: LockMarks;
  /** The mount point was made by this run, and is still there. */
  readonly mountPointMade: boolean;
  /** Stop commands whose services have not been resumed since. */
  readonly servicesStopped: readonly StoppedService[];
  readonly servicesResumed: readonly ResumedService[];
  /** Detached work on the backup server that may still run, or whose folder remains. */
  readonly works: readonly WorkMark[];
  /** The operator said that the services are stopped, and has not yet been asked to resume them. */
  readonly operatorStopped: boolean;
  /** Of a restore: the proxy may have been written to, through the shadow. */
  readonly proxyWritten: boolean;
  /** Of a restore: the master may have been stopped. */
  readonly masterStopped: boolean;
  /** Of a restore: RejoinRestore was sent, and the master may be partly overwritten from then on. */
  readonly restoreSent: boolean;
  /** Of a restore: each master was read completely afterwards, and matches. */
  readonly masterProven: boolean;
}

/** True if the object that `make` creates exists: created, or perhaps created, and not known to be removed since. */
function isMade(
  sent: readonly Sent[],
  make: (intent: Intent) => boolean,
  remove: (intent: Intent) => boolean,
): boolean {
  let there = false;
  for (const { intent, ending } of sent) {
    if (make(intent) && ending !== 'bad') there = true;
    if (remove(intent) && ending === 'good') there = false;
  }
  return there;
}

/** The lock that a path is, or is in: its owner's folder is inside. */
const lockOfPath = /^(\/.*\/shadowtape-[^/]+\.lock)(?:\/[^/]+)?$/;

/** True if the command shows that the lock is the run's, false if it no longer is; undefined if it shows neither. */
function lockState({ intent: { step, argv }, ending }: Sent, isWhole: boolean): boolean | undefined {
  const [command] = argv;
  if (step === 'lock' && command === 'mkdir' && ending !== 'bad') return true;
  // In step lock the owner's folder alone is removed where somebody else holds the lock after all.
  if (command === 'rmdir' && ending === 'good' && (isWhole || step === 'lock')) return false;
  return step === 'unlock' && command === 'ls' && ending === 'bad' ? false : undefined;
}

function locksOf(sent: readonly Sent[], isResumed: boolean, events: readonly RunEvent[]): LockMarks {
  const seen = new Map<string, boolean>();
  for (const each of sent) {
    const { step, host, argv } = each.intent;
    if (step !== 'lock' && step !== 'unlock') continue;
    const path = argv.at(-1) ?? '';
    const folder = lockOfPath.exec(path)?.[1];
    const told = folder === undefined ? undefined : lockState(each, folder === path);
    if (folder !== undefined && told !== undefined) seen.set(placeKey({ host, folder }), told);
  }
  const unlocked = events.flatMap((event) =>
    event.type === 'node' && event.what === 'missing' && event.locked === false ? [event.node] : [],
  );
  return { isResumed, seen, without: new Set(unlocked) };
}

/** Steps whose commands change neither cluster nor backup server: lock, tape position, queries. */
const harmlessPhases = new Set(['prepare', 'finish']);

const isStop = ({ step, changes }: Intent) => step === '3-2' && changes;

/** What was stopped since all services were last resumed. A resumed run may have stopped them twice. */
function servicesStopped(sent: readonly Sent[], events: readonly RunEvent[]): StoppedService[] {
  const resumed = events.findLast(
    (event) => event.type === 'step-finished' && event.step === '3-4' && event.result === 'done',
  );
  const starts = events.filter((event) => event.type === 'step-started' && event.step === '3-2');
  const stopped = new Map<string, StoppedService>();
  /** Host -> its stop commands in their order; a line that occurs twice is two commands. */
  const known = new Map<string, string[]>();
  const seen = new Map<string, number>();
  for (const { intent, ending } of sent.filter((command) => isStop(command.intent))) {
    const { host, argv, seq } = intent;
    const line = commandLine(argv);
    const session = starts.findLast((start) => start.seq < seq)?.seq ?? 0;
    const time = (seen.get(`${session} ${host} ${line}`) ?? 0) + 1;
    seen.set(`${session} ${host} ${line}`, time);
    const ofHost = known.get(host) ?? [];
    known.set(host, ofHost);
    if (!ofHost.includes(`${time} ${line}`)) ofHost.push(`${time} ${line}`);
    const place = ofHost.indexOf(`${time} ${line}`);
    if (ending === 'bad' || seq < (resumed?.seq ?? 0)) continue;
    const before = stopped.get(`${host} ${place}`);
    stopped.set(`${host} ${place}`, {
      host,
      place,
      line,
      sure: ending === 'good' || (before?.sure ?? false),
    });
  }
  return [...stopped.values()];
}

function servicesResumed(sent: readonly Sent[]): ResumedService[] {
  const lastStop = (host: string) =>
    sent.findLast(({ intent }) => isStop(intent) && intent.host === host)?.intent.seq ?? 0;
  return sent
    .filter(({ intent, ending }) => intent.step === '3-4' && intent.changes && ending === 'good')
    .filter(({ intent }) => intent.seq > lastStop(intent.host))
    .map(({ intent: { host, argv } }) => ({ host, line: commandLine(argv) }));
}

/** The ids of the steps around the hash of the whole proxy. */
export const wholeHashSteps = { start: 'start-proxy', hash: 'hash-proxy', stop: 'stop-proxy' } as const;

/** The end of the last hash of the whole proxy since the tape was written; undefined if there is none. */
export function wholeHashEnd(events: readonly RunEvent[]): EventOf<'step-finished'> | undefined {
  const dumped = events.findLast((event) => event.type === 'digest' && event.hop === 'handed')?.seq ?? 0;
  return events.findLast(
    (event): event is EventOf<'step-finished'> =>
      event.type === 'step-finished' && event.step === wholeHashSteps.hash && event.seq > dumped,
  );
}

/** Codes of a read-back that blame the tape itself, not the connection to it. */
export const tapeCodes = [
  'TAPE_READ_FAILED',
  'TAPE_RECORD_TOO_LONG',
  'TAPE_READBACK_MISCOUNTED',
  'TAPE_DIFFERS',
  'TAPE_IS_ANOTHER',
] as const;

/** Those after which it was not read completely. */
const unreadCodes: readonly string[] = [
  'TAPE_READ_FAILED',
  'TAPE_RECORD_TOO_LONG',
] satisfies (typeof tapeCodes)[number][];

/** Codes that prove a tape mismatch. */
export const badTapeCodes = [...tapeCodes, 'PROXY_DIFFERS'] as const;

const lastEnd = (events: readonly RunEvent[], step: string): EventOf<'step-finished'> | undefined =>
  events.findLast(
    (event): event is EventOf<'step-finished'> => event.type === 'step-finished' && event.step === step,
  );

/** @param labelBegun a label may have reached the tape: then there is no backup without its manifest */
function tapeMark(
  events: readonly RunEvent[],
  dumpSteps: readonly string[],
  dumpBegun: boolean,
  labelBegun: boolean,
): TapeMark {
  const isDone = (step: string) => lastEnd(events, step)?.result === 'done';
  const readBack = lastEnd(events, 'read-back');
  if (!dumpBegun && !labelBegun) return 'untouched';
  if (!dumpSteps.every(isDone)) return 'incomplete';
  if (labelBegun && !isDone('manifest')) return 'incomplete';
  if (wholeHashEnd(events)?.error?.code === 'PROXY_DIFFERS') return 'bad';
  if (!readBack) return 'written';
  if (readBack.result === 'done') return 'verified';
  // Read back as it was written, but not what the cluster held: treated as if the dump itself had found it.
  if (readBack.error?.code === 'DUMP_DIFFERS') return 'incomplete';
  return tapeCodes.some((code) => code === readBack.error?.code) ? 'bad' : 'written';
}

/** The volumes whose detached dump had exited 0 when the run was resumed or rolled back, unchecked by any console. */
function dumpsFoundEnded(events: readonly RunEvent[]): string[] {
  const found = new Set<string>();
  const judged = new Set<string>();
  for (const event of events) {
    if (event.type === 'observed')
      for (const { volume, state } of event.dumps ?? [])
        if (state === 'ended' && !judged.has(volume)) found.add(volume);
    if (event.type !== 'work' || event.purpose !== 'dump') continue;
    if (event.what === 'starting' || event.what === 'ended') found.delete(event.volume);
    if (event.what === 'starting') judged.delete(event.volume);
    if (event.what === 'ended') judged.add(event.volume);
  }
  return [...found];
}

/** Why a tape is incomplete although its dump did not fail. */
function incompleteBy(events: readonly RunEvent[], dumpSteps: readonly string[]): IncompleteBy | undefined {
  const ends = new Map<string, EventOf<'step-finished'>>();
  for (const event of events) if (event.type === 'step-finished') ends.set(event.step, event);
  const [start] = events;
  const volumes = start?.type === 'run-started' ? start.volumes.map(({ proxy }) => proxy) : [];
  const isDone = (step: string) => ends.get(step)?.result === 'done';
  if (dumpSteps.every(isDone)) return ends.get('read-back')?.error ? 'records' : 'manifest';
  const ended = dumpsFoundEnded(events);
  const isCounted = (volume: string) =>
    events.some((event) => event.type === 'digest' && event.hop === 'counted' && event.volume === volume);
  const isWhole =
    volumes.length > 0 && volumes.every((volume) => ended.includes(volume) || isCounted(volume));
  return isWhole && ended.length > 0 ? 'unjudged' : undefined;
}

function worksOf(events: readonly RunEvent[]): WorkMark[] {
  const works = new Map<string, WorkMark>();
  for (const event of events) {
    if (event.type !== 'work') continue;
    const { volume, purpose, folder, what } = event;
    if (what === 'cleared') works.delete(folder);
    else works.set(folder, { volume, purpose, folder, isOver: what === 'ended' || what === 'stopped' });
  }
  return [...works.values()];
}

function operatorStopped(events: readonly RunEvent[]): boolean {
  const answer = events.findLast((event) => event.type === 'answered' && event.step.startsWith('3-'));
  return answer?.type === 'answered' && answer.question === 'services-stopped' && answer.answer === 'stopped';
}

/**
 * The last command that may have parted. One that failed may have, unless the proxies were seen joined after it:
 * somebody else parted them then.
 */
function lastPart(changing: readonly Sent[], events: readonly RunEvent[]): Sent | undefined {
  const undone = new Set<number>();
  for (const event of events)
    if (event.type === 'observed')
      for (const { of, ended } of event.settled ?? []) if (ended === 'bad') undone.add(of);
  return changing.findLast(
    ({ intent, wasSent }) => intent.step === '3-3' && wasSent && !undone.has(intent.seq),
  );
}

/** The proxies that the commands of step 8-1, or of a synchronization before the part, have rejoined or may have rejoined. */
function rejoinedSince(part: Sent | undefined, sent: readonly Sent[]): string[] {
  const proxies = sent.flatMap(({ intent: { argv, seq }, ending }) => {
    const [command, action] = argv;
    if (command !== 'sdxproxy' || action !== 'Rejoin' || ending === 'bad') return [];
    return seq < (part?.intent.seq ?? 0) ? [] : [argv[argv.indexOf('-p') + 1] ?? ''];
  });
  return [...new Set(proxies.flatMap((names) => names.split(',')))];
}

/** Each of the masters that a restore replaces was read, and matches. */
function areMastersProven(events: readonly RunEvent[]): boolean {
  const [start] = events;
  const volumes = start?.type === 'run-started' ? (start.restore?.volumes ?? []) : [];
  const isProven = (proxy: string) =>
    events.some(
      (event) =>
        event.type === 'restore-digest' && event.volume === proxy && event.place === 'master' && event.equal,
    );
  return volumes.length > 0 && volumes.every(({ proxy }) => isProven(proxy));
}

/** What a restore has done; empty for a backup. */
function restoreMarks(sent: readonly Sent[], events: readonly RunEvent[]) {
  // Steps of several volumes have the name of the volume after a colon.
  const mayHaveDone = (step: string, does: (intent: Intent) => boolean = () => true) =>
    sent.some(
      ({ intent, wasSent }) =>
        intent.step.replace(/:.*/, '') === step && intent.changes && wasSent && does(intent),
    );
  return {
    proxyWritten:
      mayHaveDone('make-file-system') ||
      // The tape is moved and changed in this step, too.
      mayHaveDone('write', ({ argv }) => argv.some((word) => word.startsWith('of='))),
    masterStopped: mayHaveDone('stop-master'),
    restoreSent: mayHaveDone('rejoin-restore'),
    masterProven: areMastersProven(events),
  };
}

function cartridgeMark(events: readonly RunEvent[]): RunMarks['cartridge'] {
  const last = events.findLast((event) => event.type === 'cartridge');
  return last?.type === 'cartridge' ? last.what : undefined;
}

/** @param dumpSteps the ids of the steps that carry the data */
export function marksOf(
  events: readonly RunEvent[],
  dumpSteps: readonly string[],
  mountPoint: string,
): RunMarks {
  const sent = sentCommands(events);
  const phaseOf = new Map<string, string>();
  for (const event of events) if (event.type === 'step-started') phaseOf.set(event.step, event.phase);
  const changing = sent.filter(
    ({ intent }) => intent.changes && !harmlessPhases.has(phaseOf.get(intent.step) ?? ''),
  );
  const dumpBegun = changing.some(({ intent }) => dumpSteps.includes(intent.step));
  const labelBegun = changing.some(({ intent }) => intent.step === 'label');
  const lastResume = events.findLast(({ type }) => type === 'run-resumed');
  const tape = tapeMark(events, dumpSteps, dumpBegun, labelBegun);
  const since = lastResume?.seq ?? 0;
  const part = lastPart(changing, events);
  return {
    partBegun: part !== undefined,
    partProven: part?.isProven === true,
    proxyStarted: isMade(
      sent,
      (intent) => intent.step === wholeHashSteps.start && intent.changes,
      (intent) => intent.step === wholeHashSteps.stop && intent.argv[0] === 'sdxvolume',
    ),
    rejoined: rejoinedSince(part, sent),
    proxyDiffers: wholeHashEnd(events)?.error?.code === 'PROXY_DIFFERS',
    // A failed command has created nothing: objects that its host shows anyway belong to somebody else.
    shadowBegun: changing.some(({ intent, ending }) => intent.step === '5' && ending !== 'bad'),
    changed: changing.length > 0 || operatorStopped(events),
    dumpBegun,
    cartridge: cartridgeMark(events),
    tape,
    tapeUnread: tape === 'bad' && unreadCodes.includes(lastEnd(events, 'read-back')?.error?.code ?? ''),
    ...(tape === 'incomplete' ? { incompleteBy: incompleteBy(events, dumpSteps) } : {}),
    locks: locksOf(
      sent.filter(({ intent }) => intent.seq > since),
      lastResume !== undefined,
      events.filter(({ seq }) => seq > since),
    ),
    mountPointMade: isMade(
      sent,
      (intent) => intent.argv[0] === 'mkdir' && intent.argv[1] === mountPoint,
      (intent) => intent.argv[0] === 'rmdir' && intent.argv[1] === mountPoint,
    ),
    servicesStopped: servicesStopped(sent, events),
    servicesResumed: servicesResumed(sent),
    works: worksOf(events),
    operatorStopped: operatorStopped(events),
    ...restoreMarks(sent, events),
  };
}
