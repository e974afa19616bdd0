/**
 * Where an interrupted run continues: with the first step that is not done. A step is done if the journal says so and,
 * where it can be seen, the hosts agree. Pure.
 */
import { isBlocking } from '../../../contract/checks.ts';
import { mounts, proxiesOf, volumeNamed } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
import { phrase, phraseCount } from '../../../contract/text/say.ts';
import { isShadowGone, isShadowUnmounted, whyShadowUnknown } from '../plan/shadow-checks.ts';
import { isProxyJoined, isProxyStopped, judgeParted } from '../plan/cluster-checks.ts';
import { fingerprintIn, type Fingerprints, type VolumeFingerprint } from '../model/samples/fingerprint.ts';
import { whyNotContinued } from './continuation.ts';
import { ResumeRoute } from './resume-route.ts';
import { wholeHashEnd, wholeHashSteps } from '../model/run-marks.ts';
import { type Sent } from '../model/sent-commands.ts';
import type { Step } from '../model/step.ts';
import { withScriptsLeft } from '../plan/steps-scripts.ts';
import { completeTape } from './complete-tape.ts';
import {
  lastEnd,
  lastStart,
  pastOf,
  proxiesAre,
  shadowHolds,
  stepOf,
  type Past,
  type ResumeFacts,
} from './resume-facts.ts';

export interface ResumePoint {
  /** The step with which the run continues. */
  readonly step: string;
  /** Every step that is performed, in order; one may occur twice if the shadow has to be built again. */
  readonly todo: readonly Step[];
  /** Why it continues there, one sentence each. */
  readonly reasons: readonly string[];
  /** The fingerprints of the parted proxies, where they were taken. */
  readonly fingerprints: Fingerprints | undefined;
  /** Dumps that are complete although the console died before it recorded their end. */
  readonly completed: readonly Step[];
  /** The interrupted dump may be continued, once its tape is proven to hold what was written. */
  readonly mayContinue: boolean;
  /** The dump that kept running while no console watched it: it is not started again. */
  readonly underWay: Step | undefined;
}

export interface ResumeRefusal {
  readonly refused: string;
}

/** The fingerprints of all volumes; undefined if one of them is missing. */
function fingerprintsOf(facts: ResumeFacts, past: Past): Fingerprints | undefined {
  const taken = new Map<string, VolumeFingerprint>();
  for (const volume of facts.assignment.volumes) {
    const fingerprint = fingerprintIn(past.events, facts.assignment, volume);
    if (!fingerprint) return undefined;
    taken.set(volume.proxy, fingerprint);
  }
  return taken;
}

function addUndone(route: ResumeRoute, { world, marks }: ResumeFacts, step: Step | undefined): void {
  if (step?.unwinds && !step.unwinds.isDone(world, marks)) route.add(step.id);
}

/** Nothing was parted: the whole procedure again, except for what stays stopped. */
function fromTheBeginning(facts: ResumeFacts, route: ResumeRoute): void {
  const { marks } = facts;
  route.addFrom(route.find('load-tape')?.id ?? 'tape');
  route.reasons.push(
    phrase('{proxies} still joined: starting again with step 3-1', { proxies: proxiesAre(facts) }),
  );
  if (marks.operatorStopped || marks.servicesStopped.some(({ sure }) => sure))
    route.reasons.push(phrase('services that are stopped stay stopped until step 3-4'));
}

/** The whole proxy is hashed if that was not done; a proxy that is joined again holds other data. */
function addWholeHash(facts: ResumeFacts, past: Past, route: ResumeRoute): void {
  const { start, hash, stop } = wholeHashSteps;
  if (!stepOf(facts, hash)) return;
  // A hash that still runs, and its files, are left to the step that stops the proxy.
  if (isProxyJoined(facts.assignment, facts.world)) {
    addUndone(route, facts, stepOf(facts, stop));
    return;
  }
  const end = wholeHashEnd(past.events);
  const isJudged = end?.result === 'done' || end?.error?.code === 'PROXY_DIFFERS';
  if (isJudged) addUndone(route, facts, stepOf(facts, stop));
  else {
    route.add(start, hash, stop);
    route.reasons.push(phrase('the whole proxy was not compared with the dump'));
  }
}

