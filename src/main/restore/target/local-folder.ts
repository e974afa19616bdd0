/**
 * The folder of this computer that files are restored into. Nothing is written outside of it: each folder on the way is
 * checked itself, never the target of a link with that name. Paths are bytes: Node's own strings would lose those that
 * are not UTF-8.
 */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, chown, lchown, link, lstat, lutimes, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { failure } from '../../../contract/errors.ts';
import { bytesOfName } from '../../../contract/file-names.ts';
import { phrase } from '../../../contract/text/say.ts';
import { isMissing } from '../../journal/kept-file.ts';
import { writeTrouble } from '../../journal/journal.ts';

export type Overwrite = 'never' | 'older' | 'always';

/** What the archive has of an entry besides its content. */
export interface Attributes {
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Seconds since 1970. */
  readonly mtime: number | undefined;
}

const slash = Buffer.from('/');

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | null)?.code ?? '';

async function found(path: Buffer): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** File systems without hard links report one of these errors. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

export class LocalFolder {
  readonly path: string;
  readonly #overwrite: Overwrite;
  /** Only root may set owners. */
  readonly #isRoot = process.getuid?.() === 0;
  /** What this restore has written, by its key. */
  readonly #own = new Set<string>();
  /** Folders that this restore has created, with the modes and times that they get at the end. */
  readonly #made = new Map<string, Attributes | undefined>();
  readonly #known = new Set<string>();

  constructor(path: string, overwrite: Overwrite) {
    this.path = path;
    this.#overwrite = overwrite;
  }

