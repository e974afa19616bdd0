/**
 * The lock of the index among the consoles of a state folder: a file that names its owner. It is held for a moment at a time; one whose owner
 * has died is taken away.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

interface Owner {
  readonly process: number;
  readonly host: string;
  /** When that process began, as the system counts; undefined where it does not tell. */
  readonly began: string | undefined;
  /** Tells two indexes of the same process apart. */
  readonly key: string;
}

const pauseMilliseconds = 4;
/** Work under the lock takes a fraction of a second: what is older than this and cannot be asked about was left behind. */
const foreignMilliseconds = 10 * 60_000;
/** As long as a lock may be there before its owner is written into it. */
const namelessMilliseconds = 5000;

/** A process number is used again: on Linux the 22nd field of its stat is when it began (proc(5)). */
function beganAt(process: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'latin1');
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .at(19);
  } catch {
    return undefined;
  }
}

function isAlive({ process: id, began }: Owner): boolean {
  try {
    process.kill(id, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return began === undefined || beganAt(id) === began;
}

function parse(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
}

export class IndexLock {
  readonly #file: string;
  readonly #mine: string;

  /** @param key of this index among those of this process */
  constructor(file: string, key: string) {
    this.#file = file;
    const owner: Owner = { process: process.pid, host: hostname(), began: beganAt(process.pid), key };
    this.#mine = JSON.stringify(owner);
  }

  /**
   * Waits for the lock, and holds it while the work is done.
   * @throws what the work throws, and what keeps the file from being made (EROFS, EACCES, ENOSPC)
   */
  async during<Result>(work: () => Result): Promise<Result> {
    while (!this.#take()) await pause(pauseMilliseconds);
    try {
      return work();
    } finally {
      this.release();
    }
  }

  /** True while nobody has taken it away. */
  get isMine(): boolean {
    return this.#read() === this.#mine;
  }

  /** Gives it back, where it is held. */
  release(): void {
    if (this.isMine) rmSync(this.#file, { force: true });
  }

  #read(): string | undefined {
    try {
      return readFileSync(this.#file, 'utf8');
    } catch {
      return undefined;
    }
  }

  #take(): boolean {
    let handle: number;
    try {
      handle = openSync(this.#file, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      this.#takeAwayLeft();
      return false;
    }
    try {
      writeSync(handle, this.#mine);
    } catch (error) {
      rmSync(this.#file, { force: true });
      throw error;
    } finally {
      closeSync(handle);
    }
    return true;
  }

  #takeAwayLeft(): void {
    const seen = this.#read();
    if (seen === undefined || !this.#isLeft(seen)) return;
    const aside = `${this.#file}.${process.pid}`;
    try {
      renameSync(this.#file, aside);
      // Somebody else may have been quicker, and hold it by now: then it is given back.
      if (readFileSync(aside, 'utf8') === seen) rmSync(aside, { force: true });
      else renameSync(aside, this.#file);
    } catch {
      // Whoever was quicker has seen to it.
    }
  }

  #isLeft(seen: string): boolean {
    const owner = parse(seen);
    const age = () => Date.now() - (statSync(this.#file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (!owner) return age() > namelessMilliseconds;
    return owner.host === hostname() ? !isAlive(owner) : age() > foreignMilliseconds;
  }
}

/** Removes the lock of an index of this process whose thread has ended. */
export const releaseLockOf = (file: string, key: string): void => new IndexLock(file, key).release();
