/**
 * Whether an interrupted dump may be continued on its tape, according to journal and hosts. The tape itself is checked
 * later. Pure.
 */
import { connectionLostCodes, type ErrorCode } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { Assignment } from '../model/assignment.ts';
import type { Sent } from '../model/sent-commands.ts';
import type { Step } from '../model/step.ts';
import { isContinuableKind, whyJobStartsOver } from '../model/dump-sections.ts';

export interface ContinuationFacts {
  readonly assignment: Assignment;
  readonly steps: readonly Step[];
  /** Since the proxy was last parted. */
  readonly events: readonly RunEvent[];
  readonly sent: readonly Sent[];
  /** The proxy is stopped, as it was during the dump. */
  readonly isStopped: boolean;
  /** The shadow exists as this run has created it. */
  readonly isShadowWhole: boolean;
  /** The fingerprint of the proxy is in the journal. */
  readonly isFingerprintTaken: boolean;
}

/** Failures that do not invalidate what the dump had written before: somebody or something ended it from outside. */
const harmlessCodes: readonly ErrorCode[] = [
  ...connectionLostCodes,
  'HOST_UNREACHABLE',
  'COMMAND_TIMED_OUT',
  'QUERY_UNANSWERED',
  'COPY_CANCELLED',
  'RUN_CANCELLED',
  'RUN_HALTED',
  'DATA_THREAD_ENDED',
];

/** Steps whose commands affect neither the source of the dump nor the tape. */
const isHarmless = ({ phase, performance: kind }: Step): boolean =>
  phase === 'prepare' || phase === 'finish' || kind === 'resume-services';

/** How the last attempt of the dump ended; undefined if its console died before. */
function endOfDump(events: readonly RunEvent[], dump: Step): EventOf<'step-finished'> | undefined {
  const from = events.findLast((event) => event.type === 'step-started' && event.step === dump.id)?.seq ?? 0;
  return events.findLast(
    (event): event is EventOf<'step-finished'> =>
      event.type === 'step-finished' && event.step === dump.id && event.seq > from,
  );
}

/** A command that was sent since the tape was labeled, and that does not belong to the dump. */
function otherChange({ steps, sent }: ContinuationFacts, since: number): string | undefined {
  const expected = new Set(['label', 'dump', 'manifest']);
  const isOther = ({ intent }: Sent) => {
    if (!intent.changes || intent.seq < since) return false;
    const step = steps.find(({ id }) => id === intent.step);
    return !step || !(isHarmless(step) || expected.has(step.performance));
  };
  return sent.find(isOther)?.intent.line;
}

/** Why the journal rules it out. */
function whyJournalForbids(facts: ContinuationFacts): string | undefined {
  const { steps, events } = facts;
  const label = events.findLast((event) => event.type === 'label');
  const dump = steps.find(({ performance: kind }) => kind === 'dump');
  if (!label || !dump) return phrase('its tape was not labelled');
  const since = events.filter(({ seq }) => seq > label.seq);
  if ((label.number ?? 1) > 1 || since.some(({ type }) => type === 'tape-part'))
    return phrase('its first tape is closed');
  if (since.some((event) => event.type === 'step-started' && event.step === 'read-back'))
    return phrase('its tape was read back');
  const error = endOfDump(since, dump)?.error;
  if (error && !harmlessCodes.some((code) => code === error.code))
    return phrase('it failed: {sentence}', { sentence: error.sentence });
  const other = otherChange(facts, label.seq);
  return other === undefined ? undefined : phrase('{other} was sent since its tape was labelled', { other });
}

/**
 * @returns undefined if the dump may be continued, provided that its tape holds what was written; otherwise why it
 *   starts over. An empty text if dumps of the job always start over
 */
export function whyNotContinued(facts: ContinuationFacts): string | undefined {
  const { assignment, isStopped, isShadowWhole, isFingerprintTaken } = facts;
  if (!isContinuableKind(assignment)) return '';
  const ofJob = whyJobStartsOver(assignment);
  if (ofJob !== undefined) return ofJob;
  if (!isFingerprintTaken) return phrase('the fingerprint is taken again');
  if (!isStopped) return phrase('the proxy was started since then');
  if (!isShadowWhole) return phrase('the shadow is created again');
  return whyJournalForbids(facts);
}
