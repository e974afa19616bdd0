/**
 * Brings the index up to date with the state folder: journals first, from the newest on, then catalogues. It works in slices, so that questions
 * are answered in between; whatever is taken in stays, should the console die.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { isFailure } from '../../contract/errors.ts';
import type { IndexProgress } from '../../contract/screens.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { isReadTrouble, readCatalogue } from './catalogue-reader.ts';
import { CatalogueWriter, type CatalogueEntry } from './catalogue-writer.ts';
import type { IndexFile } from './index-file.ts';
import { runFacts, unreadableFacts, type IndexedRun } from './run-facts.ts';
import { unreadableLine } from './run-line.ts';
import { forgetRun, journalMarks, writeRun } from './run-table.ts';
import { numberOf, textOf, type Sqlite } from './sqlite.ts';

const sliceMilliseconds = 150;

/** Where a file may be compressed, the one that is there. */
const presentFile = (file: string): string | undefined =>
  [file, `${file}.gz`].find((each) => existsSync(each));

/** Size and time of a journal; undefined if it is gone. */
function markOf(state: StateFolder, run: string): string | undefined {
  const file = state.journalFile(run);
  for (const each of [file, `${file}.gz`]) {
    const stat = statSync(each, { throwIfNoEntry: false });
    if (stat) return `${stat.size} ${stat.mtimeMs}`;
  }
  return undefined;
}

async function factsOf(state: StateFolder, run: string): Promise<IndexedRun> {
  try {
    return runFacts(run, (await readRun(state, run)).events);
  } catch (error) {
    return unreadableFacts(unreadableLine(run, isFailure(error) ? error.message : String(error)));
  }
}

/** How many of the newest journals are checked for every question; the others as often as the time says. */
const freshRuns = 100;
const wholeLookMilliseconds = 3000;

const versionOf = (sqlite: Sqlite): string => textOf(sqlite.get('SELECT runs FROM state')?.['runs']);
/** Another one each time, also in an index that was founded again. */
const touchRuns = (sqlite: Sqlite): void => sqlite.run('UPDATE state SET runs = ?', [randomUUID()]);

const generationOf = (sqlite: Sqlite): number =>
  numberOf(sqlite.get('SELECT generation FROM state')?.['generation']);

interface Pending {
  readonly id: number;
  readonly file: string;
  readonly entries: number;
  readonly done: number;
}

const pendingCatalogues = (sqlite: Sqlite): Pending[] =>
  sqlite
    .all('SELECT id, file, entries, done FROM catalogue WHERE finished = 0 ORDER BY run DESC, position')
    .map((row) => ({
      id: numberOf(row['id']),
      file: textOf(row['file']),
      entries: numberOf(row['entries']),
      done: numberOf(row['done']),
    }));

export interface KnownMarks {
  readonly version: string;
  readonly marks: ReadonlyMap<string, string>;
}

export class IndexRefresh {
  readonly #state: StateFolder;
  readonly #file: IndexFile;
  readonly #told: (progress: IndexProgress | undefined) => void;
  #known: KnownMarks | undefined;
  /** When all journals were checked last. */
  #lookedAt = -Infinity;
  #unreadRuns = 0;
  #unreadEntries = 0;
  #writer: { readonly of: CatalogueWriter; generation: number } | undefined;

