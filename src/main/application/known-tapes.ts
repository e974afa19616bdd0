/** The tape inventory as it is read without a drive and without a site. */
import { failure } from '../../contract/errors.ts';
import { didYouMean } from '../../contract/nearest-word.ts';
import type { TapeLoss } from '../../contract/tape-loss.ts';
import { provenCopies } from '../journal/copy-records.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { hasLabel } from '../tape/media-catalogue.ts';
import { MediaFile, type ListedTapes } from '../tape/media-file.ts';
import { copiesByTape, lossesOfRuns, plainUuid } from '../tape/tape-holders.ts';

/** Every tape with a label that was seen, the last one first. @throws TAPES_UNREADABLE */
export function listTapes(state: StateFolder): ListedTapes {
  const { tapes, unreadableLines } = new MediaFile(state.tapesFile).list();
  return { tapes: tapes.filter(hasLabel), unreadableLines };
}

/** The tapes of a run that were overwritten since. @throws TAPES_UNREADABLE */
export function lostTapesOf(state: StateFolder, run: string): readonly TapeLoss[] {
  return lossesOfRuns(new MediaFile(state.tapesFile).list().tapes).get(run) ?? [];
}

/** Looks tapes of file lists up in the inventory. @throws TAPES_UNREADABLE */
export function tapesWithCopies(state: StateFolder) {
  const { tapes } = new MediaFile(state.tapesFile).list();
  const locations = new Map(tapes.map(({ uuid, location }) => [uuid, location]));
  const copies = copiesByTape(tapes);
  return {
    /** Where a person put the tape. */
    locationOf: (uuid: string | undefined): string | undefined => locations.get(uuid ?? ''),
    /** @param uuid undefined for a tape without a label */
    copiesOfTape: (run: string, uuid: string | undefined) =>
      (copies.get(uuid ?? plainUuid(run)) ?? []).map(({ name, location }) => ({ name, location })),
  };
}

/** Second copies of a run whose tapes still hold it, the latest first. @throws TAPES_UNREADABLE */
export function copiesOf(
  state: StateFolder,
  run: string,
): readonly { readonly at: string; readonly isImported: boolean; readonly tapes: readonly string[] }[] {
  const copies = provenCopies(state.restoresFolder, run);
  if (copies.length === 0) return [];
  const { tapes: known } = new MediaFile(state.tapesFile).list();
  const isGone = (uuid: string) => known.some((tape) => tape.uuid === uuid && (tape.lost || tape.replaced));
  return copies
    .filter(({ tapes }) => !tapes.some(({ uuid }) => isGone(uuid)))
    .map(({ at, isImported = false, tapes }) => ({ at, isImported, tapes: tapes.map(({ name }) => name) }));
}

const locationShape = /^(?=.*\S)[^\p{Cc}]{1,100}$/u;

/**
 * Notes where a person put a tape. It holds until the tape is in a drive again.
 * @param name on the label
 * @param location in the words of that person
 * @throws TAPE_UNKNOWN, TAPE_LOCATION_FORBIDDEN, TAPES_UNREADABLE, TAPES_UNWRITABLE
 */
export function moveTape(state: StateFolder, name: string, location: string): void {
  if (!locationShape.test(location)) throw failure('TAPE_LOCATION_FORBIDDEN', { location });
  const tapes = listTapes(state).tapes.filter(({ replaced }) => !replaced);
  const tape = tapes.find((each) => each.name === name);
  if (!tape) {
    const nearest = didYouMean(
      name,
      tapes.map((each) => each.name),
    );
    throw failure('TAPE_UNKNOWN', { name, nearest });
  }
  const { uuid, host, device } = tape;
  const at = new Date().toISOString();
  new MediaFile(state.tapesFile).append({ what: 'moved', at, uuid, name, host, device, location });
}
