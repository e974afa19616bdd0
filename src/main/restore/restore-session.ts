/**
 * Restores one backup after another, while the drive is locked: the tape is recognized first, and the target is checked
 * again before the tape is read.
 */
import type { Duplex } from 'node:stream';
import type { ProvenCopy } from '../../contract/tape/copied-tape.ts';
import { phrase } from '../../contract/text/say.ts';
import type { TapeChanging } from '../procedure/drive/change-tape.ts';
import type { KnownDrive } from '../procedure/drive/tape-look.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import { hasChecksum, uncomparedOf, type DumpSource } from './dump-source.ts';
import type { Wants } from './archive/extract-files.ts';
import { restoreStep } from './target/host-place.ts';
import { lookAtLooseFile, type SeenFile } from './loose-tape.ts';
import {
  ListedEntries,
  restoreDump,
  restoreFiles,
  restoreImage,
  type ReadThrough,
  type Restoring,
} from './perform-restore.ts';
import type { LibraryUse } from './library-use.ts';
import { insertFirstTape, readLooseFile, readSource, type SourceDigest } from './read-source.ts';
import { whileReleasing } from './release-drive.ts';
import { requireTarget } from './target/restore-target-check.ts';
import type { FilesOfDump } from './restore-work.ts';
import { byPatterns } from './archive/selection.ts';
import { sourcesOf, tapeWords, type KnownTapes } from './source-tapes.ts';

export interface SessionOptions extends Omit<Restoring, 'read' | 'bytes'> {
  /** Sends commands that a cancel does not end. */
  readonly afterwards: CommandRunner;
  readonly known: KnownTapes;
  /** Second copies of a run, any of which may be read instead. */
  readonly copiesOf: (run: string) => readonly ProvenCopy[];
  /** How tapes are changed, and who can be asked to do it. */
  readonly change: TapeChanging['change'];
  readonly ask: TapeChanging['ask'];
  /** See SourceReading. */
  readonly library: LibraryUse | undefined;
}

export class RestoreSession {
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  #changing(drive: KnownDrive): TapeChanging {
    const { room, change, ask } = this.#options;
    return { runner: room.runner, step: restoreStep, drive, change, ask };
  }

  /** Somebody may have changed the target while a tape was waited for. */
  async #requireTarget(kind: 'files' | 'image', bytes: number, restoreTool?: string): Promise<void> {
    const { room, target, overwrite, gds } = this.#options;
    await requireTarget(room.runner, { target, kind, bytes, overwrite, gds, restoreTool });
  }

  #noteRead(source: DumpSource | undefined, { sha256, bytes }: SourceDigest): void {
    const isCompared = source !== undefined && hasChecksum(source);
    this.#options.outcome.sources.push({ run: source?.run, bytes, sha256, isCompared });
  }

  /** Gets the first tape into the drive. @returns a function that reads the backup */
  async #begin(
    source: DumpSource,
    drive: KnownDrive,
    kind: 'files' | 'image',
    bytes: number,
  ): Promise<ReadThrough> {
    const { room, known, outcome, copiesOf, library } = this.#options;
    const reading = { room, changing: this.#changing(drive), known, copies: copiesOf(source.run), library };
    const { source: read, tapes } = await insertFirstTape(source, reading);
    await this.#requireTarget(kind, bytes, source.restoreTool);
    outcome.uncompared.push(...uncomparedOf(read));
    const [first] = read.parts;
    if (read.isCopy) outcome.notes.push(phrase('Read from {tape}', { tape: tapeWords(read, first?.tape) }));
    return (through: Duplex, cksum: boolean) => readSource(read, tapes, { ...reading, through, cksum });
  }

  /** @throws errors of reading the tape and of writing to the target */
  image(drive: KnownDrive, source: DumpSource): Promise<void> {
    return whileReleasing(this.#options.afterwards, drive, () => this.#image(drive, source));
  }

  async #image(drive: KnownDrive, source: DumpSource): Promise<void> {
    const bytes = source.written.bytes ?? 0;
    const read = await this.#begin(source, drive, 'image', bytes);
    const digest = await restoreImage({ ...this.#options, read, bytes }, source.recordBytes);
    this.#noteRead(source, digest);
  }

  /**
   * Restores files of several backups, one after the other.
   * @throws LIBRARY_… before anything is moved, errors of reading the tape and of writing to the target
   */
  async files(drive: KnownDrive, dumps: readonly FilesOfDump[]): Promise<void> {
    const { library, copiesOf, known, afterwards } = this.#options;
    await library?.require(dumps.map(({ source }) => sourcesOf(source, copiesOf(source.run), known)));
    for (const dump of dumps) await whileReleasing(afterwards, drive, () => this.#files(drive, dump));
  }

  async #files(drive: KnownDrive, { source, patterns, listed, bytes }: FilesOfDump): Promise<void> {
    const read = await this.#begin(source, drive, 'files', bytes);
    const restoring = { ...this.#options, read, bytes };
    if (source.restoreTool !== undefined)
      return this.#noteRead(source, await restoreDump(restoring, source.restoreTool));
    if (!listed) {
      const encodings = source.fileNames ? [source.fileNames] : [];
      return this.#noteRead(source, await restoreFiles(restoring, byPatterns(patterns, encodings)));
    }
    const entries = new ListedEntries(listed.entries);
    this.#noteRead(source, await restoreFiles(restoring, entries.wants));
    entries.tellMissing(this.#options.tell);
    return undefined;
  }

  /**
   * Restores a file of the tape in the drive, whatever program wrote it.
   * @throws RESTORE_TAPE_FILE_UNSUPPORTED, and errors of reading the tape and of writing to the target
   */
  loose(drive: KnownDrive, file: number, patterns: readonly string[]): Promise<void> {
    return whileReleasing(this.#options.afterwards, drive, () => this.#loose(drive, file, patterns));
  }

  async #loose(drive: KnownDrive, file: number, patterns: readonly string[]): Promise<void> {
    const { room, outcome } = this.#options;
    const seen = await lookAtLooseFile(room.runner, drive, file);
    // Its size is not known before it is read.
    await this.#requireTarget(seen.kind, 0);
    outcome.uncompared.push(...uncomparedOfLoose(seen));
    const changing = this.#changing(drive);
    const read: ReadThrough = (through, cksum) => readLooseFile(seen, { room, changing, through, cksum });
    const restoring = { ...this.#options, read, bytes: 0 };
    const wants: Wants = byPatterns(patterns, []);
    const digest =
      seen.kind === 'files'
        ? await restoreFiles(restoring, wants)
        : await restoreImage(restoring, seen.recordBytes);
    this.#noteRead(undefined, digest);
  }
}

const uncomparedOfLoose = ({ file, kind }: SeenFile): string[] => [
  phrase(
    'No journal records what file {file} of this tape must hold: its size and digest cannot be compared, nor can the space that it needs',
    { file },
  ),
  ...(kind === 'image' ? [phrase('A truncated image cannot be distinguished from a whole one')] : []),
];
