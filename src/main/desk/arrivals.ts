/** Hosts that let somebody log in only after a look had given them up. */
export class Arrivals {
  readonly #changed: () => void;
  #count = 0;

  /** @param changed told when `count` has changed */
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
