import { posix } from 'node:path';
import { deviceFiles } from './device-names.ts';
import { parseSpecialFile, specialFilesOn } from '../gds/gds-model.ts';
import { IoError } from '../faults/io-error.ts';
import type { FileSystemEntry } from '../gds/lab-file-system.ts';
import { platformOf } from '../gds/lab-model.ts';
import type { HostModel, Mount, NodeName, Platform } from '../gds/lab-model.ts';
import { rewriteMounted, type MountedTree } from '../gds/mounted-tree.ts';
import { contentLength, freeKilobytes, type FileContent, type OpenContent } from './file-contents.ts';
import { entryIn, openMountedFiles, type MountedFiles } from './mounted-files.ts';
import { Pipe } from './pipe.ts';
import { throughLinks } from './symbolic-links.ts';
import { namesBelow, systemDirectories, systemFile, systemFileNames } from './system-file-tree.ts';
import type { PayrollEntry } from '../gds/payroll-files.ts';
import type { World } from '../world.ts';

const streams = ['/dev/null', '/dev/zero'];
export type FileKind = 'directory' | 'file' | 'device' | 'symlink' | 'fifo';

/** The file tree of one host: a few fixed directories, what was made in the lab, devices, mounted volumes. */
export class HostFiles {
  readonly #node: NodeName;
  readonly #world: World;
  readonly #machineId: string;
  /** FIFOs by their paths. They exist as long as the lab: they are not in the model. */
  readonly #fifos = new Map<string, Pipe>();

  /** @param machineId 32 hexadecimal digits: machine-id(5) of Linux */
  constructor(node: NodeName, world: World, machineId: string) {
    this.#node = node;
    this.#world = world;
    this.#machineId = machineId;
  }

  get #platform(): Platform {
    return platformOf(this.#world.model);
  }