  #place(parts: readonly string[]): Buffer {
    const below = parts.flatMap((part) => [slash, bytesOfName(part)]);
    return Buffer.concat([Buffer.from(this.path), ...below]);
  }

  /** An unused name next to an entry. */
  temporary(parts: readonly string[]): Buffer {
    return this.#place([...parts.slice(0, -1), `.shadowtape-${randomBytes(8).toString('hex')}`]);
  }

  /** True once something new is in the folder. */
  get hasWritten(): boolean {
    return this.#own.size > 0 || this.#made.size > 0;
  }

  /** The path of an entry that this restore has written; undefined if it was not written. */
  written(parts: readonly string[]): Buffer | undefined {
    return this.#own.has(parts.join('/')) ? this.#place(parts) : undefined;
  }

  /**
   * Creates the missing parent folders of an entry.
   * @returns why the entry cannot be written; undefined if it can
   * @throws RESTORE_FILE_UNWRITABLE
   */
  async makeWay(parts: readonly string[]): Promise<string | undefined> {
    for (let depth = 1; depth < parts.length; depth += 1) {
      const refusal = await this.#folder(parts.slice(0, depth), undefined);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /** Creates a folder of the archive. @returns why it cannot be created @throws RESTORE_FILE_UNWRITABLE */
  async makeFolder(parts: readonly string[], attributes: Attributes): Promise<string | undefined> {
    return (await this.makeWay(parts)) ?? (await this.#folder(parts, attributes));
  }

  async #folder(parts: readonly string[], attributes: Attributes | undefined): Promise<string | undefined> {
    const key = parts.join('/');
    if (this.#made.has(key)) {
      if (attributes) this.#made.set(key, attributes);
      return undefined;
    }
    if (this.#known.has(key)) return undefined;
    const place = this.#place(parts);
    const there = await this.doing(parts, () => found(place));
    if (there && !there.isDirectory())
      return phrase('a {what} is in the place of the folder {folder}', {
        what: there.isSymbolicLink() ? 'link' : 'file',
        folder: key,
      });
    if (there) this.#known.add(key);
    else {
      await this.doing(parts, () => mkdir(place, 0o700));
      this.#made.set(key, attributes);
    }
    return undefined;
  }

  /** Why an entry may not replace what exists; undefined if it may. @throws RESTORE_FILE_UNWRITABLE */
  async keeps(parts: readonly string[], mtime: number | undefined): Promise<string | undefined> {
    const there = await this.doing(parts, () => found(this.#place(parts)));
    if (!there || this.#own.has(parts.join('/'))) return undefined;
    if (there.isDirectory()) return phrase('a folder is in its place');
    if (this.#overwrite === 'always') return undefined;
    if (this.#overwrite === 'never') return phrase('it already exists');
    const isOlder = mtime !== undefined && there.mtimeMs < mtime * 1000;
    return isOlder ? undefined : phrase('it already exists and is not older');
  }

  /**
   * Gives an entry that was written under a temporary name its own. The temporary name may stay.
   * @returns why that was not done; undefined if it was
   * @throws RESTORE_FILE_UNWRITABLE
   */
  async give(temporary: Buffer, parts: readonly string[]): Promise<string | undefined> {
    const place = this.#place(parts);
    const isKept = this.#overwrite === 'never' && !this.#own.has(parts.join('/'));
    const refusal = await this.doing(parts, () =>
      isKept ? giveNew(temporary, place) : replace(temporary, place),
    );
    if (refusal === undefined) this.#own.add(parts.join('/'));
    return refusal;
  }

  /** Makes a link of either kind under a temporary name. @throws RESTORE_FILE_UNWRITABLE */
  async makeLink(parts: readonly string[], target: string | Buffer): Promise<Buffer> {
    const temporary = this.temporary(parts);
    await this.doing(parts, () =>
      Buffer.isBuffer(target)
        ? link(target, temporary)
        : symlink(Buffer.from(bytesOfName(target)), temporary),
    );
    return temporary;
  }

  /** Sets owner, mode and time. Without the owner, a program would run as somebody else: its set-user-ID bit is then cleared. */
  async setAttributes(place: Buffer, { mode, uid, gid, mtime }: Attributes): Promise<void> {
    const isOwned = this.#isRoot && uid !== undefined && gid !== undefined;
    if (isOwned) await chown(place, uid, gid);
    if (mode !== undefined) await chmod(place, mode & (isOwned ? 0o7777 : 0o777));
    if (mtime !== undefined) await lutimes(place, mtime, mtime);
  }

  /** A link has no mode of its own. */
  async setLinkAttributes(place: Buffer, { uid, gid, mtime }: Omit<Attributes, 'mode'>): Promise<void> {
    if (this.#isRoot && uid !== undefined && gid !== undefined) await lchown(place, uid, gid);
    if (mtime !== undefined) await lutimes(place, mtime, mtime);
  }

  /** Removes a temporary name, if it still exists. */
  async remove(temporary: Buffer): Promise<void> {
    await rm(temporary, { force: true });
  }

  /** Folders get their modes and times once everything is written into them. */
  async finish(): Promise<void> {
    for (const [key, attributes] of [...this.#made].reverse()) {
      const parts = key.split('/');
      await this.doing(parts, () => this.setAttributes(this.#place(parts), attributes ?? usualFolder));
    }
  }

  /** @throws RESTORE_FILE_UNWRITABLE */
  async doing<Value>(parts: readonly string[], work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      const file = `${this.path}/${parts.join('/')}`;
      throw failure('RESTORE_FILE_UNWRITABLE', { file, reason: writeTrouble(error) }, {}, error);
    }
  }
}

/** Of a folder that the archive does not describe. */
const usualFolder: Attributes = { mode: 0o755, uid: undefined, gid: undefined, mtime: undefined };

/** Replaces nothing: unlike rename, link never does. */
async function giveNew(temporary: Buffer, place: Buffer): Promise<string | undefined> {
  try {
    await link(temporary, place);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return phrase('it already exists');
    if (!withoutLinks.has(codeOf(error))) throw error;
    return replace(temporary, place);
  }
  return undefined;
}

async function replace(temporary: Buffer, place: Buffer): Promise<undefined> {
  await rename(temporary, place);
  return undefined;
}
