/** The contents of an archive's entries, collected while it passes: to compare what was extracted with what was sent. */
import { createHash, type Hash } from 'node:crypto';
import { createObserver, type Stage } from '../stage.ts';
import { createTarWalker } from './tar-walker.ts';

export interface TarContent {
  /** As the archive has it. */
  readonly path: string;
  /** The names of npm tar: `File`, `Directory`, `Link`, … */
  readonly type: string;
  /** Bytes of content. */
  readonly bytes: number;
  /** Hexadecimal, of the content as the archive has it. */
  readonly sha256: string;
  /** True if holes are omitted from the content. */
  readonly isSparse: boolean;
  /** Of a link. */
  readonly target: string | undefined;
}

/** One text for a path, however it is written: `./app/ledger.db` and `/app/ledger.db` are `app/ledger.db`. */
export const pathKey = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

/** An access control list or extended attributes of Solaris: its entry precedes that of its file. */
const attributeLetters = new Set(['A', 'E']);

export class TarContents {
  #current: { readonly content: Omit<TarContent, 'sha256'>; readonly hash: Hash } | undefined;
  readonly #found = new Map<string, TarContent>();
  readonly #walker = createTarWalker({
    entry: ({ path, type, size: bytes, linkpath: target }, { letter, isSparse }) => {
      if (attributeLetters.has(letter)) return;
      this.#current = { content: { path, type, bytes, isSparse, target }, hash: createHash('sha256') };
    },
    content: (bytes) => this.#current?.hash.update(bytes),
    end: () => {
      const current = this.#current;
      this.#current = undefined;
      if (!current) return;
      const sha256 = current.hash.digest('hex');
      this.#found.set(pathKey(current.content.path), { ...current.content, sha256 });
    },
  });

  /** By the key of the path: of two entries of one path the last one counts. The folder that was archived has the key ''. */
  get found(): ReadonlyMap<string, TarContent> {
    return this.#found;
  }

  /** @throws TAR_UNREADABLE */
  add(piece: Buffer): void {
    this.#walker.add(piece);
  }

  /** @throws TAR_UNREADABLE if the archive ends inside an entry */
  end(): void {
    this.#walker.end();
  }

  /** A stage that collects the entries that pass. */
  observer(): Stage<undefined> {
    return createObserver('contents of an archive', {
      piece: (piece) => this.add(piece),
      end: () => this.end(),
      result: () => undefined,
    });
  }

  /** True once the two blocks of zeros that end an archive have passed. */
  get isComplete(): boolean {
    return this.#walker.complete();
  }

  /** How much of the archive has been read, in bytes. */
  get offset(): number {
    return this.#walker.offset();
  }

  /** The content under a path: for a hard link, that of the name which tar found first. */
  contentOf(key: string): TarContent | undefined {
    const found = this.#found.get(key);
    return found?.type === 'Link' ? this.#found.get(pathKey(found.target ?? '')) : found;
  }
}
