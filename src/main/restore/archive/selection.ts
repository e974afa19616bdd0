/** Which entries of an archive are wanted: by patterns, with what is below a wanted folder, and with the targets of hard links. */
import type { FileNameEncoding } from '../../../contract/file-names.ts';
import { pathKey } from '../../../streams/tar/tar-contents.ts';
import type { CatalogueEntry } from '../../history/catalogue-writer.ts';
import { parseFilePatterns, type FilePattern } from '../../history/file-pattern.ts';
import { storedName } from '../../history/stored-line.ts';

type Named = Pick<CatalogueEntry, 'path' | 'type'>;

/** Whether an entry is wanted by its name; called in the order of the archive. */
export type ByName = (entry: Named) => boolean;

function fits({ directory, name }: FilePattern, key: string): boolean {
  const slash = key.lastIndexOf('/');
  const [folder, base] = [slash < 0 ? '' : key.slice(0, slash), key.slice(slash + 1)];
  if (directory?.line && !directory.line.test(storedName(folder))) return false;
  return !name.line || name.line.test(storedName(base));
}

/**
 * @param patterns in the syntax of `where` (history/file-pattern.ts); none: everything
 * @param encodings in which the names may be, besides UTF-8
 * @throws FILE_UNNAMED
 */
export function byPatterns(patterns: readonly string[], encodings: readonly FileNameEncoding[]): ByName {
  if (patterns.length === 0) return () => true;
  const parsed = patterns.flatMap((pattern) => parseFilePatterns(pattern, encodings));
  const folders = new Set<string>();
  const isBelow = (key: string): boolean => {
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1))
      if (folders.has(key.slice(0, slash))) return true;
    return folders.has('');
  };
  return ({ path, type }) => {
    const key = pathKey(path);
    const isWanted = isBelow(key) || parsed.some((pattern) => fits(pattern, key));
    if (isWanted && type === 'Directory') folders.add(key);
    return isWanted;
  };
}

/** What the file list of a run has of the wanted entries. */
export interface ListedFiles {
  /** In the order of the archive, including the targets of hard links. */
  readonly entries: readonly CatalogueEntry[];
  /** Bytes of all contents together. */
  readonly bytes: number;
}

/**
 * Chooses from a file list, entry after entry.
 */
export class ListSelection {
  readonly #isWanted: ByName;
  readonly #wanted = new Map<number, CatalogueEntry>();
  /** Last entry of each path that is no link: a hard link's target is before it. */
  readonly #last = new Map<string, CatalogueEntry>();

  constructor(isWanted: ByName) {
    this.#isWanted = isWanted;
  }

  /** Receives the next entry of the list. */
  add(entry: CatalogueEntry): void {
    if (this.#isWanted(entry)) this.#want(entry);
    if (entry.type !== 'Directory') this.#last.set(pathKey(entry.path), entry);
  }

  #want(entry: CatalogueEntry): void {
    this.#wanted.set(entry.offset, entry);
    if (entry.type !== 'Link' || entry.linkpath === undefined) return;
    const target = this.#last.get(pathKey(entry.linkpath));
    if (target) this.#want(target);
  }

  /** To be called at the end of the list. */
  result(): ListedFiles {
    const entries = [...this.#wanted.values()].sort((one, other) => one.offset - other.offset);
    return { entries, bytes: entries.reduce((sum, { size }) => sum + size, 0) };
  }
}
