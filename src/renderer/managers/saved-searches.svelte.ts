/** Searches of runs that the operator has saved in this browser. */

const key = 'shadowtape.searches';
/** The limit: one more replaces the oldest. */
const mostKept = 12;

/** Saved data may come from another release, or be written by hand. */
function readKept(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

export class SavedSearches {
  #all = $state.raw<readonly string[]>([]);

  /** In the order in which they were saved. */
  get all(): readonly string[] {
    return this.#all;
  }

  /** Restores what was saved. */
  restore(): void {
    this.#all = readKept();
  }

  has(query: string): boolean {
    return this.#all.includes(query.trim());
  }

  keep(query: string): void {
    const kept = query.trim();
    if (kept === '' || this.has(kept)) return;
    this.#write([...this.#all, kept].slice(-mostKept));
  }

  forget(query: string): void {
    this.#write(this.#all.filter((each) => each !== query));
  }

  #write(searches: readonly string[]): void {
    this.#all = searches;
    localStorage.setItem(key, JSON.stringify(searches));
  }
}

export const savedSearches = new SavedSearches();
