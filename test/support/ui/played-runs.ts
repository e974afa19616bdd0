/** A run up to some event, as the console reports it: live, and as a line of the history. */
import type { RunEvent } from '../../../src/contract/events.ts';
import type { ActiveRun, ProgressView, RunLine, RunPulse } from '../../../src/contract/screens.ts';
import { RunPulseFold } from '../../../src/folds/run/run-pulse.ts';
import { runLineOf } from '../../../src/main/history/run-line.ts';

/** The pulse after all events. */
export function pulseOf(events: readonly RunEvent[]): RunPulse {
  const fold = new RunPulseFold();
  for (const event of events) fold.add(event);
  return fold.view();
}

/** A run that this console performs, up to the last of these events. */
export function active(events: readonly RunEvent[], progress?: ProgressView): ActiveRun {
  const step = events.findLast((event) => event.type === 'step-started');
  const asked = events.findLast(({ type }) => type === 'asked' || type === 'answered');
  return {
    run: runOf(events),
    job: 'raw-dd',
    volumes: ['Volume2'],
    events: events.length,
    phase: step?.phase,
    step: step?.step,
    title: step?.title,
    unwinding: step?.unwinding ?? false,
    asking: asked?.type === 'asked',
    done: progress?.total === undefined ? undefined : progress.bytes / progress.total,
    progress,
    pulse: pulseOf(events),
  };
}

export const runOf = (events: readonly RunEvent[]): string => events[0]?.run ?? '';

/** The line of a run in the history, which no process performs any more. */
export const lineOf = (events: readonly RunEvent[]): RunLine => runLineOf(runOf(events), events, false);
