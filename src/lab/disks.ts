import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Keystream } from './keystream.ts';
import { layOut } from './lab-file-system.ts';
import type { LaidOutFileSystem } from './lab-file-system.ts';
import {
  blockBytes,
  disksOfPair,
  masterDevice,
  pairBlocks,
  physicalBlocks,
  physicalDisks,
  privateBlocks,
  volumePairs,
} from './lab-model.ts';
import type { LabModel, VolumePair } from './lab-model.ts';
import { payrollFiles } from './payroll-files.ts';

const pieceBytes = 4_194_304;
/** How much of the private area and of the free space next to the volume is filled with bytes of the disk's own. */
const marginBytes = 1_048_576;

/** The disk files of a lab: reads and writes by physical disk and byte. */
export class Disks {
  readonly #handles: ReadonlyMap<string, FileHandle>;

  private constructor(handles: ReadonlyMap<string, FileHandle>) {
    this.#handles = handles;
  }

  /** Opens the disk files of a lab that was created before. */
  static async open(folder: string): Promise<Disks> {
    return new Disks(await openAll(folder, 'r+'));
  }

  /** Creates the disk files: mirrors alike, private areas and free space each disk its own. */
  static async create(folder: string, model: LabModel): Promise<Disks> {
    await mkdir(join(folder, 'disks'), { recursive: true });
    const handles = await openAll(folder, 'w+');
    const disks = new Disks(handles);
    for (const pair of volumePairs) {
      const names = disksOfPair(pair);
      for (const name of names) {
        const size = physicalBlocks(name, model.volumeBlocks) * blockBytes;
        const handle = disks.#handle(name);
        await handle.truncate(size);
        await writeMargins(handle, new Keystream(`${model.seed}/${name}`), volumeBytesOf(pair, model), size);
      }
      await writeVolume(
        names.map((name) => disks.#handle(name)),
        pair,
        model,
      );
    }
    return disks;
  }

  /**
   * Reads into `target`; fewer bytes than asked for where the disk ends.
   * @param position byte on the disk
   */
  async read(physical: string, target: Buffer, position: number): Promise<number> {
    const { bytesRead } = await this.#handle(physical).read(target, 0, target.length, position);
    return bytesRead;
  }

  /** @param position byte on the disk */
  async write(physical: string, bytes: Buffer, position: number): Promise<void> {
    await writeFully(this.#handle(physical), bytes, position);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#handles.values()].map((handle) => handle.close()));
  }

  #handle(physical: string): FileHandle {
    const handle = this.#handles.get(physical);
    if (!handle) throw new Error(`there is no disk ${physical} in the lab`);
    return handle;
  }
}

async function openAll(folder: string, flags: string): Promise<Map<string, FileHandle>> {
  const handles = new Map<string, FileHandle>();
  for (const { name } of physicalDisks) {
    handles.set(name, await open(join(folder, 'disks', `${name}.img`), flags, 0o600));
  }
  return handles;
}

async function writeFully(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function volumeBytesOf(pair: VolumePair, { volumeBlocks }: LabModel): number {
  return pairBlocks(pair, volumeBlocks) * blockBytes;
}

/** Sizes in bytes. */
async function writeMargins(
  handle: FileHandle,
  stream: Keystream,
  volumeBytes: number,
  diskBytes: number,
): Promise<void> {
  const volumeStart = privateBlocks * blockBytes;
  const volumeEnd = volumeStart + volumeBytes;
  const before = volumeStart - marginBytes;
  const after = Math.min(marginBytes, diskBytes - volumeEnd);
  await writeFully(handle, stream.bytes(before, marginBytes), before);
  await writeFully(handle, stream.bytes(volumeEnd, after), volumeEnd);
}

/** Lays the pieces of the file system that touch [position, position + bytes.length) over `bytes`. */
function overlay(bytes: Buffer, position: number, files: LaidOutFileSystem): void {
  if (position >= files.end) return;
  for (const piece of files.pieces) {
    const from = Math.max(piece.position, position);
    const to = Math.min(piece.position + piece.bytes.length, position + bytes.length);
    if (from < to) piece.bytes.copy(bytes, from - position, from - piece.position, to - piece.position);
  }
}

/** The same volume on every disk of the pair: a file system, and between and behind its files bytes that never repeat. */
async function writeVolume(handles: readonly FileHandle[], pair: VolumePair, model: LabModel): Promise<void> {
  const volumeBytes = volumeBytesOf(pair, model);
  const stream = new Keystream(`${model.seed}/${pair.master}`);
  const { fileSystem: type, directory: lastMounted } = pair;
  const files = layOut(payrollFiles(model.seed, volumeBytes), {
    type,
    lastMounted,
    device: masterDevice(pair),
  });
  const start = privateBlocks * blockBytes;
  for (let position = 0; position < volumeBytes; position += pieceBytes) {
    const bytes = stream.bytes(position, Math.min(pieceBytes, volumeBytes - position));
    overlay(bytes, position, files);
    await Promise.all(handles.map((handle) => writeFully(handle, bytes, start + position)));
  }
}
