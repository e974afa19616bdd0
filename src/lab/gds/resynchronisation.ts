import { volumeOf } from './gds-model.ts';
import { bytesOf, type GdsClass, type GdsVolume } from './lab-model.ts';
import { Pace } from '../faults/pace.ts';
import { volumeBytes, writeSlices } from './volume-access.ts';
import type { Storage } from './storage.ts';

const pieceBytes = 1_048_576;
/** How often the progress is saved, in bytes copied. */
const saveEvery = 33_554_432;

/** Copies masters to the proxies that rejoin them: real bytes, over time. */
export class Resynchronisation {
  readonly #bytesPerSecond: number;
  readonly #copies = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  /** @param bytesPerSecond how fast it copies */
  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Begins, or continues with, the copy of a proxy whose `copy` is 'copying'. */
  start(storage: Storage, owner: GdsClass, proxy: GdsVolume): void {
    const key = `${owner.name}/${proxy.name}`;
    if (this.#copies.has(key)) return;
    const copy = this.#copy(storage, owner, proxy)
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

  async #copy(storage: Storage, owner: GdsClass, proxy: GdsVolume): Promise<void> {
    if (proxy.master === null) return;
    const master = volumeBytes(storage, owner, volumeOf(owner, proxy.master));
    const size = bytesOf(proxy.blocks);
    const pace = new Pace(() => storage.faults.numberOf('slow-rejoin') ?? this.#bytesPerSecond);
    const piece = Buffer.alloc(Math.min(pieceBytes, size));
    while (proxy.copiedBytes < size) {
      this.#stopping.signal.throwIfAborted();
      const position = proxy.copiedBytes;
      const bytes = piece.subarray(0, Math.min(piece.length, size - position));
      // no application writes meanwhile: what it wrote before is read, what it writes after goes to both
      await storage.writing.run(async () => {
        await master.read(bytes, position);
        await writeSlices(storage, owner, proxy, bytes, position);
      });
      proxy.copiedBytes = position + bytes.length;
      if (proxy.copiedBytes % saveEvery < bytes.length) await storage.save();
      await pace.passed(bytes.length, this.#stopping.signal);
    }
    proxy.copy = storage.faults.has('rejoin-invalid') ? 'invalid' : 'none';
    await storage.save();
  }
}