/** What is left once the tape is written. */
function afterTheDump(facts: ResumeFacts, past: Past, route: ResumeRoute): void {
  const readBack = route.find('read-back');
  const dumped =
    past.events.findLast((event) => event.type === 'digest' && event.hop === 'counted')?.seq ?? 0;
  const readEnd =
    readBack &&
    lastEnd(
      past.events.filter(({ seq }) => seq > dumped),
      readBack.id,
    );
  const isRead = readEnd?.type === 'step-finished' && readEnd.result !== 'failed';
  for (const { id } of route.dumps)
    route.reasons.push(phrase('step {id} is complete: the journal has the count of the tape host', { id }));
  addUndone(route, facts, stepOf(facts, '3-4'));
  for (const step of route.unmounts) addUndone(route, facts, step);
  if (!isRead && readBack) {
    route.add('load-tape', readBack.id);
    route.reasons.push(phrase('the tape was not read back completely'));
  }
  addUndone(route, facts, stepOf(facts, '7'));
  addWholeHash(facts, past, route);
  if (isProxyJoined(facts.assignment, facts.world))
    route.reasons.push(phrase('{proxies} joined again', { proxies: proxiesAre(facts) }));
  for (const step of route.rejoining)
    if (step.performance === 'watch') route.add(step.id);
    else addUndone(route, facts, step);
  route.addPhase('finish');
}

/** The shadow is as step 5 leaves it: every rule holds, nothing is mounted, and it was never made writable. */
function shadowIsWhole(facts: ResumeFacts, past: Past, route: ResumeRoute): boolean {
  const { assignment, world, marks } = facts;
  const built = past.sent.findLast(({ intent }) => intent.step === '5')?.intent.seq ?? 0;
  const dumping = new Set(route.dumpSteps.map(({ id }) => id));
  const wasActivated = past.sent.some(
    ({ intent }) => intent.seq > built && dumping.has(intent.step) && intent.argv[0] === 'sdxshadowvolume',
  );
  return !wasActivated && !marks.mountPointMade && isShadowUnmounted(assignment, world) && shadowHolds(facts);
}

/** fsck.ext3 repairs with -p as well as with -y. */
const writers = new Set(['sfxadm', 'fsck.ext3']);

/** Commands of the dump's steps that write through the shadow: the fingerprint no longer matches the contents. */
function writtenThrough(past: Past): Sent | undefined {
  return past.sent.findLast(
    ({ intent: { argv } }) => writers.has(argv[0] ?? '') || (argv[0] === 'fsck' && argv.includes('-y')),
  );
}

function addShadow(facts: ResumeFacts, past: Past, route: ResumeRoute): string | undefined {
  const { assignment, world } = facts;
  const { backupServer, shadow } = assignment;
  const begun = past.sent.some(
    ({ intent, ending }) => intent.step === '5' && intent.changes && ending !== 'bad',
  );
  const isGone = isShadowGone(assignment, world);
  const notSeen = whyShadowUnknown(assignment, world);
  if (notSeen !== undefined) return notSeen;
  if (!begun && !isGone)
    return phrase('{backupServer} shows objects of {class} that this run did not create', {
      backupServer,
      class: shadow.class,
    });
  if (begun && shadowIsWhole(facts, past, route)) {
    const names = assignment.volumes.map((volume) => `${shadow.class}/${volume.shadow.volume}`);
    route.reasons.push(
      phraseCount(
        names.length,
        'the shadow {names} is complete: it is verified again',
        'the shadows {names} are complete: they are verified again',
        { names: listed(names) },
      ),
    );
    return undefined;
  }
  if (begun && isGone)
    route.reasons.push(
      phrase('{backupServer} shows no shadow (a reboot removes it): it is created again', { backupServer }),
    );
  if (begun && !isGone)
    route.reasons.push(
      phrase(
        'what is left of the shadow is removed and created again: only a shadow that was never writable is verified',
      ),
    );
  for (const step of route.unmounts) addUndone(route, facts, step);
  if (begun && !isGone) route.add('7');
  route.add('4');
  route.addPhase('shadow');
  return undefined;
}

