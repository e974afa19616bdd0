import { volumeOf } from './gds-model.ts';
import { bytesOf, type GdsClass, type GdsVolume } from './lab-model.ts';
import { Pace } from '../faults/pace.ts';
import { volumeBytes, writeSlices } from './volume-access.ts';
import type { Storage } from './storage.ts';

const pieceBytes = 1_048_576;
/** How often the progress is saved, in bytes copied. */
const saveEvery = 33_554_432;

/** Copies masters to the proxies that rejoin them, and proxies to the masters that are restored from them: real bytes, over time. */
export class Resynchronisation {
  readonly #bytesPerSecond: number;
  readonly #copies = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  /** @param bytesPerSecond how fast it copies */
  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Begins, or continues with, the copy to a volume whose `copy` is 'copying'. */
  start(storage: Storage, owner: GdsClass, volume: GdsVolume): void {
    const key = `${owner.name}/${volume.name}`;
    if (this.#copies.has(key)) return;
    const copy = this.#copy(storage, owner, volume)
      .catch(() => {
        // a lab that is being closed: the progress is in the model, the next lab continues
      })
      .finally(() => this.#copies.delete(key));
    this.#copies.set(key, copy);
  }

  /** Resolves when no copy is running. */
  async finished(): Promise<void> {
    while (this.#copies.size > 0) await Promise.all(this.#copies.values());
  }

  /** Stops copying; the progress is kept. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#copies.values());
  }

  async #copy(storage: Storage, owner: GdsClass, target: GdsVolume): Promise<void> {
    const from = target.restoredFrom ?? target.master;
    if (from === null) return;
    const source = volumeBytes(storage, owner, volumeOf(owner, from));
    const size = bytesOf(target.blocks);
    const pace = new Pace(() => storage.faults.numberOf('slow-rejoin') ?? this.#bytesPerSecond);
    const piece = Buffer.alloc(Math.min(pieceBytes, size));
    while (target.copiedBytes < size) {
      this.#stopping.signal.throwIfAborted();
      const position = target.copiedBytes;
      const bytes = piece.subarray(0, Math.min(piece.length, size - position));
      // no application writes meanwhile: earlier writes are read, later ones go to both
      await storage.writing.run(async () => {
        await source.read(bytes, position);
        await writeSlices(storage, owner, target, bytes, position);
      });
      target.copiedBytes = position + bytes.length;
      if (target.copiedBytes % saveEvery < bytes.length) await storage.save();
      await pace.passed(bytes.length, this.#stopping.signal);
    }
    const fault = target.restoredFrom === undefined ? 'rejoin-invalid' : 'restore-invalid';
    target.copy = storage.faults.has(fault) ? 'invalid' : 'none';
    delete target.restoredFrom;
    await storage.save();
  }
}
