/** Which volumes of a run are restored, and where they are on the tapes, according to the run's journal. Pure. */
import { failure } from '../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import { phrase } from '../../../contract/text/say.ts';
import { manifestFileOf } from './assignment.ts';
import { partsOf } from './tape/run-tapes.ts';

type Started = EventOf<'run-started'>;
type Volume = Started['volumes'][number];

export type Pair = Pick<Volume, 'master' | 'proxy'>;

/** True if two runs are about the same volumes. */
export const areSamePairs = (one: readonly Pair[], other: readonly Pair[]): boolean =>
  one.length === other.length &&
  one.every(({ master, proxy }) => other.some((pair) => pair.master === master && pair.proxy === proxy));

/**
 * The volumes to restore, in the order of the run: its only one, or those with a named master.
 * @param masters that may be replaced
 * @throws RUN_HAS_NO_TAPE where the run has no volume, RESTORE_MASTER_NOT_NAMED
 */
export function volumesToRestore(
  run: string,
  { volumes }: Started,
  masters: readonly string[],
): readonly Volume[] {
  if (volumes.length === 0) throw failure('RUN_HAS_NO_TAPE', { run });
  // Whether its master is the named one is checked with the approval.
  if (volumes.length === 1) return volumes;
  const unknown = masters.find((name) => volumes.every(({ master }) => master !== name));
  if (masters.length > 0 && unknown === undefined)
    return volumes.filter(({ master }) => masters.includes(master));
  throw failure('RESTORE_MASTER_NOT_NAMED', {
    run,
    named:
      unknown === undefined
        ? phrase('none of them')
        : phrase('{unknown}, which is not one of them', { unknown }),
    masters: volumes.map(({ master }) => master).join(', '),
  });
}

/** The disks of a proxy, as sdxinfo showed them when the shadow was verified; undefined if the journal does not have them. */
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
 * How the run began, as if it had backed up these volumes alone.
 * @returns undefined if the journal lacks the disks of one of them
 */
export function beginningOfSome(
  start: Started,
  events: readonly RunEvent[],
  volumes: readonly Volume[],
): Started | undefined {
  if (start.volumes.length === volumes.length) return start;
  const names = volumes.map(({ proxy }) => disksOf(events, start, proxy));
  if (!start.shadow || names.includes(undefined)) return undefined;
  const disks = start.shadow.disks.filter(({ name }) => names.some((ofOne) => ofOne?.includes(name)));
  return {
    ...start,
    blocks: volumes[0]?.blocks ?? start.blocks,
    volumes: [...volumes],
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
