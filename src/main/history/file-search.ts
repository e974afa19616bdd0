/** Looks a file up in the index: first its name, then the catalogues that hold it, from the newest on. */
import { bytesOfName, type FileNameEncoding } from '../../contract/file-names.ts';
import type { FileHit } from '../../contract/history.ts';
import type { RunLine } from '../../contract/screens.ts';
import { filesByHand } from '../procedure/model/tape/by-hand.ts';
import { parseFilePatterns, type FilePattern, type NameRule } from './file-pattern.ts';
import { decodeEntries, type HeldEntry } from './held-entries.ts';
import { readablePath } from './name-encoding.ts';
import { namesOf, pagesOf, pageWith, type NamePage, type NameTable } from './name-list.ts';
import type { CataloguePlace, PartPlace } from './run-facts.ts';
import { bytesOf, numberOf, textOf, type Sqlite } from './sqlite.ts';
import { nameOfLine } from './stored-line.ts';

/** Numbers, a bit each. */
class NumberSet {
  readonly #bits: Uint8Array;
  lowest = Infinity;
  highest = 0;

  constructor(pages: readonly NamePage[]) {
    const last = pages.at(-1);
    this.#bits = new Uint8Array(((last ? last.first + last.count : 0) >> 3) + 1);
  }

  add(number: number): void {
    this.#bits[number >> 3] = (this.#bits[number >> 3] ?? 0) | (1 << (number & 7));
    if (number < this.lowest) this.lowest = number;
    if (number > this.highest) this.highest = number;
  }

