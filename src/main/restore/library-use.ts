/** Makes the library of the site load the tapes to read, and return the last of them afterwards. */
import { isFailure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { bringBackup, requireReadable, type Choices } from '../procedure/drive/bring-backup.ts';
import { returnTape, type LibraryRoom } from '../procedure/drive/library-work.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import type { TapesToFind } from '../tape/readable-tapes.ts';
import type { DumpSource } from './dump-source.ts';

/** The tapes of a backup in their order; undefined if one has no label, since no bar code can then be its name. */
function tapesOf({ parts }: DumpSource): TapesToFind | undefined {
  const tapes = [...new Map(parts.map(({ tape }) => [tape?.uuid, tape])).values()];
  const known = tapes.flatMap((tape) => tape ?? []);
  const [first, ...others] = known;
  return first && known.length === tapes.length ? [first, ...others] : undefined;
}

function choicesOf(sources: readonly DumpSource[]): Choices | undefined {
  const [first, ...others] = sources.flatMap((source) => {
    const tapes = tapesOf(source);
    return tapes ? [tapes] : [];
  });
  return first && [first, ...others];
}

const hasPlain = (sources: readonly DumpSource[]): boolean =>
  sources.some((source) => tapesOf(source) === undefined);

export class LibraryUse {
  readonly #room: LibraryRoom;
  readonly #afterwards: CommandRunner;
  #hasBrought = false;

  /** @param afterwards sends commands that a cancel does not end */
  constructor(room: LibraryRoom, afterwards: CommandRunner) {
    this.#room = room;
    this.#afterwards = afterwards;
  }

  /**
   * Checks whether every backup can be read, before the first of them is. Moves nothing.
   * @param backups each as its run wrote it, with its copies
   * @throws LIBRARY_TAPE_…, CHANGER_…, TAPE_BUSY
   */
  async require(backups: readonly (readonly DumpSource[])[]): Promise<void> {
    for (const sources of backups) {
      const choices = choicesOf(sources);
      if (choices && !hasPlain(sources)) await requireReadable(this.#room, choices);
    }
  }

  /**
   * Loads the first tape of a backup.
   * @returns false if none of its tapes has a label: the tape in the drive is then checked
   * @throws LIBRARY_…, CHANGER_…, TAPE_BUSY
   */
  async bring(sources: readonly DumpSource[]): Promise<boolean> {
    const choices = choicesOf(sources);
    if (!choices) return false;
    try {
      await bringBackup(this.#room, choices);
    } catch (error) {
      // The tape without a label may be in the drive.
      if (hasPlain(sources) && isFailure(error, 'LIBRARY_TAPE_MISSING')) return false;
      throw error;
    }
    this.#hasBrought = true;
    return true;
  }

  /** Returns the tape to its slot, if the site file says so. @returns why that failed, a sentence */
  async giveBack(): Promise<string | undefined> {
    if (!this.#hasBrought || this.#room.library.unload !== 'after-run') return undefined;
    try {
      await returnTape({ ...this.#room, runner: this.#afterwards });
      return undefined;
    } catch (error) {
      if (!isFailure(error)) throw error;
      return phrase('The tape was not returned to its slot: {reason}', { reason: error.message });
    }
  }
}
