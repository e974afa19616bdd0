/** A drill: all of a backup is read from its tapes and compared with what its run wrote. Nothing is written. */
import { failure } from '../../contract/errors.ts';
import type { DrillLevel } from '../../contract/drill-level.ts';
import type { RunEvent } from '../../contract/events.ts';
import type { TapeChanging } from '../procedure/drive/change-tape.ts';
import type { KnownDrive } from '../procedure/drive/tape-look.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import type { DataRoom } from '../procedure/hosts/remote-data.ts';
import { dumpSourceOf, hasChecksum, type DumpSource } from './dump-source.ts';
import { restoreStep } from './target/host-place.ts';
import type { ProvenCopy } from '../../contract/tape/copied-tape.ts';
import type { LibraryUse } from './library-use.ts';
import { insertFirstTape, readSource } from './read-source.ts';
import { whileReleasing } from './release-drive.ts';
import { sourcesOf, type KnownTapes } from './source-tapes.ts';

/** The only level that a drill reaches: it writes nothing. */
export const levelOfDrill: DrillLevel = 'read';

/** A volume whose backup was read and matches what its run wrote. */
export interface DrilledVolume {
  readonly volume: string;
  readonly bytes: number;
  /** Hexadecimal; of the whole dump. */
  readonly sha256: string;
  /** Names of the tapes if a second copy was read. */
  readonly copy?: readonly string[] | undefined;
}

export interface DrillRoom {
  readonly room: DataRoom;
  /** Sends commands that a cancel does not end. */
  readonly afterwards: CommandRunner;
  readonly known: KnownTapes;
  readonly copies: readonly ProvenCopy[];
  /** How tapes are changed, and who can be asked to do it. */
  readonly change: TapeChanging['change'];
  readonly ask: TapeChanging['ask'];
  /** See SourceReading. */
  readonly library: LibraryUse | undefined;
}

/**
 * What to read of a run, in the order of its volumes.
 * @param volume the proxy volume; undefined: all of them
 * @throws RUN_HAS_NO_TAPE, RUN_HAS_NO_DIGEST if there is nothing to compare with, RESTORE_VOLUME_UNKNOWN
 */
export function drillSources(
  run: string,
  events: readonly RunEvent[],
  volume: string | undefined,
): DumpSource[] {
  const [start] = events;
  if (start?.type !== 'run-started' || start.restore) throw failure('RUN_HAS_NO_TAPE', { run });
  const names = volume === undefined ? start.volumes.map(({ proxy }) => proxy) : [volume];
  const sources = names.map((name) => dumpSourceOf(run, events, name));
  const unknown = sources.find((source) => !hasChecksum(source));
  if (unknown) throw failure('RUN_HAS_NO_DIGEST', { run, volume: unknown.volume });
  return sources;
}

/** @throws LIBRARY_… if the library lacks a tape of one of them: before anything is moved */
export async function requireDrillable(
  { library, copies, known }: DrillRoom,
  sources: readonly DumpSource[],
): Promise<void> {
  await library?.require(sources.map((source) => sourcesOf(source, copies, known)));
}

/** @throws RESTORE_TAPE_DIFFERS, TAPE_READ_FAILED, COPY_CANCELLED and other errors of reading and changing tapes */
export function drillVolume(
  { room, afterwards, known, copies, change, ask, library }: DrillRoom,
  drive: KnownDrive,
  source: DumpSource,
): Promise<DrilledVolume> {
  return whileReleasing(afterwards, drive, async () => {
    const changing: TapeChanging = { runner: room.runner, step: restoreStep, drive, change, ask };
    const reading = { room, changing, known, copies, library };
    const { source: read, tapes } = await insertFirstTape(source, reading);
    const { bytes, sha256 } = await readSource(read, tapes, reading);
    return { volume: source.volume, bytes, sha256, ...copyRead(read) };
  });
}

/** Which tapes were read, if not those that the run wrote. */
function copyRead({ parts, isCopy }: DumpSource): Pick<DrilledVolume, 'copy'> {
  if (!isCopy) return {};
  return { copy: [...new Set(parts.flatMap(({ tape }) => tape?.name ?? []))] };
}
