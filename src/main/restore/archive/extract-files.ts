/** Writes the wanted entries of an archive that passes into a folder of this computer. */
import { Transform } from 'node:stream';
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { createTarWalker, type TarDetails, type TarEntry } from '../../../streams/tar/tar-walker.ts';
import { entryKind, isAttribute, type EntryKind } from './entry-kind.ts';
import { leftOut } from './left-out.ts';
import type { Attributes, LocalFolder } from '../target/local-folder.ts';
import { digestOfFile, OpenOutput } from '../target/open-output.ts';
import type { OnRestored } from '../restored-file.ts';
import { linkRefusal, safePath } from '../target/safe-path.ts';

/** Whether an entry of the archive is wanted. */
export type Wants = (entry: TarEntry) => boolean;

/** Work on the disk: queued while a piece is parsed, done before the next piece is taken. */
type Act = () => Promise<void>;

interface BeingWritten {
  readonly entry: TarEntry;
  readonly parts: readonly string[];
  readonly attributes: Attributes;
  readonly output: OpenOutput;
}

const bytesWaiting = 1024 * 1024;

export class FileExtractor {
  readonly #folder: LocalFolder;
  readonly #wants: Wants;
  readonly #tell: OnRestored;
  #acts: Act[] = [];
  /** Settles when nothing is being written any more. */
  #working: Promise<void> = Promise.resolve();
  #isStopped = false;
  #settling: Promise<void> | undefined;
  #writing: BeingWritten | undefined;
  /** Links are made after all files: nothing is ever written through one of them. */
  readonly #links: Act[] = [];
  /** Access control lists and extended attributes that were skipped. */
  attributesLeftOut = 0;

  constructor(folder: LocalFolder, wants: Wants, tell: OnRestored) {
    this.#folder = folder;
    this.#wants = wants;
    this.#tell = tell;
  }

  /**
   * The bytes pass unchanged. It fails with TAR_UNREADABLE at an invalid header, with TAR_INCOMPLETE if the archive
   * ends without its two blocks of zeros, and with RESTORE_FILE_UNWRITABLE.
   */
  stream(): Transform {
    const walker = createTarWalker({
      entry: (entry, details) => this.#entry(entry, details),
      content: (bytes) => this.#acts.push(() => this.#write(bytes)),
      end: () => this.#acts.push(() => this.#end()),
    });
    const work = (parse: () => void): Promise<void> => {
      const working = this.#work(parse);
      this.#working = working.catch(() => undefined);
      return working;
    };
    return new Transform({
      highWaterMark: bytesWaiting,
      transform: (piece: Buffer, _encoding, done) => {
        work(() => walker.add(piece)).then(() => done(null, piece), done);
      },
      flush: (done) => {
        const last = () => {
          this.#acts.push(() => this.#makeLinks());
          walker.end();
          if (!walker.complete()) throw failure('TAR_INCOMPLETE', { offset: walker.offset() });
        };
        work(last).then(() => done(), done);
      },
      destroy: (error, done) => {
        // Those who await it get its errors.
        void this.settled().then(
          () => done(error),
          () => done(error),
        );
      },
    });
  }

  /**
   * Parses a piece and does the work that it queued, even if the parsing failed. A stop lets the current operation
   * finish and skips the others.
   */
  async #work(parse: () => void): Promise<void> {
    try {
      parse();
    } finally {
      for (const act of this.#acts.splice(0)) {
        if (this.#isStopped) break;
        await act();
      }
    }
  }

  async #makeLinks(): Promise<void> {
    for (const make of this.#links.splice(0)) {
      if (this.#isStopped) return;
      await make();
    }
  }

  /**
   * Resolves when nothing is being written any more, no part of a file is left, and folders have their modes and times. To be awaited when the
   * stream has ended or failed.
   * @throws RESTORE_FILE_UNWRITABLE
   */
  settled(): Promise<void> {
    this.#isStopped = true;
    return (this.#settling ??= this.#settle());
  }

  async #settle(): Promise<void> {
    await this.#working;
    await this.#writing?.output.discard();
    await this.#folder.finish();
  }

  #entry(entry: TarEntry, details: TarDetails): void {
    if (!this.#wants(entry)) return;
    if (isAttribute(details)) this.attributesLeftOut += 1;
    else this.#acts.push(() => this.#begin(entry, details));
  }

