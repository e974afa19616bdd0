/** Somebody else at the target of a restore, or at its tape. Their data must be unchanged, and is removed at the end. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { device, type FileRestore, type RestoreStage } from './file-restores.ts';

const mine = 'mine\n';
/** Of the lab's class; no backup of the campaign reads it. */
const mountedVolume = '/dev/sfdsk/Class1/dsk/Volume5';
const mountedOn = '/home';

/** A file of the archive, and one that it does not have. */
const ofArchive = 'etc/payroll.conf';
const ofNobody = 'notes.txt';

export class RestoreRival {
  readonly #stage: RestoreStage;
  readonly #way: FileRestore;
  readonly #files: string[] = [];
  readonly #folders: string[] = [];
  #isMounted = false;
  #opened: { readonly pid: string; readonly ended: Promise<unknown> } | undefined;

  constructor(stage: RestoreStage, way: FileRestore) {
    this.#stage = stage;
    this.#way = way;
  }

  get #target(): string {
    return this.#stage.path(this.#way);
  }

  /** Types a line. @returns true if it had an effect */
  async #type(host: 'node1' | 'node3', line: string): Promise<boolean> {
    return (await this.#stage.scene.lab.type(host, line)).status === 0;
  }

  async #makeFolder(path: string): Promise<void> {
    if (this.#way.host === undefined) {
      if (existsSync(path)) return;
      await mkdir(path);
      this.#folders.push(path);
    } else if (await this.#type(this.#way.host as 'node1', `mkdir ${path}`)) this.#folders.push(path);
  }

  /** An existing file is not theirs. */
  async #makeFile(path: string): Promise<void> {
    if (this.#way.host === undefined) {
      const made = await writeFile(path, mine, { flag: 'wx' }).then(
        () => true,
        () => false,
      );
      if (made) this.#files.push(path);
    } else if (await this.#type('node1', `test ! -f ${path} -a ! -d ${path}`)) {
      if (await this.#type('node1', `sh -c 'echo mine > ${path}'`)) this.#files.push(path);
    }
  }

  async makeFileOfNobody(): Promise<void> {
    await this.#makeFolder(this.#target);
    await this.#makeFile(join(this.#target, ofNobody));
  }

  async makeFileOfArchive(): Promise<void> {
    await this.#makeFolder(this.#target);
    await this.#makeFolder(dirname(join(this.#target, ofArchive)));
    await this.#makeFile(join(this.#target, ofArchive));
  }

  /** In the scratch folder of a drill, if it exists at that moment. */
  async makeFileInScratch(): Promise<void> {
    for (const scratch of await this.#stage.leftBeside(this.#way))
      await this.#makeFile(join(scratch, ofNobody));
  }

  makeFileInPlace(): Promise<void> {
    return this.#makeFile(this.#target);
  }

  makeFolderInPlace(): Promise<void> {
    return this.#makeFolder(this.#target);
  }

  /** A file system of the cluster, for writing: a restore into it would change it. */
  async mount(): Promise<void> {
    await this.#makeFolder(this.#target);
    if (!(await this.#type('node1', `umount ${mountedOn}`))) return;
    this.#isMounted = await this.#type('node1', `mount -F ufs ${mountedVolume} ${this.#target}`);
  }

  async openDevice(): Promise<void> {
    const { lab } = this.#stage.scene;
    const before = new Set(lab.processes('node1'));
    const ended = lab.type('node1', `sleep 1000 < ${device}`);
    const printed = (await lab.type('node1', `fuser ${device}`)).printed;
    this.#opened = { pid: /\d+/.exec(printed.replace(device, ''))?.[0] ?? '', ended };
    if (lab.processes('node1').every((each) => before.has(each))) throw new Error('the device is not open');
  }

  /** A drive that is read from does not give its cartridge. */
  async exchangeTape(): Promise<void> {
    await this.#stage.scene.lab.insertCartridge('another').catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 'EBUSY') throw error;
    });
  }

  async rewindTape(): Promise<void> {
    await this.#type('node3', 'mt -f /dev/rmt/0n rewind');
  }

  async readTape(): Promise<void> {
    await this.#type('node3', 'dd if=/dev/rmt/0n of=/dev/null bs=262144 count=3');
  }

  /** Their data that has changed. */
  async missed(): Promise<string[]> {
    const missed: string[] = [];
    for (const file of this.#files) {
      const text =
        this.#way.host === undefined
          ? await readFile(file, 'utf8').catch(() => '')
          : (await this.#stage.scene.lab.type('node1', `cat ${file}`)).printed;
      if (text !== mine) missed.push(file);
    }
    return missed;
  }

  /** Their files, by their paths below the target; '' is the target itself. */
  get paths(): readonly string[] {
    return this.#files.map((file) => file.slice(this.#target.length + 1));
  }

  /** True if their file system is mounted on the target. */
  get isMounted(): boolean {
    return this.#isMounted;
  }

  async undo(): Promise<void> {
    const { lab } = this.#stage.scene;
    if (this.#isMounted) {
      await this.#stage.onHost('node1', ['umount', this.#target], ['mount', mountedOn]);
      this.#isMounted = false;
    } else if (!lab.world().mounts.node1.some(({ directory }) => directory === mountedOn))
      await this.#stage.onHost('node1', ['mount', mountedOn]);
    if (this.#opened) {
      await this.#stage.onHost('node1', ['kill', this.#opened.pid]);
      await this.#opened.ended;
    }
    await lab.insertCartridge(this.#way.job);
    for (const path of [...this.#files, ...this.#folders.reverse()])
      if (this.#way.host === undefined) await rm(path, { recursive: true, force: true });
      else await this.#stage.onHost('node1', ['rm', '-rf', path]);
  }
}

export interface RestoreAct {
  readonly name: string;
  readonly act: (he: RestoreRival) => Promise<void>;
  /** The ways at which it can happen. */
  readonly isFor: (way: FileRestore) => boolean;
  /** The query that notices it. Nothing notices what is done between the last query and its command. By default, at any time. */
  readonly seenBy?: RegExp;
}

const onHost = ({ host }: FileRestore): boolean => host !== undefined;
const toFolder = ({ goesTo }: FileRestore): boolean => goesTo === 'folder';
const toScratch = ({ goesTo }: FileRestore): boolean => goesTo === 'scratch';
const toFile = ({ goesTo }: FileRestore): boolean => goesTo === 'file';

export const restoreActs: readonly RestoreAct[] = [
  { name: 'makes a file in the folder', act: (he) => he.makeFileOfNobody(), isFor: toFolder },
  {
    name: 'makes a file of the archive in the folder of this computer',
    act: (he) => he.makeFileOfArchive(),
    isFor: (way) => toFolder(way) && !onHost(way),
  },
  {
    name: 'makes a file of the archive in the folder',
    act: (he) => he.makeFileOfArchive(),
    isFor: (way) => toFolder(way) && onHost(way),
    seenBy: /^test -d \/var\/tmp\/back$/,
  },
  {
    name: 'mounts a file system on the folder',
    act: (he) => he.mount(),
    isFor: (way) => toFolder(way) && onHost(way),
    seenBy: /^test -d \/var\/tmp\/back$/,
  },
  {
    name: 'makes a file in place of the folder',
    act: (he) => he.makeFileInPlace(),
    isFor: toFolder,
    seenBy: /^test -f \/var\/tmp\/back$/,
  },
  {
    name: 'makes a file of the name of the image',
    act: (he) => he.makeFileInPlace(),
    isFor: toFile,
    seenBy: /^test -f \/var\/tmp\/back$/,
  },
  {
    name: 'makes a folder of the name of the image',
    act: (he) => he.makeFolderInPlace(),
    isFor: toFile,
    seenBy: /^test -d \/var\/tmp\/back$/,
  },
  {
    name: 'opens the device',
    act: (he) => he.openDevice(),
    isFor: ({ goesTo }) => goesTo === 'device',
    seenBy: /^fuser /,
  },
  {
    name: 'makes a file in the scratch folder of this computer',
    act: (he) => he.makeFileInScratch(),
    isFor: (way) => toScratch(way) && !onHost(way),
  },
  {
    name: 'makes a file in the scratch folder',
    act: (he) => he.makeFileInScratch(),
    isFor: (way) => toScratch(way) && onHost(way),
    seenBy: /^ls -a \/var\/tmp\/back\/SCRATCH$/,
  },
  { name: 'exchanges the tape', act: (he) => he.exchangeTape(), isFor: () => true },
  { name: 'rewinds the tape', act: (he) => he.rewindTape(), isFor: () => true },
  { name: 'reads the tape', act: (he) => he.readTape(), isFor: () => true },
];
