/** What a run has done so far that cannot be seen on the hosts, folded from its events. */
import type { EventOf, RunEvent } from '../../contract/events.ts';

/** A stop command of step 3-2 that may have had its effect: its place among the node's stop commands, from 0. */
export interface StoppedService {
  readonly host: string;
  readonly place: number;
}

export interface RunMarks {
  /** Something on the cluster or the backup server may have been changed, beyond the lock and the tape's position. */
  readonly changed: boolean;
  /** A byte may have reached the tape. */
  readonly dumpBegun: boolean;
  readonly lockMade: boolean;
  /** The mount point was made by this run, and is still there. */
  readonly mountPointMade: boolean;
  /** Stop commands whose services were not resumed since. */
  readonly servicesStopped: readonly StoppedService[];
  /** The operator said that the services are stopped, and has not yet been asked to resume them. */
  readonly operatorStopped: boolean;
}

type Intent = EventOf<'intent'>;
type Outcome = EventOf<'outcome'>;

/** How a command ended: `unknown` where the console never heard of its end. */
type Ending = 'good' | 'bad' | 'unknown';

function endingOf(outcome: Outcome | undefined): Ending {
  if (outcome?.exitStatus === undefined) return 'unknown';
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
function stands(sent: readonly Sent[], make: (intent: Intent) => boolean, remove: (intent: Intent) => boolean): boolean {
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
  const resumed = events.some((event) => event.type === 'step-finished' && event.step === '3-4' && event.result === 'done');
  if (resumed) return [];
  const places = new Map<string, number>();
  return sent
    .filter(({ intent }) => intent.step === '3-2' && intent.changes)
    .flatMap(({ intent, ending }) => {
      const place = places.get(intent.host) ?? 0;
      places.set(intent.host, place + 1);
      return ending === 'bad' ? [] : [{ host: intent.host, place }];
    });
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
  const changing = sent.filter(({ intent }) => intent.changes && !harmlessPhases.has(phaseOf.get(intent.step) ?? ''));
  const isMkdir = (intent: Intent, step: string) => intent.step === step && intent.argv[0] === 'mkdir';
  return {
    changed: changing.length > 0 || operatorStopped(events),
    dumpBegun: changing.some(({ intent }) => intent.step === dumpStep),
    lockMade: stands(
      sent,
      (intent) => isMkdir(intent, 'lock'),
      (intent) => intent.step === 'unlock',
    ),
    mountPointMade: stands(
      sent,
      (intent) => intent.argv[0] === 'mkdir' && intent.argv[1] === mountPoint,
      (intent) => intent.argv[0] === 'rmdir' && intent.argv[1] === mountPoint,
    ),
    servicesStopped: servicesStopped(sent, events),
    operatorStopped: operatorStopped(events),
  };
}
