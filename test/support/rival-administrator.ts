/**
 * Another administrator who works on the cluster and the backup server while a run continues. Their commands are typed
 * at the consoles of the hosts: everything over ssh is the program's. They give up on what a host refuses.
 */
import { readFileSystem } from '../../src/lab/gds/lab-file-system.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import type { PlannedStep } from '../../src/contract/plan.ts';
import type { Scene } from './lab-run.ts';

/** The objects of a job, from its plan: a new step needs no change here. */
export interface JobObjects {
  readonly proxies: readonly string[];
  /** The physical disks of the proxies, which have the same names on the backup server. */
  readonly disks: readonly string[];
  readonly devices: readonly string[];
  /** The guide's commands of step 5, which make the shadow, and of step 7, which remove it. */
  readonly create: readonly string[];
  readonly remove: readonly string[];
  /** -> how the backup server mounts that shadow volume; of the first one that holds a file system, where there is one. */
  readonly mount: string | undefined;
}

const wordBehind = (line: string, option: string): string => {
  const words = line.split(' ');
  return words[words.indexOf(option) + 1] ?? '';
};

const linesOf = (steps: readonly PlannedStep[], id: string): string[] =>
  steps.find(({ step }) => step === id)?.commands.map(({ line }) => line) ?? [];

/** @param steps of the plan of the job */
export function objectsOf(steps: readonly PlannedStep[]): JobObjects {
  const create = linesOf(steps, '5');
  const [part = ''] = linesOf(steps, '3-3');
  const registered = create
    .filter((line) => line.startsWith('sdxshadowdisk -M'))
    .flatMap((line) => wordBehind(line, '-d').split(','))
    .map((entry) => entry.split('=') as [string, string]);
  const mounting = steps
    .flatMap(({ commands }) => commands)
    .find(({ argv }) => argv[0] === 'mount' && argv.includes('ro'));
  return {
    proxies: wordBehind(part, '-p').split(','),
    disks: registered.map(([, disk]) => disk),
    devices: registered.map(([device]) => device),
    create,
    remove: linesOf(steps, '7'),
    mount: mounting && [...mounting.argv.slice(0, -1), '/look'].join(' '),
  };
}

/** As the run itself has started them before fsck. */
const startForWriting = (volume: string): string[] => [
  `sdxshadowvolume -F -c Class2 -v ${volume}`,
  `sdxshadowvolume -N -c Class2 -v ${volume} -e mode=rw`,
];

/** Blocks before the volumes, where they are to begin at others. */
const gapBlocks = 1024;

export class Administrator {
  readonly #scene: Scene;
  readonly #job: JobObjects;
  /** Masters whose files hold other bytes than at first. */
  readonly #changed = new Set<string>();
  /** Proxies that the rival has parted. */
  readonly #parted = new Set<string>();
  #madeShadow = false;
  #areFlipped = false;
  /** Shadow volumes that were started for writing when they were removed. */
  #writable: string[] = [];
  #done = 0;

  constructor(scene: Scene, job: JobObjects) {
    this.#scene = scene;
    this.#job = job;
  }

  /** How many of the rival's commands had an effect. */
  get done(): number {
    return this.#done;
  }

