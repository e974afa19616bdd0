/** What a run has done so far that cannot be seen on the hosts, folded from its events. */
import type { ErrorCode } from '../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../contract/events.ts';

/** A stop command of step 3-2 that may have had its effect: its place among the node's stop commands, from 0. */
export interface StoppedService {
  readonly host: string;
  readonly place: number;
  readonly line: string;
}

/** A resume command of step 3-4 that has ended well. */
export interface ResumedService {
  readonly host: string;
  readonly line: string;
}

/** What the tape is worth after this run. `written`: every record was counted by the tape host, none was read back. */
export type TapeMark = 'untouched' | 'incomplete' | 'written' | 'verified' | 'bad';

export interface RunMarks {
  /** Something on the cluster or the backup server may have been changed, beyond the lock and the tape's position. */
  readonly changed: boolean;
  /** The proxy may have been parted. */
  readonly partBegun: boolean;
  /** Shadow objects may have been made. */
  readonly shadowBegun: boolean;
  /** A byte may have reached the tape. */
  readonly dumpBegun: boolean;
  readonly tape: TapeMark;
  readonly lockMade: boolean;
  /** The mount point was made by this run, and is still there. */
  readonly mountPointMade: boolean;
  /** Stop commands whose services were not resumed since. */
  readonly servicesStopped: readonly StoppedService[];
  readonly servicesResumed: readonly ResumedService[];
  /** The operator said that the services are stopped, and has not yet been asked to resume them. */
  readonly operatorStopped: boolean;
}

type Intent = EventOf<'intent'>;
type Outcome = EventOf<'outcome'>;

/** How a command ended: `unknown` where the console never heard of its end. */
type Ending = 'good' | 'bad' | 'unknown';

/** Errors with which a command surely never reached its host. */
const neverSent = new Set<string>([
  'HOST_NAME_UNKNOWN',
  'HOST_UNREACHABLE',
  'HOST_KEY_UNKNOWN',
  'HOST_KEY_CHANGED',
  'HOST_KEY_REVOKED',
  'LOGIN_REFUSED',
  'KEY_FILE_MISSING',
  'KEY_FILE_UNREADABLE',
  'KEY_PASSPHRASE_WRONG',
  'KEY_PASSPHRASE_MISSING',
  'AGENT_UNAVAILABLE',
  'ALGORITHMS_DISJOINT',
  'COMMAND_NOT_STARTED',
] satisfies ErrorCode[]);

function endingOf(outcome: Outcome | undefined): Ending {
  if (outcome?.exitStatus === undefined) return neverSent.has(outcome?.error?.code ?? '') ? 'bad' : 'unknown';
  return outcome.exitStatus === 0 ? 'good' : 'bad';
}

interface Sent {
  readonly intent: Intent;
  readonly ending: Ending;
}

function sentCommands(events: readonly RunEvent[]): Sent[] {
  const outcomes = new Map<number, Outcome>();
  for (const event of events) if (event.type === 'outcome') outcomes.set(event.of, event);
  return events
    .filter((event): event is Intent => event.type === 'intent')
    .map((intent) => ({ intent, ending: endingOf(outcomes.get(intent.seq)) }));
}

/** True where the thing that `make` makes stands: made, or perhaps made, and not surely removed since. */
function stands(
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

/** Steps whose commands leave cluster and backup server as they are: lock, tape position, looking. */
const harmlessPhases = new Set(['prepare', 'finish']);

function servicesStopped(sent: readonly Sent[], events: readonly RunEvent[]): StoppedService[] {
  const resumed = events.some(
    (event) => event.type === 'step-finished' && event.step === '3-4' && event.result === 'done',
  );
  if (resumed) return [];
  const places = new Map<string, number>();
  return sent
    .filter(({ intent }) => intent.step === '3-2' && intent.changes)
    .flatMap(({ intent, ending }) => {
      const place = places.get(intent.host) ?? 0;
      places.set(intent.host, place + 1);
      return ending === 'bad' ? [] : [{ host: intent.host, place, line: intent.line }];
    });
}

function servicesResumed(sent: readonly Sent[]): ResumedService[] {
  return sent
    .filter(({ intent, ending }) => intent.step === '3-4' && intent.changes && ending === 'good')
    .map(({ intent: { host, line } }) => ({ host, line }));
}

/** Codes with which reading back says that the tape itself is at fault, not the way to it. */
export const tapeCodes = [
  'TAPE_READ_FAILED',
  'TAPE_RECORD_TOO_LONG',
  'TAPE_READBACK_MISCOUNTED',
  'TAPE_DIFFERS',
] as const;

function tapeMark(events: readonly RunEvent[], dumpStep: string, dumpBegun: boolean): TapeMark {
  const ended = (step: string) =>
    events.findLast((event) => event.type === 'step-finished' && event.step === step);
  const [dump, readBack] = [ended(dumpStep), ended('read-back')];
  if (!dumpBegun) return 'untouched';
  if (dump?.type !== 'step-finished' || dump.result !== 'done') return 'incomplete';
  if (readBack?.type !== 'step-finished') return 'written';
  if (readBack.result === 'done') return 'verified';
  return tapeCodes.some((code) => code === readBack.error?.code) ? 'bad' : 'written';
}

function operatorStopped(events: readonly RunEvent[]): boolean {
  const answer = events.findLast((event) => event.type === 'answered' && event.step.startsWith('3-'));
  return answer?.type === 'answered' && answer.question === 'services-stopped' && answer.answer === 'stopped';
}

/** @param dumpStep the id of the step that carries the data */
export function marksOf(events: readonly RunEvent[], dumpStep: string, mountPoint: string): RunMarks {
  const sent = sentCommands(events);
  const phaseOf = new Map<string, string>();
  for (const event of events) if (event.type === 'step-started') phaseOf.set(event.step, event.phase);
  const changing = sent.filter(
    ({ intent }) => intent.changes && !harmlessPhases.has(phaseOf.get(intent.step) ?? ''),
  );
  const dumpBegun = changing.some(({ intent }) => intent.step === dumpStep);
  const isMkdir = (intent: Intent, step: string) => intent.step === step && intent.argv[0] === 'mkdir';
  return {
    partBegun: changing.some(({ intent }) => intent.step === '3-3'),
    shadowBegun: changing.some(({ intent }) => intent.step === '5'),
    changed: changing.length > 0 || operatorStopped(events),
    dumpBegun,
    tape: tapeMark(events, dumpStep, dumpBegun),
    lockMade: stands(
      sent,
      (intent) => isMkdir(intent, 'lock'),
      // The owner's folder lies inside the lock's.
      (intent) => intent.step === 'unlock' && (intent.argv[1] ?? '').endsWith('.lock'),
    ),
    mountPointMade: stands(
      sent,
      (intent) => intent.argv[0] === 'mkdir' && intent.argv[1] === mountPoint,
      (intent) => intent.argv[0] === 'rmdir' && intent.argv[1] === mountPoint,
    ),
    servicesStopped: servicesStopped(sent, events),
    servicesResumed: servicesResumed(sent),
    operatorStopped: operatorStopped(events),
  };
}
