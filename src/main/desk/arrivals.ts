/**
 * Hosts whose login finishes only after a state check has given up on them: the check waits ten seconds, the session twice as long,
 * because the picture of the other hosts must not wait for the slowest sshd.
 */
export class Arrivals {
  readonly #changed: () => void;
  #count = 0;

  /** @param changed called when `count` has changed */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get count(): number {
    return this.#count;
  }

  add(): void {
    this.#count += 1;
    this.#changed();
  }
}
