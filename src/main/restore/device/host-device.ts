/** Writes a raw volume to a raw device of a host, and reads it back: the device must hold what came from tape. */
import type { Transform } from 'node:stream';
import { failure, isFailure } from '../../../contract/errors.ts';
import { alsoInto } from '../../../streams/also-into.ts';
import { rawDeviceArguments } from '../../../streams/raw-device.ts';
import { readBack } from '../../../streams/tape/read-back.ts';
import { tapeWriterArguments } from '../../../streams/tape/tape-writer.ts';
import {
  close,
  evidenceOf,
  open,
  reader,
  showProgress,
  type DataRoom,
} from '../../procedure/hosts/remote-data.ts';
import { commandOn, placeWords, restoreStep, type HostPlace } from '../target/host-place.ts';
import type { Platform } from '../../site/site-schema.ts';
import { LateWriter } from '../target/late-writer.ts';
import type { SourceDigest } from '../read-source.ts';
import { asUnwritable } from '../target/write-reason.ts';

const sectorBytes = 512;
/** Of one read. */
const mostSectors = 512;

/** The largest read of whole sectors that ends with the image: the device may have more. */
function readBytes(bytes: number): number {
  const sectors = bytes / sectorBytes;
  for (let count = mostSectors; count > 1; count -= 1) if (sectors % count === 0) return count * sectorBytes;
  return sectorBytes;
}

export class HostDevice {
  readonly #room: DataRoom;
  readonly #place: HostPlace;
  readonly #platform: Platform;

  constructor(room: DataRoom, place: HostPlace, platform: Platform) {
    this.#room = room;
    this.#place = place;
    this.#platform = platform;
  }

  /**
   * Writes what is read to the device, and compares the device with it.
   * @param before proves right before the first record that the device may be written
   * @param read reads the volume through the given stream
   * @throws RESTORE_FILE_UNWRITABLE, RESTORE_DEVICE_UNREAD, RESTORE_IMAGE_DIFFERS if the device does not hold what was
   *   sent, and what `read` throws
   */
  async write(
    recordBytes: number,
    before: () => Promise<void>,
    read: (through: Transform) => Promise<SourceDigest>,
  ): Promise<SourceDigest> {
    const room = this.#room;
    const command = commandOn(
      this.#place,
      tapeWriterArguments({ device: this.#place.path, recordBytes }),
      true,
    );
    const sink = new LateWriter(room, command, before);
    let digest: SourceDigest;
    try {
      digest = await read(alsoInto(sink));
    } catch (error) {
      sink.destroy();
      const told = asUnwritable(this.#place, error);
      if (told !== error) throw told;
      if (!isFailure(error, 'REMOTE_COMMAND_FAILED')) throw error;
      throw failure(
        'RESTORE_FILE_UNWRITABLE',
        { file: placeWords(this.#place), reason: error.message },
        error.evidence,
        error,
      );
    } finally {
      await sink.processEnd();
    }
    await this.#compare(digest);
    return digest;
  }

  /** The data must be read from the disk: Linux caches what was written to a block device. */
  async #flush(): Promise<void> {
    if (this.#platform !== 'linux') return;
    const { path } = this.#place;
    await this.#room.runner.send(
      restoreStep,
      commandOn(this.#place, ['blockdev', '--flushbufs', path], true),
    );
  }

  async #compare({ bytes, sha256: expected }: SourceDigest): Promise<void> {
    const room = this.#room;
    await this.#flush();
    const recordBytes = readBytes(bytes);
    const argv = [...rawDeviceArguments(this.#place.path, { recordBytes }), `count=${bytes / recordBytes}`];
    const command = commandOn(this.#place, argv, false);
    const opened = await open(room, restoreStep, command, reader(room, restoreStep));
    try {
      const { sha256: actual } = await readBack({
        source: opened.end,
        ...{ recordBytes, total: bytes, reads: 'device', abort: room.abort },
        evidence: evidenceOf(command),
        onProgress: showProgress(room, restoreStep, 'read-back'),
      });
      if (actual === expected) return;
      throw failure(
        'RESTORE_IMAGE_DIFFERS',
        { target: placeWords(this.#place), what: 'SHA-256', expected, actual },
        { expected, actual },
      );
    } catch (error) {
      if (!isFailure(error, 'DUMP_SOURCE_FAILED')) throw error;
      const { message: reason, evidence } = error;
      throw failure('RESTORE_DEVICE_UNREAD', { target: placeWords(this.#place), reason }, evidence, error);
    } finally {
      await close(room, restoreStep, opened);
    }
  }
}
