/** How a run ends: its verdict, its exit status, and the current state. Pure, except for what the run has seen. */
import { failure, isFailure, ShadowtapeError } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import {
  concludeRun,
  type ClusterMark,
  type Omissions,
  type OutcomeFacts,
  type RunTrouble,
  type VerdictAndStatus,
} from '../../../contract/run-outcome.ts';
import { proxiesOf, type Assignment } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
import { phrase, phraseCount, phrases } from '../../../contract/text/say.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { clusterMarkOfRestore, restoredSentence, restoreSentences } from './restore/restore-end.ts';
import { whileOpen } from './open-hint.ts';
import { omissionsOf } from '../model/omissions.ts';
import { badTapeCodes, wholeHashEnd } from '../model/run-marks.ts';
import {
  commandsByHand,
  foreignOnDisks,
  isAtRest,
  isNormal,
  markSentences,
  driveSentences,
  tapeSentences,
  stateSentences,
} from './state-sentences.ts';
import type { World } from '../model/world.ts';

export interface RunEnd extends VerdictAndStatus, Omissions {
  readonly sentence: string;
  readonly error: ShadowtapeError | undefined;
  /** Current state of the objects, one sentence each. */
  readonly stands: readonly string[];
  /** True if locks of the run are still on the hosts: kept, or impossible to release. */
  readonly hasLocks?: boolean;
}

/** The error of the table that an error is, or becomes. */
export function asTableError(error: unknown): ShadowtapeError {
  if (isFailure(error)) return error;
  const sentence = error instanceof Error ? error.message : String(error);
  return failure('UNEXPECTED', { sentence }, {}, error);
}

/** Of a run that has changed nothing, or may no longer send anything. */
export const nothingSeen: World = { primaries: [], backup: undefined };

function clusterMark({ assignment, marks }: RunContext, world: World): ClusterMark {
  if (assignment.restore)
    return clusterMarkOfRestore(assignment, world, marks, isNormal(assignment, world, marks));
  if (isNormal(assignment, world, marks)) return 'normal';
  return isAtRest(assignment, world, marks) ? 'at-rest' : 'unproven';
}

/** The end of the read-back that counts: the last one. */
function readBackEnd(events: readonly RunEvent[]) {
  return events.findLast((event) => event.type === 'step-finished' && event.step === 'read-back');
}

function isReadBackDue({ options, journal }: RunContext): boolean {
  const step = options.steps.find(({ performance: kind }) => kind === 'read-back');
  if (step === undefined || step.leftOut !== undefined) return false;
  const end = readBackEnd(journal.events);
  return end?.type !== 'step-finished' || end.result !== 'skipped';
}

/** A run that never got there has failed, or was resumed when the proxy was joined again. */
function isComparisonOpen({ options, journal }: RunContext): boolean {
  const isDue = options.steps.some(({ performance: kind }) => kind === 'whole-hash');
  return isDue && wholeHashEnd(journal.events)?.result !== 'done';
}

function factsOf(context: RunContext, world: World, trouble: RunTrouble): OutcomeFacts {
  const { changed, tape, masterProven } = context.marks;
  return {
    changed,
    // The result of a restore depends on the master alone.
    tape: context.assignment.restore && masterProven ? 'verified' : tape,
    readBackDue: isReadBackDue(context),
    comparisonOpen: isComparisonOpen(context),
    trouble,
    cluster: clusterMark(context, world),
  };
}

/** What proved the tape mismatch. The process that saw it may have died since, so it is in the journal. */
function tapeError({ journal, marks }: RunContext): ShadowtapeError | undefined {
  if (marks.tape !== 'bad') return undefined;
  for (const end of [readBackEnd(journal.events), wholeHashEnd(journal.events)]) {
    if (end?.type !== 'step-finished' || !end.error) continue;
    const { sentence, hint } = end.error;
    const code = badTapeCodes.find((known) => known === end.error?.code);
    if (code) return new ShadowtapeError({ code, sentence, hint, evidence: {} });
  }
  return undefined;
}

/** The exit status of a run that ends now. @param world what the hosts show; a side that could not be seen is empty */
export function statusAtEnd(context: RunContext, world: World): VerdictAndStatus['exitStatus'] {
  // The new owner of the lock may be about to change what the hosts show.
  const isLost = context.lockGuard.lost !== undefined;
  const facts = factsOf(context, isLost ? nothingSeen : world, isLost ? 'failed' : context.trouble);
  return concludeRun(isLost ? { ...facts, changed: true } : facts).exitStatus;
}

export function refusedEnd(context: RunContext, error: ShadowtapeError): RunEnd {
  const { assignment, marks } = context;
  const stands = [phrase('nothing was touched'), ...markSentences(assignment, marks)];
  return { ...concludeRun(factsOf(context, nothingSeen, 'failed')), sentence: error.message, error, stands };
}

