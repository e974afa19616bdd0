/** The file of the tape inventory: `tapes.ndjson` in the state folder. */
import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { failure } from '../../contract/errors.ts';
import { foldMedia, parseMediaLine, type KnownTape, type MediaEvent } from './media-catalogue.ts';

const reasonOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** Of open(2): a symbolic link is not followed. Unknown on Windows. */
const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
const appendFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | noFollow;

export interface ListedTapes {
  readonly tapes: readonly KnownTape[];
  /** Lines that are not events: truncated by a crash, or edited by hand. */
  readonly unreadableLines: number;
}

export class MediaFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Writes one line, on disk when this returns. It begins with a line feed if a crash has truncated the line before.
   * @throws TAPES_UNWRITABLE
   */
  append(event: MediaEvent): void {
    try {
      const torn = !/(^|\n)$/.test(this.#text());
      const handle = openSync(this.path, appendFlags, 0o600);
      try {
        writeSync(handle, `${torn ? '\n' : ''}${JSON.stringify(event)}\n`);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
    } catch (error) {
      throw failure('TAPES_UNWRITABLE', { file: this.path, reason: reasonOf(error) }, {}, error);
    }
  }

  /** @throws TAPES_UNREADABLE */
  list(): ListedTapes {
    let text: string;
    try {
      text = this.#text();
    } catch (error) {
      throw failure('TAPES_UNREADABLE', { file: this.path, reason: reasonOf(error) }, {}, error);
    }
    const lines = text.split('\n').filter((line) => line !== '');
    const events = lines.flatMap((line) => parseMediaLine(line) ?? []);
    return { tapes: foldMedia(events), unreadableLines: lines.length - events.length };
  }

  #text(): string {
    try {
      return readFileSync(this.path, { encoding: 'utf8', flag: constants.O_RDONLY | noFollow });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}