  #leaveOut(entry: TarEntry, reason: string): void {
    this.#tell(leftOut(entry, reason));
  }

  async #begin(entry: TarEntry, details: TarDetails): Promise<void> {
    const safe = safePath(entry.path);
    const known = entryKind(entry);
    if ('reason' in safe) return this.#leaveOut(entry, safe.reason);
    if ('reason' in known) return this.#leaveOut(entry, known.reason);
    if (details.isSparse)
      return this.#leaveOut(
        entry,
        phrase('it is stored as a sparse file; restore it to a host with GNU tar'),
      );
    const { mode, uid, gid } = details;
    const attributes = { mode, uid, gid, mtime: entry.mtime };
    const { parts } = safe;
    // The folder itself.
    if (parts.length === 0) return undefined;
    if (known.kind === 'directory') return this.#beginFolder(entry, parts, attributes);
    if (known.kind === 'file') return this.#beginFile(entry, parts, attributes);
    const make = known.kind === 'hard link' ? this.#hardLink : this.#symbolicLink;
    this.#links.push(() => make(entry, parts, attributes));
    return undefined;
  }

  async #beginFolder(entry: TarEntry, parts: readonly string[], attributes: Attributes): Promise<void> {
    const refusal = await this.#folder.makeFolder(parts, attributes);
    if (refusal !== undefined) this.#leaveOut(entry, refusal);
    else this.#tell({ path: entry.path, what: 'written', kind: 'directory' });
  }

  /** Why an entry cannot be written at its place; undefined if it can. */
  async #refusal({ mtime }: TarEntry, parts: readonly string[]): Promise<string | undefined> {
    return (await this.#folder.makeWay(parts)) ?? (await this.#folder.keeps(parts, mtime));
  }

  async #beginFile(entry: TarEntry, parts: readonly string[], attributes: Attributes): Promise<void> {
    const refusal = await this.#refusal(entry, parts);
    if (refusal !== undefined) return this.#leaveOut(entry, refusal);
    const temporary = this.#folder.temporary(parts);
    const output = await this.#folder.doing(parts, () => OpenOutput.create(temporary));
    this.#writing = { entry, parts, attributes, output };
    return undefined;
  }

  async #write(bytes: Buffer): Promise<void> {
    const writing = this.#writing;
    if (writing) await this.#folder.doing(writing.parts, () => writing.output.write(bytes));
  }

  async #end(): Promise<void> {
    const writing = this.#writing;
    if (!writing) return;
    const { entry, parts, attributes, output } = writing;
    const sha256 = await this.#folder.doing(parts, () => output.finish(false));
    const back = await this.#folder.doing(parts, () => digestOfFile(output.path));
    if (back.sha256 !== sha256 || back.bytes !== entry.size)
      throw failure('RESTORE_FILE_DIFFERS', { file: entry.path, expected: sha256, actual: back.sha256 });
    await this.#folder.doing(parts, () => this.#folder.setAttributes(output.path, attributes));
    await this.#give(entry, 'file', output.path, parts, { bytes: entry.size, sha256 });
    this.#writing = undefined;
  }

  async #give(
    entry: TarEntry,
    kind: EntryKind,
    temporary: Buffer,
    parts: readonly string[],
    content: { readonly bytes: number; readonly sha256: string } | undefined,
  ): Promise<void> {
    let refusal: string | undefined;
    try {
      refusal = await this.#folder.give(temporary, parts);
    } finally {
      // It no longer exists if it was renamed.
      await this.#folder.remove(temporary);
    }
    if (refusal !== undefined) return this.#leaveOut(entry, refusal);
    return this.#tell({ path: entry.path, what: 'written', kind, ...content });
  }

  readonly #symbolicLink = async (
    entry: TarEntry,
    parts: readonly string[],
    { uid, gid, mtime }: Attributes,
  ): Promise<void> => {
    const target = entry.linkpath ?? '';
    const refusal = linkRefusal(parts, target) ?? (await this.#refusal(entry, parts));
    if (refusal !== undefined) return this.#leaveOut(entry, refusal);
    const temporary = await this.#folder.makeLink(parts, target);
    await this.#folder.doing(parts, () => this.#folder.setLinkAttributes(temporary, { uid, gid, mtime }));
    return this.#give(entry, 'symbolic link', temporary, parts, undefined);
  };

  readonly #hardLink = async (entry: TarEntry, parts: readonly string[]): Promise<void> => {
    const safe = safePath(entry.linkpath ?? '');
    const target = 'parts' in safe ? this.#folder.written(safe.parts) : undefined;
    if (!target)
      return this.#leaveOut(
        entry,
        phrase('its other name, {linkpath}, was not restored', {
          linkpath: entry.linkpath ?? phrase('unknown'),
        }),
      );
    const refusal = await this.#refusal(entry, parts);
    if (refusal !== undefined) return this.#leaveOut(entry, refusal);
    const temporary = await this.#folder.makeLink(parts, target);
    return this.#give(entry, 'hard link', temporary, parts, undefined);
  };
}
