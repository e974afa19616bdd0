import type { Faults } from '../faults/faults.ts';
import type { IoErrorCode } from '../faults/io-error.ts';

/** Where a cartridge ends, in bytes of data. */
export interface MediumSize {
  /** Up to the early warning. */
  readonly capacity: number;
  /** From the early warning to the physical end. */
  readonly trailerBytes: number;
}

/**
 * What a drive does with writes at the end of the medium.
 *
 * The write that reaches the early warning is done. From then on one write is refused and one is done by turns, until
 * the physical end, where every write fails. So a cartridge of N records takes exactly N of them in one go.
 *
 * Solaris (illumos mtio(4I), Write Operation): a write that goes beyond the early warning is cut there, a refused one
 * transfers 0 bytes, and after the physical end there is EIO. Linux (kernel 6.1, drivers/scsi/st.c, st_write): writes
 * are never cut, and what is refused has ENOSPC. Both forget the warning when the head moves otherwise, or the drive is
 * opened again.
 */
export class EndOfMedium {
  readonly #size: MediumSize;
  readonly #faults: Faults;
  #refusesNext: boolean;

  constructor(size: MediumSize, faults: Faults) {
    this.#size = size;
    this.#faults = faults;
    this.#refusesNext = faults.numberOf('end-of-medium') === 0;
  }

  /** @param position data bytes before the head @returns what the next write gets instead of being done, where it is refused */
  refusal(position: number): 0 | IoErrorCode | undefined {
    const isLinux = this.#faults.has('linux-tape');
    if (position >= this.#size.capacity + this.#size.trailerBytes) return isLinux ? 'ENOSPC' : 'EIO';
    if (!this.#refusesNext) return undefined;
    this.#refusesNext = false;
    return isLinux ? 'ENOSPC' : 0;
  }

  /**
   * @param position data bytes before the head
   * @param records records of this session, with the one that is written now
   * @returns how many of the bytes of a write are done
   */
  admitted(position: number, length: number, records: number): number {
    const room = this.#size.capacity - position;
    const isCut = room > 0 && room < length && !this.#faults.has('linux-tape');
    const bytes = isCut ? room : length;
    const limit = this.#faults.numberOf('end-of-medium');
    this.#refusesNext = bytes >= room || (limit !== undefined && records >= limit);
    return bytes;
  }

  /** The head was moved. */
  forget(): void {
    this.#refusesNext = false;
  }
}
