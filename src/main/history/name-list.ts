/**
 * A list of different texts that only grows: paths of directories, or names in them. Each has a number, from 1. It is in pages of lines, so
 * that a pattern is searched for in a page at a time, as fast as memory is read.
 */
import { IdTable, type PathHash } from './id-table.ts';
import type { ByteString } from './name-encoding.ts';
import { bytesOf, numberOf, textOf, type Sqlite } from './sqlite.ts';
import { storedName } from './stored-line.ts';

export type NameTable = 'directory_page' | 'file_page';

const namesInPage = 2048;

interface NewName {
  readonly name: ByteString;
  readonly hash: PathHash;
  /** As which of the new ones it came. */
  readonly came: number;
}

/** Gives numbers to names; what is new is kept until it is written. */
export class NameWriter {
  readonly #table: NameTable;
  readonly #ids = new IdTable();
  #next = 1;
  #fresh: NewName[] = [];

  /** Reads the hashes of all names. */
  constructor(sqlite: Sqlite, table: NameTable) {
    this.#table = table;
    for (const { first } of sqlite.all(`SELECT first FROM ${table} ORDER BY first`)) {
      const row = sqlite.get(`SELECT count, hashes FROM ${table} WHERE first = ?`, [numberOf(first)]);
      this.#read(numberOf(first), numberOf(row?.['count']), bytesOf(row?.['hashes']));
    }
  }

  #read(first: number, count: number, hashes: Buffer): void {
    for (let index = 0; index < count; index += 1) {
      const hash = { high: hashes.readInt32LE(index * 8), low: hashes.readInt32LE(index * 8 + 4) };
      this.#ids.set(hash, first + index);
    }
    this.#next = first + count;
  }

  /** Names that are not written yet have a number of this size, or a larger one. */
  get firstFresh(): number {
    return this.#next;
  }

  /** @returns its number; one that is not written yet gets another one when it is (see `write`) */
  idOf(name: string, hash: PathHash): number {
    const known = this.#ids.get(hash);
    if (known !== 0) return known;
    const id = this.#next + this.#fresh.length;
    this.#fresh.push({ name: storedName(name), hash, came: this.#fresh.length });
    this.#ids.set(hash, id);
    return id;
  }

  /**
   * Writes what is new, sorted.
   * @returns the number that each of them has now, in the order in which they came
   */
  write(sqlite: Sqlite): Uint32Array {
    const ids = new Uint32Array(this.#fresh.length);
    const sorted = this.#fresh.sort((one, other) => compare(one.name, other.name));
    sorted.forEach(({ came, hash }, rank) => {
      ids[came] = this.#next + rank;
      this.#ids.set(hash, this.#next + rank);
    });
    for (let start = 0; start < sorted.length; start += namesInPage)
      this.#writePage(sqlite, this.#next + start, sorted.slice(start, start + namesInPage));
    this.#next += sorted.length;
    this.#fresh = [];
    return ids;
  }

  #writePage(sqlite: Sqlite, first: number, page: readonly NewName[]): void {
    const hashes = Buffer.alloc(page.length * 8);
    page.forEach(({ hash }, index) => {
      hashes.writeInt32LE(hash.high, index * 8);
      hashes.writeInt32LE(hash.low, index * 8 + 4);
    });
    const names = page.map(({ name }) => name);
    sqlite.run(`INSERT INTO ${this.#table} VALUES (?, ?, ?, ?, ?, ?)`, [
      first,
      page.length,
      names[0] ?? '',
      names.at(-1) ?? '',
      Buffer.from(`\n${names.join('\n')}\n`, 'latin1'),
      hashes,
    ]);
  }
}

/** By bytes. */
function compare(one: ByteString, other: ByteString): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

export interface NamePage {
  readonly first: number;
  readonly count: number;
  readonly low: ByteString;
  readonly high: ByteString;
}

interface KeptPages {
  readonly generation: number;
  readonly pages: readonly NamePage[];
}

/** Thousands of them are not read for each question while none was added. */
const kept = new WeakMap<Sqlite, Map<NameTable, KeptPages>>();

/** All pages of a list, without their names. */
export function pagesOf(sqlite: Sqlite, table: NameTable): readonly NamePage[] {
  const generation = numberOf(sqlite.get('SELECT generation FROM state')?.['generation']);
  const tables = kept.get(sqlite) ?? new Map<NameTable, KeptPages>();
  kept.set(sqlite, tables);
  const known = tables.get(table);
  if (known?.generation === generation) return known.pages;
  const rows = sqlite.all(`SELECT first, count, low, high FROM ${table} ORDER BY first`);
  const pages = rows.map((row) => ({
    first: numberOf(row['first']),
    count: numberOf(row['count']),
    low: textOf(row['low']),
    high: textOf(row['high']),
  }));
  tables.set(table, { generation, pages });
  return pages;
}

/** The names of a page, each between two line feeds. */
export const namesOf = (sqlite: Sqlite, table: NameTable, { first }: NamePage): Buffer =>
  bytesOf(sqlite.get(`SELECT names FROM ${table} WHERE first = ?`, [first])?.['names']);

/** The page that holds a number. */
export function pageWith(pages: readonly NamePage[], id: number): NamePage | undefined {
  let low = 0;
  let high = pages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const page = pages[middle];
    if (!page) return undefined;
    if (id < page.first) high = middle - 1;
    else if (id >= page.first + page.count) low = middle + 1;
    else return page;
  }
  return undefined;
}
