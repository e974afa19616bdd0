/**
 * The ways to restore files and images from tape without the cluster, on one lab: the target of each, and its contents
 * afterwards.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RestoreResult } from '../../src/main/application/console.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import { commandLine } from '../../src/main/ssh/quoting.ts';
import { withJob } from './failures.ts';
import { filesOfVolume, openScene, openSceneConsole, runScene, sha256, type Scene } from './lab-run.ts';
import { filesOfTape } from './tap-file.ts';
import { standing, type Standing } from './standing.ts';

interface FileRestore {
  readonly name: string;
  /** The job whose backup is restored; each has its own cartridge. */
  readonly job: 'raw-dd' | 'ufs-tar' | 'ufsdump';
  /** Whose disk is written; undefined: this computer's. */
  readonly host: NodeName | undefined;
  /** `scratch`: a drill, which removes what it has extracted. */
  readonly goesTo: 'folder' | 'file' | 'device' | 'scratch';
}

export type { FileRestore };

/** Every way of C and D, and drills that extract. */
export const fileRestores: readonly FileRestore[] = [
  { name: 'files to this computer', job: 'ufs-tar', host: undefined, goesTo: 'folder' },
  { name: 'files to a host', job: 'ufs-tar', host: 'node1', goesTo: 'folder' },
  { name: 'a dump to a host', job: 'ufsdump', host: 'node1', goesTo: 'folder' },
  { name: 'an image to this computer', job: 'raw-dd', host: undefined, goesTo: 'file' },
  { name: 'an image to a host', job: 'raw-dd', host: 'node1', goesTo: 'file' },
  { name: 'an image to a device', job: 'raw-dd', host: 'node1', goesTo: 'device' },
  { name: 'a drill of files on this computer', job: 'ufs-tar', host: undefined, goesTo: 'scratch' },
  { name: 'a drill of files on a host', job: 'ufs-tar', host: 'node1', goesTo: 'scratch' },
  { name: 'a drill of a dump on a host', job: 'ufsdump', host: 'node1', goesTo: 'scratch' },
  { name: 'a drill of an image on this computer', job: 'raw-dd', host: undefined, goesTo: 'scratch' },
  { name: 'a drill of an image on a host', job: 'raw-dd', host: 'node1', goesTo: 'scratch' },
];

/** SHA-256 of each file by its path below the target; of an image by the empty path. Nothing: the target does not exist. */
export type Contents = Readonly<Record<string, string>>;

export const device = '/dev/rdsk/c2t0d0s0';
/** The slice after it, where other data begins. */
const nextSlice = '/dev/rdsk/c2t0d0s3';
const imageRecords = 64;
const hostTarget = '/var/tmp/back';
/** Data of others next to the target, on the host and on this computer. */
const theirs = '/var/tmp/theirs';

const jobs = ['raw-dd', 'ufs-tar', 'ufsdump'] as const;

/** What a restore and a drill have in common. */
export type StageResult = Pick<RestoreResult, 'files' | 'notes' | 'error'> & { readonly exitStatus: number };

/** A lab with a backup of each job, each on its own tape, and data of others next to every target. */
export class RestoreStage {
  readonly scene: Scene;
  readonly #runs = new Map<string, { readonly run: string; readonly wanted: Contents }>();
  #before: { readonly standing: Standing; readonly others: string } | undefined;

  private constructor(scene: Scene) {
    this.scene = scene;
  }

  /** @param ways those to restore: what they need is backed up */
  static async open(ways: readonly FileRestore[]): Promise<RestoreStage> {
    const scene = await openScene({ blocks: 4096, jobs: [...jobs] });
    const stage = new RestoreStage(scene);
    try {
      for (const job of new Set(ways.map((way) => way.job))) await stage.#backUp(job);
      await stage.onHost('node1', ['mkdir', theirs], ['sh', '-c', `echo kept > ${theirs}/kept`]);
      await stage.onHost('node1', [
        'sh',
        '-c',
        `echo beyond | dd of=${nextSlice} bs=512 conv=sync 2>/dev/null`,
      ]);
      stage.#before = { standing: await standing(scene), others: await stage.#others() };
      return stage;
    } catch (error) {
      await scene.close();
      throw error;
    }
  }

