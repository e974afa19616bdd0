/** Whether a dump is to pause, and who asks for it: asked for now and then, followed by what moves the bytes. */

/** @param by who has paused it; undefined: it is not paused */
type Listener = (by: string | undefined) => void;

export class PauseSwitch {
  readonly #listeners = new Set<Listener>();
  readonly #ask: () => Promise<string | undefined>;
  #by: string | undefined;

  /** @param ask who wants it paused now */
  constructor(ask: () => Promise<string | undefined>) {
    this.#ask = ask;
  }

  /** Asks, and tells whoever follows. */
  async look(): Promise<void> {
    this.#set(await this.#ask());
  }

  #set(by: string | undefined): void {
    if (by === this.#by) return;
    this.#by = by;
    for (const listener of this.#listeners) listener(by);
  }

  /** Hears of each change, and at once where it is paused already. @returns ends the following */
  follow(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#by !== undefined) listener(this.#by);
    return () => this.#listeners.delete(listener);
  }
}
