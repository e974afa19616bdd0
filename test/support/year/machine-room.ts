/**
 * The machine room of a year: an application that writes into three volumes, and cartridges in a library. This is known
 * without the program: the bytes of the volumes when they were parted, and what is recorded on each cartridge.
 */
import { stat } from 'node:fs/promises';
import { readFileSystem, type FileSystemEntry } from '../../../src/lab/gds/lab-file-system.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { readLabel, type TapeLabel } from '../../../src/main/tape/tape-label.ts';
import { sha256, type Scene, type SiteTree } from '../lab-run.ts';
import { filesOfTape } from '../tap-file.ts';
import { below, oneOf } from '../random-numbers.ts';

export const changer = '/dev/scsi/changer/c2t0d0';

/** Proxy -> its master, in the order of the job. */
export const masters = { Volume2: 'Volume1', Volume4: 'Volume3', Volume6: 'Volume5' } as const;
export type Proxy = keyof typeof masters;
const proxies = Object.keys(masters) as Proxy[];

/** The volume that is on tape byte for byte; the others are tar archives. */
export const imageProxy: Proxy = 'Volume6';

/** The bytes of each volume at one instant, by its proxy. */
export type Instant = ReadonlyMap<Proxy, Buffer>;

/** What is on a cartridge that a run has written. */
export interface OnCartridge {
  readonly cartridge: string;
  readonly label: TapeLabel;
  /** SHA-256 of the file of the image; undefined if the tape ends before it. */
  readonly imageSha256: string | undefined;
}

/** Room for the label and two records. */
const shortBytes = 3 * 32_768;
const wholeBytes = 2 ** 31;

async function bytesOf(scene: Scene, master: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of scene.lab.readVolume('Class1', master)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

async function filesIn(volume: Buffer): Promise<FileSystemEntry[]> {
  const { entries } = await readFileSystem({
    read: (target, position) => Promise.resolve(volume.copy(target, 0, position)),
    write: () => Promise.reject(new Error('read only')),
  });
  return entries.filter(({ type, size }) => type === 'file' && size > 0);
}

/** The content of each file of a volume, by its path below the root. */
export async function contentsOf(volume: Buffer): Promise<Map<string, Buffer>> {
  const files = await filesIn(volume);
  return new Map(files.map(({ path, offset, size }) => [path, volume.subarray(offset, offset + size)]));
}

/** Names the vault in a site file. */
export function nameVault(site: SiteTree, { hosts, identityFile: key }: Lab): void {
  const node = hosts[2];
  site.hosts['vault'] = { role: 'tape', address: '127.0.0.1', port: node?.port, user: node?.user, key };
}

export class MachineRoom {
  readonly #scene: Scene;
  readonly #random: () => number;
  readonly #end: () => void;
  readonly #known = new Map<string, { stamp: string; recorded: OnCartridge | undefined }>();
  #parted: Instant | undefined;
  #vault: Lab | undefined;
  readonly #lost = new Set<string>();

  constructor(scene: Scene, random: () => number) {
    this.#scene = scene;
    this.#random = random;
    this.#end = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started') return undefined;
      // The services are stopped until all volumes are parted: nothing is written between the first part and the last.
      if (line.startsWith('sdxproxy Part ')) return this.#rememberInstant();
      // They run again, and what they write must not be on the tape.
      if (line.startsWith('sdxshadowdisk -M ')) return this.work();
      return undefined;
    });
  }

  async close(): Promise<void> {
    this.#end();
    await this.#vault?.close();
  }

  /** From now on cartridges in the drive of another building count, too. */
  addVault(vault: Lab): void {
    this.#vault = vault;
  }

  get vault(): Lab | undefined {
    return this.#vault;
  }

  async #rememberInstant(): Promise<void> {
    if (this.#parted) return;
    const volumes = new Map<Proxy, Buffer>();
    for (const proxy of proxies) volumes.set(proxy, await bytesOf(this.#scene, masters[proxy]));
    this.#parted = volumes;
  }

  /** What was parted since the last call; undefined if nothing was. */
  takeInstant(): Instant | undefined {
    const parted = this.#parted;
    this.#parted = undefined;
    return parted;
  }

  /** The application changes a file in each volume. */
  async work(): Promise<void> {
    for (const master of Object.values(masters)) {
      const file = oneOf(await filesIn(await bytesOf(this.#scene, master)), this.#random);
      const bytes = Buffer.from(`${new Date().toISOString()} `.repeat(9)).subarray(0, file.size);
      const room = file.size - bytes.length;
      await this.#scene.lab.writeMaster(file.offset + below(room + 1, this.#random), bytes, master);
    }
  }

  async #type(line: string): Promise<void> {
    const { status, printed } = await this.#scene.lab.type('node3', line);
    if (status !== 0) throw new Error(`${line} ended with exit status ${status}: ${printed}`);
  }

  /** Opens the door of the library, and takes a cartridge out. */
  async takeOut(cartridge: string): Promise<void> {
    const { lab } = this.#scene;
    const where = lab.cartridges.find(({ name }) => name === cartridge)?.where ?? 'nowhere';
    if (where.startsWith('slot ')) await this.#type(`mtx -f ${changer} load ${where.slice(5)} 0`);
    await lab.ejectCartridge();
  }

  /** Puts a cartridge into the first free slot; one with that name is created if there is none. */
  async putIn(cartridge: string, { isShort = false } = {}): Promise<void> {
    await this.#scene.lab.insertCartridge(cartridge, { bytes: isShort ? shortBytes : wholeBytes });
    await this.#type(`mtx -f ${changer} unload`);
  }

  /** The cartridge can no longer be found. */
  lose(cartridge: string): void {
    this.#lost.add(cartridge);
  }

  /** Puts the cartridge that is in the drive back into its slot. */
  async clearDrive(): Promise<void> {
    if (this.#scene.lab.cartridges.some(({ where }) => where === 'drive'))
      await this.#type(`mtx -f ${changer} unload`);
  }

  /** Reads every cartridge that is not lost, wherever it is, by the reader of the images. */
  async recorded(): Promise<OnCartridge[]> {
    const cartridges = [...this.#scene.lab.cartridges, ...(this.#vault?.cartridges ?? [])];
    const there = cartridges.filter(({ name }) => !this.#lost.has(name));
    const found = await Promise.all(there.map(({ name, file }) => this.#recordedOn(name, file)));
    return found.flatMap((each) => each ?? []);
  }

  /** One that was not written since the last time is not read again. */
  async #recordedOn(cartridge: string, file: string): Promise<OnCartridge | undefined> {
    const state = await stat(file).catch(() => undefined);
    if (!state) return undefined;
    const stamp = `${state.mtimeMs} ${state.size}`;
    const known = this.#known.get(cartridge);
    if (known?.stamp === stamp) return known.recorded;
    const recorded = await readCartridge(cartridge, file);
    this.#known.set(cartridge, { stamp, recorded });
    return recorded;
  }
}

/** @returns undefined if it has no label */
async function readCartridge(cartridge: string, file: string): Promise<OnCartridge | undefined> {
  const [first, ...files] = await filesOfTape(file);
  const reading = readLabel(first?.[0] ?? Buffer.alloc(0));
  if (reading.kind !== 'label') return undefined;
  const image = files[proxies.indexOf(imageProxy)];
  return { cartridge, label: reading.label, imageSha256: image && sha256(Buffer.concat(image)) };
}
