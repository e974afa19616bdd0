/**
 * The rmt protocol: requests as bytes, and answers from bytes in pieces of any size.
 *
 * An answer is `A<number>\n`, after a read followed by that many bytes, or `E<errno>\n<text>\n` with the server's own
 * errno (illumos rmt.c, respond; GNU paxutils rmt.c). The answers come in the order of the requests.
 */
import { failure } from '../../contract/errors.ts';
import type { ShadowtapeError } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';

/** Which numbers the server passes to ioctl: those of BSD and Solaris, or those of Linux, which differ. */
export type RmtDialect = 'solaris' | 'linux';

/**
 * `write` opens for reading and writing: on Solaris a device that was opened write-only gets a file mark on close even
 * if nothing was written (mtio(4I)).
 */
export type RmtAccess = 'read' | 'write';

export type TapeOperation =
  | 'write-file-mark'
  | 'forward-files'
  | 'back-files'
  | 'forward-records'
  | 'back-records'
  | 'rewind'
  | 'offline'
  | 'nothing';

/** illumos sys/mtio.h and BSD; linux/mtio.h. With the wrong ones, a Linux server writes a file mark where Solaris rewinds. */
const operationNumbers: Readonly<Record<RmtDialect, Readonly<Record<TapeOperation, number>>>> = {
  solaris: {
    'write-file-mark': 0,
    'forward-files': 1,
    'back-files': 2,
    'forward-records': 3,
    'back-records': 4,
    rewind: 5,
    offline: 6,
    nothing: 7,
  },
  linux: {
    'forward-files': 1,
    'back-files': 2,
    'forward-records': 3,
    'back-records': 4,
    'write-file-mark': 5,
    rewind: 6,
    offline: 7,
    nothing: 8,
  },
};

/** O_RDONLY and O_RDWR, the same on both systems; illumos passes no other bits on. */
const accessNumbers: Readonly<Record<RmtAccess, number>> = { read: 0, write: 2 };

/** Throws ARGUMENT_FORBIDDEN for a name that would end its own line. */
export function openRequest(device: string, access: RmtAccess): Buffer {
  if (device === '' || /[\n\0]/.test(device)) {
    throw failure('ARGUMENT_FORBIDDEN', {
      reason: phrase('{device} cannot be a device', { device: JSON.stringify(device) }),
    });
  }
  return Buffer.from(`O${device}\n${accessNumbers[access]}\n`);
}

export function closeRequest(): Buffer {
  return Buffer.from('C\n');
}

/** The line before the record; the record's bytes follow. */
export function writeRequest(recordBytes: number): Buffer {
  return Buffer.from(`W${recordBytes}\n`);
}

export function readRequest(bytesAtMost: number): Buffer {
  return Buffer.from(`R${bytesAtMost}\n`);
}

export function operationRequest(dialect: RmtDialect, operation: TapeOperation, count: number): Buffer {
  return Buffer.from(`I${operationNumbers[dialect][operation]}\n${count}\n`);
}

export interface RmtDone {
  readonly number: number;
  /** What was read; empty after other requests. */
  readonly data: Buffer;
}

export interface RmtRefusal {
  /** In the server's numbering. */
  readonly errno: number;
  readonly text: string;
}

export type RmtAnswer = RmtDone | RmtRefusal;

/** What the next answer may look like. */
export interface ExpectedAnswer {
  /** The largest valid number; anything above is garbage. */
  readonly numberAtMost: number;
  /** True after a read. */
  readonly withData: boolean;
}

/** `A` and twenty digits are more than any server sends. */
const numberLineAtMost = 21;
const textLineAtMost = 1024;
const saidAtMost = 200;

const newline = 0x0a;
const nothing = Buffer.alloc(0);

/** Splits the output of a server into answers. */
export class RmtAnswerReader {
  #waiting: Buffer = nothing;

  take(piece: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? piece : Buffer.concat([this.#waiting, piece]);
  }

  /** True if nothing has arrived after the last complete answer. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** The next answer; undefined while it is incomplete. Throws TAPE_SERVER_GARBLED as soon as the data cannot be one. */
  next(expected: ExpectedAnswer): RmtAnswer | undefined {
    if (this.isEmpty) return undefined;
    const line = this.#line(0, numberLineAtMost);
    const kind = String.fromCharCode(this.#waiting[0] ?? 0);
    if (kind !== 'A' && kind !== 'E') throw this.garbled();
    if (line === undefined) return undefined;
    const number = /^[AE](\d+)$/.exec(line)?.[1];
    if (number === undefined) throw this.garbled();
    const behind = line.length + 1;
    return kind === 'E'
      ? this.#refusal(Number(number), behind)
      : this.#done(Number(number), behind, expected);
  }

  /** The error for the data that has arrived, quoted as it is. */
  garbled(): ShadowtapeError {
    const said = this.#waiting.subarray(0, saidAtMost).toString('latin1');
    return failure('TAPE_SERVER_GARBLED', { said: JSON.stringify(said) }, { stdout: said });
  }

  #done(number: number, behind: number, expected: ExpectedAnswer): RmtDone | undefined {
    if (number > expected.numberAtMost) throw this.garbled();
    const end = behind + (expected.withData ? number : 0);
    if (this.#waiting.length < end) return undefined;
    const data = this.#waiting.subarray(behind, end);
    this.#waiting = this.#waiting.subarray(end);
    return { number, data };
  }

  #refusal(errno: number, behind: number): RmtRefusal | undefined {
    const text = this.#line(behind, textLineAtMost);
    if (text === undefined) return undefined;
    this.#waiting = this.#waiting.subarray(behind + text.length + 1);
    return { errno, text: Buffer.from(text, 'latin1').toString('utf8').trim() };
  }

  /** The line that begins at an offset, without its end, one character a byte. */
  #line(from: number, atMost: number): string | undefined {
    const end = this.#waiting.subarray(from, from + atMost + 1).indexOf(newline);
    if (end >= 0) return this.#waiting.toString('latin1', from, from + end);
    if (this.#waiting.length - from > atMost) throw this.garbled();
    return undefined;
  }
}
