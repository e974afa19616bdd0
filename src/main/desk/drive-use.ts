/** Who uses the drive: only one run or operator at a time may move the tape. */
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';

export interface DrivePlace {
  readonly host: string;
  readonly device: string;
}

const remedy = phrase('nothing else may move the tape until then');

export class DriveUse {
  #user: string | undefined;

  /** In words; undefined while it is not used. */
  get user(): string | undefined {
    return this.#user;
  }

  /** @param instead what to do once it is free. @throws DRIVE_IN_USE */
  requireFree({ host, device }: DrivePlace, instead: string): void {
    if (this.#user === undefined) return;
    throw failure('DRIVE_IN_USE', {
      host,
      device,
      user: this.#user,
      remedy: instead,
      remedyOnScreen: instead,
    });
  }

  /**
   * @param user in words, such as "a tape is being labelled"
   * @returns gives the drive back
   * @throws DRIVE_IN_USE
   */
  take(place: DrivePlace, user: string): () => void {
    this.requireFree(place, remedy);
    this.#user = user;
    return () => {
      this.#user = undefined;
    };
  }

  /** The same user, in other words; nothing where it has given the drive back. */
  rename(from: string, to: string): void {
    if (this.#user === from) this.#user = to;
  }

  /** @throws DRIVE_IN_USE, and what the work throws */
  async during<Value>(place: DrivePlace, user: string, work: () => Promise<Value>): Promise<Value> {
    const giveBack = this.take(place, user);
    try {
      return await work();
    } finally {
      giveBack();
    }
  }
}
