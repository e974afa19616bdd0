/** Restores files into a folder of a host: its own tar writes them, and sends them back to be compared. */
import type { Transform } from 'node:stream';
import { pathKey, type TarContents } from '../../../streams/tar/tar-contents.ts';
import type { DataRoom } from '../../procedure/hosts/remote-data.ts';
import { tarSentBack } from '../../procedure/hosts/tar-sent-back.ts';
import { extractCommand, sendBackCommand } from '../../procedure/model/extract-commands.ts';
import type { Wants } from '../archive/extract-files.ts';
import { ArchiveFilter, type SentEntry } from '../archive/filter-archive.ts';
import { commandOn, makeEmptyFolder, restoreStep, type HostPlace } from './host-place.ts';
import { LateWriter } from './late-writer.ts';
import type { OnRestored, RestoredFile } from '../restored-file.ts';
import { asUnwritable } from './write-reason.ts';
import { phrase } from '../../../contract/text/say.ts';

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
   * @param onWrite called right before the folder changes
   * @param read reads the archive through the given stream
   * @returns what was sent
   * @throws COMMAND_FAILED if tar fails, RESTORE_FOLDER_NOT_EMPTY, RESTORE_TARGET_UNUSABLE, and what `read` throws
   */
  async write(
    wants: Wants,
    onWrite: () => void,
    read: (through: Transform) => Promise<unknown>,
  ): Promise<readonly SentEntry[]> {
    const room = this.#room;
    const command = commandOn(this.#place, extractCommand(this.#place.path), true);
    const filter = new ArchiveFilter(wants, this.#tell);
    const sink = new LateWriter(room, command, () => makeEmptyFolder(room.runner, this.#place, onWrite));
    try {
      await read(filter.stream(sink));
    } catch (error) {
      sink.destroy();
      const reason = phrase('the restore ended before it was compared');
      if (sink.isStarted)
        for (const { path: sent } of filter.sent.values())
          this.#tell({ path: sent, what: 'not compared', reason });
      throw asUnwritable(this.#place, error);
    } finally {
      await sink.processEnd();
    }
    return [...filter.sent.values()];
  }

  /**
   * Reads back the contents of the folder, and compares each file with the archive.
   * @returns what the folder holds besides, by its paths
   * @throws errors of reading
   */
  async compare(sent: readonly SentEntry[]): Promise<string[]> {
    const command = commandOn(this.#place, sendBackCommand(this.#place.path), false);
    let found: TarContents;
    try {
      found = await tarSentBack(this.#room, restoreStep, command, this.#room.abort);
    } catch (error) {
      for (const { path } of sent)
        this.#tell({ path, what: 'not compared', reason: phrase('what the host holds cannot be read') });
      throw error;
    }
    for (const entry of sent) this.#tell(judged(entry, found));
    return othersIn(found, sent);
  }
}

/** Folders apart: those of a path need no entries of their own. */
function othersIn({ found }: TarContents, sent: readonly SentEntry[]): string[] {
  const own = new Set(sent.map(({ path }) => pathKey(path)));
  return [...found].flatMap(([key, { path, type }]) => (type === 'Directory' || own.has(key) ? [] : [path]));
}

function judged({ path, kind, bytes, sha256 }: SentEntry, found: TarContents): RestoredFile {
  const actual = found.contentOf(pathKey(path))?.sha256;
  if (actual === undefined) return { path, what: 'differs', reason: phrase('it is not in the folder') };
  if (sha256 !== undefined && actual !== sha256)
    return {
      path,
      what: 'differs',
      reason: phrase('its SHA-256 is {actual} instead of {sha256}', { actual, sha256 }),
    };
  return { path, what: 'written', kind, bytes, sha256 };
}
