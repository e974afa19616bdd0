/** Whether the tape of an interrupted run is complete, even if the journal does not say so. Pure. */
import type { RunEvent } from '../../../contract/events.ts';
import { isProxyStopped } from '../plan/cluster-checks.ts';
import type { ResumeRoute } from './resume-route.ts';
import type { Step } from '../model/step.ts';
import { lastEnd, lastStart, shadowHolds, type Past, type ResumeFacts } from './resume-facts.ts';

type Completeness = 'done' | 'unsaid' | 'no';

/** The journal has the digest that the tape host counted, and no sign that the dump failed nevertheless. */
function dumpIsComplete(facts: ResumeFacts, past: Past, dump: Step): Completeness {
  const started = lastStart(past.events, dump.id);
  if (!started) return 'no';
  const since = past.events.filter(({ seq }) => seq > started.seq);
  if (!since.some((event) => event.type === 'digest' && event.hop === 'counted' && event.step === dump.id))
    return 'no';
  const end = lastEnd(since, dump.id);
  if (end?.type === 'step-finished') return end.result === 'done' ? 'done' : 'no';
  const isRule = (event: RunEvent) => event.type === 'check' && event.rule === 'baseline-records';
  if (since.some(({ type }) => type === 'baseline') && !since.some(isRule)) return 'no';
  // Its last check covered both sides: a started proxy does not stop without a command, and only an existing shadow can
  // be checked.
  const isUnchanged = isProxyStopped(facts.assignment, facts.world) && shadowHolds(facts, ['access-mode']);
  return isUnchanged ? 'unsaid' : 'no';
}

/** A tape with a label is complete with its manifest, which is written at the head position after the last dump. */
function manifestIsWritten(facts: ResumeFacts, past: Past, lastDump: Step): boolean {
  const manifest = facts.steps.find(({ id }) => id === 'manifest');
  if (!manifest) return true;
  const from = lastStart(past.events, lastDump.id)?.seq ?? 0;
  const written = lastEnd(
    past.events.filter(({ seq }) => seq > from),
    manifest.id,
  );
  return written?.type === 'step-finished' && written.result === 'done';
}

/** The tape was read back as it was written, and held other records than the cluster: it is written again. */
function readBackProvedOther(past: Past, lastDump: Step): boolean {
  const from = lastStart(past.events, lastDump.id)?.seq ?? 0;
  const end = lastEnd(
    past.events.filter(({ seq }) => seq > from),
    'read-back',
  );
  return end?.type === 'step-finished' && end.error?.code === 'DUMP_DIFFERS';
}

/** @returns the dumps that are complete without a line in the journal; undefined if the tape is not complete */
export function completeTape(
  facts: ResumeFacts,
  past: Past,
  route: ResumeRoute,
): readonly Step[] | undefined {
  const states = route.dumps.map((dump) => ({ dump, state: dumpIsComplete(facts, past, dump) }));
  const last = route.dumps.at(-1);
  if (!last || states.some(({ state }) => state === 'no') || !manifestIsWritten(facts, past, last))
    return undefined;
  if (readBackProvedOther(past, last)) return undefined;
  return states.flatMap(({ dump, state }) => (state === 'unsaid' ? [dump] : []));
}
