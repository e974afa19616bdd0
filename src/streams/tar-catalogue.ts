/**
 * Lists the entries of a tar archive while it passes: what is on the tape, and where.
 */
import { failure } from '../contract/errors.ts';
import { createObserver } from './stage.ts';
import type { Stage } from './stage.ts';
import { createTarWalker } from './tar-walker.ts';
import type { TarEntry } from './tar-walker.ts';

export interface TarCatalogueResult {
  /** True when the two blocks of zeros were seen that end an archive. */
  readonly complete: boolean;
  /** The first entries, up to the limit. */
  readonly entries: readonly TarEntry[];
  readonly entryCount: number;
  /** Entries that are counted but not in `entries`. */
  readonly omitted: number;
  /** How many entries there are of each type. */
  readonly countByType: Readonly<Record<string, number>>;
  /** Bytes of the contents of all entries. */
  readonly contentBytes: number;
  /** Bytes that passed, with headers and padding. */
  readonly archiveBytes: number;
}

export interface TarCatalogueOptions {
  /** Called for every entry, in order; a throw fails the stream. */
  readonly onEntry?: ((entry: TarEntry) => void) | undefined;
  /** How many entries are kept for the result; default 50,000. */
  readonly entryLimit?: number | undefined;
  /** Fails the stream with TAR_INCOMPLETE where the archive ends without its two blocks of zeros. */
  readonly mustBeComplete?: boolean | undefined;
}

/** Makes the stage; the bytes pass unchanged. The stream fails with TAR_UNREADABLE at a header that is none. */
export function createTarCatalogue(options: TarCatalogueOptions = {}): Stage<TarCatalogueResult> {
  const entryLimit = options.entryLimit ?? 50_000;
  const entries: TarEntry[] = [];
  const countByType: Record<string, number> = {};
  let entryCount = 0;
  let contentBytes = 0;

  const walker = createTarWalker((entry) => {
    entryCount += 1;
    contentBytes += entry.size;
    countByType[entry.type] = (countByType[entry.type] ?? 0) + 1;
    if (entries.length < entryLimit) entries.push(entry);
    options.onEntry?.(entry);
  });

  return createObserver<TarCatalogueResult>('tar catalogue', {
    piece: (piece) => walker.add(piece),
    end() {
      walker.end();
      if (options.mustBeComplete && !walker.complete())
        throw failure('TAR_INCOMPLETE', { offset: walker.offset() });
    },
    result: () => ({
      complete: walker.complete(),
      entries,
      entryCount,
      omitted: entryCount - entries.length,
      countByType,
      contentBytes,
      archiveBytes: walker.offset(),
    }),
  });
}
