/**
 * Reads the data on one or several tapes as one stream: the tapes are requested one by one, and recognized before they
 * are read.
 */
import { isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import {
  readBackSegments,
  type SpanningReadBackOptions,
  type SpanningReadBackResult,
} from '../../../streams/tape/spanning-read-back.ts';
import type { TapeSegment } from '../../../streams/tape/spanning-tape-sink.ts';
import type { FoundTape } from '../../tape/overwrite-rule.ts';
import { close, evidenceOf, open, reader, showProgress, type DataRoom } from '../hosts/remote-data.ts';
import { readDataCommands } from '../model/tape/tape-commands.ts';
import { changeTape, type TapeChanging } from './change-tape.ts';
import { requireReadyDrive } from './drive-ready.ts';
import { lookAtTape } from './tape-look.ts';

/** A tape to read. */
export interface TapeToRead {
  /** Equal for the same tape only. */
  readonly key: string;
  /** Fits after "insert". */
  readonly words: string;
  /** The name on its label, if it has one. */
  readonly name: string | undefined;
  /** The changer's slot where it is known to be. */
  readonly slot: number | undefined;
  /** Why a tape that was found is not this one; undefined if it is. */
  readonly refusal: (found: FoundTape) => ShadowtapeError | undefined;
}

/** What one tape holds of a dump. */
export interface PartToRead {
  readonly tape: TapeToRead;
  /** Number of the tape file. */
  readonly file: number;
  readonly segment: TapeSegment;
}

type ReadOptions = Pick<SpanningReadBackOptions, 'sections' | 'samples' | 'cksum' | 'through'>;

/** A problem with the tape in the drive that another tape solves. */
const otherTapeCures = ['TAPE_STATE_UNKNOWN', 'COMMAND_FAILED', 'TAPE_NOT_LOADED'] as const;

export interface ReadingTapes {
  readonly recordBytes: number;
  /** True if any tape may be in the drive, or none: the first question then names it. */
  readonly namesFound?: boolean | undefined;
  /** True if a library has loaded the first tape by its bar code: a different one is refused, and no other is tried. */
  readonly isFirstLoaded?: boolean | undefined;
}

export class TapesInOrder {
  readonly #room: DataRoom;
  readonly #changing: TapeChanging;
  readonly #recordBytes: number;
  readonly #namesFound: boolean;
  #isFirstLoaded: boolean;
  /** Key of the tape in the drive, once it was recognized. */
  #inDrive: string | undefined;

  constructor(room: DataRoom, changing: TapeChanging, reading: ReadingTapes) {
    const { recordBytes, namesFound = false, isFirstLoaded = false } = reading;
    this.#isFirstLoaded = isFirstLoaded;
    this.#room = room;
    this.#changing = changing;
    this.#recordBytes = recordBytes;
    this.#namesFound = namesFound;
  }

  /** The tape in the drive is checked first: it may be the right one. @returns why it is not */
  async #objection(tape: TapeToRead): Promise<ShadowtapeError | undefined> {
    try {
      const { runner, step, drive } = this.#changing;
      if (this.#namesFound) await requireReadyDrive(runner, step, drive, 'read');
      return tape.refusal(await lookAtTape(runner, step, drive));
    } catch (error) {
      if (!isFailure(error, ...otherTapeCures)) throw error;
      return error;
    }
  }

  /**
   * Gets the tape into the drive; changes tapes only if a different one is loaded.
   * @throws errors of changing tapes
   */
  async insert(tape: TapeToRead): Promise<void> {
    if (this.#inDrive === tape.key) return;
    const objection = await this.#objection(tape);
    if (objection) {
      if (this.#isFirstLoaded) throw objection;
      const { words, name, slot, refusal } = tape;
      const found = this.#namesFound && this.#inDrive === undefined ? objection : undefined;
      await changeTape(this.#changing, { words, name, use: 'read', slot, refusal, found });
    }
    this.#inDrive = tape.key;
    this.#isFirstLoaded = false;
  }

  async #openPart({ tape, file }: PartToRead) {
    const { step, drive } = this.#changing;
    const room = this.#room;
    await this.insert(tape);
    const commands = readDataCommands(drive, this.#recordBytes, file);
    for (const command of commands.slice(0, -1)) await room.runner.send(step, command);
    const read = commands.at(-1);
    if (!read) throw new Error('reading takes a command');
    const opened = await open(room, step, read, reader(room, step));
    void close(room, step, opened).catch(() => undefined);
    return opened.end;
  }

  /**
   * Reads a dump from its first byte to its last, and computes its digest.
   * @throws TAPE_READBACK_MISCOUNTED, TAPE_READ_FAILED, COPY_CANCELLED, what `through` fails with, and errors of
   *   changing tapes
   */
  async read(parts: readonly PartToRead[], options: ReadOptions = {}): Promise<SpanningReadBackResult> {
    const { step, drive } = this.#changing;
    const partOf = ({ tape }: TapeSegment): PartToRead => {
      const part = parts[tape];
      if (!part) throw new Error('a segment is made of a part');
      return part;
    };
    return readBackSegments({
      ...options,
      segments: parts.map(({ segment }) => segment),
      recordBytes: this.#recordBytes,
      openSegment: (segment) => this.#openPart(partOf(segment)),
      persist: async (segment, readPart) => {
        // Not part of what is repeated: a tape change is not, like any other change.
        await this.insert(partOf(segment).tape);
        await this.#room.runner.persist(step, { host: drive.tapeHost, argv: ['dd'] }, async () => {
          try {
            await readPart();
          } catch (error) {
            // While the connection was lost, somebody may have changed the tape: it is checked again.
            this.#inDrive = undefined;
            throw error;
          }
        });
      },
      evidence: () => evidenceOf({ host: drive.tapeHost, argv: ['dd'], guide: false, changes: false }),
      onProgress: showProgress(this.#room, step, 'read-back'),
      abort: this.#room.abort,
    });
  }
}
