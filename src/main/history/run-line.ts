/** A run as a line of the history, folded from its events. Pure. */
import type { RunEvent } from '../../contract/events.ts';
import type { RunLine } from '../../contract/screens.ts';
import { phrase } from '../../contract/text/say.ts';
import { summarise } from '../journal/run-summary.ts';

/** The line of a run whose journal cannot be read. */
export const unreadableLine = (run: string, trouble: string): RunLine => ({
  run,
  trouble,
  job: '',
  site: '',
  method: '',
  class: '',
  volumes: [],
  tape: { host: '', device: '' },
  tapeNames: [],
  operator: '',
  startedAt: '',
  finishedAt: undefined,
  verdict: 'unfinished',
  exitStatus: undefined,
  sentence: undefined,
  currentStep: undefined,
  live: false,
  bytes: undefined,
  digests: {},
});

/** What was sent to tape of each volume, in bytes; the last time counts. */
export function handedBytes(events: readonly RunEvent[]): Map<string, number> {
  const handed = new Map<string, number>();
  for (const event of events)
    if (event.type === 'digest' && event.hop === 'handed') handed.set(event.volume, event.bytes ?? 0);
  return handed;
}

/** @param live true while this console performs it */
export function runLineOf(run: string, events: readonly RunEvent[], live: boolean): RunLine {
  const summary = summarise(events);
  if (!summary) return unreadableLine(run, phrase('the journal has no start event'));
  const tapeNames = events.flatMap((event) => (event.type === 'label' ? [event.name] : []));
  const handed = handedBytes(events);
  return {
    ...summary,
    trouble: undefined,
    tapeNames: [...new Set(tapeNames)],
    live,
    bytes: handed.size === 0 ? undefined : [...handed.values()].reduce((sum, bytes) => sum + bytes, 0),
  };
}
