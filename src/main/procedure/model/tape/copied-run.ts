/** A run as if it had written the tapes of its copy: what reads its tape then reads the copy. Pure. */
import type { CopiedTape } from '../../../../contract/tape/copied-tape.ts';
import type { EventOf, RunEvent } from '../../../../contract/events.ts';

/** A copy has a label although the original tape has none: the number of each file is one higher. */
function labelledStart(start: EventOf<'run-started'>): EventOf<'run-started'> {
  const volumes = start.volumes.map((volume) => ({ ...volume, tapeFile: (volume.tapeFile ?? 0) + 1 }));
  return { ...start, layout: 'labelled', volumes };
}

type Stamp = Pick<RunEvent, 'seq' | 'at' | 'run' | 'elapsed' | 'prev'>;

function labelOf(stamp: Stamp, tape: CopiedTape): EventOf<'label'> {
  const { number, name, uuid, writtenAt, keepUntil, host, device, labelSha256: sha256 } = tape;
  const { seq, at, run, elapsed, prev } = stamp;
  const kept = keepUntil === undefined ? {} : { keepUntil };
  return {
    ...{ seq, at, run, elapsed, prev, type: 'label', step: 'copy', host, device },
    ...{ name, uuid, writtenAt, number, sha256, ...kept },
  };
}

function manifestOf(stamp: Stamp, { host, device, manifest }: CopiedTape): EventOf<'manifest'>[] {
  if (!manifest) return [];
  const { seq, at, run, elapsed, prev } = stamp;
  const { file, bytes, sha256 } = manifest;
  return [{ seq, at, run, elapsed, prev, type: 'manifest', step: 'copy', host, device, file, bytes, sha256 }];
}

/** Label and manifest for a tape whose original has neither, after everything that the run did. */
function addedTo(events: readonly RunEvent[], tapes: readonly CopiedTape[]): RunEvent[] {
  const last = events.at(-1);
  const [tape] = tapes;
  if (!last || !tape) return [];
  return [labelOf({ ...last, seq: last.seq + 1 }, tape), ...manifestOf({ ...last, seq: last.seq + 2 }, tape)];
}

/**
 * @param events of the run
 * @param tapes of one copy of it
 */
export function eventsOnCopy(events: readonly RunEvent[], tapes: readonly CopiedTape[]): RunEvent[] {
  const [start] = events;
  if (start?.type === 'run-started' && start.layout === 'plain')
    return [labelledStart(start), ...events.slice(1), ...addedTo(events, tapes)];
  const of = new Map(tapes.map((tape) => [tape.copyOf, tape]));
  const last = tapes.find(({ manifest }) => manifest !== undefined);
  return events.flatMap((event): RunEvent[] => {
    if (event.type === 'manifest') return last ? manifestOf(event, last) : [];
    if (event.type !== 'label' && event.type !== 'tape-part') return [event];
    const tape = of.get(event.uuid);
    if (!tape) return [event];
    if (event.type === 'label') return [labelOf(event, tape)];
    return [{ ...event, name: tape.name, uuid: tape.uuid }];
  });
}
