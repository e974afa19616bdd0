/** Puts the entries of a catalog into the index, thousands at a time. */
import { emptyHash, hashOn, type PathHash } from './id-table.ts';
import { encodeEntries, type HeldEntry, type LinkTarget, type Prefix } from './held-entries.ts';
import { NameWriter } from './name-list.ts';
import type { Sqlite } from './sqlite.ts';

/** A line of a catalog, as it is in the tar catalog. */
export interface CatalogueEntry {
  readonly path: string;
  readonly type: string;
  readonly size: number;
  readonly mtime?: number | undefined;
  readonly offset: number;
  readonly linkpath?: string | undefined;
}

/** Few, since a piece is gone through as a whole for a single entry of it. */
const entriesInPiece = 512;

export interface SplitPath {
  readonly prefix: Prefix;
  /** Without a slash at either end; '' is the root of the archive. */
  readonly directory: string;
  readonly name: string;
}

/** `./app/ledger.db` -> `./`, `app`, `ledger.db`. */
export function splitPath(path: string): SplitPath {
  const prefix = path.startsWith('./') ? './' : path.startsWith('/') ? '/' : '';
  let end = path.length;
  while (end > prefix.length && path[end - 1] === '/') end -= 1;
  const inner = path.slice(prefix.length, end);
  const slash = inner.lastIndexOf('/');
  return { prefix, directory: slash < 0 ? '' : inner.slice(0, slash), name: inner.slice(slash + 1) };
}

interface Directory {
  readonly path: string;
  readonly id: number;
  readonly hash: PathHash;
}

export class CatalogueWriter {
  readonly #directories: NameWriter;
  readonly #files: NameWriter;
  #directoriesOfFresh: number[] = [];
  #entries: HeldEntry[] = [];
  #last: Directory | undefined;

  /** Reads the hashes of all names in the index. */
  constructor(sqlite: Sqlite) {
    this.#directories = new NameWriter(sqlite, 'directory_page');
    this.#files = new NameWriter(sqlite, 'file_page');
  }

  /**
   * Writes entries; to be called in a transaction.
   * @param catalog its number in the index
   */
  write(sqlite: Sqlite, catalogue: number, entries: readonly CatalogueEntry[]): void {
    for (const entry of entries) this.#add(entry);
    const firstDirectory = this.#directories.firstFresh;
    const firstFile = this.#files.firstFresh;
    const directories = this.#directories.write(sqlite);
    const files = this.#files.write(sqlite);
    const nowDirectory = (id: number) => directories[id - firstDirectory] ?? id;
    this.#writeDirectories(sqlite, firstFile, files, nowDirectory);
    this.#writeHeld(sqlite, catalogue, (id) => files[id - firstFile] ?? id);
    this.#directoriesOfFresh = [];
    this.#entries = [];
    this.#last = undefined;
  }

  #add({ path, type, size, mtime, offset, linkpath }: CatalogueEntry): void {
    const target =
      type === 'Link' && typeof linkpath === 'string' && linkpath !== '' ? this.#fileOf(linkpath) : undefined;
    this.#entries.push({ ...this.#fileOf(path), type, size, mtime, offset, target });
  }

  /** The number of a file, and what comes before its path. */
  #fileOf(path: string): LinkTarget {
    const split = splitPath(path);
    const directory = this.#directoryOf(split.directory);
    const file = this.#files.idOf(split.name, hashOn(directory.hash, split.name));
    if (file - this.#files.firstFresh === this.#directoriesOfFresh.length)
      this.#directoriesOfFresh.push(directory.id);
    return { file, prefix: split.prefix };
  }

  #directoryOf(path: string): Directory {
    if (this.#last?.path === path) return this.#last;
    const hash = hashOn(emptyHash, path);
    this.#last = { path, id: this.#directories.idOf(path, hash), hash };
    return this.#last;
  }

  /** One row a page of the new files, as name-list.ts has cut them. */
  #writeDirectories(
    sqlite: Sqlite,
    firstFile: number,
    files: Uint32Array,
    nowDirectory: (id: number) => number,
  ): void {
    const sorted = new Uint32Array(files.length);
    files.forEach((id, index) => {
      sorted[id - firstFile] = nowDirectory(this.#directoriesOfFresh[index] ?? 0);
    });
    for (const { first } of sqlite.all('SELECT first FROM file_page WHERE first >= ? ORDER BY first', [
      firstFile,
    ])) {
      const start = Number(first) - firstFile;
      const page = sorted.slice(start, start + pageLength(sqlite, Number(first)));
      sqlite.run('INSERT INTO file_directories VALUES (?, ?)', [Number(first), new Uint8Array(page.buffer)]);
    }
  }

  #writeHeld(sqlite: Sqlite, catalogue: number, nowFile: (id: number) => number): void {
    const entries = this.#entries;
    // The number of the file above, the place in the batch below: so that plain numbers are sorted.
    const places = 2 ** 20;
    const keys = Float64Array.from(entries, ({ file }, index) => nowFile(file) * places + index).sort();
    for (let start = 0; start < keys.length; start += entriesInPiece) {
      const piece = Array.from(keys.subarray(start, start + entriesInPiece), (key) => {
        const entry = entries[key % places] as HeldEntry;
        const { target } = entry;
        return {
          ...entry,
          file: Math.floor(key / places),
          target: target && { ...target, file: nowFile(target.file) },
        };
      });
      sqlite.run('INSERT INTO held (catalogue, first, last, entries) VALUES (?, ?, ?, ?)', [
        catalogue,
        piece[0]?.file ?? 0,
        piece.at(-1)?.file ?? 0,
        encodeEntries(piece),
      ]);
    }
  }
}

function pageLength(sqlite: Sqlite, first: number): number {
  return Number(sqlite.get('SELECT count FROM file_page WHERE first = ?', [first])?.['count'] ?? 0);
}
