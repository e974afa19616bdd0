import type { Command, CommandCall } from '../hosts/command-call.ts';
import { IoError } from '../faults/io-error.ts';
import type { IoErrorCode } from '../faults/io-error.ts';
import { hasLostPower } from '../hosts/processes.ts';
import { extendedStatus, rmtDialects } from '../tape/rmt-dialects.ts';
import type { RmtDialect } from '../tape/rmt-dialects.ts';
import { RmtInput } from '../tape/rmt-input.ts';
import type { TapeAccess, TapeHandle } from '../tape/tape-handle.ts';
import { tapeOperations } from '../tape/tape-operations.ts';
import type { TapeOperationName } from '../tape/tape-operations.ts';

/**
 * rmt(8): the drive for programs on other hosts, as cmd/rmt/rmt.c of illumos serves it; with the fault `linux-tape` as
 * that of GNU. Commands may be sent ahead; they are carried out and answered in order.
 */

/** Numbers of errors (sys/errno.h), the same on Solaris and Linux as far as they are here. */
const errorNumbers: Partial<Record<IoErrorCode, number>> = {
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EISDIR: 21,
  EINVAL: 22,
  ENOSPC: 28,
  EROFS: 30,
};

/** Letters of a word, and of a device's name (rmt.c: SSIZE, MAXPATHLEN, each with a closing NUL). */
const wordLetters = { plain: 63, device: 1023 } as const;
/** A larger record cannot be held in memory (rmt.c, checkbuf). */
const mostRecordBytes = 67_108_864;
const exitStatuses = { ended: 0, prematureEnd: 2, garbage: 3, noMemory: 4, garbageLine: 1 } as const;
/** The access bits of open(2): all else in the mode is left out (rmt.c, command O). */
const accesses: readonly (TapeAccess | undefined)[] = ['read', 'write', 'read-write'];
/** Operations of the command i; 0 and 1 switch a cache that Solaris does not know. */
const extendedOperations: readonly (TapeOperationName | undefined)[] = [
  ...([undefined, undefined, 'retension', 'erase', 'eom', 'nbsf'] as const),
];

