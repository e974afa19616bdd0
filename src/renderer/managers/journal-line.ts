/** What the footer says of a run: how many events its journal holds, and in which phase and step it is. */
import type { RunEvent } from '../../contract/events.ts';

export interface JournalLine {
  readonly events: number;
  readonly phase: string | undefined;
  readonly step: string | undefined;
  readonly title: string | undefined;
  readonly unwinding: boolean;
  readonly finished: boolean;
}

export const emptyJournal: JournalLine = {
  events: 0,
  phase: undefined,
  step: undefined,
  title: undefined,
  unwinding: false,
  finished: false,
};

function withEvent(line: JournalLine, event: RunEvent): JournalLine {
  const events = Math.max(line.events, event.seq);
  if (event.type === 'run-finished') return { ...line, events, finished: true };
  if (event.type !== 'step-started') return { ...line, events };
  const { phase, step, title, unwinding } = event;
  return { events, phase, step, title, unwinding, finished: false };
}

/** Adds events to what was known. Events that come again, after the connection was lost, count once. */
export function foldJournal(line: JournalLine, events: readonly RunEvent[]): JournalLine {
  return events.filter(({ seq }) => seq > line.events).reduce(withEvent, line);
}

/** The guide's way, as the footer shows it. */
export const phasePath = [
  { phase: 'part', word: 'Part' },
  { phase: 'view', word: 'View' },
  { phase: 'shadow', word: 'Shadow' },
  { phase: 'verify', word: 'Verify' },
  { phase: 'dump', word: 'Dump' },
  { phase: 'remove', word: 'Remove' },
  { phase: 'rejoin', word: 'Rejoin' },
] as const;
