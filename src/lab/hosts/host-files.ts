import { isUtf8 } from 'node:buffer';
import { posix } from 'node:path';
import { deviceFiles } from './device-names.ts';
import { parseSpecialFile, specialFilesOn } from '../gds/gds-model.ts';
import { IoError } from '../faults/io-error.ts';
import { readFileSystem } from '../gds/lab-file-system.ts';
import type { FileSystem, FileSystemEntry } from '../gds/lab-file-system.ts';
import { platformOf } from '../gds/lab-model.ts';
import type { HostModel, Mount, NodeName, Platform } from '../gds/lab-model.ts';
import { bootId, bootIdFile, fstab, linuxFiles, solarisFiles, vfstab } from '../gds/system-files.ts';
import { rewriteMounted, type MountedTree } from '../gds/mounted-tree.ts';
import { Pipe } from './pipe.ts';
import type { PayrollEntry } from '../gds/payroll-files.ts';
import { openVolume } from '../gds/volume-access.ts';
import type { OpenVolume } from '../gds/volume-access.ts';
import type { World } from '../world.ts';

const commonDirectories =
  '/ /app /data /dev /dev/sfdsk /etc /home /mnt /proc /proc/sys /proc/sys/kernel /proc/sys/kernel/random /root /sbin /tmp /usr /usr/bin /usr/sbin /var /var/lib /var/opt /var/tmp'.split(
    ' ',
  );
const fixedDirectories = {
  solaris: [...commonDirectories, '/dev/dsk', '/dev/rdsk', '/dev/rmt'],
  linux: commonDirectories,
} as const;
const streams = ['/dev/null', '/dev/zero'];
/** The tree of a host is kept in the model, which is written whole at each change. */
const mostTreeBytes = 16_777_216;

export type FileKind = 'directory' | 'file' | 'device' | 'symlink' | 'fifo';

/** A mounted file system, opened for reading. Close its volume when done. */
export interface MountedFiles {
  readonly mount: Mount;
  readonly volume: OpenVolume;
  readonly system: FileSystem;
  /** Path below the mount point, without a leading slash. */
  readonly inner: string;
}

/** The file tree of one host: a few fixed directories, what was made in the lab, devices, mounted volumes. */
export class HostFiles {
  readonly #node: NodeName;
  readonly #world: World;
  readonly #machineId: string;
  /** FIFOs by their paths. They live as long as the lab: nothing of them is in the model. */
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

