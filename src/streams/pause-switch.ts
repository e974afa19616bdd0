/** Whether a dump must pause, and who requested it: polled from time to time, and followed by what moves the bytes. */

/** Who has paused a dump. */
export interface Pauser {
  readonly by: string;
  /** True if nobody has to continue it. */
  readonly continuesByItself?: boolean | undefined;
}

/** @param pauser undefined: it is not paused */
type Listener = (pauser: Pauser | undefined) => void;

export class PauseSwitch {
  readonly #listeners = new Set<Listener>();
  readonly #ask: () => Promise<Pauser | undefined>;
  #pauser: Pauser | undefined;

  /** @param ask returns who wants it paused now */
  constructor(ask: () => Promise<Pauser | undefined>) {
    this.#ask = ask;
  }

  /** Polls, and notifies the listeners. A poll that failed changes nothing: what is paused stays paused. */
  async look(): Promise<void> {
    let pauser: Pauser | undefined;
    try {
      pauser = await this.#ask();
    } catch {
      return;
    }
    this.#set(pauser);
  }

  #set(pauser: Pauser | undefined): void {
    if (pauser?.by === this.#pauser?.by) return;
    this.#pauser = pauser;
    for (const listener of this.#listeners) listener(pauser);
  }

  /** Calls the listener at each change, and at once if it is paused already. @returns removes the listener */
  follow(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#pauser !== undefined) listener(this.#pauser);
    return () => this.#listeners.delete(listener);
  }
}
