/**
 * A tape behind dd, in memory: records, an end of the medium, faults, and dd's messages for them.
 *
 * Sources of the behavior: st(4) and GNU dd on Linux; illumos dd.c where a test asks for `words: 'illumos'`.
 */
import { Readable, Writable } from 'node:stream';
import type { ByteSink, ByteSource, ProcessEnd } from '../stage.ts';

export interface TapeOptions {
  /** Records that fit; the next write says ENOSPC. */
  readonly capacityRecords?: number;
  /** The write of this record, counted from 0, fails with EIO. */
  readonly badRecord?: number;
  readonly writeProtected?: boolean;
  /** dd dies without an exit status at this record: the connection is lost. */
  readonly lostAtRecord?: number;
  /** This record is written twice, as a drive with wrong firmware might. */
  readonly doubledRecord?: number;
  readonly words?: 'gnu' | 'illumos';
}

export class EmulatedTape {
  readonly records: Buffer[] = [];
  readonly device = '/dev/nst0';
  closedWithFileMark = false;
  readonly #options: TapeOptions;

  constructor(options: TapeOptions = {}) {
    this.#options = options;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.records);
  }

  /** `dd ibs=… obs=recordBytes of=DEVICE` */
  openWrite(recordBytes: number): ByteSink {
    const end = settleable<ProcessEnd>();
    const waiting: Buffer[] = [];
    let waitingBytes = 0;
    let accepted = 0;
    let inputs = 0;
    const finish = (status: number | undefined, words: string) => {
      const stderr = status === undefined ? '' : `${words}${this.#counts(inputs, recordBytes, words !== '')}`;
      this.closedWithFileMark = true;
      end.resolve({ status, signal: undefined, stderr, bytes: accepted });
      return new Error(`the remote command ended with status ${String(status)}`);
    };
    const writeRecords = (size: number): Error | undefined => {
      let bytes = Buffer.concat(waiting.splice(0));
      while (bytes.length >= size && bytes.length > 0) {
        const trouble = this.#writeRecord(bytes.subarray(0, Math.min(recordBytes, bytes.length)));
        if (trouble) return finish(trouble.status, trouble.words);
        bytes = bytes.subarray(recordBytes);
      }
      if (bytes.length > 0) waiting.push(bytes);
      waitingBytes = bytes.length;
      return undefined;
    };
    const stream = new Writable({
      write: (piece: Buffer, _encoding, done) => {
        if (this.#options.writeProtected) {
          done(finish(1, `dd: failed to open '${this.device}': Read-only file system\n`));
          return;
        }
        inputs += 1;
        accepted += piece.length;
        waiting.push(Buffer.from(piece));
        waitingBytes += piece.length;
        done(waitingBytes >= recordBytes ? writeRecords(recordBytes) : undefined);
      },
      final: (done) => {
        const error = writeRecords(1);
        if (!error) finish(0, '');
        done(error);
      },
      destroy: (error, done) => {
        end.resolve({ status: undefined, signal: undefined, stderr: '', bytes: accepted });
        done(error);
      },
    });
    return { stream, ended: end.promise };
  }

  /** `dd if=DEVICE bs=bufferBytes` */
  openRead(bufferBytes: number, errorAtRecord?: number): ByteSource {
    const end = settleable<ProcessEnd>();
    let at = 0;
    let bytes = 0;
    const finish = (status: number, words: string) => {
      const full = this.records.slice(0, at).filter((record) => record.length === bufferBytes).length;
      const counts = `${full}+${at - full}`;
      const stderr = `${words}${counts} records in\n${counts} records out\n`;
      end.resolve({ status, signal: undefined, stderr, bytes });
    };
    const stream = new Readable({
      read: () => {
        const record = this.records[at];
        if (at === errorAtRecord) {
          finish(1, `dd: error reading '${this.device}': Input/output error\n`);
          stream.destroy(new Error('the remote command ended with status 1'));
        } else if (record && record.length > bufferBytes) {
          finish(1, `dd: error reading '${this.device}': Cannot allocate memory\n`);
          stream.destroy(new Error('the remote command ended with status 1'));
        } else if (record) {
          at += 1;
          bytes += record.length;
          stream.push(record);
        } else {
          finish(0, '');
          stream.push(null);
        }
      },
    });
    return { stream, ended: end.promise };
  }

  #writeRecord(record: Buffer): { status: number | undefined; words: string } | undefined {
    const index = this.records.length;
    const illumos = this.#options.words === 'illumos';
    if (index === this.#options.lostAtRecord) return { status: undefined, words: '' };
    if (index === this.#options.capacityRecords) {
      const words = illumos
        ? `dd: unexpected short write, wrote 0 bytes, expected ${record.length}\n`
        : `dd: writing to '${this.device}': No space left on device\n`;
      return { status: illumos ? 2 : 1, words };
    }
    if (index === this.#options.badRecord) {
      const words = illumos
        ? 'write: I/O error\n'
        : `dd: error writing '${this.device}': Input/output error\n`;
      return { status: illumos ? 2 : 1, words };
    }
    this.records.push(Buffer.from(record));
    if (index === this.#options.doubledRecord) this.records.push(Buffer.from(record));
    return undefined;
  }

  /** illumos counts the record that it failed to write (illumos dd.c, flsh). */
  #counts(inputs: number, recordBytes: number, failed: boolean): string {
    const full = this.records.filter((record) => record.length === recordBytes).length;
    const phantom = failed && this.#options.words === 'illumos' ? 1 : 0;
    const partial = this.records.length - full;
    return `0+${inputs} records in\n${full + phantom}+${partial} records out\n`;
  }
}

/** A source of the given pieces whose process ends as given. */
export function sourceOf(
  pieces: readonly Buffer[],
  end: Partial<ProcessEnd> = {},
  error?: Error,
): ByteSource {
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const ended = settleable<ProcessEnd>();
  const finish = () => ended.resolve({ status: 0, signal: undefined, stderr: '', bytes, ...end });
  let at = 0;
  const stream = new Readable({
    read() {
      const piece = pieces[at];
      at += 1;
      if (piece) this.push(piece);
      else if (error) {
        finish();
        this.destroy(error);
      } else {
        finish();
        this.push(null);
      }
    },
    destroy(reason, done) {
      const given = pieces.slice(0, at).reduce((sum, piece) => sum + piece.length, 0);
      ended.resolve({ status: undefined, signal: undefined, stderr: '', bytes: given, ...end });
      done(reason);
    },
  });
  return { stream, ended: ended.promise };
}

function settleable<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((take) => {
    resolve = take;
  });
  return { promise, resolve };
}
