/**
 * Turns an archive into another one with only the wanted entries: the tar of a host writes whatever it gets, and that
 * of Solaris keeps absolute names. Headers and contents are passed on unchanged, and with them sparse files and access
 * control lists.
 */
import { createHash, type Hash } from 'node:crypto';
import { Transform, type Writable } from 'node:stream';
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { finishOf, handTo } from '../../../streams/also-into.ts';
import { pathKey } from '../../../streams/tar/tar-contents.ts';
import { createTarWalker, type TarDetails, type TarEntry } from '../../../streams/tar/tar-walker.ts';
import { entryKind, isAttribute, type EntryKind } from './entry-kind.ts';
import { leftOut } from './left-out.ts';
import type { Wants } from './extract-files.ts';
import type { OnRestored } from '../restored-file.ts';
import { linkRefusal, safePath } from '../target/safe-path.ts';

/** What the host must hold of an entry at the end. */
export interface SentEntry {
  readonly path: string;
  readonly kind: EntryKind;
  readonly bytes: number;
  /** SHA-256 (hex) of a file's content; undefined for a sparse file, whose content is not one piece here. */
  readonly sha256: string | undefined;
}

/** Two blocks of zeros end an archive, and tar fills its last record of 20 blocks: that of Solaris may expect whole ones from a pipe. */
const endBytes = 1024;
const tarRecordBytes = 10_240;

const endOfArchive = (bytes: number): Buffer =>
  Buffer.alloc(endBytes + ((tarRecordBytes - ((bytes + endBytes) % tarRecordBytes)) % tarRecordBytes));

export class ArchiveFilter {
  readonly #wants: Wants;
  readonly #tell: OnRestored;
  /** Headers whose entry is not known yet. */
  #held: Buffer[] = [];
  /** What happens to the bytes: those of a header are held until its entry is known. */
  #fate: 'held' | 'passed' | 'dropped' = 'held';
  #out: Buffer[] = [];
  /** Bytes of the other archive so far. */
  #bytes = 0;
  #current: { entry: TarEntry; kind: EntryKind; hash: Hash | undefined } | undefined;
  readonly #links = new Set<string>();
  /** By the key of the path: of two entries of one path the last one counts. */
  readonly sent = new Map<string, SentEntry>();

  /** @param tell called with what is skipped */
  constructor(wants: Wants, tell: OnRestored) {
    this.#wants = wants;
    this.#tell = tell;
  }

  /** The bytes pass unchanged; the other archive is written to the sink, which is ended with it. */
  stream(sink: Writable): Transform {
    const walker = createTarWalker({
      raw: (bytes) => this.#take(bytes),
      entry: (entry, details) => this.#entry(entry, details),
      content: (bytes) => this.#current?.hash?.update(bytes),
      end: () => this.#end(),
      global: () => this.#out.push(...this.#held.splice(0)),
    });
    const pass = async (look: () => void) => {
      look();
      // A header may continue in the next piece, in a different buffer.
      this.#held = this.#held.map((bytes) => Buffer.from(bytes));
      for (const bytes of this.#out.splice(0)) {
        await handTo(sink, bytes);
        this.#bytes += bytes.length;
      }
    };
    return new Transform({
      highWaterMark: 1024 * 1024,
      transform: (piece: Buffer, _encoding, done) => {
        pass(() => walker.add(piece)).then(() => done(null, piece), done);
      },
      flush: (done) => {
        const last = async () => {
          await pass(() => walker.end());
          if (!walker.complete()) throw failure('TAR_INCOMPLETE', { offset: walker.offset() });
          await handTo(sink, endOfArchive(this.#bytes));
          // The receiving process has exited 0 when the sink has finished.
          await finishOf(sink);
        };
        last().then(() => done(), done);
      },
      destroy: (error, done) => {
        if (error) sink.destroy();
        done(error);
      },
    });
  }

  #take(bytes: Buffer): void {
    if (this.#fate === 'passed') this.#out.push(bytes);
    else if (this.#fate === 'held') this.#held.push(bytes);
  }

  #entry(entry: TarEntry, details: TarDetails): void {
    const held = this.#held.splice(0);
    const isPassed = this.#wants(entry) && this.#accept(entry, details);
    this.#fate = isPassed ? 'passed' : 'dropped';
    if (isPassed) this.#out.push(...held);
  }

  #accept(entry: TarEntry, details: TarDetails): boolean {
    const safe = safePath(entry.path);
    const known = entryKind(entry);
    const reason = 'reason' in safe ? safe.reason : this.#refusal(entry, safe.parts);
    if (isAttribute(details)) return reason === undefined;
    if (reason !== undefined || 'reason' in known || !('parts' in safe)) {
      const why = reason ?? ('reason' in known ? known.reason : '');
      this.#tell(leftOut(entry, why));
      return false;
    }
    const key = safe.parts.join('/');
    if (known.kind === 'symbolic link') this.#links.add(key);
    const hash = known.kind === 'file' && !details.isSparse ? createHash('sha256') : undefined;
    this.#current = { entry, kind: known.kind, hash };
    return true;
  }

  #refusal(entry: TarEntry, parts: readonly string[]): string | undefined {
    if (entry.path.startsWith('/')) return phrase('its path is absolute');
    if (entry.path.startsWith('-')) return phrase('its path begins with "-"');
    const isThroughLink = parts.some((_, depth) => this.#links.has(parts.slice(0, depth).join('/')));
    if (isThroughLink) return phrase('its path goes through a link');
    if (entry.type === 'SymbolicLink') return linkRefusal(parts, entry.linkpath ?? '');
    if (entry.type !== 'Link') return undefined;
    const target = this.sent.get(pathKey(entry.linkpath ?? ''));
    return target?.kind === 'file'
      ? undefined
      : phrase('its other name, {linkpath}, was not restored', {
          linkpath: entry.linkpath ?? phrase('unknown'),
        });
  }

  #end(): void {
    this.#fate = 'held';
    const current = this.#current;
    this.#current = undefined;
    if (!current) return;
    const { entry, kind, hash } = current;
    const { path, size: bytes } = entry;
    const key = pathKey(path);
    if (key !== '') this.sent.set(key, { path, kind, bytes, sha256: hash?.digest('hex') });
  }
}
