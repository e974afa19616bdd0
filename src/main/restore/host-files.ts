/** Restores files into a folder of a host: its own tar writes them, and sends them back to be compared. */
import type { Transform } from 'node:stream';
import { createHash, type Hash } from 'node:crypto';
import { createObserver } from '../../streams/stage.ts';
import { readBack } from '../../streams/tape/read-back.ts';
import { createTarWalker } from '../../streams/tar/tar-walker.ts';
import { close, evidenceOf, open, reader, writer, type DataRoom } from '../procedure/hosts/remote-data.ts';
import type { StepCommand } from '../procedure/model/step.ts';
import type { Wants } from './extract-files.ts';
import { ArchiveFilter, type SentEntry } from './filter-archive.ts';
import { extractCommand, restoreStep, sendBackCommand, type HostPlace } from './host-place.ts';
import type { OnRestored, RestoredFile } from './restored-file.ts';
import { pathKey } from './safe-path.ts';

const commandOn = ({ host }: HostPlace, argv: readonly string[], changes: boolean): StepCommand => ({
  host,
  argv,
  guide: false,
  changes,
});

/** Default of tar: 20 blocks. */
const tarRecordBytes = 10_240;

export class HostFiles {
  readonly #room: DataRoom;
  readonly #place: HostPlace;
  readonly #tell: OnRestored;

  constructor(room: DataRoom, place: HostPlace, tell: OnRestored) {
    this.#room = room;
    this.#place = place;
    this.#tell = tell;
  }

  /**
   * Sends the wanted entries of an archive to the tar of the host while it is read.
   * @param isNew true: the folder is made first
   * @param read reads the archive through the stream that it is given
   * @returns what was sent
   * @throws COMMAND_FAILED where tar fails, and what `read` throws
   */
  async write(
    isNew: boolean,
    wants: Wants,
    read: (through: Transform) => Promise<unknown>,
  ): Promise<readonly SentEntry[]> {
    const room = this.#room;
    const { host, path } = this.#place;
    if (isNew) await room.runner.send(restoreStep, { host, argv: ['mkdir', path], changes: true });
    const command = commandOn(this.#place, extractCommand(path), true);
    const filter = new ArchiveFilter(wants, this.#tell);
    const sink = await open(room, restoreStep, command, writer(room, restoreStep));
    const through = filter.stream(sink.end.stream);
    try {
      await read(through);
    } catch (error) {
      sink.end.stream.destroy();
      const reason = 'the restore ended before it was compared';
      for (const { path: sent } of filter.sent.values())
        this.#tell({ path: sent, what: 'not compared', reason });
      throw error;
    } finally {
      await close(room, restoreStep, sink);
    }
    return [...filter.sent.values()];
  }

  /**
   * Reads what is in the folder back, and compares each file with the archive.
   * @throws what reading can end with
   */
  async compare(sent: readonly SentEntry[]): Promise<void> {
    const command = commandOn(this.#place, sendBackCommand(this.#place.path), false);
    const found = new FoundFiles();
    try {
      await this.#sendBack(command, found);
    } catch (error) {
      for (const { path } of sent)
        this.#tell({ path, what: 'not compared', reason: 'what the host holds cannot be read' });
      throw error;
    }
    for (const entry of sent) this.#tell(judged(entry, found));
  }

  async #sendBack(command: StepCommand, found: FoundFiles): Promise<void> {
    const room = this.#room;
    const source = await open(room, restoreStep, command, reader(room, restoreStep));
    try {
      await readBack({
        source: source.end,
        recordBytes: tarRecordBytes,
        through: found.stream,
        reads: 'device',
        abort: room.abort,
        evidence: evidenceOf(command),
      });
    } finally {
      await close(room, restoreStep, source);
    }
  }
}

/** What a folder of a host holds, as its tar sends it. */
class FoundFiles {
  /** Of hard links: the key of the name that tar met first. */
  readonly #links = new Map<string, string>();
  readonly #digests = new Map<string, string>();
  #current: { readonly key: string; readonly hash: Hash } | undefined;
  readonly #walker = createTarWalker({
    entry: ({ path, type, linkpath = '' }) => {
      const key = pathKey(path);
      this.#current = { key, hash: createHash('sha256') };
      if (type === 'Link') this.#links.set(key, pathKey(linkpath));
    },
    content: (bytes) => this.#current?.hash.update(bytes),
    end: () => {
      if (this.#current) this.#digests.set(this.#current.key, this.#current.hash.digest('hex'));
      this.#current = undefined;
    },
  });
  readonly stream = createObserver<undefined>('files of a host', {
    piece: (piece) => this.#walker.add(piece),
    end: () => this.#walker.end(),
    result: () => undefined,
  }).stream;

  /** SHA-256 (hex) of a content, whichever of its names tar met first. Undefined where there is nothing of that path. */
  digestOf(key: string): string | undefined {
    return this.#digests.get(this.#links.get(key) ?? key);
  }
}

function judged({ path, kind, bytes, sha256 }: SentEntry, found: FoundFiles): RestoredFile {
  const actual = found.digestOf(pathKey(path));
  if (actual === undefined) return { path, what: 'differs', reason: 'it is not in the folder' };
  if (sha256 !== undefined && actual !== sha256)
    return { path, what: 'differs', reason: `its SHA-256 is ${actual} instead of ${sha256}` };
  return { path, what: 'written', kind, bytes, sha256 };
}
