/** Which volume of a run is restored, and where it lies on the tapes: as the run's journal has it. Pure. */
import { failure } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import { manifestFileOf } from './assignment.ts';
import { partsOf } from './tape/run-tapes.ts';

type Started = EventOf<'run-started'>;
type Volume = Started['volumes'][number];

export type Pair = Pick<Volume, 'master' | 'proxy'>;

/** True where two runs are about the same volumes. */
export const areSamePairs = (one: readonly Pair[], other: readonly Pair[]): boolean =>
  one.length === other.length &&
  one.every(({ master, proxy }) => other.some((pair) => pair.master === master && pair.proxy === proxy));

/**
 * The volume to restore: the only one of the run, or the one whose master is named.
 * @param masters that may be replaced
 * @throws RUN_HAS_NO_TAPE where the run has no volume, RESTORE_MASTER_NOT_NAMED
 */
export function volumeToRestore(run: string, { volumes }: Started, masters: readonly string[]): Volume {
  const [only, ...others] = volumes;
  if (!only) throw failure('RUN_HAS_NO_TAPE', { run });
  // Whether its master is the one that is named is judged with the approval.
  if (others.length === 0) return only;
  const [chosen, ...more] = volumes.filter(({ master }) => masters.includes(master));
  if (chosen && more.length === 0 && masters.length === 1) return chosen;
  const named = masters.length > 1 ? 'more than one' : 'none';
  throw failure('RESTORE_MASTER_NOT_NAMED', {
    run,
    named,
    masters: volumes.map(({ master }) => master).join(', '),
  });
}

/** The disks of a proxy, as sdxinfo showed them when the shadow was verified; undefined where the journal does not have them. */
function disksOf(events: readonly RunEvent[], { class: className }: Started, proxy: string) {
  const layout = events.findLast((event): event is EventOf<'layout'> => event.type === 'layout');
  return layout?.spaces
    .find(
      ({ side, class: name, volumes }) =>
        side === 'primary' && name === className && volumes.some((volume) => volume.name === proxy),
    )
    ?.disks.map(({ name }) => name);
}

/**
 * How the run began, as if it had backed up this volume alone.
 * @returns undefined where the journal does not tell the disks of the volume
 */
export function beginningOfOne(
  start: Started,
  events: readonly RunEvent[],
  volume: Volume,
): Started | undefined {
  if (start.volumes.length === 1) return start;
  const names = disksOf(events, start, volume.proxy);
  if (!start.shadow || !names) return undefined;
  const disks = start.shadow.disks.filter(({ name }) => names.includes(name));
  return {
    ...start,
    blocks: volume.blocks ?? start.blocks,
    volumes: [volume],
    shadow: { ...start.shadow, disks },
  };
}

/** The tapes of a volume that was written with `media.span`, in order; undefined for a backup on one tape. */
export function tapesOfVolume(
  events: readonly RunEvent[],
  proxy: string,
): RestoreOrder['volumes'][number]['tapes'] {
  const tapes = partsOf(events, proxy).map(({ number, name, file }) => ({ number, name, file }));
  return tapes.length > 0 ? tapes : undefined;
}

/** Number of the tape file with the manifest, where it does not follow the file of the volume. */
export function distantManifest({ layout, volumes }: Started): number | undefined {
  return layout === 'labelled' && volumes.length > 1 ? manifestFileOf(volumes) : undefined;
}