/** The operator stopped immediately: nothing is sent any more, not even queries. */
export function haltedEnd(context: RunContext, error: ShadowtapeError): RunEnd {
  const { assignment, marks, observer, options } = context;
  return {
    // A run that can no longer see the hosts has not proven its result, whatever it did before.
    ...concludeRun({ ...factsOf(context, nothingSeen, 'failed'), changed: true }),
    sentence: error.message,
    error: whileOpen(error),
    stands: [
      phrase('this is the last known state; nothing was checked since'),
      ...stateSentences(assignment, observer.lastSeen, marks, observer.stillTrue),
      ...tapeSentences(assignment, marks),
      ...restoreSentences(assignment, marks),
      ...commandsByHand(options.steps, observer.stillTrue, marks),
    ],
  };
}

/**
 * The end of a run that has lost the lock of its class: another console may be working on it by now, so nothing is
 * rolled back.
 * @param world what the hosts show at the end
 */
export function lostLockEnd(context: RunContext, world: World, error: ShadowtapeError): RunEnd {
  const { assignment, marks, options } = context;
  return {
    // Whatever the hosts show: the new owner of the lock may be about to change it.
    ...concludeRun({ ...factsOf(context, nothingSeen, 'failed'), changed: true }),
    sentence: error.message,
    error: whileOpen(error),
    stands: [
      ...stateSentences(assignment, world, marks),
      ...tapeSentences(assignment, marks),
      ...restoreSentences(assignment, marks),
      ...commandsByHand(options.steps, world, marks),
    ],
  };
}

/** The error of a run that was not stopped immediately. */
interface Ending {
  /** Undefined if every step was performed. */
  readonly error?: ShadowtapeError | undefined;
  /** Why the run could not be rolled back. */
  readonly troubles?: readonly string[];
}

/** A tape mismatch is what the reader must know first, unless the cluster needs action. */
function failedEnd(
  context: RunContext,
  world: World,
  concluded: VerdictAndStatus,
  { error, troubles = [] }: Ending,
): RunEnd {
  const { assignment, marks, options } = context;
  const { exitStatus } = concluded;
  const bad = tapeError(context);
  const isTapeFirst = bad !== undefined && (exitStatus === 4 || error === undefined);
  const open = isComparisonOpen(context) ? 'PROXY_NOT_COMPARED' : 'TAPE_NOT_PROVEN';
  const first = (isTapeFirst ? bad : error) ?? failure(open);
  const shown = exitStatus === 3 ? whileOpen(first) : first;
  const also = isTapeFirst && error ? [phrase('failed after that: {reason}', { reason: error.message })] : [];
  const stands = [
    ...stateSentences(assignment, world, marks),
    ...tapeSentences(assignment, marks),
    ...driveSentences(context.journal.events),
    ...restoreSentences(assignment, marks),
    ...also,
  ];
  const others = [...new Set(troubles)].filter((text) => text !== shown.message && text !== error?.message);
  const left = [
    ...others.map((text) => phrase('not rolled back: {text}', { text })),
    ...commandsByHand(options.steps, world, marks),
  ];
  return {
    ...concluded,
    sentence: shown.message,
    error: shown,
    stands: exitStatus === 3 ? [...stands, ...left] : stands,
  };
}

/** `the tape "A" in`; of several tapes each that holds a part. A run that started again has labeled its first tape again. */
function tapeWords(events: readonly RunEvent[]): string {
  const labels = events.filter((event) => event.type === 'label');
  const first = labels.findLastIndex(({ number = 1 }) => number === 1);
  const ofNumber = new Map(labels.slice(Math.max(first, 0)).map(({ number = 1, name }) => [number, name]));
  const names = [...ofNumber.values()].map((name) => `"${name}"`);
  if (names.length > 1) return phrase('the tapes {names}, written in', { names: listed(names) });
  return names.length === 1
    ? phrase('the tape {names} in', { names: names.join('') })
    : phrase('the tape in');
}

/** By route `server` the records of a raw device are only compared with the cluster's when they are read back. */
const isUncompared = ({ route, volumes }: Assignment): boolean =>
  route === 'server' && volumes.some(({ method }) => method === '6a');

function backupSentence({ assignment, journal }: RunContext, isVerified: boolean): string {
  if (assignment.restore) return restoredSentence(assignment);
  const { tapeDevice, tapeHost } = assignment;
  const proxies = proxiesOf(assignment);
  const place = phraseCount(
    proxies.length,
    '{proxies} is on {tape} {device} on {host}',
    '{proxies} are on {tape} {device} on {host}',
    { proxies: listed(proxies), tape: tapeWords(journal.events), device: tapeDevice, host: tapeHost },
  );
  return isVerified
    ? phrase('{place}, and every record was read back and compared', { place })
    : phrase('{place}; it was not read back{compared}', {
        place,
        compared: isUncompared(assignment)
          ? phrase(', and no record on it was compared with the cluster')
          : '',
      });
}