  async #type(node: NodeName, line: string): Promise<boolean> {
    const { status } = await this.#scene.lab.type(node, line);
    if (status === 0) this.#done += 1;
    return status === 0;
  }

  /** Types lines until one is refused. @returns true if none was */
  async #typeAll(node: NodeName, lines: readonly string[]): Promise<boolean> {
    for (const line of lines) if (!(await this.#type(node, line))) return false;
    return true;
  }

  readonly #onCluster = (line: string) => this.#type('node1', line);

  #pair(proxy: string) {
    const pair = this.#scene.lab.world().pairs.find((each) => each.proxy.name === proxy);
    if (!pair) throw new Error(`the lab has no proxy ${proxy}`);
    return pair;
  }

  #hasShadow(): boolean {
    const { disks } = this.#scene.lab.world().shadow;
    return disks.length > 0;
  }

  /** An application has written to a master. Done twice, everything is as it was. */
  async #changeMaster(master: string): Promise<void> {
    await this.#flipFiles(master);
    if (!this.#changed.delete(master)) this.#changed.add(master);
  }

  /** Every byte in a volume differs, except where its file system keeps its index. */
  async #flipFiles(volume: string): Promise<void> {
    const { lab } = this.#scene;
    const pieces: Buffer[] = [];
    for await (const piece of lab.readVolume('Class1', volume)) pieces.push(piece as Buffer);
    const bytes = Buffer.concat(pieces);
    const { entries } = await readFileSystem({
      read: (target, position) => Promise.resolve(bytes.copy(target, 0, position)),
      write: () => Promise.reject(new Error('read only')),
    });
    // The files are after the index; what is after them belongs to no file.
    const from = Math.min(...entries.flatMap(({ type, offset }) => (type === 'file' ? [offset] : [])));
    await lab.writeMaster(from, Buffer.from(bytes.subarray(from).map((byte) => byte ^ 0x5a)), volume);
  }

  async part(): Promise<void> {
    for (const proxy of this.#job.proxies)
      if (await this.#onCluster(`sdxproxy Part -c Class1 -p ${proxy} -a pjrm=off`)) this.#parted.add(proxy);
  }

  async rejoin(): Promise<void> {
    for (const proxy of this.#job.proxies)
      if (await this.#onCluster(`sdxproxy Rejoin -c Class1 -p ${proxy}`)) this.#parted.delete(proxy);
  }

  /** What the applications have written since the part is then in the proxies, too. */
  async rejoinPartStop(): Promise<void> {
    const { lab } = this.#scene;
    for (const proxy of this.#job.proxies) {
      const { master, proxy: state } = this.#pair(proxy);
      if (state.state !== 'Part') continue;
      await this.#changeMaster(master.name);
      if (!(await this.#onCluster(`sdxproxy Rejoin -c Class1 -p ${proxy}`))) continue;
      await lab.copyingFinished();
      await this.#onCluster(`sdxproxy Part -c Class1 -p ${proxy} -a pjrm=off`);
      await this.#onCluster(`sdxvolume -F -c Class1 -v ${proxy} -e allnodes`);
    }
  }

  async startProxy(): Promise<void> {
    for (const proxy of this.#job.proxies)
      await this.#onCluster(`sdxvolume -N -c Class1 -v ${proxy} -e allnodes`);
  }

  async createShadow(): Promise<void> {
    const isNew = !this.#hasShadow();
    await this.#typeAll('node3', this.#job.create);
    this.#madeShadow ||= isNew;
  }

  /** Of another class, on the same device: a device can be in one class only. */
  async createForeignShadow(): Promise<void> {
    const [device = ''] = this.#job.devices;
    await this.removeShadow();
    await this.#typeAll('node3', [
      `sdxshadowdisk -M -c Other -d ${device}=Foreign1`,
      'sdxshadowdisk -C -c Other -g Foreign -d Foreign1',
      'sdxshadowvolume -M -c Other -g Foreign -v Theirs -s 512',
    ]);
  }

  async removeShadow(): Promise<void> {
    if (this.#hasShadow()) await this.#typeAll('node3', this.#job.remove);
  }

  /** The volumes lie at other blocks: several in another order, a single one after a gap. */
  async rebuildElsewhere(): Promise<void> {
    if (!this.#hasShadow()) return;
    if (await this.#typeAll('node3', this.#job.remove)) await this.#build('elsewhere');
  }

  /**
   * The volumes lie over other file systems, as sound as those of the proxies: the lab's backup server sees no other disk with one, so that
   * the bytes of the proxies' own files are others until the shadow is put back.
   */
  async rebuildOverOthers(): Promise<void> {
    const { remove, create, proxies } = this.#job;
    const { volumes } = this.#scene.lab.world().shadow;
    if (!this.#hasShadow() || !(await this.#typeAll('node3', remove))) return;
    this.#writable = volumes.filter(({ mode }) => mode === 'rw').map(({ name }) => name);
    for (const proxy of proxies) await this.#flipFiles(proxy);
    this.#areFlipped = true;
    await this.#typeAll('node3', [...create, ...this.#writable.flatMap(startForWriting)]);
  }

  async putBack(): Promise<void> {
    if (!this.#hasShadow()) return;
    if (!(await this.#typeAll('node3', this.#job.remove))) return;
    if (this.#areFlipped) for (const proxy of this.#job.proxies) await this.#flipFiles(proxy);
    this.#areFlipped = false;
    await this.#build('as planned');
    await this.#typeAll('node3', this.#writable.splice(0).flatMap(startForWriting));
  }

  async #build(where: 'elsewhere' | 'as planned'): Promise<void> {
    const { create } = this.#job;
    if (where === 'as planned') return void (await this.#typeAll('node3', create));
    const isVolume = (line: string) => line.startsWith('sdxshadowvolume -M');
    const volumes = create.filter(isVolume);
    const [first = ''] = volumes;
    const gap = first.replace(/ -v \S+ -s \d+$/, ` -v Gap -s ${gapBlocks}`);
    const object = `-c ${wordBehind(first, '-c')} -v Gap`;
    const removeGap = [`sdxshadowvolume -F ${object}`, `sdxshadowvolume -R ${object}`];
    const moved = volumes.length > 1 ? volumes.toReversed() : [gap, ...volumes, ...removeGap];
    await this.#typeAll('node3', [...create.filter((line) => !isVolume(line)), ...moved]);
  }

  /** To look at a file. */
  async mountShadow(): Promise<void> {
    const { mount } = this.#job;
    if (mount === undefined || !this.#hasShadow()) return;
    await this.#typeAll('node3', ['mkdir /look', mount]);
  }

  async reboot(node: NodeName): Promise<void> {
    this.#done += 1;
    await this.#scene.lab.rebootNode(node);
  }

  async rebootAndBuildElsewhere(): Promise<void> {
    const hadShadow = this.#hasShadow();
    await this.reboot('node3');
    if (hadShadow) await this.#build('elsewhere');
  }

  /** Undoes the rival's own actions; what the run has parted or built stays. */
  async undo(): Promise<void> {
    const { lab } = this.#scene;
    const world = lab.world();
    if (world.mounts.node3.some(({ directory }) => directory === '/look'))
      await this.#type('node3', 'umount /look');
    await this.#type('node3', 'rmdir /look');
    if (this.#hasForeign())
      await this.#typeAll('node3', [
        'sdxshadowvolume -F -c Other -v Theirs',
        'sdxshadowvolume -R -c Other -v Theirs',
        'sdxshadowgroup -R -c Other -g Foreign',
        'sdxshadowdisk -R -c Other -d Foreign1',
      ]);
    // Some objects may be gone.
    if (this.#madeShadow) for (const line of this.#job.remove) await this.#type('node3', line);
    for (const proxy of this.#parted)
      if (this.#pair(proxy).proxy.state === 'Part')
        await this.#onCluster(`sdxproxy Rejoin -c Class1 -p ${proxy}`);
    await lab.copyingFinished();
    for (const master of [...this.#changed]) await this.#changeMaster(master);
  }

  #hasForeign(): boolean {
    return this.#scene.lab.world().shadow.disks.includes('Foreign1');
  }
}

export interface RivalAct {
  readonly name: string;
  readonly side: 'cluster' | 'backup';
  readonly act: (administrator: Administrator) => Promise<void>;
  /** Undoes it when the run begins its next step. */
  readonly later?: (administrator: Administrator) => Promise<void>;
}

const act = (side: RivalAct['side'], name: string, what: RivalAct['act']): RivalAct => ({
  name,
  side,
  act: what,
});

/** What the other administrator may do at any moment. */
export const rivalActs: readonly RivalAct[] = [
  act('cluster', 'parts the proxy', (he) => he.part()),
  act('cluster', 'rejoins the proxy', (he) => he.rejoin()),
  act('cluster', 'rejoins, parts and stops the proxy', (he) => he.rejoinPartStop()),
  act('cluster', 'starts the proxy', (he) => he.startProxy()),
  act('cluster', 'reboots a node', (he) => he.reboot('node1')),
  act('backup', 'creates the shadow', (he) => he.createShadow()),
  act('backup', 'creates a shadow of another class', (he) => he.createForeignShadow()),
  act('backup', 'removes the shadow', (he) => he.removeShadow()),
  act('backup', 'rebuilds the shadow elsewhere', (he) => he.rebuildElsewhere()),
  {
    ...act('backup', 'rebuilds the shadow elsewhere and puts it back', (he) => he.rebuildElsewhere()),
    later: (he) => he.putBack(),
  },
  act('backup', 'mounts the shadow', (he) => he.mountShadow()),
  act('backup', 'reboots the backup server', (he) => he.reboot('node3')),
  act('backup', 'reboots the backup server and builds the shadow elsewhere', (he) =>
    he.rebootAndBuildElsewhere(),
  ),
];

/** What the rival may do to a shadow while one command uses it: after that command, it is as it was. */
export const rivalActsWithin: readonly RivalAct[] = [
  ...rivalActs.filter(({ later, name }) => later || name === 'rejoins, parts and stops the proxy'),
  {
    ...act('backup', 'rebuilds the shadow over another file system and puts it back', (he) =>
      he.rebuildOverOthers(),
    ),
    later: (he) => he.putBack(),
  },
];
