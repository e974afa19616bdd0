/**
 * A tape drive behind an rmt server, in memory: records and file marks, the early warning of both systems, and faults.
 *
 * Sources of the behavior: illumos rmt.c, st.c and mtio(4I); st of Linux 6.1 with the rmt of GNU tar, as measured.
 */
import { PassThrough, Writable } from 'node:stream';
import type { RmtChannel } from './rmt-client.ts';
import type { RmtDialect } from './rmt-protocol.ts';
import type { ProcessEnd } from '../stage.ts';

export const fileMark = 'mark';
export type OnTape = Buffer | typeof fileMark;

export interface ServedTapeOptions {
  readonly dialect?: RmtDialect;
  /** Records that fit before the logical end, including those that the tape held before. */
  readonly capacityRecords?: number;
  /** Records that fit after it, at every second write. */
  readonly trailerRecords?: number;
  /** How much a Solaris drive accepts of the record that reaches the logical end. */
  readonly shortBytes?: number;
  /** The write of this number, counted from 0, fails with this errno. */
  readonly faults?: ReadonlyMap<number, number>;
  /** These operations, by the server's numbers, fail with EIO. */
  readonly brokenOperations?: readonly number[];
  readonly openErrno?: number;
  readonly closeErrno?: number;
  /** The connection is lost at this write. */
  readonly lostAtWrite?: number;
  /** The previous contents of the tape; the head is after them. */
  readonly before?: readonly OnTape[];
  /** The answers are sent in pieces of these sizes, repeated. */
  readonly pieces?: readonly number[];
}

const texts: Readonly<Record<number, string>> = {
  5: 'I/O error',
  12: 'Not enough space',
  13: 'Permission denied',
  16: 'Device busy',
  22: 'Invalid argument',
  28: 'No space left on device',
  30: 'Read-only file system',
  123: 'No medium found',
};

const numbers = {
  solaris: { mark: 0, forwardFiles: 1, backRecords: 4, rewind: 5 },
  linux: { mark: 5, forwardFiles: 1, backRecords: 4, rewind: 6 },
};

class ServedDrive {
  readonly content: OnTape[];
  readonly options: ServedTapeOptions;
  readonly #dialect: RmtDialect;
  #head: number;
  #justWrote = false;
  #writes = 0;
  #refuseNext = true;

  constructor(options: ServedTapeOptions) {
    this.options = options;
    this.#dialect = options.dialect ?? 'linux';
    this.content = [...(options.before ?? [])];
    this.#head = this.content.length;
  }

  get writes(): number {
    return this.#writes;
  }