/** Why the cluster is not proven normal although every step succeeded. */
function unprovenFailure({ assignment }: RunContext, world: World, error: ShadowtapeError | undefined) {
  const foreign = foreignOnDisks(assignment, world);
  if (error === undefined && foreign.length > 0) {
    const { backupServer: host } = assignment;
    const [objects, proxies] = [foreign.join(', '), listed(proxiesOf(assignment))];
    const evidence = { host, command: 'sdxinfo', expected: 'none', actual: objects };
    return failure('FOREIGN_SHADOW_AT_END', { host, objects, proxies }, evidence);
  }
  const reason = error?.message ?? phrase('see the current state');
  return failure('END_NOT_PROVEN', { reason }, error?.evidence, error);
}

/** `; node2 did not answer and was not checked`; empty if every node answered throughout. */
function uncheckedWords({ journal }: RunContext): string {
  const namesOf = (wanted: EventOf<'node'>['what']) => [
    ...new Set(
      journal.events.flatMap((event) => (event.type === 'node' && event.what === wanted ? [event.node] : [])),
    ),
  ];
  const words = (names: readonly string[], subject: (names: string) => string) =>
    names.length === 0
      ? ''
      : phraseCount(
          names.length,
          '; {subject} did not answer all the time, and was not checked then',
          '; {subject} did not answer all the time, and were not checked then',
          { subject: subject(listed(names)) },
        );
  const missing = words(namesOf('missing'), (names) => names);
  return phrases([missing, words(namesOf('gds-failed'), (names) => phrase('GDS on {names}', { names }))], '');
}

function goodEnd(
  context: RunContext,
  world: World,
  concluded: VerdictAndStatus,
  { error, troubles = [] }: Ending,
): RunEnd {
  const { assignment, marks, options } = context;
  const sentence = phrases(
    [backupSentence(context, concluded.verdict === 'verified'), uncheckedWords(context)],
    '',
  );
  const stands = [...stateSentences(assignment, world, marks), ...driveSentences(context.journal.events)];
  const omitted = omissionsOf(context.journal.events);
  if (concluded.exitStatus === 0) return { ...concluded, ...omitted, sentence, error: undefined, stands };
  const unproven = unprovenFailure(context, world, error);
  const others = [...new Set(troubles)].filter((text) => text !== error?.message);
  return {
    ...concluded,
    ...omitted,
    sentence: phrases([sentence, unproven.message], '; '),
    error: whileOpen(unproven),
    stands: [
      ...stands,
      ...others.map((text) => phrase('not rolled back: {text}', { text })),
      ...commandsByHand(options.steps, world, marks),
    ],
  };
}

/**
 * The end of a run that was not stopped immediately.
 * @param world what the hosts show at the end; a side that could not be seen is empty
 */
export function endOfRun(context: RunContext, world: World, ending: Ending = {}): RunEnd {
  const concluded = concludeRun(factsOf(context, world, context.trouble));
  const end = concluded.verdict === 'failed' ? failedEnd : goodEnd;
  return end(context, world, concluded, ending);
}

/**
 * The end of a run that was resumed in order to roll it back.
 * @param nothingLeft true if everything was normal before anything was sent
 * @param troubles what kept it from being rolled back
 */
export function unwoundEnd(
  context: RunContext,
  world: World,
  nothingLeft: boolean,
  troubles: readonly string[],
): RunEnd {
  const { assignment, journal, marks, options } = context;
  const { run } = journal;
  const stands = [
    ...stateSentences(assignment, world, marks),
    ...tapeSentences(assignment, marks),
    ...restoreSentences(assignment, marks),
  ];
  const concluded = concludeRun(factsOf(context, world, 'rolled-back'));
  const ended = { ...concluded, error: undefined };
  if (concluded.exitStatus !== 3) {
    const sentence = nothingLeft
      ? phrase('nothing to roll back for run {run}: everything is in its normal state', { run })
      : phrase('run {run} was rolled back', { run });
    return { ...ended, sentence, stands };
  }
  if (assignment.restore && troubles.length === 0) {
    const proxies = listed(proxiesOf(assignment));
    return {
      ...ended,
      sentence: phrase('run {run} was rolled back; {proxies} stays parted and stopped', { run, proxies }),
      stands,
    };
  }
  const [first = phrase('not everything is in its normal state'), ...others] = new Set(troubles);
  const reasons = others.map((text) => phrase('not rolled back: {text}', { text }));
  return {
    ...ended,
    sentence: phrase('run {run} was not rolled back: {first}', { run, first }),
    stands: [...stands, ...reasons, ...commandsByHand(options.steps, world, marks)],
  };
}