  get #model(): HostModel {
    return this.#world.model.hosts[this.#node];
  }

  /** An absolute path without `.`, `..` and trailing slashes. */
  resolve(directory: string, path: string): string {
    return posix.resolve(directory, path);
  }

  /** @param isFollowed true: also where the last name is a link @throws IoError ELOOP */
  #real(path: string, isFollowed: boolean): string {
    return throughLinks(this.#model.links ?? {}, path, isFollowed);
  }

  /** The target of a symbolic link of this host; undefined if the path is not one. */
  linkAt(path: string): string | undefined {
    return this.#model.links?.[this.#real(path, false)];
  }

  /** How many files of this host hold the very same bytes. */
  namesOf(path: string): number {
    const content = this.#model.files[path];
    if (typeof content !== 'object') return 1;
    return Object.values(this.#model.files).filter((other) => other === content).length;
  }

  /** The object at the path, or undefined. */
  async kindOf(named: string): Promise<FileKind | undefined> {
    const path = this.#real(named, false);
    if (this.linkAt(path) !== undefined) return 'symlink';
    if (this.mountOf(path)) return this.#inMount(path, (entry) => Promise.resolve(entry?.type));
    if (this.#isDirectory(path)) return 'directory';
    if (this.#content(path) !== undefined) return 'file';
    if (this.#fifos.has(path)) return 'fifo';
    return this.#isDevice(path) ? 'device' : undefined;
  }

  /** All that a file holds. @throws IoError */
  async read(named: string): Promise<Buffer> {
    const path = this.#real(named, true);
    if (this.mountOf(path)) {
      return this.#inMount(path, async (entry, { volume }) => {
        if (!entry) throw new IoError('ENOENT');
        if (entry.type === 'directory') throw new IoError('EISDIR');
        const bytes = Buffer.alloc(entry.size);
        await volume.read(bytes, entry.offset);
        return bytes;
      });
    }
    return this.#world.contents.bytesOf(this.#contentAt(path));
  }

  /** Opens a file for reading, outside of mounted volumes piece by piece. @throws IoError */
  async open(named: string): Promise<OpenContent> {
    const path = this.#real(named, true);
    const { contents } = this.#world;
    return contents.open(this.mountOf(path) ? contents.of(await this.read(path)) : this.#contentAt(path));
  }

  /** How many bytes a file has outside of mounted volumes. @throws IoError */
  lengthOf(named: string): number {
    return contentLength(this.#contentAt(this.#real(named, true)));
  }

  /** @throws IoError */
  #contentAt(path: string): FileContent {
    const content = this.#content(path);
    if (content === undefined) throw new IoError(this.#isDirectory(path) ? 'EISDIR' : 'ENOENT');
    return content;
  }

  /** Writes a file outside of mounted volumes. @throws IoError */
  async write(path: string, text: string, append: boolean): Promise<void> {
    this.create(path, append);
    this.append(path, Buffer.from(text, 'utf8'));
    await this.#world.save();
  }

  /** Makes a file, or empties the one that is there. It is saved with what is written to it. @param keeps what it has. @throws IoError */
  create(named: string, keeps: boolean): void {
    const path = this.#real(named, true);
    this.#refuseWhereNoFile(path);
    if (!keeps || !Object.hasOwn(this.#model.files, path)) this.#put(path, '');
  }

  /** Replaces the contents of the file. */
  #put(path: string, content: FileContent): void {
    const { files } = this.#model;
    const before = files[path];
    files[path] = content;
    if (before !== undefined) this.#world.contents.forget(before);
  }

  /** What is free in the root file system, in kilobytes. */
  get freeKilobytes(): number {
    return freeKilobytes(Object.values(this.#model.files));
  }

  /** @throws IoError ENOSPC */
  #requireRoom(bytes: number): void {
    if (bytes / 1024 > this.freeKilobytes) throw new IoError('ENOSPC');
  }

  /**
   * Adds to a file, which others see at once; it is saved later. A file that was removed while it was open accepts
   * nothing.
   * @throws IoError ENOSPC
   */
  append(named: string, bytes: Buffer): void {
    const path = this.#real(named, true);
    const { files } = this.#model;
    const content = files[path];
    if (content === undefined) return;
    this.#requireRoom(bytes.length);
    files[path] = this.#world.contents.append(content, bytes);
  }

  /** @throws IoError */
  makeFifo(path: string): void {
    if (this.#isTaken(path)) throw new IoError('EEXIST');
    this.#refuseWhereNoFile(path);
    this.#fifos.set(path, new Pipe());
  }

  fifoAt(path: string): Pipe | undefined {
    return this.#fifos.get(path);
  }

  /** Gives what was made in the lab another name: a file, a link, a FIFO, a directory with what is in it. @throws IoError */
  async rename(named: string, target: string): Promise<void> {
    const [from, to] = [this.#real(named, false), this.#real(target, false)];
    for (const path of [from, to]) this.#refuseInMount(path);
    const model = this.#model;
    const fifo = this.#fifos.get(from);
    const isDirectory = model.directories.includes(from);
    const isEntry = isDirectory || Object.hasOwn(model.files, from) || this.linkAt(from) !== undefined;
    if (!fifo && !isEntry) throw new IoError('ENOENT');
    if (to.startsWith(`${from}/`)) throw new IoError('EINVAL');
    if (isDirectory && this.#isTaken(to)) throw new IoError('EEXIST');
    this.#refuseWhereNoFile(to);
    if (from === to) return;
    if (!isDirectory) this.#remove(to);
    const moved = (path: string): string =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
    model.directories = model.directories.map(moved);
    const movedAll = <Value>(entries: Record<string, Value>): Record<string, Value> =>
      Object.fromEntries(Object.entries(entries).map(([path, value]) => [moved(path), value]));
    model.files = movedAll(model.files);
    if (model.links) model.links = movedAll(model.links);
    const fifos = [...this.#fifos];
    this.#fifos.clear();
    for (const [path, entry] of fifos) this.#fifos.set(moved(path), entry);
    await this.#world.save();
  }

  #isTaken(path: string): boolean {
    const isFile = this.#content(path) !== undefined || this.linkAt(path) !== undefined;
    return isFile || this.#isDirectory(path) || this.#fifos.has(path);
  }

  #remove(path: string): void {
    const { files, links } = this.#model;
    this.#fifos.delete(path);
    delete links?.[path];
    const content = files[path];
    delete files[path];
    if (content !== undefined) this.#world.contents.forget(content);
  }

  /**
   * Puts entries below a directory, all in one act; directories that are there stay. Files of one buffer become names
   * of one file.
   * @throws IoError ENOSPC where the files together are more than the host has room for, and where a file cannot exist
   */
  async writeTree(directory: string, entries: readonly PayrollEntry[]): Promise<void> {
    const names = new Map<Buffer, number>();
    for (const { content } of entries) if (content) names.set(content, (names.get(content) ?? 0) + 1);
    this.#requireRoom([...names.keys()].reduce((sum, { length }) => sum + length, 0));
    const shared = new Map<Buffer, FileContent>();
    for (const { path, type, target = '', content = Buffer.alloc(0) } of entries) {
      const place = this.#real(posix.join(directory, path).replace(/(?<=.)\/$/, ''), false);
      if (type === 'directory') this.#makeWithParents(place);
      else {
        this.#makeWithParents(posix.dirname(place));
        this.#refuseWhereNoFile(place);
        this.#remove(place);
      }
      if (type === 'symlink') (this.#model.links ??= {})[place] = target;
      if (type !== 'file') continue;
      const held = shared.get(content) ?? this.#world.contents.of(content, (names.get(content) ?? 0) > 1);
      shared.set(content, held);
      this.#put(place, held);
    }
    await this.#world.save();
  }

  #makeWithParents(path: string): void {
    if (this.#isDirectory(path)) return;
    this.#makeWithParents(posix.dirname(path));
    this.#refuseWhereNoFile(path);
    if (this.#isTaken(path)) throw new IoError('ENOTDIR');
    this.#model.directories.push(path);
  }

  /**
   * Puts entries into the file system that is mounted there for writing, all in one act; those of the same path are replaced.
   * @param path in that file system: below it the paths of the entries are
   * @throws IoError EROFS where it is mounted read only, ENOSPC where it is too small
   */
  writeMounted(path: string, entries: readonly PayrollEntry[]): Promise<void> {
    return this.#rewriteMounted(path, (tree, inner) => {
      for (const entry of entries) {
        const placed = posix.join(inner, entry.path).replace(/^\.?\/?$/, '');
        tree.set(placed, { ...entry, path: placed });
      }
    });
  }

  #rewriteMounted(path: string, change: (tree: MountedTree, inner: string) => void): Promise<void> {
    const mount = this.mountOf(path);
    const inner = path.slice((mount?.directory.length ?? 0) + 1);
    return rewriteMounted(this.#world, this.#node, mount, (tree) => change(tree, inner));
  }

  #refuseWhereNoFile(path: string): void {
    this.#refuseInMount(path);
    if (this.#isDirectory(path)) throw new IoError('EISDIR');
    if (!this.#isDirectory(posix.dirname(path))) throw new IoError('ENOENT');
  }

  /** Makes one directory; the test and the creation are atomic, so that it serves as a lock. @throws IoError */
  makeDirectory(named: string): Promise<void> {
    const path = this.#real(named, false);
    this.#refuseInMount(path);
    if (this.#isTaken(path)) throw new IoError('EEXIST');
    if (!this.#isDirectory(posix.dirname(path))) throw new IoError('ENOENT');
    this.#model.directories.push(path);
    return this.#world.save();
  }

  /** @throws IoError where it is not an empty directory, or a mount point */
  async removeDirectory(named: string): Promise<void> {
    const path = this.#real(named, false);
    if (this.#model.mounts.some((mount) => mount.directory === path)) throw new IoError('EBUSY');
    this.#refuseInMount(path);
    if (!this.#isDirectory(path)) throw new IoError(this.#isTaken(path) ? 'ENOTDIR' : 'ENOENT');
    if ((await this.list(path)).length > 0) throw new IoError('ENOTEMPTY');
    if (!this.#model.directories.includes(path)) throw new IoError('EBUSY');
    this.#model.directories = this.#model.directories.filter((entry) => entry !== path);
    await this.#world.save();
  }

  /** @throws IoError where it is no file, link or FIFO of this host */
  async removeFile(named: string): Promise<void> {
    const path = this.#real(named, false);
    if (this.mountOf(path)) {
      if ((await this.kindOf(path)) !== 'file') throw new IoError('ENOENT');
      return this.#rewriteMounted(path, (tree, inner) => void tree.delete(inner));
    }
    if (this.#isDirectory(path)) throw new IoError('EISDIR');
    const isEntry = Object.hasOwn(this.#model.files, path) || this.linkAt(path) !== undefined;
    if (!isEntry && !this.#fifos.has(path)) throw new IoError('ENOENT');
    this.#remove(path);
    await this.#world.save();
  }

  /** Names in a directory, sorted. @throws IoError */
  async list(named: string): Promise<string[]> {
    const path = this.#real(named, true);
    if (this.mountOf(path)) {
      return this.#inMount(path, (entry, { system, inner }) => {
        if (entry?.type !== 'directory') throw new IoError(entry ? 'ENOTDIR' : 'ENOENT');
        return Promise.resolve(
          namesBelow(
            system.entries.map((found) => found.path),
            inner,
          ),
        );
      });
    }
    if (!this.#isDirectory(path)) throw new IoError('ENOENT');
    const all = [
      ...this.#directories(),
      ...systemFileNames(this.#platform),
      ...Object.keys(this.#model.files),
      ...Object.keys(this.#model.links ?? {}),
      ...this.#fifos.keys(),
      ...deviceFiles(this.#node, this.#platform),
      ...this.#volumeFiles(),
    ].map((entry) => entry.slice(1));
    return namesBelow(all, path.slice(1));
  }

  /** The mount under whose mount point a path lies. */
  mountOf(path: string): Mount | undefined {
    return this.#model.mounts
      .filter(({ directory }) => path === directory || path.startsWith(`${directory}/`))
      .sort((first, second) => second.directory.length - first.directory.length)[0];
  }

  /** Opens the file system in which a path lies. @throws IoError */
  async openMounted(path: string): Promise<MountedFiles | undefined> {
    const mount = this.mountOf(path);
    if (!mount) return undefined;
    return openMountedFiles(this.#world, this.#node, mount, path);
  }

  async #inMount<Result>(
    path: string,
    work: (entry: FileSystemEntry | undefined, files: MountedFiles) => Promise<Result>,
  ): Promise<Result> {
    const files = await this.openMounted(path);
    if (!files) throw new IoError('ENOENT');
    try {
      return await work(entryIn(files), files);
    } finally {
      files.volume.close();
    }
  }

  #refuseInMount(path: string): void {
    if (this.mountOf(path)) throw new IoError('EROFS');
  }

  #directories(): string[] {
    const ofVolumes = this.#volumeFiles().flatMap((file) => [
      posix.dirname(file),
      posix.dirname(posix.dirname(file)),
    ]);
    return [...systemDirectories[this.#platform], ...new Set(ofVolumes), ...this.#model.directories];
  }

  #volumeFiles(): string[] {
    return specialFilesOn(this.#world.model, this.#node);
  }

  #isDirectory(path: string): boolean {
    return this.#directories().includes(path);
  }

  #isDevice(path: string): boolean {
    if (streams.includes(path)) return true;
    if (this.#world.drive.hasDevice(path)) return this.#node === 'node3';
    if (deviceFiles(this.#node, this.#platform).includes(path)) return true;
    return parseSpecialFile(path) !== undefined && this.#volumeFiles().includes(path);
  }

  #content(path: string): FileContent | undefined {
    const [node, platform, host, machineId] = [this.#node, this.#platform, this.#model, this.#machineId];
    return systemFile({ node, platform, host, machineId }, path) ?? host.files[path];
  }
}
