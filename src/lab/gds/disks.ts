import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { dataSpaceOf, piecesOf } from './gds-mapping.ts';
import type { DiskPiece } from './gds-mapping.ts';
import { volumeOf } from './gds-model.ts';
import { Keystream } from './keystream.ts';
import { layOut } from './lab-file-system.ts';
import type { LaidOutFileSystem } from './lab-file-system.ts';
import { bytesOf, type GdsClass, type LabModel, platformOf, privateBlocks } from './lab-model.ts';
import { masterDevice, physicalBlocks, physicalDisks, volumePairs } from './lab-volumes.ts';
import type { VolumePair } from './lab-volumes.ts';
import { payrollFiles } from './payroll-files.ts';

const pieceBytes = 4_194_304;
/**
 * How much of the private area and of the free space next to the volumes is filled with bytes unique to the disk, at
 * most; on a small disk an eighth of what its volumes have.
 */
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

  /** Creates the disk files: mirrors are equal, private areas and free space differ for each disk. */
  static async create(folder: string, model: LabModel): Promise<Disks> {
    await mkdir(join(folder, 'disks'), { recursive: true });
    const handles = await openAll(folder, 'w+');
    const disks = new Disks(handles);
    const [owner] = model.classes;
    if (!owner) throw new Error('the lab has no class');
    for (const name of physicalDisks) {
      const handle = disks.#handle(name);
      const size = bytesOf(physicalBlocks(name, model.volumeBlocks));
      await handle.truncate(size);
      await writeMargins(handle, new Keystream(`${model.seed}/${name}`), endOfVolumes(owner, name), size);
    }
    for (const pair of volumePairs(platformOf(model))) await writePair(disks, owner, pair, model.seed);
    return disks;
  }

  /**
   * Reads pieces of the disks into their places in `target`.
   * @returns how many bytes were read: fewer than asked for where a disk ends
   */
  async read(pieces: readonly DiskPiece[], target: Buffer): Promise<number> {
    const lengths = await Promise.all(
      runsOf(pieces).map(async (run) => {
        const bytes = run.pieces.length > 1 ? Buffer.allocUnsafe(run.length) : partOf(target, run.pieces[0]);
        const { bytesRead } = await this.#handle(run.physical).read(bytes, 0, run.length, run.position);
        if (run.pieces.length > 1) scatter(bytes.subarray(0, bytesRead), run.pieces, target);
        return bytesRead;
      }),
    );
    return lengths.reduce((sum, length) => sum + length, 0);
  }

  /** Writes the places in `bytes` that pieces of the disks have. */
  async write(pieces: readonly DiskPiece[], bytes: Buffer): Promise<void> {
    await Promise.all(
      runsOf(pieces).map((run) => {
        const parts = run.pieces.map((piece) => partOf(bytes, piece));
        const whole = parts.length === 1 ? parts[0] : undefined;
        return writeFully(this.#handle(run.physical), whole ?? Buffer.concat(parts), run.position);
      }),
    );
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

/** Pieces that follow each other directly on one disk: the parts of a stripe become one piece of work per disk. */
interface Run {
  readonly physical: string;
  readonly position: number;
  readonly pieces: DiskPiece[];
  length: number;
}

function runsOf(pieces: readonly DiskPiece[]): Run[] {
  const runs: Run[] = [];
  const last = new Map<string, Run>();
  for (const piece of pieces) {
    const { physical, position, length } = piece;
    const before = last.get(physical);
    if (before && before.position + before.length === position) {
      before.pieces.push(piece);
      before.length += length;
    } else {
      const run = { physical, position, pieces: [piece], length };
      runs.push(run);
      last.set(physical, run);
    }
  }
  return runs;
}

function partOf(bytes: Buffer, piece: DiskPiece | undefined): Buffer {
  return piece ? bytes.subarray(piece.offset, piece.offset + piece.length) : bytes.subarray(0, 0);
}

function scatter(bytes: Buffer, pieces: readonly DiskPiece[], target: Buffer): void {
  let start = 0;
  for (const { offset, length } of pieces) {
    if (start >= bytes.length) return;
    bytes.copy(target, offset, start, start + length);
    start += length;
  }
}

async function openAll(folder: string, flags: string): Promise<Map<string, FileHandle>> {
  const handles = new Map<string, FileHandle>();
  for (const name of physicalDisks) {
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

/** Where all bytes of a volume, or a range of them, are on every disk. */
function piecesOfVolume(owner: GdsClass, name: string, position = 0, length?: number): DiskPiece[] {
  const { on, firstBlock, blocks } = volumeOf(owner, name);
  const start = bytesOf(firstBlock - privateBlocks);
  return piecesOf(dataSpaceOf(owner, on), start + position, length ?? bytesOf(blocks), 'every');
}

/** The first byte of a physical disk after all of its volumes. */
function endOfVolumes(owner: GdsClass, physical: string): number {
  const pieces = owner.volumes.flatMap(({ name }) => piecesOfVolume(owner, name));
  return pieces
    .filter((piece) => piece.physical === physical)
    .reduce((end, { position, length }) => Math.max(end, position + length), 0);
}

/** Sizes and places in bytes. */
async function writeMargins(
  handle: FileHandle,
  stream: Keystream,
  volumesEnd: number,
  diskBytes: number,
): Promise<void> {
  const start = bytesOf(privateBlocks);
  const eighth = bytesOf(Math.ceil((volumesEnd - start) / bytesOf(8)));
  const margin = Math.min(marginBytes, eighth);
  const after = Math.min(margin, diskBytes - volumesEnd);
  await writeFully(handle, stream.bytes(start - margin, margin), start - margin);
  await writeFully(handle, stream.bytes(volumesEnd, after), volumesEnd);
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

/** The bytes between and after the files of a pair, and its files. */
function contentOf(
  pair: VolumePair,
  seed: string,
  volumeBytes: number,
): { stream: Keystream; files: LaidOutFileSystem } {
  const stream = new Keystream(`${seed}/${pair.master}`);
  if (!pair.fileSystem) return { stream, files: { pieces: [], end: 0 } };
  const { type, directory: lastMounted, files: own } = pair.fileSystem;
  const entries = payrollFiles(own === undefined ? seed : `${seed}/${own}`, volumeBytes);
  return { stream, files: layOut(entries, { type, lastMounted, device: masterDevice(pair) }) };
}

/** The same bytes in master and proxy: a file system or none, and all around bytes that never repeat. */
async function writePair(disks: Disks, owner: GdsClass, pair: VolumePair, seed: string): Promise<void> {
  const volumeBytes = bytesOf(volumeOf(owner, pair.master).blocks);
  const { stream, files } = contentOf(pair, seed, volumeBytes);
  for (let position = 0; position < volumeBytes; position += pieceBytes) {
    const bytes = stream.bytes(position, Math.min(pieceBytes, volumeBytes - position));
    overlay(bytes, position, files);
    const pieces = [pair.master, pair.proxy].flatMap((name) =>
      piecesOfVolume(owner, name, position, bytes.length),
    );
    await disks.write(pieces, bytes);
  }
}
