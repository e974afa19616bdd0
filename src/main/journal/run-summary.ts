/** What a run came to, folded from its events: a line of `runs`, the head of `show`, the answer to "what does the tape hold". */
import { alertText } from '../../contract/tape/drive-health.ts';
import { hops, type Hop } from '../../contract/data-events.ts';
import type { EventOf, RunEvent } from '../../contract/events.ts';
import { millisecondsBetween } from '../../contract/time/run-clock.ts';
import { givenOmissions } from '../../contract/run-outcome.ts';
import type { RunLine } from '../../contract/screens.ts';
import { inEnglish, phrase } from '../../contract/text/say.ts';

/** A line of the history without what only the index and the desk know. `unfinished`: the run is running, or its console died. */
export type RunSummary = Omit<
  RunLine,
  'trouble' | 'tapeNames' | 'live' | 'elsewhere' | 'performedBy' | 'bytes' | 'lost' | 'restored' | 'drilled'
>;

/** The last event of a type. */
export function lastOf<Type extends RunEvent['type']>(
  events: readonly RunEvent[],
  type: Type,
): EventOf<Type> | undefined {
  return events.findLast((event): event is EventOf<Type> => event.type === type);
}

/** What was sent to tape of a volume last; undefined if it was not dumped completely. */
export function writtenOf(events: readonly RunEvent[], volume: string): EventOf<'digest'> | undefined {
  return events.findLast(
    (event): event is EventOf<'digest'> =>
      event.type === 'digest' && event.hop === 'handed' && event.volume === volume,
  );
}

function digestsOf(events: readonly RunEvent[]): RunSummary['digests'] {
  const digests: Partial<Record<Hop, EventOf<'digest'>>> = {};
  for (const event of events) {
    // What a step has counted before counts no more once it begins again.
    if (event.type === 'step-started')
      for (const hop of hops) if (digests[hop]?.step === event.step) delete digests[hop];
    if (event.type === 'digest') digests[event.hop] = event;
  }
  return digests;
}

/** Of a run that was taken from a tape. */
function importedSentence(events: readonly RunEvent[]): string | undefined {
  const imported = lastOf(events, 'imported');
  if (!imported) return undefined;
  const made = imported.from === 'manifest' ? phrase(', from its manifest only') : '';
  return phrase('imported from tape "{name}"{made}: the end of the run is not known', {
    name: imported.tape.name,
    made,
  });
}

/** What the drive reported after the run: flags that need somebody. */
function driveAlertsOf(events: readonly RunEvent[]): Pick<RunSummary, 'driveAlerts'> {
  const last = events.findLast((event) => event.type === 'drive-health');
  const alerts = last?.type === 'drive-health' ? (last.alerts ?? []) : [];
  const grave = alerts
    .filter(({ severity }) => severity !== 'information')
    .map((alert) => inEnglish(() => alertText(alert)));
  return grave.length === 0 ? {} : { driveAlerts: grave };
}

const restoredBy = ({ restore }: EventOf<'run-started'>): Pick<RunSummary, 'restores'> =>
  restore ? { restores: restore.run } : {};

/** @returns undefined if the events do not begin with run-started */
export function summarise(events: readonly RunEvent[]): RunSummary | undefined {
  const start = events[0];
  if (start?.type !== 'run-started') return undefined;
  const finished = lastOf(events, 'run-finished');
  const resumed = lastOf(events, 'run-resumed');
  // A run that was resumed is unfinished until it ends again.
  const end = finished && finished.seq > (resumed?.seq ?? 0) ? finished : undefined;
  return {
    run: start.run,
    job: start.job,
    site: start.site,
    method: start.method,
    class: start.class,
    volumes: start.volumes.map((pair) => pair.proxy),
    tape: start.tape,
    operator: start.operator,
    startedAt: start.at,
    finishedAt: end?.at,
    ...(end ? { seconds: millisecondsBetween(start, end) / 1000 } : {}),
    verdict: end?.verdict ?? 'unfinished',
    exitStatus: end?.exitStatus,
    sentence: end?.sentence ?? importedSentence(events),
    ...givenOmissions(end),
    digests: digestsOf(events),
    ...restoredBy(start),
    ...driveAlertsOf(events),
    currentStep: end ? undefined : lastOf(events, 'step-started')?.step,
  };
}
