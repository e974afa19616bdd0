/** Writes a raw volume into a file of a host: under a temporary name, until it is proven to match the backup. */
import { randomBytes } from 'node:crypto';
import type { Transform } from 'node:stream';
import { connectionLostCodes, failure, isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { alsoInto } from '../../../streams/also-into.ts';
import { wordsOf } from '../../procedure/hosts/command-runner.ts';
import type { DataRoom } from '../../procedure/hosts/remote-data.ts';
import {
  commandOn,
  holds,
  parseCksum,
  renameCommand,
  requireImagePlaceOn,
  restoreStep,
  writeFileCommand,
  type HostPlace,
} from './host-place.ts';
import { LateWriter } from './late-writer.ts';
import type { SourceDigest } from '../read-source.ts';
import { asUnwritable } from './write-reason.ts';

/** Whether the command was carried out is not known. */
const unheardCodes = [...connectionLostCodes, 'COMMAND_CANCELLED', 'COMMAND_TIMED_OUT'] as const;

/** A file other than the image. @throws any other error */
function differs(error: unknown): false {
  if (isFailure(error, 'RESTORE_IMAGE_DIFFERS')) return false;
  throw error;
}

export class HostImage {
  readonly #room: DataRoom;
  readonly #place: HostPlace;
  readonly #mayReplace: boolean;
  readonly #temporary: string;
  #mayExist = false;
  #mayHaveName = false;

  /** @param mayReplace true: an existing file of that name is lost */
  constructor(room: DataRoom, place: HostPlace, mayReplace: boolean) {
    this.#room = room;
    this.#place = place;
    this.#mayReplace = mayReplace;
    this.#temporary = `${place.path}.${randomBytes(6).toString('hex')}.tmp`;
  }

  /**
   * Writes what is read into the temporary file.
   * @param read reads the volume through the given stream, and computes the checksum of cksum
   * @throws RESTORE_IMAGE_DIFFERS if the host does not hold what was sent, RESTORE_FILE_UNWRITABLE, COMMAND_FAILED, and
   *   what `read` throws
   */
  async write(
    recordBytes: number,
    read: (through: Transform) => Promise<SourceDigest>,
  ): Promise<SourceDigest> {
    const room = this.#room;
    const argv = writeFileCommand(this.#temporary, recordBytes);
    const command = commandOn(this.#place, argv, true);
    const sink = new LateWriter(room, command, () => this.#requirePlace());
    let digest: SourceDigest;
    try {
      digest = await read(alsoInto(sink));
    } catch (error) {
      sink.destroy();
      throw asUnwritable(this.#place, error);
    } finally {
      await sink.processEnd();
      this.#mayExist ||= sink.isStarted;
    }
    await this.#compare(digest);
    return digest;
  }

  /** @param file of the host */
  async #compare({ bytes, cksum }: SourceDigest, file = this.#temporary): Promise<void> {
    const { host, path } = this.#place;
    const command = { host, argv: ['cksum', file], changes: false };
    const { stdout, stderr } = await this.#room.runner.send(restoreStep, command);
    const printed = stdout.toString('utf8');
    const found = parseCksum(printed);
    const expected = `${cksum ?? phrase('unknown')} ${bytes}`;
    if (found && `${found.cksum} ${found.bytes}` === expected) return;
    const actual = found ? `${found.cksum} ${found.bytes}` : wordsOf({ stdout: printed, stderr });
    throw failure(
      'RESTORE_IMAGE_DIFFERS',
      { target: `${host}:${path}`, what: 'cksum', expected, actual },
      { expected, actual },
    );
  }

  #requirePlace(): Promise<void> {
    return requireImagePlaceOn(this.#room.runner, this.#place, this.#mayReplace);
  }

  /**
   * Gives the image its name.
   * @throws RESTORE_TARGET_EXISTS, RESTORE_TARGET_UNUSABLE, COMMAND_FAILED, and errors of a session if the image did
   *   not get it
   */
  async keep(digest: SourceDigest): Promise<void> {
    const { host, path } = this.#place;
    await this.#requirePlace();
    const argv = renameCommand(this.#temporary, path);
    try {
      await this.#room.runner.send(restoreStep, { host, argv, changes: true });
    } catch (error) {
      if (!isFailure(error, ...unheardCodes)) throw error;
      this.#mayHaveName = true;
      if (await this.#hasName(digest).catch(() => undefined)) return;
      throw error;
    }
  }

  /** True if the image has its final name although the answer of `mv` was lost. @throws what the queries of the host throw */
  async #hasName(digest: SourceDigest): Promise<boolean> {
    const { host, path } = this.#place;
    // A command that is still in progress finds nothing to rename after this.
    await this.#removeTemporary();
    const isThere = await holds(this.#room.runner, host, '-f', path);
    const isImage = isThere && (await this.#compare(digest, path).then(() => true, differs));
    this.#mayHaveName = false;
    return isImage;
  }

  #removeTemporary(): Promise<unknown> {
    const { host } = this.#place;
    const command = { host, argv: ['rm', '-f', this.#temporary], changes: true };
    return this.#room.runner.send(restoreStep, command);
  }

  /** Removes incomplete files. @returns what an operator must do about any that may remain, one sentence each */
  async discard(): Promise<string[]> {
    const { host, path } = this.#place;
    const isRemoved =
      !this.#mayExist ||
      (await this.#removeTemporary().then(
        () => true,
        () => false,
      ));
    return [
      ...(isRemoved
        ? []
        : [phrase('{host}:{temporary} may still exist: remove it', { host, temporary: this.#temporary })]),
      ...(this.#mayHaveName
        ? [phrase('{host}:{path} may be the whole image: it was not compared', { host, path })]
        : []),
    ];
  }
}
