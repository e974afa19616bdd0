/** SQLite on a file. Only this file uses its library. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type * as SqliteLibrary from 'node-sqlite3-wasm';
import type { Database, Statement } from 'node-sqlite3-wasm';

/** A CommonJS module whose names no import can see. */
const library = createRequire(import.meta.url)('node-sqlite3-wasm') as typeof SqliteLibrary;

export type SqlValue = number | string | Uint8Array | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Written into the head of the file: "ShTp". */
const applicationId = 0x53_68_54_70;

/**
 * The library locks a file by a folder next to it. A crash leaves that there, for good; and while it exists, SQLite
 * takes the process itself for another one that writes, and never rolls back what a crash has left half written. So the
 * folder is not made for these files: the process that opens them holds a different kind of lock (index-file.ts).
 */
const unlocked = new Set<string>();
const { mkdirSync, rmdirSync } = fs;
fs.mkdirSync = ((path: fs.PathLike, options?: fs.MakeDirectoryOptions) =>
  unlocked.has(String(path)) ? undefined : mkdirSync(path, options)) as typeof fs.mkdirSync;

const settings =
  'PRAGMA page_size = 16384; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY';

/** The folder that was not made need not be searched for: that takes longer than most questions. */
fs.rmdirSync = ((path: fs.PathLike, options?: fs.RmDirOptions) =>
  unlocked.has(String(path)) ? undefined : rmdirSync(path, options)) as typeof fs.rmdirSync;

/** A value of a row, where it is a number. */
export const numberOf = (value: SqlValue | undefined): number => Number(value ?? 0);
export const textOf = (value: SqlValue | undefined): string => String(value ?? '');
export const bytesOf = (value: SqlValue | undefined): Buffer =>
  value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.alloc(0);

export class Sqlite {
  readonly #database: Database;
  /** To understand a statement takes longer than to perform it. */
  readonly #statements = new Map<string, Statement>();

  /**
   * @param file `:memory:` for none
   * @throws whatever is wrong with the file
   */
  constructor(file: string) {
    unlocked.add(`${file}.lock`);
    if (file !== ':memory:') fs.rmSync(`${file}.lock`, { recursive: true, force: true });
    this.#database = new library.Database(file);
    try {
      this.exec(settings);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  run(sql: string, values: readonly SqlValue[] = []): void {
    this.#statement(sql).run([...values]);
  }

  all(sql: string, values: readonly SqlValue[] = []): SqlRow[] {
    return this.#statement(sql).all([...values]) as SqlRow[];
  }

  #statement(sql: string): Statement {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  get(sql: string, values: readonly SqlValue[] = []): SqlRow | undefined {
    return this.all(sql, values)[0];
  }

  /**
   * All of the work, or nothing of it. Reading is quicker in a transaction, too: the file is checked once, and not for every statement.
   * @param begin `BEGIN` for reading alone
   */
  transaction<Result>(work: () => Result, begin: 'BEGIN' | 'BEGIN IMMEDIATE' = 'BEGIN IMMEDIATE'): Result {
    this.exec(begin);
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.inTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  /** @returns the version of its tables: 0 where it is empty, undefined if it is not an index */
  get version(): number | undefined {
    const own = numberOf(this.get('PRAGMA application_id')?.['application_id']);
    const isEmpty = numberOf(this.get('SELECT count(*) AS n FROM sqlite_schema')?.['n']) === 0;
    if (own !== applicationId) return isEmpty ? 0 : undefined;
    return numberOf(this.get('PRAGMA user_version')?.['user_version']);
  }

  /** Makes the tables of an empty file. */
  found(version: number, tables: string): void {
    this.transaction(() => {
      this.exec(tables);
      this.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`);
    });
  }

  close(): void {
    for (const statement of this.#statements.values()) statement.finalize();
    this.#statements.clear();
    this.#database.close();
  }
}

/** True if the head of the file says that it was an index, whatever is left of it. */
export function wasIndex(file: string): boolean {
  const head = Buffer.alloc(72);
  try {
    const handle = fs.openSync(file, 'r');
    try {
      fs.readSync(handle, head, 0, head.length, 0);
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    return false;
  }
  return head.readUInt32BE(68) === applicationId;
}
