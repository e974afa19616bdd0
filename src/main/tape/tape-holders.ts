/** Whose data is on a tape, by its label or by the digest of its first record; and what would be lost with it. Pure. */
import type { TapeLoss } from '../../contract/tape/tape-loss.ts';
import { phrase } from '../../contract/text/say.ts';
import { mediaEvent, type KnownTape, type MediaEvent } from './media-catalogue.ts';
import { firstRecordSha256, type FoundTape } from './overwrite-rule.ts';

/** The name of a tape without a label, in the tape inventory. */
export const plainUuid = (run: string): string => `plain-${run}`;

/**
 * The entry of the tape inventory for a tape in layout `plain` that a run has written.
 * @param what `seen` if it was read later
 */
export function plainTapeEvent(
  {
    run,
    sha256,
    files,
  }: { readonly run: string; readonly sha256: string } & Required<Pick<MediaEvent, 'files'>>,
  place: { readonly host: string; readonly device: string; readonly at: string },
  what: 'written' | 'seen' = 'written',
): MediaEvent {
  const { host, device, at } = place;
  const uuid = plainUuid(run);
  return {
    what,
    at,
    uuid,
    name: '',
    run,
    host,
    device,
    layout: 'plain',
    firstRecordSha256: sha256,
    files,
  };
}

/**
 * Tapes without a label that the found one may be: those that begin with the same record and are not known to be overwritten. Backups
 * of a volume whose first record did not change in between begin alike.
 */
function plainHolders(tapes: readonly KnownTape[], found: FoundTape): KnownTape[] {
  return found.label ? [] : holdersOf(tapes, firstRecordSha256(found));
}

const holdersOf = (tapes: readonly KnownTape[], sha256: string | undefined): KnownTape[] =>
  sha256 === undefined ? [] : tapes.filter((tape) => tape.firstRecordSha256 === sha256 && !tape.lost);

/**
 * Runs one of which has written a tape without a label. Sorted by name, which is by time.
 * @param sha256 of its first record, in hex
 */
export const writersOfRecord = (tapes: readonly KnownTape[], sha256: string | undefined): string[] =>
  [...new Set(holdersOf(tapes, sha256).flatMap(({ run }) => run ?? []))].sort();

/**
 * Runs whose data the tape holds; several where it is one of them. Sorted by name, which is by time.
 * @param unfinished a run that may have left an unfinished dump there, which begins like the tapes that are known
 */
export function writersOf(tapes: readonly KnownTape[], found: FoundTape, unfinished?: string): string[] {
  const { label } = found;
  if (label) return label.run === undefined ? [] : [label.run];
  const known = plainHolders(tapes, found).flatMap(({ run }) => run ?? []);
  const others = known.length === 0 || unfinished === undefined ? [] : [unfinished];
  return [...new Set([...known, ...others])].sort();
}

/** Adds who wrote the tape to the words on a tape without a label; a label says so itself. */
export function withWriters(found: FoundTape, writers: readonly string[]): FoundTape {
  if (found.label || writers.length === 0) return found;
  const words =
    writers.length === 1
      ? phrase('run {writer}', { writer: writers[0] ?? '' })
      : phrase('one of the runs {writers}', { writers: writers.join(', ') });
  return { ...found, found: phrase('{found}, written by {runs}', { found: found.found, runs: words }) };
}

/**
 * The entries of the tape inventory when a tape is overwritten.
 * @param by the run that overwrites it; undefined if it is done by hand
 * @param writers the runs one of which has written it: with more than one, it is not certain whose data is lost
 */
export function lossEvents(
  tapes: readonly KnownTape[],
  found: FoundTape,
  by: string | undefined,
  at: string,
  writers: readonly string[] = writersOf(tapes, found),
): MediaEvent[] {
  const { host, device, label } = found;
  const overwriter = by === undefined ? {} : { by };
  if (label) return [mediaEvent('lost', label, { host, device, at }, undefined, overwriter)];
  const holders = plainHolders(tapes, found);
  const certain = holders.length === 1 && writers.length < 2;
  return holders
    .filter(({ run }) => run !== by || run === undefined)
    .map(({ uuid, name, run }) => ({
      what: 'lost',
      at,
      uuid,
      name,
      ...(run === undefined ? {} : { run }),
      host,
      device,
      layout: 'plain',
      ...overwriter,
      ...(certain ? {} : { certain }),
    }));
}

/** True for a complete second copy that still holds its data. */
const isWholeCopy = ({ copyOf, files, loss, replaced }: KnownTape): boolean =>
  copyOf !== undefined && files.length > 0 && !loss && !replaced;

/** Uuid of a tape -> the second copies of it that can still be read. */
export function copiesByTape(tapes: readonly KnownTape[]): Map<string, KnownTape[]> {
  const copies = new Map<string, KnownTape[]>();
  for (const tape of tapes.filter(isWholeCopy)) {
    const of = tape.copyOf ?? '';
    copies.set(of, [...(copies.get(of) ?? []), tape]);
  }
  return copies;
}

/**
 * Run -> its tapes that were overwritten since, or may have been; a run that rewrites its own tape loses nothing, nor
 * does one whose tape has a second copy.
 */
export function lossesOfRuns(tapes: readonly KnownTape[]): Map<string, TapeLoss[]> {
  const losses = new Map<string, TapeLoss[]>();
  const copies = copiesByTape(tapes);
  for (const { run, name, loss, uuid, copyOf } of tapes) {
    if (run === undefined || !loss || loss.by === run || copyOf !== undefined || copies.has(uuid)) continue;
    losses.set(run, [...(losses.get(run) ?? []), { tape: name === '' ? undefined : name, ...loss }]);
  }
  return losses;
}
