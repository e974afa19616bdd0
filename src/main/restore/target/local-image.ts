/** Writes a raw volume into a file of this computer: under a temporary name, until it is proven to match the backup. */
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { failure, isFailure } from '../../../contract/errors.ts';
import { writeTrouble } from '../../journal/journal.ts';
import { giveName, temporaryName } from '../../proof/whole-file.ts';
import { requireImagePlace } from './local-place.ts';
import { OpenOutput } from './open-output.ts';

export class LocalImage {
  readonly #file: string;
  readonly #output: OpenOutput;

  private constructor(file: string, output: OpenOutput) {
    this.#file = file;
    this.#output = output;
  }

  /** @throws RESTORE_TARGET_UNUSABLE */
  static async create(file: string): Promise<LocalImage> {
    try {
      return new LocalImage(file, await OpenOutput.create(Buffer.from(temporaryName(file))));
    } catch (error) {
      throw failure(
        'RESTORE_TARGET_UNUSABLE',
        { target: dirname(file), reason: writeTrouble(error) },
        {},
        error,
      );
    }
  }

  /** The bytes pass unchanged. It fails with RESTORE_FILE_UNWRITABLE. */
  stream(): Transform {
    const failed = (error: unknown) =>
      failure('RESTORE_FILE_UNWRITABLE', { file: this.#file, reason: writeTrouble(error) }, {}, error);
    return new Transform({
      highWaterMark: 1024 * 1024,
      transform: (piece: Buffer, _encoding, done) => {
        this.#output.write(piece).then(
          () => done(null, piece),
          (error: unknown) => done(failed(error)),
        );
      },
    });
  }

  /**
   * Gives the image its name; it is on disk then.
   * @throws RESTORE_TARGET_EXISTS, STATE_FILE_THERE, RESTORE_FILE_UNWRITABLE
   */
  async keep(mayReplace: boolean): Promise<void> {
    try {
      await this.#output.finish(true);
      await requireImagePlace(this.#file, mayReplace);
      await giveName(this.#output.path.toString(), this.#file, mayReplace ? 'replace' : 'new');
    } catch (error) {
      await this.discard();
      if (isFailure(error)) throw error;
      throw failure('RESTORE_FILE_UNWRITABLE', { file: this.#file, reason: writeTrouble(error) }, {}, error);
    }
  }

  discard(): Promise<void> {
    return this.#output.discard();
  }
}
