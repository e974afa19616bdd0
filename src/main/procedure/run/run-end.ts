/** How a run ends: its verdict, its exit status, and what stands where. Pure, but for what the run has seen. */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { RunEvent, RunVerdict } from '../../../contract/events.ts';
import { listed, proxiesOf } from '../model/assignment.ts';
import type { RunContext } from '../hosts/run-context.ts';
import {
  commandsByHand,
  isAtRest,
  isNormal,
  markSentences,
  tapeSentences,
  whatStands,
} from './what-stands.ts';
import type { World } from '../model/world.ts';

/** 0 done; 1 refused before anything was touched; 2 failed, the cluster normal; 3 failed, an operator must act; 4 the tape is bad. */
export type ExitStatus = 0 | 1 | 2 | 3 | 4;

export interface RunEnd {
  readonly verdict: RunVerdict;
  readonly exitStatus: ExitStatus;
  readonly sentence: string;
  readonly error: ShadowtapeError | undefined;
  /** What stands where, a sentence each. */
  readonly stands: readonly string[];
}

/** The error of the table that an error is, or becomes. */
export function asTableError(error: unknown): ShadowtapeError {
  if (isFailure(error)) return error;
  const sentence = error instanceof Error ? error.message : String(error);
  return failure('UNEXPECTED', { sentence }, {}, error);
}

function failed(error: ShadowtapeError, exitStatus: ExitStatus, stands: readonly string[]): RunEnd {
  return { verdict: 'failed', exitStatus, sentence: error.message, error, stands };
}

export function refusedEnd({ assignment, marks }: RunContext, error: ShadowtapeError): RunEnd {
  return failed(error, 1, ['nothing was touched', ...markSentences(assignment, marks)]);
}

/** The operator stopped at once: nothing is sent any more, and so nothing looked at. */
export function haltedEnd(context: RunContext, error: ShadowtapeError): RunEnd {
  const { assignment, marks, observer, options } = context;
  return failed(error, 3, [
    'this is how it was seen last; nothing was looked at since',
    ...whatStands(assignment, observer.lastSeen, marks, observer.stillTrue),
    ...tapeSentences(assignment, marks),
    ...commandsByHand(options.steps, observer.stillTrue, marks),
  ]);
}

/**
 * @param world what the hosts show in the end; a side that could not be seen is empty
 * @param normalStatus the exit status where nothing is left to do
 * @param troubles what kept the run from being unwound
 */
export function failedEnd(
  { assignment, marks, options }: RunContext,
  error: ShadowtapeError,
  world: World,
  normalStatus: 2 | 4,
  troubles: readonly string[] = [],
): RunEnd {
  const stands = [...whatStands(assignment, world, marks), ...tapeSentences(assignment, marks)];
  // A run whose tape proved bad has performed every step; all others were brought back.
  const isWell = normalStatus === 4 ? isAtRest : isNormal;
  if (isWell(assignment, world, marks)) return failed(error, normalStatus, stands);
  const others = [...new Set(troubles)].filter((text) => text !== error.message);
  const reasons = others.map((text) => `not brought back: ${text}`);
  return failed(error, 3, [...stands, ...reasons, ...commandsByHand(options.steps, world, marks)]);
}

/** `the tape "A" in`; of several tapes each that holds a part. A run that began again has labelled its first tape once more. */
function tapeWords(events: readonly RunEvent[]): string {
  const labels = events.filter((event) => event.type === 'label');
  const first = labels.findLastIndex(({ number = 1 }) => number === 1);
  const ofNumber = new Map(labels.slice(Math.max(first, 0)).map(({ number = 1, name }) => [number, name]));
  const names = [...ofNumber.values()].map((name) => `"${name}"`);
  if (names.length > 1) return `the tapes ${listed(names)}, written in`;
  return names.length === 1 ? `the tape ${names.join('')} in` : 'the tape in';
}

export function goodEnd({ assignment, journal, marks }: RunContext, world: World): RunEnd {
  const verified = marks.tape === 'verified';
  const { tapeDevice, tapeHost } = assignment;
  const proxies = proxiesOf(assignment);
  const dumped = `${listed(proxies)} ${proxies.length === 1 ? 'is' : 'are'}`;
  const tape = tapeWords(journal.events);
  return {
    verdict: verified ? 'verified' : 'unverified',
    exitStatus: 0,
    sentence: verified
      ? `${dumped} on ${tape} ${tapeDevice} on ${tapeHost}, and every record was read back and compared`
      : `${dumped} on ${tape} ${tapeDevice} on ${tapeHost}; it was not read back`,
    error: undefined,
    stands: whatStands(assignment, world, marks),
  };
}

/**
 * How a run ends that was taken up to be unwound.
 * @param nothingLeft true where all was as it should be before anything was sent
 * @param troubles what kept it from being unwound
 */
export function unwoundEnd(
  { assignment, journal, marks, options }: RunContext,
  world: World,
  nothingLeft: boolean,
  troubles: readonly string[],
): RunEnd {
  const { run } = journal;
  const stands = [...whatStands(assignment, world, marks), ...tapeSentences(assignment, marks)];
  const ended = { verdict: 'failed', error: undefined } as const;
  if (isNormal(assignment, world, marks)) {
    const sentence = nothingLeft
      ? `nothing is left to unwind of run ${run}: everything was in its normal state already`
      : `run ${run} is unwound`;
    return { ...ended, exitStatus: marks.tape === 'bad' ? 4 : 2, sentence, stands };
  }
  const [first = 'not everything is in its normal state', ...others] = new Set(troubles);
  const reasons = others.map((text) => `not brought back: ${text}`);
  return {
    ...ended,
    exitStatus: 3,
    sentence: `run ${run} is not unwound: ${first}`,
    stands: [...stands, ...reasons, ...commandsByHand(options.steps, world, marks)],
  };
}