  write(record: Buffer): Buffer {
    const fault = this.options.faults?.get(this.#writes);
    this.#writes += 1;
    if (fault !== undefined) return refused(fault);
    const { capacityRecords = Infinity, trailerRecords = 0, shortBytes } = this.options;
    const room =
      capacityRecords - this.content.slice(0, this.#head).filter((item) => item !== fileMark).length;
    const short = room === 1 && this.#dialect === 'solaris' && shortBytes;
    if (room > 0) return this.#take(short ? record.subarray(0, shortBytes) : record);
    if (this.#refuseNext) {
      this.#refuseNext = false;
      return this.#dialect === 'linux' ? refused(28) : done(0);
    }
    if (room > -trailerRecords) return this.#take(record);
    return refused(this.#dialect === 'linux' ? 28 : 5);
  }

  read(bytesAtMost: number): Buffer {
    const item = this.content[this.#head];
    if (item === undefined) return refused(5);
    this.#head += 1;
    if (item === fileMark) return done(0);
    return item.length > bytesAtMost ? refused(12) : Buffer.concat([done(item.length), item]);
  }

  operate(number: number, count: number): Buffer {
    const known = numbers[this.#dialect];
    if (this.options.brokenOperations?.includes(number)) return refused(5);
    if (number === known.mark) return this.#writeMarks(count);
    if (number === known.backRecords) return this.#backRecords(count);
    if (number === known.forwardFiles) return this.#forwardFile();
    if (number !== known.rewind) return refused(22);
    this.close();
    this.#head = 0;
    return done(0);
  }

  /** A file mark is written on close after a write. */
  close(): void {
    if (this.#justWrote) this.#put(fileMark);
    this.#justWrote = false;
  }

  #take(record: Buffer): Buffer {
    this.#put(Buffer.from(record));
    this.#justWrote = true;
    this.#refuseNext = true;
    return done(record.length);
  }

  #writeMarks(count: number): Buffer {
    for (let written = 0; written < count; written += 1) this.#put(fileMark);
    this.#justWrote = false;
    return this.#moved(count);
  }

  /** Solaris writes the file mark that is due first, and steps back over it (illumos st.c, st_check_density_or_wfm). */
  #backRecords(count: number): Buffer {
    if (this.#justWrote && this.#dialect === 'solaris') {
      this.#put(fileMark);
      this.#head -= 1;
    }
    this.#justWrote = false;
    for (let back = 0; back < count; back += 1) {
      const item = this.content[this.#head - 1];
      if (item === undefined || item === fileMark) return refused(5);
      this.#head -= 1;
    }
    return this.#moved(count);
  }

  #forwardFile(): Buffer {
    const mark = this.content.indexOf(fileMark, this.#head);
    this.#head = mark < 0 ? this.content.length : mark + 1;
    return mark < 0 ? refused(5) : this.#moved(1);
  }

  #moved(count: number): Buffer {
    return done(this.#dialect === 'solaris' ? count : 0);
  }

  /** Everything after it is gone. */
  #put(item: OnTape): void {
    this.content.length = this.#head;
    this.content.push(item);
    this.#head += 1;
  }
}

export class ServedTape {
  readonly requests: string[] = [];
  /** The most writes that ever waited for an answer. */
  mostWaiting = 0;
  readonly #drive: ServedDrive;
  readonly #options: ServedTapeOptions;

  constructor(options: ServedTapeOptions = {}) {
    this.#options = options;
    this.#drive = new ServedDrive(options);
  }

  /** All that is on the tape. */
  get content(): readonly OnTape[] {
    return this.#drive.content;
  }

  /** What is on it after its previous contents. */
  get added(): OnTape[] {
    return this.#drive.content.slice(this.#options.before?.length ?? 0);
  }

  /** Starts a server. */
  connect(): RmtChannel {
    const output = new PassThrough();
    let end: (ended: ProcessEnd) => void = () => {};
    const ended = new Promise<ProcessEnd>((resolve) => {
      end = resolve;
    });
    const finish = (status: number | undefined) => {
      this.#drive.close();
      output.end();
      end({ status, signal: undefined, stderr: '', bytes: 0 });
    };
    let waiting: Buffer = Buffer.alloc(0);
    let scheduled = false;
    const serve = () => {
      scheduled = false;
      const { requests, rest } = requestsOf(waiting);
      waiting = rest;
      this.mostWaiting = Math.max(this.mostWaiting, requests.filter(({ kind }) => kind === 'W').length);
      for (const request of requests) {
        if (output.writableEnded) return;
        this.requests.push(request.line);
        if (request.kind === 'W' && this.#drive.writes === this.#options.lostAtWrite) finish(undefined);
        else this.#send(output, this.#answer(request));
      }
    };
    const input = new Writable({
      write: (piece: Buffer, _encoding, taken) => {
        waiting = Buffer.concat([waiting, piece]);
        // Not before everything has arrived that the client sends ahead.
        if (!scheduled) setImmediate(serve);
        scheduled = true;
        taken();
      },
      final: (taken) => {
        setImmediate(() => {
          serve();
          finish(0);
          taken();
        });
      },
      destroy: (error, taken) => {
        finish(undefined);
        taken(error);
      },
    });
    return { input, output, ended };
  }

  #answer({ kind, first, second, data }: Request): Buffer {
    const { openErrno, closeErrno } = this.#options;
    if (kind === 'O') return openErrno === undefined ? done(3) : refused(openErrno);
    if (kind === 'W') return this.#drive.write(data);
    if (kind === 'R') return this.#drive.read(Number(first));
    if (kind === 'I') return this.#drive.operate(Number(first), Number(second));
    this.#drive.close();
    return closeErrno === undefined ? done(0) : refused(closeErrno);
  }

  #send(output: PassThrough, answer: Buffer): void {
    const sizes = this.#options.pieces ?? [answer.length];
    for (let from = 0, turn = 0; from < answer.length; turn += 1) {
      const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
      output.write(answer.subarray(from, from + size));
      from += size;
    }
  }
}

function done(number: number): Buffer {
  return Buffer.from(`A${number}\n`);
}

function refused(errno: number): Buffer {
  return Buffer.from(`E${errno}\n${texts[errno] ?? 'Unknown error'}\n`);
}

interface Request {
  readonly kind: string;
  /** The lines without their letter and line feed, joined with a blank: as tests read them. */
  readonly line: string;
  readonly first: string;
  readonly second: string;
  readonly data: Buffer;
}

/** All complete requests. */
function requestsOf(bytes: Buffer): { requests: Request[]; rest: Buffer } {
  const requests: Request[] = [];
  for (let from = 0; ;) {
    const text = bytes.toString('latin1', from, from + 300);
    const parts = /^([OI])([^\n]*)\n([^\n]*)\n|^([CWR])([^\n]*)\n/.exec(text);
    if (!parts) return { requests, rest: bytes.subarray(from) };
    const kind = parts[1] ?? parts[4] ?? '';
    const first = parts[2] ?? parts[5] ?? '';
    const second = parts[3] ?? '';
    const begin = from + parts[0].length;
    const end = begin + (kind === 'W' ? Number(first) : 0);
    if (end > bytes.length) return { requests, rest: bytes.subarray(from) };
    requests.push({
      kind,
      first,
      second,
      line: `${kind}${first} ${second}`.trim(),
      data: bytes.subarray(begin, end),
    });
    from = end;
  }
}