  /** What is there, or undefined. */
  async kindOf(path: string): Promise<FileKind | undefined> {
    if (this.mountOf(path)) return this.#inMount(path, (entry) => Promise.resolve(entry?.type));
    if (this.#isDirectory(path)) return 'directory';
    if (this.#smallFile(path) !== undefined) return 'file';
    if (this.#fifos.has(path)) return 'fifo';
    return this.#isDevice(path) ? 'device' : undefined;
  }

  /** The whole text of a file. @throws IoError */
  async read(path: string): Promise<Buffer> {
    if (this.mountOf(path)) {
      return this.#inMount(path, async (entry, { volume }) => {
        if (!entry) throw new IoError('ENOENT');
        if (entry.type === 'directory') throw new IoError('EISDIR');
        const bytes = Buffer.alloc(entry.size);
        await volume.read(bytes, entry.offset);
        return bytes;
      });
    }
    const content = this.#smallFile(path);
    if (content !== undefined) return bytesOfFile(content);
    throw new IoError(this.#isDirectory(path) ? 'EISDIR' : 'ENOENT');
  }

  /** Writes a small file outside of mounted volumes. @throws IoError */
  async write(path: string, text: string, append: boolean): Promise<void> {
    this.create(path, append);
    this.append(path, Buffer.from(text, 'utf8'));
    await this.#world.save();
  }

  /** Makes a small file, or empties the one that is there. It is saved with what is written to it. @param keeps what it has. @throws IoError */
  create(path: string, keeps: boolean): void {
    this.#refuseWhereNoFile(path);
    const { files } = this.#model;
    if (!keeps || !Object.hasOwn(files, path)) files[path] = '';
  }

  /**
   * Adds to a small file, which others see at once; it is saved later. A file that was removed while it was open takes nothing.
   * @throws IoError ENOSPC
   */
  append(path: string, bytes: Buffer): void {
    const { files } = this.#model;
    const content = files[path];
    if (content === undefined) return;
    if (lengthOf(content) + bytes.length > mostTreeBytes) throw new IoError('ENOSPC');
    if (typeof content === 'string' && isUtf8(bytes)) files[path] = content + bytes.toString('utf8');
    else files[path] = contentOf(Buffer.concat([bytesOfFile(content), bytes]));
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

  /** Gives what was made in the lab another name: a file, a FIFO, a directory with what is in it. @throws IoError */
  async rename(from: string, to: string): Promise<void> {
    for (const path of [from, to]) this.#refuseInMount(path);
    const model = this.#model;
    const fifo = this.#fifos.get(from);
    const isDirectory = model.directories.includes(from);
    if (!fifo && !isDirectory && !Object.hasOwn(model.files, from)) throw new IoError('ENOENT');
    if (to.startsWith(`${from}/`)) throw new IoError('EINVAL');
    if (isDirectory && this.#isTaken(to)) throw new IoError('EEXIST');
    this.#refuseWhereNoFile(to);
    if (from === to) return;
    if (!isDirectory) this.#remove(to);
    const moved = (path: string): string =>
      path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
    model.directories = model.directories.map(moved);
    model.files = Object.fromEntries(Object.entries(model.files).map(([path, text]) => [moved(path), text]));
    const fifos = [...this.#fifos];
    this.#fifos.clear();
    for (const [path, entry] of fifos) this.#fifos.set(moved(path), entry);
    await this.#world.save();
  }

  #isTaken(path: string): boolean {
    return this.#isDirectory(path) || this.#smallFile(path) !== undefined || this.#fifos.has(path);
  }

  #remove(path: string): void {
    this.#fifos.delete(path);
    delete this.#model.files[path];
  }

  /**
   * Puts directories and files into the tree, all in one act; directories that are there stay.
   * @throws IoError ENOSPC where the files together are more than the tree of a host is to hold, and where a file cannot stand
   */
  async writeTree(directories: readonly string[], files: ReadonlyMap<string, Buffer>): Promise<void> {
    const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    if (bytes > mostTreeBytes) throw new IoError('ENOSPC');
    for (const path of directories.filter((entry) => !this.#isDirectory(entry))) {
      this.#refuseWhereNoFile(path);
      this.#model.directories.push(path);
    }
    for (const [path, content] of files) {
      this.#refuseWhereNoFile(path);
      this.#model.files[path] = contentOf(content);
    }
    await this.#world.save();
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

  /** Makes one directory; whether it exists and that it comes into being is one act, so that it serves as a lock. @throws IoError */
  makeDirectory(path: string): Promise<void> {
    this.#refuseInMount(path);
    if (this.#isTaken(path)) throw new IoError('EEXIST');
    if (!this.#isDirectory(posix.dirname(path))) throw new IoError('ENOENT');
    this.#model.directories.push(path);
    return this.#world.save();
  }

  /** @throws IoError where it is not an empty directory, or a mount point */
  async removeDirectory(path: string): Promise<void> {
    if (this.#model.mounts.some((mount) => mount.directory === path)) throw new IoError('EBUSY');
    this.#refuseInMount(path);
    if (!this.#isDirectory(path))
      throw new IoError(this.#smallFile(path) === undefined ? 'ENOENT' : 'ENOTDIR');
    if ((await this.list(path)).length > 0) throw new IoError('ENOTEMPTY');
    if (!this.#model.directories.includes(path)) throw new IoError('EBUSY');
    this.#model.directories = this.#model.directories.filter((entry) => entry !== path);
    await this.#world.save();
  }

  /** @throws IoError where it is not a small file and no FIFO of this host */
  async removeFile(path: string): Promise<void> {
    if (this.mountOf(path)) {
      if ((await this.kindOf(path)) !== 'file') throw new IoError('ENOENT');
      return this.#rewriteMounted(path, (tree, inner) => void tree.delete(inner));
    }
    if (this.#isDirectory(path)) throw new IoError('EISDIR');
    if (!Object.hasOwn(this.#model.files, path) && !this.#fifos.has(path)) throw new IoError('ENOENT');
    this.#remove(path);
    await this.#world.save();
  }

  /** Names in a directory, sorted. @throws IoError */
  async list(path: string): Promise<string[]> {
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
      ...this.#smallFiles(),
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
    const volume = openVolume(this.#world, this.#node, mount.special, 'read');
    try {
      const system = await readFileSystem(volume);
      return { mount, volume, system, inner: path.slice(mount.directory.length + 1) };
    } catch (error) {
      volume.close();
      throw error;
    }
  }

  async #inMount<Result>(
    path: string,
    work: (entry: FileSystemEntry | undefined, files: MountedFiles) => Promise<Result>,
  ): Promise<Result> {
    const files = await this.openMounted(path);
    if (!files) throw new IoError('ENOENT');
    try {
      return await work(
        files.system.entries.find((entry) => entry.path === files.inner),
        files,
      );
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
    return [...fixedDirectories[this.#platform], ...new Set(ofVolumes), ...this.#model.directories];
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

  #smallFiles(): string[] {
    const own = this.#platform === 'linux' ? linuxFiles : solarisFiles;
    return [...own, bootIdFile, ...Object.keys(this.#model.files)];
  }

  #smallFile(path: string): SmallFile | undefined {
    const own = this.#platform === 'linux' ? this.#linuxFile(path) : this.#solarisFile(path);
    if (own !== undefined) return own;
    if (path === bootIdFile) return bootId(this.#node, this.#model.reboots ?? 0);
    return this.#model.files[path];
  }

  #solarisFile(path: string): string | undefined {
    if (path === '/etc/mnttab') return this.#mountTable();
    if (path === '/etc/vfstab') return this.#node === 'node3' ? '' : vfstab;
    return path === '/etc/release'
      ? '                      Solaris 9 (the lab of Shadowtape) SPARC\n'
      : undefined;
  }

  #linuxFile(path: string): string | undefined {
    if (path === '/proc/mounts' || path === '/etc/mtab') return this.#procMounts();
    if (path === '/etc/fstab') return this.#node === 'node3' ? '' : fstab;
    return path === '/etc/machine-id' ? `${this.#machineId}\n` : undefined;
  }

  /** As proc(5) has it, parted by blanks. */
  #procMounts(): string {
    const lines = this.#model.mounts.map(
      ({ special, directory, type, options }) => `${special} ${directory} ${type} ${options} 0 0\n`,
    );
    return ['/dev/sda1 / ext3 rw 0 0\n', ...lines].join('');
  }

  #mountTable(): string {
    const root = '/dev/dsk/c0t0d0s0\t/\tufs\trw,intr,largefiles\t1104537600\n';
    const lines = this.#model.mounts.map(
      ({ special, directory, type, options, time }) =>
        `${special}\t${directory}\t${type}\t${options}\t${time}\n`,
    );
    return [root, ...lines].join('');
  }
}

type SmallFile = HostModel['files'][string];

/** In bytes, near enough for a limit. */
const lengthOf = (content: SmallFile): number =>
  typeof content === 'string' ? content.length : (content.base64.length * 3) / 4;

function bytesOfFile(content: SmallFile): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : Buffer.from(content.base64, 'base64');
}

/** Text as text, so that the model can be read; what is none in base64. */
function contentOf(bytes: Buffer): SmallFile {
  return isUtf8(bytes) ? bytes.toString('utf8') : { base64: bytes.toString('base64') };
}

function namesBelow(paths: readonly string[], directory: string): string[] {
  const prefix = directory === '' ? '' : `${directory}/`;
  const names = paths
    .filter((path) => path !== '' && path !== directory && path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .filter((name) => !name.includes('/'));
  return [...new Set(names)].sort();
}
