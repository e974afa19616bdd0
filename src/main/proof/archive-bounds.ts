/** What reading an archive from elsewhere may cost: a few thousand bytes of gzip inside gzip unpack into gigabytes. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform, type TransformCallback, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { failure, isFailure } from '../../contract/errors.ts';
import { bytesText } from '../../contract/words.ts';
import { mostUnpacked, readTrouble } from '../journal/kept-file.ts';

/** Of gzip and zstd: the tar library would unpack what is packed again. A tar archive begins with a name. */
const packedMagic = [Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];

/** How many bytes an archive may unpack into, with all that is packed in it. */
export class UnpackBudget {
  readonly #file: string;
  readonly #limit: number;
  #spent = 0;

  private constructor(file: string, limit: number) {
    this.#file = file;
    this.#limit = limit;
  }

  /** @throws STATE_ARCHIVE_UNREADABLE */
  static async of(file: string): Promise<UnpackBudget> {
    try {
      return new UnpackBudget(file, mostUnpacked((await stat(file)).size));
    } catch (error) {
      throw failure('STATE_ARCHIVE_UNREADABLE', { file, reason: readTrouble(error) }, {}, error);
    }
  }

  /** @throws STATE_ARCHIVE_TOO_LARGE */
  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent > this.#limit)
      throw failure('STATE_ARCHIVE_TOO_LARGE', { file: this.#file, limit: bytesText(this.#limit) });
  }
}

function meter(budget: UnpackBudget, onFirst: (bytes: Buffer) => void = () => undefined): Transform {
  let isFirst = true;
  return new Transform({
    transform(piece: Buffer, _encoding, done: TransformCallback) {
      try {
        budget.spend(piece.length);
        if (isFirst) onFirst(piece);
        isFirst = false;
        done(undefined, piece);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

function requireTar(piece: Buffer): void {
  if (packedMagic.some((magic) => piece.subarray(0, magic.length).equals(magic)))
    throw new Error('it is compressed twice');
}

/**
 * Unpacks an archive (NAME.tar.gz) into a parser of tar.
 * @throws STATE_ARCHIVE_TOO_LARGE, STATE_ARCHIVE_UNREADABLE
 */
export async function readArchive(file: string, budget: UnpackBudget, parser: unknown): Promise<void> {
  try {
    await pipeline(createReadStream(file), createGunzip(), meter(budget, requireTar), parser as Writable);
  } catch (error) {
    if (isFailure(error)) throw error;
    throw failure('STATE_ARCHIVE_UNREADABLE', { file, reason: readTrouble(error) }, {}, error);
  }
}

/**
 * Unpacks a file of the archive that is packed itself, and keeps nothing of it.
 * @throws STATE_ARCHIVE_TOO_LARGE, and what unpacking ends with
 */
export async function spendPacked(file: string, budget: UnpackBudget): Promise<void> {
  const nowhere = new Transform({ transform: (_piece, _encoding, done) => done() }).resume();
  await pipeline(createReadStream(file), createGunzip(), meter(budget), nowhere);
}
