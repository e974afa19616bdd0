/** Whether a dump must pause, and who requested it: polled from time to time, and followed by what moves the bytes. */

/** @param by who has paused it; undefined: it is not paused */
type Listener = (by: string | undefined) => void;

export class PauseSwitch {
  readonly #listeners = new Set<Listener>();
  readonly #ask: () => Promise<string | undefined>;
  #by: string | undefined;

  /** @param ask returns who wants it paused now */
  constructor(ask: () => Promise<string | undefined>) {
    this.#ask = ask;
  }

  /** Polls, and notifies the listeners. A poll that failed changes nothing: what is paused stays paused. */
  async look(): Promise<void> {
    let by: string | undefined;
    try {
      by = await this.#ask();
    } catch {
      return;
    }
    this.#set(by);
  }

  #set(by: string | undefined): void {
    if (by === this.#by) return;
    this.#by = by;
    for (const listener of this.#listeners) listener(by);
  }

  /** Calls the listener at each change, and at once if it is paused already. @returns removes the listener */
  follow(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#by !== undefined) listener(this.#by);
    return () => this.#listeners.delete(listener);
  }
}
