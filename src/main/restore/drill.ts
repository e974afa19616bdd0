/**
 * A drill: all of a backup is read from its tapes and compared with what its run wrote. With a scratch folder it is also
 * extracted there; the folder is removed at the end.
 */
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
import type { ReadThrough } from './perform-restore.ts';
import { insertFirstTape, readSource } from './read-source.ts';
import { whileReleasing } from './release-drive.ts';
import { sourcesOf, type KnownTapes } from './source-tapes.ts';

/** A volume whose backup was read and matches what its run wrote. */
export interface DrilledVolume {
  readonly volume: string;
  readonly bytes: number;
  /** Hexadecimal; of the whole dump. */
  readonly sha256: string;
  /** Names of the tapes if a second copy was read. */
  readonly copy?: readonly string[] | undefined;
  /** Present if it was extracted completely. */
  readonly extracted?: ExtractedBackup | undefined;
}

/** What was extracted of a backup, and removed afterwards. */
export interface ExtractedBackup {
  /** Folders and links included; 1 for an image. */
  readonly entries: number;
  /** Links that lead elsewhere, devices and FIFOs: they have no content. */
  readonly leftOut: number;
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

/** How far a drill got: as far as with each of its volumes. */
export const levelOfDrill = (volumes: readonly DrilledVolume[]): DrillLevel =>
  volumes.every(({ extracted }) => extracted) ? 'extracted' : 'read';

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

/**
 * Reads a backup, and compares it.
 * @param extract extracts it while it is read; undefined: it is only read
 * @throws RESTORE_TAPE_DIFFERS, TAPE_READ_FAILED, COPY_CANCELLED and other errors of reading and changing tapes, and what
 *   `extract` throws
 */
export function drillVolume(
  { room, afterwards, known, copies, change, ask, library }: DrillRoom,
  drive: KnownDrive,
  source: DumpSource,
  extract: ((read: ReadThrough) => Promise<ExtractedBackup | undefined>) | undefined,
): Promise<DrilledVolume> {
  return whileReleasing(afterwards, drive, async () => {
    const changing: TapeChanging = { runner: room.runner, step: restoreStep, drive, change, ask };
    const reading = { room, changing, known, copies, library };
    const { source: found, tapes } = await insertFirstTape(source, reading);
    let digest: Awaited<ReturnType<ReadThrough>> | undefined;
    const read: ReadThrough = async (through, cksum) =>
      (digest = await readSource(found, tapes, { ...reading, through, cksum }));
    const extracted = extract ? await extract(read) : undefined;
    const { bytes, sha256 } = digest ?? (await readSource(found, tapes, reading));
    return { volume: source.volume, bytes, sha256, ...copyRead(found), ...(extracted ? { extracted } : {}) };
  });
}

/** Which tapes were read, if not those that the run wrote. */
function copyRead({ parts, isCopy }: DumpSource): Pick<DrilledVolume, 'copy'> {
  if (!isCopy) return {};
  return { copy: [...new Set(parts.flatMap(({ tape }) => tape?.name ?? []))] };
}
