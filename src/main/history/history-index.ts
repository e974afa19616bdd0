/** The index of a state folder: answers questions about runs and files, and keeps itself up to date. It works in this thread; see history.ts. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isFailure } from '../../contract/errors.ts';
import type { FoundFiles, FoundRuns, IndexView, TrendSeries } from '../../contract/history.ts';
import type { IndexProgress, RunLine } from '../../contract/screens.ts';
import type { TapeLoss } from '../../contract/tape/tape-loss.ts';
import { provenDrills } from '../journal/drill-records.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { ChangesTeller } from './changes/changes-teller.ts';
import type { HistoryChanges } from './changes/known-runs.ts';
import { parseFilePattern } from './file-pattern.ts';
import { whereIs } from './file-search.ts';
import { IndexFile, IndexLost } from './index-file.ts';
import { IndexRefresh } from './index-refresh.ts';
import { restoresOf, searchRuns, trendsOf } from './run-table.ts';
import { parseSearch } from './search-query.ts';
import { numberOf, type Sqlite } from './sqlite.ts';
import type { KnownTape } from '../tape/media-catalogue.ts';
import { MediaFile } from '../tape/media-file.ts';
import { lossesOfRuns } from '../tape/tape-holders.ts';

/** How long a question waits for what is not in the index yet: milliseconds. Without one it waits until all is. */
interface Patience {
  readonly patience?: number | undefined;
}

export interface SearchQuestion extends Patience {
  readonly query: string;
  readonly limit: number;
  readonly before?: string | undefined;
}

export interface WhereQuestion extends Patience {
  readonly file: string;
  readonly limit: number;
}

export interface ChangesQuestion {
  /** The version that the asker has; undefined: nothing. */
  readonly since: string | undefined;
}

export interface TrendsQuestion {
  readonly volume?: string | undefined;
}

/** How often a question is asked again where the index was lost meanwhile. */
const mostTries = 4;

/** As long as it may take, but no longer than the patience lasts. */
async function within(work: Promise<void>, patience: number | undefined): Promise<void> {
  if (patience === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patience);
  });
  await Promise.race([work, over]).finally(() => clearTimeout(timer));
}

/** Has something done by one at a time; what is asked for while it is done is done again after that. */
class OneAtATime {
  readonly #work: () => Promise<void>;
  #going: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** @returns a time that has not begun yet */
  next(): Promise<void> {
    if (!this.#going) return this.#begin();
    this.#waiting ??= this.#going
      .catch(() => undefined)
      .then(() => {
        this.#waiting = undefined;
        return this.#begin();
      });
    return this.#waiting;
  }

  #begin(): Promise<void> {
    const going = this.#work().finally(() => {
      if (this.#going === going) this.#going = undefined;
    });
    this.#going = going;
    return going;
  }
}

/** What has to be up to date before a question is answered. */
type What = 'runs' | 'all';

/** What proved some volumes of a backup names them; what proved all of them does not. */
function ofBackup<Proof extends { readonly volumes: readonly string[] }>(
  { volumes, ...proof }: Proof,
  ofRun: readonly string[],
): Omit<Proof, 'volumes'> & { readonly volumes?: readonly string[] } {
  return volumes.length < ofRun.length ? { ...proof, volumes } : proof;
}

export class HistoryIndex {
  readonly #tapesFile: string;
  readonly #restoresFolder: string;
  readonly #file: IndexFile;
  readonly #refresh: IndexRefresh;
  readonly #runs: OneAtATime;
  readonly #catalogues: OneAtATime;
  readonly #changes: ChangesTeller;

  /**
   * @param key distinguishes this index from others of this process
   * @param onProgress receives the progress of a refresh; undefined: no refresh runs
   */
  constructor(state: StateFolder, key: string, onProgress: (progress: IndexProgress | undefined) => void) {
    this.#tapesFile = state.tapesFile;
    this.#restoresFolder = state.restoresFolder;
    this.#file = new IndexFile(indexFileOf(state), key);
    this.#refresh = new IndexRefresh(state, this.#file, onProgress);
    this.#runs = new OneAtATime(() => this.#refresh.takeRuns());
    this.#catalogues = new OneAtATime(() => this.#refresh.takeCatalogues());
    this.#changes = new ChangesTeller();
  }

