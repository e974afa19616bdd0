/** Reads and changes the tape inventory. Needs neither a drive nor a site. */
import { hostname, userInfo } from 'node:os';
import type { CopyView } from '../../contract/tape/copied-tape.ts';
import { failure } from '../../contract/errors.ts';
import type { FileHit } from '../../contract/history.ts';
import { didYouMean } from '../../contract/nearest-word.ts';
import type { TapeLoss } from '../../contract/tape/tape-loss.ts';
import { provenCopies } from '../journal/copy-records.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { hasLabel, type KnownTape, type MediaEvent } from '../tape/media-catalogue.ts';
import { MediaFile, type ListedTapes } from '../tape/media-file.ts';
import { copiesByTape, lossesOfRuns, plainUuid } from '../tape/tape-holders.ts';

/** Every tape in the inventory with a label, the last one first. @throws TAPES_UNREADABLE */
export function listTapes(state: StateFolder): ListedTapes {
  const { tapes, unreadableLines } = new MediaFile(state.tapesFile).list();
  return { tapes: tapes.filter(hasLabel), unreadableLines };
}

/** The tapes of a run that have been overwritten since, or are declared lost. @throws TAPES_UNREADABLE */
export function lostTapesOf(state: StateFolder, run: string): readonly TapeLoss[] {
  return lossesOfRuns(new MediaFile(state.tapesFile).list().tapes).get(run) ?? [];
}

/**
 * Tapes of file lists, each with its recorded place, whether it is lost, and its second copies.
 * @throws TAPES_UNREADABLE
 */
export function locatedHits(state: StateFolder, hits: readonly FileHit[]): FileHit[] {
  if (hits.length === 0) return [];
  const { tapes: known } = new MediaFile(state.tapesFile).list();
  const byUuid = new Map(known.map((tape) => [tape.uuid, tape]));
  const copies = copiesByTape(known);
  return hits.map((hit) => ({
    ...hit,
    tapes: hit.tapes.map((tape) => {
      // A tape without a label has no uuid.
      const uuid = tape.uuid ?? plainUuid(hit.run);
      const own = copies.get(uuid) ?? [];
      const loss = byUuid.get(uuid)?.loss;
      const places = own.map(({ name, location }) => ({ name, location }));
      return {
        ...tape,
        location: byUuid.get(tape.uuid ?? '')?.location,
        // A run that rewrites its own tape loses nothing.
        ...(loss && loss.by !== hit.run ? { lost: loss } : {}),
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

/** Checks the words of a place. @throws TAPE_LOCATION_FORBIDDEN */
function requireLocation(location: string): void {
  if (!locationShape.test(location)) throw failure('TAPE_LOCATION_FORBIDDEN', { location });
}

/**
 * The tape that has a name now.
 * @throws TAPE_UNKNOWN, TAPES_UNREADABLE
 */
function tapeNamed(state: StateFolder, name: string): KnownTape {
  const tapes = listTapes(state).tapes.filter(({ replaced }) => !replaced);
  const tape = tapes.find((each) => each.name === name);
  if (tape) return tape;
  const nearest = didYouMean(
    name,
    tapes.map((each) => each.name),
  );
  throw failure('TAPE_UNKNOWN', { name, nearest });
}

/** What a person reports of a tape that nothing has read. */
function note(state: StateFolder, tape: KnownTape, said: Pick<MediaEvent, 'what'> & Partial<MediaEvent>) {
  const { uuid, name, host, device } = tape;
  new MediaFile(state.tapesFile).append({ at: new Date().toISOString(), uuid, name, host, device, ...said });
}

/**
 * Records where a person put a tape. It is valid until the tape is in a drive again.
 * @param name on the label
 * @param location in the words of that person
 * @throws TAPE_UNKNOWN, TAPE_LOCATION_FORBIDDEN, TAPES_UNREADABLE, TAPES_UNWRITABLE
 */
export function moveTape(state: StateFolder, name: string, location: string): void {
  requireLocation(location);
  note(state, tapeNamed(state, name), { what: 'moved', location });
}

/** A tape that a person declares lost, and what is lost with it. */
export interface DeclaredLoss {
  /** Runs that no tape holds any more. */
  readonly runs: readonly string[];
  /** Who declared it. */
  readonly by: string;
}

/**
 * Declares a tape lost. Its backups do not count, and no run waits for it, until it is found or in a drive again.
 * @throws TAPE_UNKNOWN, TAPE_LOST_BEFORE, TAPES_UNREADABLE, TAPES_UNWRITABLE
 */
export function declareTapeLost(state: StateFolder, name: string): DeclaredLoss {
  const tape = tapeNamed(state, name);
  const { declaredLost } = tape;
  if (declaredLost) throw failure('TAPE_LOST_BEFORE', { name, by: declaredLost.by });
  const by = `${userInfo().username}@${hostname()}`;
  const lostRuns = () => [...lossesOfRuns(new MediaFile(state.tapesFile).list().tapes).keys()];
  const before = lostRuns();
  note(state, tape, { what: 'lost', declaredBy: by });
  return { runs: lostRuns().filter((run) => !before.includes(run)), by };
}

/**
 * Revokes the loss of a tape.
 * @param location where it is now, in the words of a person
 * @throws TAPE_UNKNOWN, TAPE_NOT_LOST, TAPE_LOCATION_FORBIDDEN, TAPES_UNREADABLE, TAPES_UNWRITABLE
 */
export function declareTapeFound(state: StateFolder, name: string, location?: string): void {
  if (location !== undefined) requireLocation(location);
  const tape = tapeNamed(state, name);
  if (!tape.declaredLost) throw failure('TAPE_NOT_LOST', { name });
  note(state, tape, { what: 'moved', found: true, ...(location === undefined ? {} : { location }) });
}
