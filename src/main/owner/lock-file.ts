/**
 * A lock between processes that share a folder: a file that names its owner. It is made by link(2), which is atomic,
 * and has its content from its first moment. One whose owner is gone is removed; one whose owner is not known stays
 * until a person removes it.
 *
 * No two processes remove the same dead lock: the process that removes it first holds a second lock, named after the
 * dead owner. An owner that is gone never comes back, so that a late remover finds another owner in the file, and
 * leaves it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { linkSync, openSync, closeSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { livenessOf, thisProcess, type Liveness, type ProcessOwner } from './process-owner.ts';
import { phrase } from '../../contract/text/say.ts';

export interface LockFileOptions {
  /** Distinguishes this lock from others of the same process. */
  readonly key?: string;
  /** The pause between two attempts, in milliseconds. */
  readonly everyMilliseconds?: number;
  /** How long somebody else may hold it, in milliseconds. An owner that is not known is waited for ten seconds at most. */
  readonly patienceMilliseconds?: number;
}

const ownerSchema = z.object({
  host: z.string(),
  machine: z.string().optional(),
  boot: z.string().optional(),
  namespace: z.string().optional(),
  process: z.int(),
  started: z.string().optional(),
  console: z.string().optional(),
});
const lockSchema = z.object({ owner: ownerSchema, key: z.string() });
/** As release 0.1.0 wrote the lock of the index; that of the seals was `HOST PROCESS`. */
const formerSchema = z.object({ host: z.string(), process: z.int(), began: z.string().optional() });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns undefined if the file names no owner */
function ownerOf(text: string): ProcessOwner | undefined {
  const content = parseJson(text);
  const lock = lockSchema.safeParse(content);
  if (lock.success) return lock.data.owner;
  const former = formerSchema.safeParse(content);
  if (former.success) return { host: former.data.host, process: former.data.process };
  const [, host, process] = /^(\S+) (\d+)\n?$/.exec(text) ?? [];
  return host === undefined ? undefined : { host, process: Number(process) };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? '';

/** File systems without hard links. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'];

function write(file: string, content: string): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, content);
  } catch (error) {
    // A lock without an owner would stay.
    rmSync(file, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** @returns false where the file exists. @throws EROFS, EACCES, ENOSPC, ENOENT where its folder does not exist */
function make(file: string, content: string): boolean {
  const draft = `${file}.${randomUUID()}`;
  write(draft, content);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!noLinks.includes(codeOf(error))) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    write(file, content);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

const tokenOf = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 16);

/**
 * Removes a lock whose owner is gone, unless somebody else is about to.
 * @param seen its content
 * @param own what this process writes into a lock
 */
export function removeDead(file: string, seen: string, own: string): void {
  const guard = `${file}.${tokenOf(seen)}`;
  if (!make(guard, own)) {
    const other = read(guard);
    if (other !== undefined && judge(other) === 'gone') removeDead(guard, other, own);
    return;
  }
  try {
    if (read(file) === seen) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function judge(content: string): Liveness {
  const owner = ownerOf(content);
  return owner ? livenessOf(owner) : 'unknown';
}

const unknownMilliseconds = 10_000;

/** `process 4711 on jump1`. */
const wordsOf = (owner: ProcessOwner | undefined): string =>
  owner
    ? phrase('process {process} on {host}', { process: owner.process, host: owner.host })
    : phrase('an unnamed process');

/** Somebody else holds a lock file for too long. */
export class LockFileHeld extends Error {
  readonly code = 'EBUSY';
}

function busy(file: string, content: string, liveness: Liveness): Error {
  const rest =
    liveness === 'alive'
      ? ''
      : phrase(', and it is not known whether that process is running; if it is not, remove the file');
  return new LockFileHeld(
    phrase('{file} is held by {holder}{advice}', { file, holder: wordsOf(ownerOf(content)), advice: rest }),
  );
}

export class LockFile {
  readonly #file: string;
  readonly #own: string;
  readonly #everyMilliseconds: number;
  readonly #patienceMilliseconds: number;

  /** @param file the lock; its folder exists */
  constructor(file: string, options: LockFileOptions = {}) {
    this.#file = file;
    this.#own = JSON.stringify({
      owner: { ...thisProcess(), console: undefined },
      key: options.key ?? randomUUID(),
    });
    this.#everyMilliseconds = options.everyMilliseconds ?? 20;
    this.#patienceMilliseconds = options.patienceMilliseconds ?? 10_000;
  }

  /** True while the file names this lock. */
  get isMine(): boolean {
    return read(this.#file) === this.#own;
  }

  /**
   * Waits for the lock, and holds it while the work is done.
   * @throws LockFileHeld where somebody else holds it for too long, what keeps the file from being made (EROFS, EACCES, ENOSPC), and what the work
   *   throws
   */
  async during<Value>(work: () => Value | Promise<Value>): Promise<Value> {
    await this.#take();
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  /** Gives it back, where it is held. */
  release(): void {
    if (this.isMine) rmSync(this.#file, { force: true });
  }

  async #take(): Promise<void> {
    const startedAt = performance.now();
    let unknown: { readonly content: string; readonly since: number } | undefined;
    while (!make(this.#file, this.#own)) {
      const content = read(this.#file);
      const liveness = content === undefined ? 'alive' : judge(content);
      const now = performance.now();
      if (content !== undefined && liveness === 'gone') removeDead(this.#file, content, this.#own);
      else if (content !== undefined && liveness === 'unknown') {
        if (unknown?.content !== content) unknown = { content, since: now };
        if (now - unknown.since > Math.min(unknownMilliseconds, this.#patienceMilliseconds))
          throw busy(this.#file, content, liveness);
      }
      if (now - startedAt > this.#patienceMilliseconds) throw busy(this.#file, content ?? '', liveness);
      await pause(this.#everyMilliseconds);
    }
  }
}