  /** @throws SEARCH_UNREADABLE */
  async search({ query, limit, before, patience }: SearchQuestion): Promise<FoundRuns> {
    const begun = performance.now();
    const terms = parseSearch(query);
    const found = await this.#answer('runs', patience, (sqlite) => {
      const runs = searchRuns(sqlite, terms, { limit, before });
      return { ...runs, lines: withRestores(sqlite, runs.lines) };
    });
    const lines = withDrills(this.#restoresFolder, withLosses(this.#losses(), found.lines));
    return { ...found, lines, took: performance.now() - begun, unread: this.#refresh.unreadRuns };
  }

  /** What has changed among the runs since it was asked before. */
  async changes({ since }: ChangesQuestion): Promise<HistoryChanges> {
    const around = [markOfFile(this.#tapesFile), ...provenDrills(this.#restoresFolder)];
    const found = await this.#answer('runs', undefined, (sqlite) => {
      const answer = this.#changes.since(
        since,
        sqlite,
        this.#refresh.marksIn(sqlite),
        JSON.stringify(around),
      );
      return answer.lines.length === 0 ? answer : { ...answer, lines: withRestores(sqlite, answer.lines) };
    });
    if (found.lines.length === 0) return found;
    const lines = withDrills(this.#restoresFolder, withLosses(this.#losses(), found.lines));
    return { ...found, lines };
  }

  #losses() {
    return lossesOfRuns(readTapes(this.#tapesFile));
  }

  /** @throws FILE_UNNAMED */
  async where({ file, limit, patience }: WhereQuestion): Promise<FoundFiles> {
    const begun = performance.now();
    parseFilePattern(file);
    const losses = this.#losses();
    // A tape that still holds the file is worth more than a newer one that is lost.
    const rankOf = (run: string) => {
      const lost = losses.get(run) ?? [];
      return lost.length === 0 ? 0 : lost.some(({ certain }) => certain) ? 2 : 1;
    };
    const found = await this.#answer('all', patience, (sqlite) => whereIs(sqlite, file, limit, rankOf));
    const hits = withLosses(losses, found.hits);
    return { ...found, hits, took: performance.now() - begun, unread: this.#refresh.unreadEntries };
  }

  trends({ volume }: TrendsQuestion): Promise<TrendSeries[]> {
    return this.#answer('runs', undefined, (sqlite) => trendsOf(sqlite, volume));
  }

  /** What it holds once it is up to date. */
  async view({ rebuild }: { readonly rebuild: boolean }): Promise<IndexView> {
    if (rebuild) await this.#file.empty();
    const counts = await this.#answer('all', undefined, countsOf);
    const { file, inMemory, bytes } = this.#file;
    return { file, inMemory, bytes, ...counts };
  }

  /** Takes in what is new; what goes wrong is seen by the next question. */
  async refresh(): Promise<void> {
    await this.#answer('all', undefined, () => undefined).catch(() => undefined);
  }

  close(): void {
    this.#file.close();
  }

  async #answer<Result>(
    what: What,
    patience: number | undefined,
    question: (sqlite: Sqlite) => Result,
  ): Promise<Result> {
    for (let tries = 1; ; tries += 1)
      try {
        await this.#upToDate(what, patience);
        return await this.#file.use(question);
      } catch (error) {
        if (!(error instanceof IndexLost) || tries === mostTries) throw error;
      }
  }

  async #upToDate(what: What, patience: number | undefined): Promise<void> {
    const runs = this.#runs.next();
    const work = what === 'runs' ? runs : runs.then(() => this.#catalogues.next());
    work.catch(() => undefined);
    await within(work, patience);
  }
}

/** Restores of runs, which are runs themselves. */
function withRestores(sqlite: Sqlite, lines: readonly RunLine[]): RunLine[] {
  const restores = restoresOf(sqlite);
  return lines.map((line) => {
    const restored = restores.get(line.run);
    return restored ? { ...line, restored: ofBackup(restored, line.volumes) } : line;
  });
}

/** Size and time of a file; undefined if it is missing. */
function markOfFile(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.size} ${stat.mtimeMs}`;
}

/** What a run wrote may be gone: the tape inventory records that, and the index does not have it. */
function withLosses<Line extends { readonly run: string }>(
  losses: ReadonlyMap<string, readonly TapeLoss[]>,
  lines: readonly Line[],
): readonly (Line & { readonly lost?: readonly TapeLoss[] })[] {
  return losses.size === 0
    ? lines
    : lines.map((line) => {
        const lost = losses.get(line.run);
        return lost ? { ...line, lost } : line;
      });
}

/** Drills leave records of their own, which the index does not hold. */
function withDrills<Line extends Pick<RunLine, 'run' | 'volumes'>>(
  folder: string,
  lines: readonly Line[],
): readonly (Line & Pick<RunLine, 'drilled'>)[] {
  const drills = provenDrills(folder);
  return drills.size === 0
    ? lines
    : lines.map((line) => {
        const drill = drills.get(line.run);
        return drill ? { ...line, drilled: ofBackup(drill, line.volumes) } : line;
      });
}

/** The history is available even if a catalog cannot be read; `tapes` says so. */
function readTapes(file: string): readonly KnownTape[] {
  try {
    return new MediaFile(file).list().tapes;
  } catch (error) {
    if (!isFailure(error, 'TAPES_UNREADABLE')) throw error;
    return [];
  }
}

export const indexFileOf = (state: StateFolder): string => join(state.path, 'index.sqlite');

function countsOf(sqlite: Sqlite): Omit<IndexView, 'file' | 'inMemory' | 'bytes'> {
  const count = (sql: string) => numberOf(sqlite.get(sql)?.['n']);
  return {
    runs: count('SELECT count(*) AS n FROM run'),
    unreadableRuns: count('SELECT count(*) AS n FROM run WHERE trouble = 1'),
    catalogues: count('SELECT count(*) AS n FROM catalogue WHERE finished = 1'),
    entries: count('SELECT sum(done) AS n FROM catalogue'),
    files: count('SELECT sum(count) AS n FROM file_page'),
  };
}
