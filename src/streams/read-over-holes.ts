/**
 * Reads a raw device past records that cannot be read: zeros of the same length replace them, and each is reported
 * before its zeros. dd with `conv=noerror,sync` is not used: implementations treat partly read records differently, and
 * do not report which records they replaced.
 */
import { Readable } from 'node:stream';
import { failure } from '../contract/errors.ts';
import type { ByteSource, ProcessEnd } from './stage.ts';

export interface HoleOrder {
  readonly recordBytes: number;
  /** How many bytes there are, counted from the first record to read. */
  readonly totalBytes: number;
  /** The already opened command; it reads from the first record on. */
  readonly first: ByteSource;
  /** Opens a command that reads from a record on. @param record counted from the first one that is read */
  readonly open: (record: number) => Promise<ByteSource>;
  /** Reads a record alone. @returns undefined if that, too, ends with a read error; what it throws ends the reading */
  readonly readAlone: (record: number) => Promise<Buffer | undefined>;
  /** Called for each record that cannot be read, before its zeros pass. */
  readonly onHole: (record: number) => void;
}

/** A device with more unreadable records has a problem other than bad sectors. */
export const mostHoles = 1000;

/** dd in English: `read: I/O error` on Solaris, `dd: error reading '/dev/…': Input/output error` on Linux. */
export const isReadError = ({ status, stderr }: Pick<ProcessEnd, 'status' | 'stderr'>): boolean =>
  status !== undefined &&
  status !== 0 &&
  /^(?:dd: )?(?:read|error reading .*): (?:I\/O error|Input\/output error)$/m.test(stderr);

/** Passes whole records on, and keeps the beginning of the next one. */
class WholeRecords {
  readonly #recordBytes: number;
  #rest = Buffer.alloc(0);
  count = 0;

  constructor(recordBytes: number) {
    this.#recordBytes = recordBytes;
  }

  take(piece: Buffer): Buffer {
    const all = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole = all.length - (all.length % this.#recordBytes);
    this.count += whole / this.#recordBytes;
    // The piece is the caller's, and may be used again.
    this.#rest = Buffer.from(all.subarray(whole));
    return all.subarray(0, whole);
  }

  /** The last record, which may be short. */
  last(): Buffer {
    return this.#rest;
  }
}

class HoleReader {
  readonly #order: HoleOrder;
  #holes = 0;
  #end: ProcessEnd = { status: undefined, signal: undefined, stderr: '', bytes: 0 };

  constructor(order: HoleOrder) {
    this.#order = order;
  }

  get end(): ProcessEnd {
    return this.#end;
  }

  async *pieces(): AsyncGenerator<Buffer> {
    const { first, open, recordBytes, totalBytes } = this.#order;
    let record = 0;
    let source = first;
    for (;;) {
      const whole = new WholeRecords(recordBytes);
      for await (const piece of source.stream) {
        const records = whole.take(piece as Buffer);
        if (records.length > 0) yield records;
      }
      this.#end = await source.ended;
      record += whole.count;
      if (!isReadError(this.#end)) {
        yield whole.last();
        return;
      }
      if (record * recordBytes >= totalBytes) return;
      yield await this.#inPlaceOf(record);
      record += 1;
      this.#end = { ...this.#end, status: 0 };
      if (record * recordBytes >= totalBytes) return;
      source = await open(record);
    }
  }

  /** A record at which reading ended: it may be readable alone. */
  async #inPlaceOf(record: number): Promise<Buffer> {
    const { readAlone, onHole, recordBytes, totalBytes } = this.#order;
    const length = Math.min(recordBytes, totalBytes - record * recordBytes);
    const alone = await readAlone(record);
    if (alone?.length === length) return alone;
    if (alone) throw failure('DUMP_SOURCE_SIZE_DIFFERS', { expected: length, actual: alone.length });
    this.#holes += 1;
    if (this.#holes > mostHoles) throw failure('TOO_MANY_UNREADABLE', { most: mostHoles });
    onHole(record);
    return Buffer.alloc(length);
  }
}

/** The end of such a read: the last command's end, and `status` 0 if the last record was replaced. */
export function readOverHoles(order: HoleOrder): ByteSource {
  const reader = new HoleReader(order);
  const stream = Readable.from(reader.pieces(), { objectMode: false });
  const ended = new Promise<ProcessEnd>((resolve) => {
    stream.once('close', () => resolve(reader.end));
    stream.once('end', () => resolve(reader.end));
  });
  return { stream, ended };
}
