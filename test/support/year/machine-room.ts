/**
 * The machine room of a year: an application that writes into three volumes, and cartridges in a library. What stands here is known without
 * the program: the bytes of the volumes when they were parted, and what is recorded on each cartridge.
 */
import { readFileSystem, type FileSystemEntry } from '../../../src/lab/gds/lab-file-system.ts';
import { readLabel, type TapeLabel } from '../../../src/main/tape/tape-label.ts';
import { sha256, type Scene } from '../lab-run.ts';
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
  /** SHA-256 of the file of the image; undefined where the tape ends before it. */
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

export class MachineRoom {
  readonly #scene: Scene;
  readonly #random: () => number;
  readonly #end: () => void;
  #parted: Instant | undefined;

  constructor(scene: Scene, random: () => number) {
    this.#scene = scene;
    this.#random = random;
    this.#end = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started') return undefined;
      // The services are stopped until all volumes are parted: nothing is written between the first part and the last.
      if (line.startsWith('sdxproxy Part ')) return this.#rememberInstant();
      // They run again, and what they write is not to be on the tape.
      if (line.startsWith('sdxshadowdisk -M ')) return this.work();
      return undefined;
    });
  }

  close(): void {
    this.#end();
  }

  async #rememberInstant(): Promise<void> {
    if (this.#parted) return;
    const volumes = new Map<Proxy, Buffer>();
    for (const proxy of proxies) volumes.set(proxy, await bytesOf(this.#scene, masters[proxy]));
    this.#parted = volumes;
  }

  /** What was parted since the last call; undefined where nothing was. */
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

  /** Puts a cartridge into the first free slot; one of that name is bought where there is none. */
  async putIn(cartridge: string, { isShort = false } = {}): Promise<void> {
    await this.#scene.lab.insertCartridge(cartridge, { bytes: isShort ? shortBytes : wholeBytes });
    await this.#type(`mtx -f ${changer} unload`);
  }

  /** Puts the cartridge that is in the drive back into its slot. */
  async clearDrive(): Promise<void> {
    if (this.#scene.lab.cartridges.some(({ where }) => where === 'drive'))
      await this.#type(`mtx -f ${changer} unload`);
  }

  /** Reads every cartridge, wherever it is, by the reader of the images. */
  async recorded(): Promise<OnCartridge[]> {
    const found = await Promise.all(
      this.#scene.lab.cartridges.map(async ({ name: cartridge, file }) => {
        const [first, ...files] = await filesOfTape(file).catch(() => []);
        const reading = readLabel(first?.[0] ?? Buffer.alloc(0));
        if (reading.kind !== 'label') return [];
        const image = files[proxies.indexOf(imageProxy)];
        return [{ cartridge, label: reading.label, imageSha256: image && sha256(Buffer.concat(image)) }];
      }),
    );
    return found.flat();
  }
}
