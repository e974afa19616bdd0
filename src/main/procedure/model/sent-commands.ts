/** The commands of a run and how each of them ended, folded from its events. Pure. */
import type { ErrorCode } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';

export type Intent = EventOf<'intent'>;
type Outcome = EventOf<'outcome'>;

/** How a command ended: `unknown` if the console did not receive its end, and its effect has not been checked since. */
type Ending = 'good' | 'bad' | 'unknown';

export interface Sent {
  readonly intent: Intent;
  readonly ending: Ending;
  /** False if it is certain that it never reached its host. */
  readonly wasSent: boolean;
  /** True if its host answered with exit status 0 and without a GDS error, or if its effect was confirmed later. */
  readonly isProven: boolean;
}

/** Errors that prove that a command never reached its host. */
const neverSent = new Set<string>([
  'HOST_NAME_UNKNOWN',
  'HOST_UNREACHABLE',
  'HOST_IS_ANOTHER',
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
  // sudo said that it did not run the command.
  'RIGHTS_REFUSED',
  // Errors of the checks between the intent and the sending of a command.
  'CHECK_FAILED',
  'SHADOW_CHANGED',
] satisfies ErrorCode[]);

const wasSent = (outcome: Outcome | undefined): boolean =>
  outcome?.exitStatus !== undefined || !neverSent.has(outcome?.error?.code ?? '');

function endingOf(outcome: Outcome | undefined): Ending {
  if (outcome?.exitStatus === undefined) return wasSent(outcome) ? 'unknown' : 'bad';
  return outcome.exitStatus === 0 ? 'good' : 'bad';
}

/**
 * A GDS command that prints an error has failed, whatever its exit status: exit statuses are not documented (GDS guide,
 * E.4).
 */
export const sdxError = /^SDX:[^:\n]*: ERROR: .*$/m;

function isProven(outcome: Outcome | undefined): boolean {
  if (outcome?.exitStatus !== 0) return false;
  return !sdxError.test(outcome.stdout) && !sdxError.test(outcome.stderr);
}

/** All commands, in the order in which they were sent; queries included. */
export function sentCommands(events: readonly RunEvent[]): Sent[] {
  const outcomes = new Map<number, Outcome>();
  const settled = new Map<number, Ending>();
  for (const event of events) {
    if (event.type === 'outcome') outcomes.set(event.of, event);
    if (event.type === 'observed') for (const { of, ended } of event.settled ?? []) settled.set(of, ended);
  }
  return events
    .filter((event): event is Intent => event.type === 'intent')
    .map((intent) => {
      const outcome = outcomes.get(intent.seq);
      const ending = endingOf(outcome);
      return {
        intent,
        ending: ending === 'unknown' ? (settled.get(intent.seq) ?? ending) : ending,
        wasSent: wasSent(outcome),
        isProven: isProven(outcome) || settled.get(intent.seq) === 'good',
      };
    });
}
