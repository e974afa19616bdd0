/** Short messages: shown for a while at the edge of the window, and said by screen readers. */
import type { State } from '../../folds/states.ts';

export interface Notice {
  readonly number: number;
  readonly state: State;
  readonly text: string;
}

/** Milliseconds that a notice stays. Bad news stays until it is put away. */
const staysFor = 6000;

export class NoticesManager {
  #notices = $state.raw<readonly Notice[]>([]);
  #last = 0;

  get notices(): readonly Notice[] {
    return this.#notices;
  }

  show(text: string, state: State = 'ok'): void {
    this.#last += 1;
    const notice = { number: this.#last, state, text };
    this.#notices = [...this.#notices.slice(-3), notice];
    if (state !== 'bad') setTimeout(() => this.dismiss(notice.number), staysFor);
  }

  dismiss(number: number): void {
    this.#notices = this.#notices.filter((notice) => notice.number !== number);
  }
}

export const notices = new NoticesManager();