/** A node that reboots starts what was stopped. */
function addStop({ assignment }: ResumeFacts, past: Past, route: ResumeRoute): void {
  route.add('3-5');
  if (past.sent.some(({ intent, ending }) => intent.step === '3-5' && intent.changes && ending === 'good'))
    route.reasons.push(
      phrase('{proxies} is started, as after a reboot of a node: it is stopped again (step 3-5)', {
        proxies: listed(proxiesOf(assignment)),
      }),
    );
}

/** After an interrupted dump: whether it may be continued. */
function addBrokenDump(facts: ResumeFacts, past: Past, route: ResumeRoute): void {
  const { assignment, steps, world } = facts;
  const why = whyNotContinued({
    assignment,
    steps,
    events: past.events,
    sent: past.sent,
    isStopped: isProxyStopped(assignment, world),
    isShadowWhole: shadowIsWhole(facts, past, route),
    isFingerprintTaken: fingerprintsOf(facts, past) !== undefined,
  });
  route.mayContinue = why === undefined;
  const broken = route.dumps.findLast(({ id }) => lastStart(past.events, id)) ?? route.find('dump');
  const follows = route.mayContinue
    ? phrase('it continues after the last proven record on tape, or starts over if there is none')
    : phrase('the tape is written again from its beginning');
  route.reasons.push(phrase('step {id} was interrupted: {follows}', { id: broken?.id ?? '', follows }));
  if (why) route.reasons.push(phrase('the dump cannot continue at a record: {why}', { why }));
}

/** The proxies are parted, and the tape is still to be written. */
function beforeTheDump(facts: ResumeFacts, past: Past, route: ResumeRoute): string | undefined {
  const { assignment, world, marks } = facts;
  const isStopped = isProxyStopped(assignment, world);
  const isTaken = fingerprintsOf(facts, past) !== undefined;
  const written = writtenThrough(past);
  if (written)
    return phrase('{argv} wrote to the shadow: the fingerprint no longer proves it', {
      argv: written.intent.argv[0] ?? '',
    });
  if (!isTaken && isStopped)
    return phrase(
      '{proxies} stopped, and the journal has no complete fingerprint: a shadow cannot be proven',
      { proxies: proxiesAre(facts) },
    );
  // The drive is not free, and the shadow is held open, as long as part of an earlier dump is running.
  for (const step of route.dumpsEnded) addUndone(route, facts, step);
  route.add('load-tape', 'tape');
  addUndone(route, facts, stepOf(facts, '3-4'));
  if (!isTaken) route.add('fingerprint');
  if (!isStopped) addStop(facts, past, route);
  const refused = addShadow(facts, past, route);
  if (refused !== undefined) return refused;
  if (marks.dumpBegun) addBrokenDump(facts, past, route);
  route.addFrom('verify');
  return undefined;
}

type Choice =
  | { readonly refused: string }
  | { readonly completed: readonly Step[]; readonly underWay?: Step | undefined };

/**
 * True if a dump has failed on its own: not if nothing waited for it any more because the run was stopped or the host
 * unreachable.
 */
function wasJudged({ events }: Past, dump: Step): boolean {
  const from = lastStart(events, dump.id)?.seq ?? 0;
  const since = events.filter(({ seq }) => seq > from);
  const hasEnded = since.some((event) => event.type === 'work' && event.what === 'ended');
  return hasEnded && lastEnd(since, dump.id) !== undefined;
}

/** The dump in which the journal ends, if it still runs or exited 0, on a shadow that is as it was verified. */
function dumpUnderWay(facts: ResumeFacts, past: Past, route: ResumeRoute): Step | undefined {
  const { assignment, world, dumps } = facts;
  const dump = route.dumps.findLast(({ id }) => lastStart(past.events, id));
  const volume = dump && volumeNamed(assignment, dump.volumes?.[0] ?? '');
  const state = volume && dumps?.get(volume.proxy);
  if (!dump || !volume || (state !== 'running' && state !== 'ended')) return undefined;
  if (wasJudged(past, dump)) return undefined;
  // It was made writable for fsck after the verification.
  const but = volume.method === '6a' ? [] : ['access-mode'];
  if (!shadowHolds(facts, but) || (mounts(volume.method) && isShadowUnmounted(assignment, world)))
    return undefined;
  route.reasons.push(
    phrase('the dump of {proxy} {state} on {backupServer}: it is reattached', {
      proxy: volume.proxy,
      state: state === 'running' ? phrase('still runs') : phrase('has ended'),
      backupServer: assignment.backupServer,
    }),
  );
  return dump;
}

