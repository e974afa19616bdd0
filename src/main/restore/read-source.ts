/** Reads a backup from its tapes through a stream that consumes it, and compares it with what its run wrote. */
import type { Duplex } from 'node:stream';
import type { ProvenCopy } from '../../contract/tape/copied-tape.ts';
import { judgeTapeRead } from '../../streams/tape/tape-reader.ts';
import { readBack } from '../../streams/tape/read-back.ts';
import type { TapeChanging } from '../procedure/drive/change-tape.ts';
import { requireSameAsWritten, sectionLengths } from '../procedure/drive/compare-read-back.ts';
import { requireReadyDrive } from '../procedure/drive/drive-ready.ts';
import { TapesInOrder } from '../procedure/drive/tapes-in-order.ts';
import { asUnreadBackup } from '../procedure/drive/unread-backup.ts';
import { goToFile } from '../procedure/drive/tape-position.ts';
import {
  close,
  evidenceOf,
  open,
  reader,
  showProgress,
  type DataRoom,
} from '../procedure/hosts/remote-data.ts';
import { readDataCommands, rewindCommand } from '../procedure/model/tape/tape-commands.ts';
import type { DumpSource } from './dump-source.ts';
import type { LibraryUse } from './library-use.ts';
import { FirstTape, partsToRead, sourcesOf, type KnownTapes } from './source-tapes.ts';

/** Of the whole file on tape, or of all its parts. */
export interface SourceDigest {
  readonly bytes: number;
  readonly records: number;
  readonly crc32: string;
  readonly sha256: string;
  /** The output of POSIX cksum for the bytes, if requested. */
  readonly cksum: number | undefined;
}

export interface SourceReading {
  readonly room: DataRoom;
  readonly changing: TapeChanging;
  readonly known: KnownTapes;
  /** Second copies of the run, any of which may be read instead. */
  readonly copies: readonly ProvenCopy[];
  /** Loads the tapes; undefined if people change them, or a changer without bar codes does. */
  readonly library?: LibraryUse | undefined;
  /** Receives the bytes, and passes them on. By default they are only compared. */
  readonly through?: Duplex | undefined;
  /** True: the checksum of cksum is computed, too. */
  readonly cksum?: boolean | undefined;
}

/** A backup, and its first tape in the drive. */
export interface FirstInserted {
  /** As its run wrote it, or a copy of it. */
  readonly source: DumpSource;
  readonly tapes: TapesInOrder;
}

/**
 * Gets the first tape of a backup into the drive, or that of a copy of it.
 * @throws TAPE_IS_ANOTHER, NEXT_TAPE_NEEDED, TAPE_BUSY, LIBRARY_… and other errors of changing tapes
 */
export async function insertFirstTape(
  source: DumpSource,
  { room, changing, known, copies, library }: Omit<SourceReading, 'through'>,
): Promise<FirstInserted> {
  const sources = sourcesOf(source, copies, known);
  const isFirstLoaded = await library?.bring(sources);
  const { recordBytes } = source;
  const tapes = new TapesInOrder(room, changing, { recordBytes, namesFound: true, isFirstLoaded });
  const first = new FirstTape(sources, known);
  await tapes.insert(first);
  return { source: first.chosen ?? source, tapes };
}

/**
 * Reads the whole backup, whatever part of it is used: only then is its digest known.
 * @param tapes with the first tape in the drive
 * @throws RESTORE_TAPE_DIFFERS if it is not what the run wrote, TAPE_READBACK_MISCOUNTED, TAPE_READ_FAILED,
 *   COPY_CANCELLED, what `through` fails with, and errors of changing tapes
 */
export async function readSource(
  source: DumpSource,
  tapes: TapesInOrder,
  { room, changing, known, through, cksum }: Omit<SourceReading, 'copies' | 'library'>,
): Promise<SourceDigest> {
  const { written, volume, run } = source;
  const read = await tapes.read(partsToRead(source, known), {
    sections: sectionLengths(written),
    cksum: cksum === true || written.cksum !== undefined,
    through,
  });
  const { bytes, records, crc32, sha256 } = read;
  const { step, drive } = changing;
  room.journal.append({ type: 'digest', step, volume, hop: 'readback', bytes, records, crc32, sha256 });
  try {
    requireSameAsWritten(written, read);
  } catch (error) {
    throw asUnreadBackup(error, run);
  }
  await room.runner.send(step, rewindCommand(drive));
  return { bytes, records, crc32, sha256, cksum: read.cksum };
}

/** A file of the tape in the drive without a journal. */
export interface LooseFile {
  readonly file: number;
  /** Of its first record. */
  readonly recordBytes: number;
}

/**
 * Reads a file of the tape in the drive to its file mark. Its expected contents are not known.
 * @throws TAPE_READ_FAILED, TAPE_RECORD_TOO_LONG, COPY_CANCELLED, and what `through` fails with
 */
export async function readLooseFile(
  { file, recordBytes }: LooseFile,
  { room, changing, through, cksum }: Omit<SourceReading, 'known' | 'copies' | 'library'>,
): Promise<SourceDigest> {
  const { step, drive } = changing;
  const { runner, abort } = room;
  await requireReadyDrive(runner, step, drive, 'read');
  await goToFile(runner, step, drive, file);
  const command = readDataCommands(drive, recordBytes, file).at(-1);
  if (!command) throw new Error('reading takes a command');
  const evidence = evidenceOf(command);
  const opened = await open(room, step, command, reader(room, step));
  try {
    const read = await readBack({
      source: opened.end,
      ...{ recordBytes, through, abort, evidence, cksum },
      onProgress: showProgress(room, step, 'read-back'),
    });
    judgeTapeRead(read.end, undefined, evidence);
    const { bytes, records, crc32, sha256 } = read;
    return { bytes, records, crc32, sha256, cksum: read.cksum };
  } finally {
    await close(room, step, opened);
    await runner.send(step, rewindCommand(drive));
  }
}
