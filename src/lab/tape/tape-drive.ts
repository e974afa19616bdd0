import { EndOfMedium } from './end-of-medium.ts';
import type { MediumSize } from './end-of-medium.ts';
import type { Faults } from '../faults/faults.ts';
import { IoError } from '../faults/io-error.ts';
import type { Platform, TapeModel } from '../gds/lab-model.ts';
import { TapeHandle } from './tape-handle.ts';
import { kernelDevice } from './tape-links.ts';
import type { TapeAccess } from './tape-handle.ts';
import { beginningOfTape } from './virtual-tape.ts';
import type { VirtualTape } from './virtual-tape.ts';

/** The drive: how the tape in it behaves through /dev/rmt/0, or /dev/st0 on Linux. */

const devicePatterns = { solaris: /^\/dev\/rmt\/0[lmhuc]?b?n?$/, linux: /^\/dev\/n?st0$/ } as const;

const rewindsAtClose = (path: string): boolean => !path.endsWith('n') && !path.startsWith('/dev/nst');

/** A cartridge as the drive sees it. */
export interface LoadedCartridge {
  readonly tape: VirtualTape;
  readonly size: MediumSize;
  /** Called whenever the drive is closed. */
  readonly onClose?: () => void;
}

export class TapeDrive {
  readonly #faults: Faults;
  readonly #model: TapeModel;
  readonly #platform: Platform;
  #cartridge: LoadedCartridge | undefined;
  #isOpen = false;
  /** How often mt still finds the drive without a tape. */
  #threadingLeft = 0;

  constructor(model: TapeModel, faults: Faults, platform: Platform = 'solaris') {
    this.#model = model;
    this.#faults = faults;
    this.#platform = platform;
  }

  /** True for its special files: /dev/rmt/0 with density, b and n after it; on Linux /dev/st0, /dev/nst0 and the links to them. */
  hasDevice(path: string): boolean {
    return devicePatterns[this.#platform].test(kernelDevice(path));
  }

  get isLoaded(): boolean {
    const isThreaded = this.#threadingLeft === 0;
    return this.#cartridge !== undefined && this.#model.loaded && isThreaded && !this.#faults.has('no-tape');
  }

  get isWriteProtected(): boolean {
    return this.#faults.has('write-protected');
  }

  /** True while a program has it open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get model(): Readonly<TapeModel> {
    return { ...this.#model, position: this.#cartridge?.tape.position ?? beginningOfTape };
  }

  /** What is in the drive from now on; the drive must be closed. */
  put(cartridge: LoadedCartridge | undefined): void {
    this.#cartridge = cartridge;
    // One more than the failing queries.
    this.#threadingLeft = cartridge ? (this.#faults.numberOf('slow-threading') ?? -1) + 1 : 0;
  }

  /** mt queries the drive: each query moves a threading tape one step further. */
  wasAsked(): void {
    this.#threadingLeft = Math.max(0, this.#threadingLeft - 1);
  }

  /** Reinserts the cartridge that `mt offline` has ejected. */
  load(): void {
    this.#model.loaded = this.#cartridge !== undefined;
  }

  /**
   * Opens the drive by one of its special files.
   * @throws IoError EBUSY (second opener), EIO (no cartridge), EACCES (write protection; EROFS with the fault `linux-tape`)
   */
  async open(path: string, access: TapeAccess): Promise<TapeHandle> {
    const cartridge = this.#cartridge;
    if (this.#isOpen) throw new IoError('EBUSY');
    if (!cartridge || !this.isLoaded) throw new IoError('EIO');
    if (access !== 'read' && this.isWriteProtected) {
      throw new IoError(this.#faults.has('linux-tape') ? 'EROFS' : 'EACCES');
    }
    this.#isOpen = true;
    const { tape, size, onClose } = cartridge;
    if (this.#model.rewindAtOpen) await tape.rewind();
    this.#model.rewindAtOpen = false;
    return new TapeHandle({
      tape,
      model: this.#model,
      faults: this.#faults,
      endOfMedium: new EndOfMedium(size, this.#faults),
      rewinds: rewindsAtClose(kernelDevice(path)),
      isBerkeley: path.startsWith('/dev/rmt/') && path.includes('b'),
      access,
      closed: () => {
        this.#isOpen = false;
        onClose?.();
      },
    });
  }

  /** Writes somebody else's file to the tape: a run must not overwrite it without an order. */
  async putForeignFile(): Promise<void> {
    const handle = await this.open('/dev/rmt/0', 'write');
    for (let record = 0; record < 4; record += 1) {
      const text = `record ${record} of the quarterly archive, keep until 2015\n`;
      await this.#cartridge?.tape.writeRecord(Buffer.alloc(10_240, text));
    }
    handle.hasWritten();
    await handle.close();
  }
}