function fromDumpUnderWay(facts: ResumeFacts, past: Past, route: ResumeRoute, dump: Step): void {
  addUndone(route, facts, stepOf(facts, '3-4'));
  if (!isProxyStopped(facts.assignment, facts.world)) addStop(facts, past, route);
  route.addFrom(dump.id);
}

/** The proxies are joined: nothing was parted yet, or all but the copy is done. */
function whenJoined(facts: ResumeFacts, past: Past, route: ResumeRoute): Choice {
  if (completeTape(facts, past, route)?.length === 0) {
    afterTheDump(facts, past, route);
    return { completed: [] };
  }
  if (past.part?.ending === 'good')
    return {
      refused: phrase('{proxies} joined again: the data from the moment of the part is lost', {
        proxies: proxiesAre(facts),
      }),
    };
  fromTheBeginning(facts, route);
  return { completed: [] };
}

/** Why a run with some or all of its proxies parted cannot continue; undefined if it can. */
function partRefusal(facts: ResumeFacts, past: Past, isWritten: boolean): string | undefined {
  const { assignment, world } = facts;
  const joined = assignment.volumes.filter((volume) => isProxyJoined(assignment, world, [volume]));
  const left = assignment.volumes.filter((volume) => !joined.includes(volume));
  const blocking = judgeParted(assignment, world, left).find(isBlocking);
  if (blocking)
    return phrase('{title}: expected {expected}, seen {actual}', {
      title: blocking.title,
      expected: blocking.expected,
      actual: blocking.actual,
    });
  if (!past.part) return phrase('{proxies} parted, but not by this run', { proxies: proxiesAre(facts) });
  if (past.part.ending === 'bad')
    return phrase('step 3-3 failed, but {proxies} parted', { proxies: proxiesAre(facts) });
  if (!past.part.isProven)
    return phrase('the result of step 3-3 is not known: nothing proves that this run parted {proxies}', {
      proxies: listed(proxiesOf(facts.assignment)),
    });
  if (joined.length > 0 && !isWritten)
    return phrase('{joined} is joined again: the data from the moment of the part is lost', {
      joined: listed(joined.map(({ proxy }) => proxy)),
    });
  return undefined;
}

function whenParted(facts: ResumeFacts, past: Past, route: ResumeRoute): Choice {
  const completed = completeTape(facts, past, route);
  const refused = partRefusal(facts, past, completed !== undefined);
  if (refused !== undefined) return { refused };
  if (completed) {
    afterTheDump(facts, past, route);
    return { completed };
  }
  const underWay = dumpUnderWay(facts, past, route);
  if (underWay) {
    fromDumpUnderWay(facts, past, route, underWay);
    return { completed: [], underWay };
  }
  const reason = beforeTheDump(facts, past, route);
  return reason === undefined ? { completed: [] } : { refused: reason };
}

/** The first of the remaining steps in the guide's order, without the check of the tape. */
function firstStep(todo: readonly Step[]): string {
  const isFirst = ({ phase, performance }: Step) => phase !== 'prepare' && performance !== 'dump-ended';
  return (todo.find(isFirst) ?? todo[0])?.id ?? '';
}

/** @returns where the run continues, or why it cannot */
export function resumePoint(facts: ResumeFacts): ResumePoint | ResumeRefusal {
  const past = pastOf(facts.events);
  const route = new ResumeRoute(facts.steps);
  const choose = isProxyJoined(facts.assignment, facts.world) ? whenJoined : whenParted;
  const choice = choose(facts, past, route);
  if ('refused' in choice) return choice;
  const { completed, underWay } = choice;
  const isLeft = ({ id }: Step) =>
    !facts.events.some(
      (event) => event.type === 'step-finished' && event.step === id && event.result === 'done',
    );
  const todo = withScriptsLeft(facts.steps, route.todo, isLeft);
  const fingerprints = fingerprintsOf(facts, past);
  const { reasons, mayContinue } = route;
  return { step: firstStep(todo), todo, reasons, fingerprints, completed, mayContinue, underWay };
}