/** Ends the server. */
class Exit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit status ${status}`);
    this.status = status;
  }
}

class RmtServer {
  readonly #call: CommandCall;
  readonly #input: RmtInput;
  #handle: TapeHandle | undefined;
  #record = Buffer.alloc(0);

  constructor(call: CommandCall) {
    this.#call = call;
    this.#input = new RmtInput(call.input, call.killed);
  }

  async run(): Promise<number> {
    try {
      for (
        let letter = await this.#input.letter();
        letter !== undefined;
        letter = await this.#input.letter()
      ) {
        this.#call.killed.throwIfAborted();
        await this.#serve(letter);
      }
      return exitStatuses.ended;
    } catch (error) {
      if (error instanceof Exit) return error.status;
      throw error;
    } finally {
      // the end of a process closes what it has open: a file mark after what was written, complete or not
      await this.#close();
    }
  }

  get #dialect(): RmtDialect {
    return rmtDialects[this.#call.machine.world.faults.has('linux-tape') ? 'linux' : 'solaris'];
  }

  async #serve(letter: string): Promise<void> {
    if (letter === 'O') return this.#serveOpen();
    if (letter === 'C') return this.#serveClose();
    if (letter === 'R') return this.#serveRead();
    if (letter === 'W') return this.#serveWrite();
    if (letter === 'L') return this.#serveSeek();
    if (letter === 'S') return this.#serveStatus();
    if (letter === 'I') return this.#serveOperation(this.#dialect.operations);
    if (this.#dialect.isExtended && letter === 'i') return this.#serveOperation(extendedOperations);
    if (this.#dialect.isExtended && letter === 's') return this.#serveExtendedStatus();
    if (!this.#dialect.isLineBased) throw new Exit(exitStatuses.garbage);
    await this.#refuse(22, 'Garbage command');
    throw new Exit(exitStatuses.garbageLine);
  }

  async #serveOpen(): Promise<void> {
    const device = await this.#word(wordLetters.device);
    const mode = await this.#number();
    await this.#close();
    await this.#answer(async () => {
      const { machine } = this.#call;
      const access = accesses[mode & 3];
      if (!machine.world.drive.hasDevice(device) || machine.node !== 'node3') throw new IoError('ENOENT');
      if (!access) throw new IoError('EINVAL');
      this.#handle = await machine.world.drive.open(device, access);
      return this.#dialect.opened;
    });
  }

  async #serveClose(): Promise<void> {
    await this.#word();
    await this.#answer(async () => {
      this.#opened();
      await this.#close();
      return 0;
    });
    if (this.#dialect.isLineBased) throw new Exit(exitStatuses.ended);
  }

  async #serveRead(): Promise<void> {
    const limit = await this.#number();
    await this.#answerWith(async () => {
      const bytes = limit > 0 ? await this.#opened('write').read(limit, this.#call.killed) : Buffer.alloc(0);
      return [Buffer.from(`A${bytes.length}\n`), bytes];
    });
  }

  async #serveWrite(): Promise<void> {
    const length = await this.#number();
    if (length > mostRecordBytes) throw new Exit(exitStatuses.noMemory);
    if (this.#record.length < length) this.#record = Buffer.allocUnsafe(length);
    const bytes = this.#record.subarray(0, length);
    if (!(await this.#input.fill(bytes))) throw new Exit(exitStatuses.prematureEnd);
    await this.#answer(() => this.#opened('read').transfer(bytes, this.#call.killed));
  }

  /** Seeks are ignored in tape I/O (illumos mtio(4I)). */
  async #serveSeek(): Promise<void> {
    const offset = await this.#number();
    await this.#word();
    await this.#answer(() => {
      this.#opened();
      return Promise.resolve(offset);
    });
  }

  async #serveStatus(): Promise<void> {
    if (this.#dialect.isLineBased) await this.#word();
    await this.#answerWith(() => {
      this.#opened();
      const status = this.#dialect.status(this.#call.machine.world.drive.model);
      return Promise.resolve([Buffer.from(`A${status.length}\n`), status]);
    });
  }

  async #serveExtendedStatus(): Promise<void> {
    const letter = await this.#input.letter();
    if (letter === undefined) return;
    await this.#answer(() => {
      this.#opened();
      const value = extendedStatus(this.#call.machine.world.drive.model, letter);
      return value === undefined ? Promise.reject(new IoError('EINVAL')) : Promise.resolve(value);
    });
  }

  async #serveOperation(operations: readonly (TapeOperationName | undefined)[]): Promise<void> {
    const { isExtended, answersCount, unknownOperation } = this.#dialect;
    const number = Number.parseInt(await this.#word(), 10) || 0;
    const count = await this.#number();
    const isKnown = operations !== extendedOperations;
    if (number === -1 && isKnown && isExtended) return this.#tell('A1\n');
    const name = operations[number];
    if (!name && isKnown && this.#handle) return this.#refuse(...unknownOperation);
    await this.#answer(async () => {
      if (!name && !isKnown) throw new IoError('EINVAL');
      const handle = this.#opened();
      const operation = tapeOperations[name ?? 'status'];
      if (operation.access === 'write' && handle.access === 'read') throw new IoError('EACCES');
      await operation.run(handle, count);
      return answersCount ? count : 0;
    });
  }

  /** @param unless an access mode that is not sufficient @throws IoError EBADF */
  #opened(unless?: TapeAccess): TapeHandle {
    if (!this.#handle || this.#handle.access === unless) throw new IoError('EBADF');
    return this.#handle;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    if (!handle) return;
    await handle.close(hasLostPower(this.#call.killed));
    await this.#call.machine.world.save();
  }

  async #word(limit: number = wordLetters.plain): Promise<string> {
    const word = await this.#input.word(limit);
    if (word === undefined) throw new Exit(exitStatuses.ended);
    return word;
  }

  /** A number as atol(3C) reads it; a negative one is not a count of anything. */
  async #number(): Promise<number> {
    return Math.max(0, Number.parseInt(await this.#word(), 10) || 0);
  }

  #answer(work: () => Promise<number>): Promise<void> {
    return this.#answerWith(async () => [Buffer.from(`A${await work()}\n`)]);
  }

  async #answerWith(work: () => Promise<Buffer[]>): Promise<void> {
    let answer: Buffer;
    try {
      answer = Buffer.concat(await work());
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      return this.#refuse(errorNumbers[error.code] ?? 5, error.message);
    }
    await this.#tell(answer);
  }

  /** An answer has 63 letters at most (rmt.c, respond). */
  #refuse(number: number, text: string): Promise<void> {
    return this.#tell(`E${number}\n${text}\n`.slice(0, 63));
  }

  #tell(answer: Buffer | string): Promise<void> {
    return this.#call.output.write(answer);
  }
}

export const rmt: Command = (call) => new RmtServer(call).run();
