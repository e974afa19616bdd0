/**
 * Records of a volume that could not be read, and that are zeros on the tape: written to the journal, and read from it.
 * Pure.
 */
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { countText } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';

/** @param record of the volume, from 0 */
export function unreadableWarning(
  step: string,
  volume: string,
  record: number,
  recordBytes: number,
): Extract<NewEvent, { type: 'warning' }> {
  const first = record * recordBytes;
  const text = phrase(
    'record {record} of {volume} (from byte {first} on) cannot be read: zeros are on the tape in its place',
    { record: countText(record), volume, first: countText(first) },
  );
  return { type: 'warning', step, text, kind: 'unreadable', volume, record };
}

/** The records of a volume, ascending. What a step reported before it was repeated does not count. */
export function unreadableRecords(events: readonly RunEvent[], volume: string): number[] {
  const found = new Map<string, Set<number>>();
  for (const event of events) {
    if (event.type === 'step-started') found.delete(event.step);
    if (event.type !== 'warning' || event.kind !== 'unreadable' || event.volume !== volume) continue;
    const ofStep = found.get(event.step) ?? new Set<number>();
    if (event.record !== undefined) ofStep.add(event.record);
    found.set(event.step, ofStep);
  }
  return [...found.values()].flatMap((records) => [...records]).sort((one, other) => one - other);
}