  /** @param told receives its progress; undefined: at its end */
  constructor(state: StateFolder, file: IndexFile, told: (progress: IndexProgress | undefined) => void) {
    this.#state = state;
    this.#file = file;
    let isBehind = false;
    this.#told = (progress) => {
      if (progress || isBehind) told(progress);
      isBehind = progress !== undefined;
    };
  }

  /** Journals that the index does not hold yet. */
  get unreadRuns(): number {
    return this.#unreadRuns;
  }

  /** Entries of catalogues that it does not hold yet. */
  get unreadEntries(): number {
    return this.#unreadEntries;
  }

  /**
   * Takes in the journals that are new, or have grown, and forgets those that are gone.
   * @throws IndexLost
   */
  async takeRuns(): Promise<void> {
    const names = (await this.#state.runs()).reverse();
    const known = await this.#file.use((sqlite) => this.marksIn(sqlite).marks);
    const marks = this.#marksOf(names, known);
    const gone = [...known.keys()].filter((run) => !marks.has(run));
    const changed = [...marks].filter(([run, mark]) => known.get(run) !== mark);
    if (gone.length > 0)
      await this.#file.change((sqlite) => {
        for (const run of gone) forgetRun(sqlite, run);
        touchRuns(sqlite);
      });
    this.#unreadRuns = changed.length;
    let slice: { facts: IndexedRun; mark: string }[] = [];
    let begun = performance.now();
    for (const [index, [run, mark]] of changed.entries()) {
      slice.push({ facts: await factsOf(this.#state, run), mark });
      if (performance.now() - begun < sliceMilliseconds && index < changed.length - 1) continue;
      await this.#writeRuns(slice);
      this.#unreadRuns = changed.length - index - 1;
      if (changed.length > 1) this.#told({ what: 'runs', done: index + 1, total: changed.length });
      slice = [];
      await turn();
      begun = performance.now();
    }
    this.#told(undefined);
  }

  /**
   * Run -> size and time of the journal that it was made of, and the version of them all. Ten thousand marks are not
   * read again while none has changed.
   */
  marksIn(sqlite: Sqlite): KnownMarks {
    const version = versionOf(sqlite);
    if (this.#known?.version !== version) this.#known = { version, marks: journalMarks(sqlite) };
    return this.#known;
  }

  /** An old journal hardly ever changes: it is not checked for each of several questions. */
  #marksOf(names: readonly string[], known: ReadonlyMap<string, string>): Map<string, string> {
    const isWhole = performance.now() - this.#lookedAt > wholeLookMilliseconds;
    if (isWhole) this.#lookedAt = performance.now();
    const marks = new Map<string, string>();
    names.forEach((run, index) => {
      const kept = isWhole || index < freshRuns ? undefined : known.get(run);
      const mark = kept ?? markOf(this.#state, run);
      if (mark !== undefined) marks.set(run, mark);
    });
    return marks;
  }

  #writeRuns(slice: readonly { facts: IndexedRun; mark: string }[]): Promise<void> {
    return this.#file.change((sqlite) => {
      for (const { facts, mark } of slice) writeRun(sqlite, facts, mark);
      touchRuns(sqlite);
    });
  }

  /**
   * Takes in the catalogues of those runs.
   * @throws IndexLost
   */
  async takeCatalogues(): Promise<void> {
    const pending = await this.#file.use(pendingCatalogues);
    const left = ({ entries, done }: Pending) => Math.max(0, entries - done);
    const total = pending.reduce((sum, catalogue) => sum + left(catalogue), 0);
    this.#unreadEntries = total;
    let before = 0;
    for (const catalogue of pending) {
      await this.#takeCatalogue(catalogue, (entries) => {
        this.#unreadEntries = total - before - entries;
        this.#told({ what: 'catalogues', done: before + entries, total });
      });
      before += left(catalogue);
      this.#unreadEntries = total - before;
    }
    this.#writer = undefined;
    this.#told(undefined);
  }

  async #takeCatalogue({ id, file, done }: Pending, told: (entries: number) => void): Promise<void> {
    // A state folder may have been moved, and a catalog compressed: it is next to its journal.
    const found = presentFile(join(dirname(this.#state.journalFile('any')), basename(file)));
    let read = 0;
    try {
      for await (const entries of found === undefined ? [] : readCatalogue(found)) {
        const isOurs = await this.#writeEntries(id, read, entries);
        if (!isOurs) return;
        read += entries.length;
        told(Math.max(0, read - done));
        await turn();
      }
    } catch (error) {
      // What can be read of a damaged file is taken; its journal's digest says that it is damaged.
      if (!isReadTrouble(error)) throw error;
    }
    const finished = found === undefined ? 2 : 1;
    await this.#file.change((sqlite) =>
      sqlite.run('UPDATE catalogue SET finished = ? WHERE id = ?', [finished, id]),
    );
  }

  /**
   * Takes entries that are not in yet: another console may be at the same catalog, or one that died may have begun it.
   * @param from how many of the catalog come before
   * @returns false where the catalog is not in the index any more
   */
  #writeEntries(id: number, from: number, entries: readonly CatalogueEntry[]): Promise<boolean> {
    return this.#file.change((sqlite) => {
      const row = sqlite.get('SELECT done FROM catalogue WHERE id = ?', [id]);
      if (!row) return false;
      const fresh = entries.slice(Math.max(0, numberOf(row['done']) - from));
      if (fresh.length === 0) return true;
      const generation = generationOf(sqlite);
      // A change by somebody else may have added new names.
      if (this.#writer?.generation !== generation)
        this.#writer = { of: new CatalogueWriter(sqlite), generation };
      const writer = this.#writer;
      this.#writer = undefined;
      writer.of.write(sqlite, id, fresh);
      sqlite.run('UPDATE catalogue SET done = ? WHERE id = ?', [from + entries.length, id]);
      sqlite.run('UPDATE state SET generation = ?', [generation + 1]);
      writer.generation = generation + 1;
      this.#writer = writer;
      return true;
    });
  }
}
