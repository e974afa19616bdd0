/**
 * The index file: opened under the lock, set aside and founded again whatever is wrong with it. Where the state folder cannot be written, it is
 * kept in memory for as long as the process is running.
 */
import { lstatSync, renameSync, rmSync } from 'node:fs';
import { writeTrouble } from '../journal/journal.ts';
import { indexTables, indexVersion } from './index-tables.ts';
import { LockFile } from '../owner/lock-file.ts';
import { Sqlite, wasIndex } from './sqlite.ts';

/** Thrown where the index was lost, and has to be filled again before the question is asked again. */
export class IndexLost extends Error {}

/** Another console may fill it for minutes, a fraction of a second at a time: each takes its turn. */
const lockTimes = { everyMilliseconds: 4, patienceMilliseconds: 120_000 };

/**
 * The lock of the index among the consoles of a state folder. It is held for a moment at a time.
 * @param key distinguishes this index from others of this process
 */
export const indexLock = (file: string, key: string): LockFile =>
  new LockFile(`${file}.owner`, { key, ...lockTimes });

/** How often it is founded again in a file before it is kept in memory. */
const mostTries = 2;

const inodeOf = (file: string): number | undefined => lstatSync(file, { throwIfNoEntry: false })?.ino;

const isLink = (file: string): boolean =>
  lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

export class IndexFile {
  readonly file: string;
  readonly #lock: LockFile;
  #open: { readonly sqlite: Sqlite; readonly inode: number | undefined } | undefined;
  #inMemory: string | undefined;
  /** How often something was wrong with it. */
  #tries = 0;

  /** @param key distinguishes this index from others of this process */
  constructor(file: string, key: string) {
    this.file = file;
    this.#lock = indexLock(file, key);
  }

  /** Why it is in memory alone; undefined if it is in the file. */
  get inMemory(): string | undefined {
    return this.#inMemory;
  }

  get bytes(): number {
    return this.#inMemory === undefined ? (lstatSync(this.file, { throwIfNoEntry: false })?.size ?? 0) : 0;
  }

  /**
   * Has the work done, which may not wait for anything, while no other console writes.
   * @throws IndexLost; in memory what the work throws
   */
  use<Result>(work: (sqlite: Sqlite) => Result): Promise<Result> {
    return this.#perform((sqlite) => sqlite.transaction(() => work(sqlite), 'BEGIN'));
  }

  async #perform<Result>(work: (sqlite: Sqlite) => Result): Promise<Result> {
    if (this.#inMemory !== undefined) return work(this.#memory());
    try {
      return await this.#lock.during(() => this.#attempt(work));
    } catch (error) {
      if (error instanceof IndexLost) throw error;
      this.#goToMemory(error);
      throw new IndexLost('the index cannot be locked', { cause: error });
    }
  }

  /** As `use`, as one transaction. */
  change<Result>(work: (sqlite: Sqlite) => Result): Promise<Result> {
    return this.#perform((sqlite) =>
      sqlite.transaction(() => {
        const result = work(sqlite);
        if (this.#inMemory === undefined && !this.#lock.isMine)
          throw new Error('the lock of the index was removed');
        return result;
      }),
    );
  }

  /** Gives the file up and begins with an empty one. */
  async empty(): Promise<void> {
    if (this.#inMemory !== undefined) {
      this.close();
      return;
    }
    try {
      await this.#lock.during(() => this.#setAside());
    } catch (error) {
      this.#goToMemory(error);
    }
  }

  close(): void {
    try {
      this.#open?.sqlite.close();
    } catch {
      // A damaged file may not even be closed well.
    }
    this.#open = undefined;
  }

  #opened(): Sqlite {
    const inode = inodeOf(this.file);
    // Another console may have set the file aside.
    if (this.#open && this.#open.inode === inode) return this.#open.sqlite;
    this.close();
    this.#removeLinks();
    const isNew = inodeOf(this.file) === undefined;
    let sqlite = new Sqlite(this.file);
    this.#open = { sqlite, inode: inodeOf(this.file) };
    if (sqlite.version !== 0 && sqlite.version !== indexVersion) {
      this.#setAside();
      sqlite = new Sqlite(this.file);
      this.#open = { sqlite, inode: inodeOf(this.file) };
    }
    if (sqlite.version === 0) sqlite.found(indexVersion, indexTables);
    if (isNew) this.#open = { sqlite, inode: inodeOf(this.file) };
    return sqlite;
  }

  /** SQLite would follow them: a link of these names is not an index, and goes; what it leads to stays. */
  #removeLinks(): void {
    for (const file of [this.file, `${this.file}-journal`]) if (isLink(file)) rmSync(file);
  }

  #memory(): Sqlite {
    if (!this.#open) {
      const sqlite = new Sqlite(':memory:');
      sqlite.found(indexVersion, indexTables);
      this.#open = { sqlite, inode: undefined };
    }
    return this.#open.sqlite;
  }

  /** What was an index is worth nothing any more; what was none is kept, whatever it is. */
  #setAside(): void {
    this.close();
    const isOwn = wasIndex(this.file);
    rmSync(`${this.file}-journal`, { recursive: true, force: true });
    if (isOwn) return rmSync(this.file, { force: true });
    rmSync(`${this.file}.aside`, { recursive: true, force: true });
    if (inodeOf(this.file) !== undefined) renameSync(this.file, `${this.file}.aside`);
    return undefined;
  }

  #attempt<Result>(work: (sqlite: Sqlite) => Result): Result {
    try {
      return work(this.#opened());
    } catch (error) {
      this.#tries += 1;
      if (this.#tries > mostTries) throw error;
      this.#setAside();
      throw new IndexLost('the index was set aside', { cause: error });
    }
  }

  #goToMemory(error: unknown): void {
    this.close();
    this.#inMemory = writeTrouble(error);
  }
}
