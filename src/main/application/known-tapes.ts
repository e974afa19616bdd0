/** The tape inventory as it is read without a drive and without a site. */
import type { CopyView } from '../../contract/copied-tape.ts';
import { failure } from '../../contract/errors.ts';
import type { FileHit } from '../../contract/history.ts';
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

/**
 * Tapes of file lists, each with the place where a person put it, and with its second copies.
 * @throws TAPES_UNREADABLE
 */
export function locatedHits(state: StateFolder, hits: readonly FileHit[]): FileHit[] {
  if (hits.length === 0) return [];
  const { tapes: known } = new MediaFile(state.tapesFile).list();
  const locations = new Map(known.map(({ uuid, location }) => [uuid, location]));
  const copies = copiesByTape(known);
  return hits.map((hit) => ({
    ...hit,
    tapes: hit.tapes.map((tape) => {
      // A tape without a label has no uuid.
      const own = copies.get(tape.uuid ?? plainUuid(hit.run)) ?? [];
      const places = own.map(({ name, location }) => ({ name, location }));
      return {
        ...tape,
        location: locations.get(tape.uuid ?? ''),
        ...(places.length === 0 ? {} : { copies: places }),
      };
    }),
  }));
}

/** Second copies of a run whose tapes still hold it, the latest first. @throws TAPES_UNREADABLE */
export function copiesOf(state: StateFolder, run: string): readonly CopyView[] {
  const copies = provenCopies(state.restoresFolder, run);
  if (copies.length === 0) return [];
  const known = new Map(new MediaFile(state.tapesFile).list().tapes.map((tape) => [tape.uuid, tape]));
  const isGone = (uuid: string) => known.get(uuid)?.lost === true || known.get(uuid)?.replaced === true;
  return copies
    .filter(({ tapes }) => !tapes.some(({ uuid }) => isGone(uuid)))
    .map(({ at, isImported = false, tapes, volumes = [] }) => ({
      at,
      isImported,
      tapes: tapes.map(({ name, uuid, keepUntil }) => ({
        name,
        keepUntil,
        location: known.get(uuid)?.location,
      })),
      volumes: volumes.map(({ volume, bytes, sha256 }) => ({ volume, bytes, sha256 })),
    }));
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
