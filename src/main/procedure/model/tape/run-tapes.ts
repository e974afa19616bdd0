/** The tapes of a run, folded from its events: which is in the drive, which files are on each, and where. Pure. */
import type { EventOf, RunEvent } from '../../../../contract/events.ts';
import type { TapeSegment } from '../../../../streams/tape/spanning-tape-sink.ts';

export interface RunTape {
  /** Which tape of the run, from 1. */
  readonly number: number;
  readonly name: string;
  readonly uuid: string;
  /** The changer's slot that it came from. */
  readonly slot: number | undefined;
}

export type TapePart = EventOf<'tape-part'>;

const tapeOf = ({ number = 1, name, uuid, slot }: EventOf<'label'>): RunTape => ({
  number,
  name,
  uuid,
  slot,
});

const labelsOf = (events: readonly RunEvent[]) =>
  events.filter((event): event is EventOf<'label'> => event.type === 'label');

/** The names of all tapes that the run has labeled. */
export const namesOfTapes = (events: readonly RunEvent[]): string[] =>
  labelsOf(events).map(({ name }) => name);

/** The tape that was labeled last: the one in the drive while the run writes. */
export function currentTape(events: readonly RunEvent[]): RunTape | undefined {
  const last = labelsOf(events).at(-1);
  return last && tapeOf(last);
}

/** The tapes of the run by uuid, including those of earlier attempts. */
export function tapeWithUuid(events: readonly RunEvent[], uuid: string): RunTape | undefined {
  const label = labelsOf(events).findLast((event) => event.uuid === uuid);
  return label && tapeOf(label);
}

export const isTapeOfRun = (events: readonly RunEvent[], uuid: string): boolean =>
  tapeWithUuid(events, uuid) !== undefined;

/** Number of the next file on a tape: after the label, and after the files that were closed on it. */
export function nextFile(events: readonly RunEvent[], uuid: string): number {
  const files = events.flatMap((event) =>
    event.type === 'tape-part' && event.uuid === uuid ? [event.file] : [],
  );
  return 1 + Math.max(0, ...files);
}

/** What the tapes hold of a volume's dump, in order, from its last attempt. */
export function partsOf(events: readonly RunEvent[], volume: string): TapePart[] {
  const isPart = (event: RunEvent): event is TapePart =>
    event.type === 'tape-part' && event.volume === volume;
  const last = events.findLast(isPart);
  const begun = events.findLast(
    (event) => event.type === 'step-started' && event.step === last?.step && event.seq < last.seq,
  );
  return events.filter(isPart).filter(({ seq }) => seq > (begun?.seq ?? 0));
}

/**
 * The labeled tapes to read for some volumes of a run, in their order; none if its tape has no label. The last one of
 * the run has the manifest.
 */
export function tapesToRead(events: readonly RunEvent[], volumes: readonly string[]): RunTape[] {
  const last = currentTape(events);
  const held = volumes.flatMap((volume) => partsOf(events, volume)).map(({ uuid }) => uuid);
  const uuids = new Set([...held, ...(last ? [last.uuid] : [])]);
  return [...uuids].flatMap((uuid) => tapeWithUuid(events, uuid) ?? []);
}

/** The parts as the data path counts them. */
export const segmentsOf = (parts: readonly TapePart[]): TapeSegment[] =>
  parts.map(({ firstRecord, records, bytes }, tape) => ({ tape, firstRecord, records, bytes }));