  /** Takes in the numbers of another set of the same pages. */
  addAll(other: NumberSet): void {
    other.#bits.forEach((bits, index) => {
      this.#bits[index] = (this.#bits[index] ?? 0) | bits;
    });
    this.lowest = Math.min(this.lowest, other.lowest);
    this.highest = Math.max(this.highest, other.highest);
  }

  has(number: number): boolean {
    return ((this.#bits[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }

  /** True if one of the numbers from first to last is in it. */
  hasWithin(first: number, last: number): boolean {
    const end = Math.min(last, this.highest);
    for (let number = Math.max(first, this.lowest); number <= end; number += 1) {
      if ((number & 7) === 0 && this.#bits[number >> 3] === 0) number += 7;
      else if (this.has(number)) return true;
    }
    return false;
  }
}

/** Pages are sorted within: what begins with a text can only be where the page reaches it. */
function mayHold({ low, high }: NamePage, { begin, isExact }: NameRule): boolean {
  if (begin === '') return true;
  if (high < begin) return false;
  return isExact ? low <= begin : low <= begin || low.startsWith(begin);
}

const lineFeed = 10;

/** Reports the place in the page of each name that fits. Only lines that hold the piece are checked closely. */
function fittingPlaces(names: Buffer, { line, piece }: NameRule, tell: (place: number) => void): void {
  const wanted = Buffer.from(piece === '' ? '\n' : piece, 'latin1');
  let place = -1;
  let counted = 0;
  let at = names.indexOf(wanted);
  while (at >= 0 && at < names.length - 1) {
    // A piece that begins with a line feed begins a line.
    const begin = wanted[0] === lineFeed ? at + 1 : names.lastIndexOf(lineFeed, at) + 1;
    const end = names.indexOf(lineFeed, begin);
    for (; counted < begin; counted += 1) if (names[counted] === lineFeed) place += 1;
    if (!line || line.test(names.toString('latin1', begin, end))) tell(place);
    at = names.indexOf(wanted, end);
  }
}

/** Numbers of all names that fit. */
function fittingNames(sqlite: Sqlite, table: NameTable, rule: NameRule): NumberSet {
  const pages = pagesOf(sqlite, table);
  const found = new NumberSet(pages);
  for (const page of pages)
    if (mayHold(page, rule))
      fittingPlaces(namesOf(sqlite, table, page), rule, (place) => found.add(page.first + place));
  return found;
}

function directoriesOf(sqlite: Sqlite, first: number): Uint32Array {
  const bytes = bytesOf(
    sqlite.get('SELECT directories FROM file_directories WHERE first = ?', [first])?.['directories'],
  );
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** With more files than this, the catalogues are gone through at once: their newest entries are among them. */
const fewFiles = 5000;

/** The files that fit; a page of names is looked through when it is needed, or all of them while they are few. */
class FittingFiles {
  readonly #sqlite: Sqlite;
  readonly #pattern: FilePattern;
  readonly #directories: NumberSet | undefined;
  readonly #pages: readonly NamePage[];
  readonly #found: NumberSet;
  readonly #isLooked = new Set<NamePage>();
  #count = 0;

  constructor(sqlite: Sqlite, pattern: FilePattern) {
    this.#sqlite = sqlite;
    this.#pattern = pattern;
    this.#directories = pattern.directory?.line && fittingNames(sqlite, 'directory_page', pattern.directory);
    this.#pages = pagesOf(sqlite, 'file_page');
    this.#found = new NumberSet(this.#pages);
  }

  /** @returns all of them; undefined if they are many */
  few(): NumberSet | undefined {
    for (const page of this.#pages.toReversed()) {
      this.#look(page);
      if (this.#count > fewFiles) return undefined;
    }
    return this.#found;
  }

  has(file: number): boolean {
    const page = pageWith(this.#pages, file);
    if (page) this.#look(page);
    return this.#found.has(file);
  }

  #look(page: NamePage): void {
    const { name } = this.#pattern;
    if (this.#isLooked.has(page)) return;
    this.#isLooked.add(page);
    if (this.#directories?.highest === 0 || !mayHold(page, name)) return;
    let own: Uint32Array | undefined;
    const take = (place: number) => {
      if (this.#directories) {
        own ??= directoriesOf(this.#sqlite, page.first);
        if (!this.#directories.has(own[place] ?? 0)) return;
      }
      this.#count += 1;
      this.#found.add(page.first + place);
    };
    if (name.line) fittingPlaces(namesOf(this.#sqlite, 'file_page', page), name, take);
    else for (let place = 0; place < page.count; place += 1) take(place);
  }
}

/** Files that fit one of several patterns. */
class FilesOfAny {
  readonly #each: readonly FittingFiles[];

  constructor(sqlite: Sqlite, patterns: readonly FilePattern[]) {
    this.#each = patterns.map((pattern) => new FittingFiles(sqlite, pattern));
  }

  /** @returns all of them; undefined if they are many */
  few(): NumberSet | undefined {
    const [all, ...others] = this.#each.map((files) => files.few());
    for (const other of others) {
      if (!other) return undefined;
      all?.addAll(other);
    }
    return all;
  }

  has(file: number): boolean {
    return this.#each.some((files) => files.has(file));
  }
}

/** Reads names by their numbers; pages are kept while one question is answered. */
class PathReader {
  readonly #sqlite: Sqlite;
  readonly #pages: Readonly<Record<NameTable, readonly NamePage[]>>;
  readonly #names = new Map<string, string[]>();
  readonly #directories = new Map<number, Uint32Array>();

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.#pages = {
      directory_page: pagesOf(sqlite, 'directory_page'),
      file_page: pagesOf(sqlite, 'file_page'),
    };
  }

  #name(table: NameTable, id: number): { name: string; page: NamePage | undefined } {
    const page = pageWith(this.#pages[table], id);
    if (!page) return { name: '', page };
    const key = `${table} ${page.first}`;
    const names =
      this.#names.get(key) ?? namesOf(this.#sqlite, table, page).toString('latin1').slice(1, -1).split('\n');
    this.#names.set(key, names);
    return { name: nameOfLine(names[id - page.first] ?? ''), page };
  }

  /** Without what comes before it in the archive. */
  path(file: number): string {
    const { name, page } = this.#name('file_page', file);
    if (!page) return name;
    const own = this.#directories.get(page.first) ?? directoriesOf(this.#sqlite, page.first);
    this.#directories.set(page.first, own);
    const directory = this.#name('directory_page', own[file - page.first] ?? 0).name;
    return directory === '' ? name : `${directory}/${name}`;
  }
}

interface Catalogue {
  readonly id: number;
  readonly line: Pick<RunLine, 'run' | 'startedAt' | 'verdict'>;
  readonly place: CataloguePlace;
}

const tarBlock = 512;

interface Found {
  readonly entry: HeldEntry;
  /** As the archive has it. */
  readonly path: string;
}

/** @param inner without what comes before it */
const pathIn = ({ prefix, type }: HeldEntry, inner: string): string =>
  `${prefix}${inner}${type === 'Directory' && inner !== '' ? '/' : ''}`;

const endOf = ({ offset, size, type }: HeldEntry): number => offset + tarBlock + (type === 'File' ? size : 0);

/** The tapes from one entry to the end of another one, which may be the same. */
function tapesOf({ tapes, recordBytes }: CataloguePlace, first: HeldEntry, last: HeldEntry): PartPlace[] {
  const firstRecord = Math.floor(first.offset / recordBytes);
  const lastRecord = Math.floor((endOf(last) - 1) / recordBytes);
  return tapes.filter(
    (tape) =>
      tape.firstRecord <= lastRecord &&
      (tape.records === undefined || tape.firstRecord + tape.records > firstRecord),
  );
}

/** @param target of a hard link, where the catalog holds it: tar makes a link only to a file that is there */
function hitOf({ line, place }: Catalogue, { entry, path }: Found, target: Found | undefined): FileHit {
  const { type, size, mtime, offset } = entry;
  const shown = readablePath(path, place.fileNames);
  const first = target?.entry ?? entry;
  const tapes = tapesOf(place, first, entry);
  return {
    path: shown,
    ...(shown === path ? {} : { pathBytes: Buffer.from(bytesOfName(path)).toString('hex') }),
    ...(target ? { linkpath: readablePath(target.path, place.fileNames) } : {}),
    type,
    size,
    mtime: mtime === undefined ? undefined : new Date(mtime * 1000).toISOString(),
    run: line.run,
    startedAt: line.startedAt,
    verdict: line.verdict,
    verified: line.verdict === 'verified',
    volume: place.volume,
    host: place.host,
    device: place.device,
    tapes: tapes.map(({ name, uuid, file }) => ({ name, uuid, file })),
    offset,
    record: Math.floor(offset / place.recordBytes),
    command: filesByHand(place, tapes, target ? [target.path, path] : [path], first.offset),
  };
}

/** How late a run is named: the later, the less is known to be on its tapes. */
export type RankOf = (run: string) => number;

function* cataloguesOf(sqlite: Sqlite, rankOf: RankOf): Generator<Catalogue> {
  const rows = sqlite
    .all(
      'SELECT c.id, c.place, r.run, r.started, r.verdict FROM catalogue c JOIN run r USING (run) ORDER BY c.run DESC, c.position',
    )
    .toSorted((one, other) => rankOf(textOf(one['run'])) - rankOf(textOf(other['run'])));
  for (const row of rows)
    yield {
      id: numberOf(row['id']),
      line: {
        run: textOf(row['run']),
        startedAt: textOf(row['started']),
        verdict: textOf(row['verdict']) as RunLine['verdict'],
      },
      place: JSON.parse(textOf(row['place'])) as CataloguePlace,
    };
}

type Piece = Readonly<Record<'first' | 'last', number>>;

/** Entries of a catalog that are wanted. */
function* entriesOf(
  sqlite: Sqlite,
  catalogue: number,
  isWanted: { readonly piece: (piece: Piece) => boolean; readonly file: (file: number) => boolean },
): Generator<HeldEntry> {
  const pieces = sqlite.all('SELECT id, first, last FROM held WHERE catalogue = ? ORDER BY first', [
    catalogue,
  ]);
  for (const { id, first, last } of pieces) {
    if (!isWanted.piece({ first: numberOf(first), last: numberOf(last) })) continue;
    const row = sqlite.get('SELECT entries FROM held WHERE id = ?', [numberOf(id)]);
    yield* decodeEntries(bytesOf(row?.['entries']), isWanted.file);
  }
}

/** The file whose content a hard link is: the last one of its name before it. */
function targetOf(sqlite: Sqlite, catalogue: number, { target, offset }: HeldEntry): HeldEntry | undefined {
  if (!target) return undefined;
  const isWanted = {
    piece: ({ first, last }: Piece) => first <= target.file && last >= target.file,
    file: (file: number) => file === target.file,
  };
  return [...entriesOf(sqlite, catalogue, isWanted)]
    .filter((entry) => entry.offset < offset)
    .sort((one, other) => one.offset - other.offset)
    .at(-1);
}

/** Encodings of the names in all catalogues, where they are not UTF-8. */
const encodingsIn = (sqlite: Sqlite): FileNameEncoding[] =>
  sqlite
    .all("SELECT DISTINCT json_extract(place, '$.fileNames') AS encoding FROM catalogue")
    .flatMap(({ encoding }) => (encoding === null ? [] : [textOf(encoding) as FileNameEncoding]));

/**
 * @param file a name, a path or a pattern (file-pattern.ts)
 * @param rankOf runs of the same rank come together
 * @returns newest run first
 * @throws FILE_UNNAMED
 */
export function whereIs(
  sqlite: Sqlite,
  file: string,
  limit: number,
  rankOf: RankOf = () => 0,
): { readonly hits: readonly FileHit[]; readonly more: boolean } {
  const files = new FilesOfAny(sqlite, parseFilePatterns(file, encodingsIn(sqlite)));
  const few = files.few();
  const isWanted = few
    ? {
        piece: ({ first, last }: Piece) => few.hasWithin(first, last),
        file: (id: number) => few.has(id),
      }
    : { piece: () => true, file: (id: number) => files.has(id) };
  const hits: FileHit[] = [];
  if (few?.highest === 0) return { hits, more: false };
  const paths = new PathReader(sqlite);
  const found = (entry: HeldEntry): Found => ({ entry, path: pathIn(entry, paths.path(entry.file)) });
  for (const catalogue of cataloguesOf(sqlite, rankOf))
    for (const entry of entriesOf(sqlite, catalogue.id, isWanted)) {
      if (hits.length === limit) return { hits, more: true };
      const target = targetOf(sqlite, catalogue.id, entry);
      hits.push(hitOf(catalogue, found(entry), target && found(target)));
    }
  return { hits, more: false };
}