  async #backUp(job: (typeof jobs)[number]): Promise<void> {
    const { lab } = this.scene;
    await lab.insertCartridge(job, { blank: true });
    const end = await runScene(this.scene, { job, change: RestoreStage.change });
    if (end.verdict !== 'verified') throw new Error(`the backup by ${job} ends: ${end.sentence}`);
    const [records = []] = await filesOfTape(lab.tapeFileOf(job));
    const image = { '': sha256(Buffer.concat(records)) };
    const wanted = job === 'raw-dd' ? image : await filesOfVolume(lab, 'Class1', 'Volume1');
    this.#runs.set(job, { run: end.run, wanted });
  }

  /** The site of all backups and restores. */
  static readonly change = (site: Parameters<ReturnType<typeof withJob>>[0]): void => {
    for (const job of jobs) withJob({ verify: { fingerprint: 2, readback: true } }, job)(site);
  };

  /** The run, and what the target holds once it is restored. */
  backupOf({ job, goesTo }: FileRestore): { readonly run: string; readonly wanted: Contents } {
    const backup = this.#runs.get(job);
    if (!backup) throw new Error(`there is no backup by ${job}`);
    return goesTo === 'scratch' ? { ...backup, wanted: {} } : backup;
  }

  path({ host, goesTo }: FileRestore): string {
    if (goesTo === 'device') return device;
    return host === undefined ? join(this.scene.folder, 'back') : hostTarget;
  }

  /** As `--to` names it. */
  to(way: FileRestore): string {
    return way.host === undefined ? this.path(way) : `${way.host}:${this.path(way)}`;
  }

  /** Types commands at the console of a host. @throws where one fails */
  async onHost(host: NodeName, ...commands: readonly (readonly string[])[]): Promise<string> {
    const printed: string[] = [];
    for (const argv of commands) {
      const typed = await this.scene.lab.type(host, commandLine(argv));
      if (typed.status !== 0) throw new Error(`${host}: ${argv.join(' ')}: ${typed.printed}`);
      printed.push(typed.printed);
    }
    return printed.join('');
  }

  /** The tape of this way is in the drive, and its target is empty; a device is overwritten with its earlier data. */
  async prepare(way: FileRestore): Promise<void> {
    await this.#insert(way.job);
    await this.#clear();
    if (way.goesTo === 'device')
      await this.onHost('node1', ['sh', '-c', `echo old | dd of=${device} bs=512 conv=sync 2>/dev/null`]);
    if (way.goesTo !== 'scratch') return;
    if (way.host === undefined) await mkdir(this.path(way));
    else await this.onHost(way.host, ['mkdir', this.path(way)]);
  }

  /** A reader left by a dead console holds the drive until the host has ended it. */
  async #insert(cartridge: string): Promise<void> {
    const { lab } = this.scene;
    for (;;) {
      let stop = () => {};
      const ended = new Promise<void>((resolve) => {
        stop = lab.onCommand(({ phase }) => (phase === 'ended' ? resolve() : undefined));
      });
      try {
        return await lab.insertCartridge(cartridge);
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'EBUSY') throw error;
        await ended;
      } finally {
        stop();
      }
    }
  }

  /** Like an operator, according to the program's report of the remains. */
  async #clear(): Promise<void> {
    for (const name of await readdir(this.scene.folder))
      if (name.startsWith('back')) await rm(join(this.scene.folder, name), { recursive: true });
    const names = (await this.onHost('node1', ['ls', '-a', '/var/tmp'])).split('\n');
    for (const name of names)
      if (name.startsWith('back')) await this.onHost('node1', ['rm', '-r', `/var/tmp/${name}`]);
  }

  /** The contents of the target, read from its disk. */
  contents(way: FileRestore): Promise<Contents> {
    if (way.goesTo === 'device') return this.#ofDevice();
    return way.host === undefined ? this.#here(this.path(way)) : this.#onHost(way.host, this.path(way));
  }

  /** Remaining temporary files next to the target; of a drill, remaining scratch folders. */
  async leftBeside(way: FileRestore): Promise<string[]> {
    if (way.goesTo === 'device') return [];
    const path = this.path(way);
    if (way.goesTo === 'scratch') return (await this.#names(way, path)).map((name) => join(path, name));
    const names = await this.#names(way, dirname(path));
    const beside = names.map((name) => join(path, '..', name));
    return beside.filter((file) => file !== path && file.startsWith(path));
  }

  async #names({ host }: FileRestore, folder: string): Promise<string[]> {
    if (host === undefined) return readdir(folder);
    const names = (await this.onHost(host, ['ls', '-a', folder])).split('\n');
    return names.filter((name) => !['', '.', '..'].includes(name));
  }

  async #ofDevice(): Promise<Contents> {
    const read = `dd if=${device} bs=32768 count=${imageRecords} 2>/dev/null | digest -a sha256`;
    return { '': (await this.onHost('node1', ['sh', '-c', read])).trim() };
  }

  async #here(path: string): Promise<Contents> {
    const digest = async (file: string) =>
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
    if (!existsSync(path)) return {};
    if ((await stat(path)).isFile()) return { '': await digest(path) };
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const pairs = files.map(async (file) => [file.slice(path.length + 1), await digest(file)] as const);
    return Object.fromEntries(await Promise.all(pairs));
  }

  /** From its own `ls` and `digest`. */
  async #onHost(host: NodeName, path: string): Promise<Contents> {
    const is = async (test: string) => (await this.scene.lab.type(host, `test ${test} ${path}`)).status === 0;
    if (await is('-f')) {
      const printed = await this.onHost(host, ['digest', '-a', 'sha256', path]);
      return { '': printed.trim() };
    }
    if (!(await is('-d'))) return {};
    const files = (await this.#filesBelow(host, path)).map((file) => `${path}/${file}`);
    if (files.length === 0) return {};
    const printed = await this.onHost(host, ['digest', '-a', 'sha256', '/dev/null', ...files]);
    const lines = printed.split('\n').flatMap((line) => {
      const [, file = '', digest = ''] = /^\((.*)\) = ([0-9a-f]{64})$/.exec(line) ?? [];
      return file.startsWith(path) ? [[file.slice(path.length + 1), digest] as const] : [];
    });
    return Object.fromEntries(lines);
  }

  async #filesBelow(host: NodeName, path: string): Promise<string[]> {
    const lists = (await this.onHost(host, ['ls', '-lR', path])).split(/^(?=\S.*:$)/m);
    return lists.flatMap((list) => {
      const [head = '', ...lines] = list.split('\n');
      const folder = head.replace(/:$/, '').slice(path.length + 1);
      return lines.flatMap((line) => {
        const [, name] = /^-\S+ +\d+ \S+ +\S+ +\d+ \w+ +\d+ \d\d:\d\d (.*)$/.exec(line) ?? [];
        return name === undefined ? [] : [folder === '' ? name : `${folder}/${name}`];
      });
    });
  }

  /** What others have: next to the target, on the device after it, and every tape. */
  async #others(): Promise<string> {
    const { lab } = this.scene;
    const tapes = await Promise.all([...this.#runs.keys()].map((job) => readFile(lab.tapeFileOf(job))));
    const slice = `dd if=${nextSlice} bs=32768 count=2 2>/dev/null | digest -a sha256`;
    return [
      await this.onHost('node1', ['cat', `${theirs}/kept`], ['sh', '-c', slice]),
      ...tapes.map((tape) => createHash('sha256').update(tape).digest('hex')),
    ].join('\n');
  }

  /** Everything that is not the restore's is unchanged, and no lock remains. @returns the differences, one per line */
  async harm(way: FileRestore): Promise<string[]> {
    const before = this.#before;
    if (!before) throw new Error('the stage is not open');
    const own = this.path(way);
    const without = (state: Standing): string =>
      JSON.stringify({
        ...state,
        directories: Object.values(state.directories).map((paths) =>
          paths.filter((path) => path !== own && !path.startsWith(`${own}/`)),
        ),
      });
    const isSame = without(await standing(this.scene)) === without(before.standing);
    const others = await this.#others();
    return [
      ...(isSame ? [] : ['the cluster, a mount or a folder is not as it was']),
      ...(others === before.others ? [] : ['data of others is not as it was']),
    ];
  }

  /** Restores, or drills. @throws its refusal */
  async restore(way: FileRestore, abort = new AbortController().signal): Promise<StageResult> {
    const console = await openSceneConsole(this.scene, RestoreStage.change);
    try {
      const service = console.fileRestoreService;
      if (way.goesTo === 'scratch') {
        const hooks = { abort, ask: undefined, onProgress: () => undefined };
        const drilled = await service.drill({ run: this.backupOf(way).run, to: this.to(way) }, hooks);
        return { ...drilled, files: [] };
      }
      const question = { what: [this.backupOf(way).run], to: this.to(way), overwrite: 'never' } as const;
      const nothing = () => Promise.resolve({ hits: [], more: false });
      const prepared = await service.prepare(question, nothing);
      return await service.perform(prepared, {
        ...{ abort, ask: undefined, replace: way.goesTo === 'device' ? [device] : [] },
        ...{ onProgress: () => undefined, onFile: () => undefined },
      });
    } finally {
      await console.close();
    }
  }

  /** As `unlock /dev/rmt/0` does. */
  async removeDriveLock(): Promise<void> {
    const console = await openSceneConsole(this.scene, RestoreStage.change);
    try {
      await console.lockService.remove('/dev/rmt/0', () => Promise.resolve(true));
    } finally {
      await console.close();
    }
  }

  /** The words of the command line for it. */
  async words(way: FileRestore): Promise<string[]> {
    const site = await this.scene.writeSite(RestoreStage.change);
    const words = ['--site', site, '--state', this.scene.state.path, '--trust', 'restore'];
    const named = { device: ['--replace', device], scratch: ['--drill'], folder: [], file: [] }[way.goesTo];
    return [...words, this.backupOf(way).run, '--to', this.to(way), ...named];
  }

  close(): Promise<void> {
    return this.scene.close();
  }
}
