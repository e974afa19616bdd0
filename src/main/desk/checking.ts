/** The lines of a check that continues, for those who watch it. */
import type { CheckLine } from '../../contract/plan.ts';
import type { ActivityPush } from '../../contract/screens.ts';

type What = 'check' | 'driveCheck';

export class Checking {
  readonly #changed: () => void;
  #now: { readonly what: What; readonly lines: CheckLine[] } | undefined;

  /** @param changed called when `now` has changed */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get now(): ActivityPush['checking'] {
    return this.#now && { what: this.#now.what, lines: [...this.#now.lines] };
  }

  /** @param work receives the listener of each line; of two checks at a time the later one is shown */
  async during<Value>(
    what: What,
    work: (listener: (line: CheckLine) => void) => Promise<Value>,
  ): Promise<Value> {
    const mine = { what, lines: [] as CheckLine[] };
    this.#now = mine;
    this.#changed();
    try {
      return await work((line) => {
        mine.lines.push(line);
        this.#changed();
      });
    } finally {
      if (this.#now === mine) this.#now = undefined;
      this.#changed();
    }
  }
}
