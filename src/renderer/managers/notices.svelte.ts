/** Short messages: shown for a while at the edge of the window, read by screen readers, and kept until the page is closed. */
import type { State } from '../../folds/states.ts';

export interface Notice {
  readonly number: number;
  readonly state: State;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Milliseconds that a notice stays. Errors stay until they are dismissed. */
const staysFor = 6000;
/** How many earlier ones are kept: the newest. */
const mostKept = 100;

export class NoticesManager {
  #notices = $state.raw<readonly Notice[]>([]);
  #all = $state.raw<readonly Notice[]>([]);
  #last = $state(0);
  /** Number of the newest that was read in the list. */
  #read = $state(0);

  get notices(): readonly Notice[] {
    return this.#notices;
  }

  /** All notices of this session, newest first. */
  get all(): readonly Notice[] {
    return this.#all;
  }

  /** How many arrived since the list was read. */
  get unread(): number {
    return this.#all.filter(({ number }) => number > this.#read).length;
  }

  /** The list was opened: notices at the edge are dismissed, too. */
  read(): void {
    this.#read = this.#last;
    this.#notices = [];
  }

  show(text: string, state: State = 'ok'): void {
    this.#last += 1;
    const notice = { number: this.#last, state, text, at: Date.now() };
    this.#all = [notice, ...this.#all].slice(0, mostKept);
    this.#notices = [...this.#notices.slice(-3), notice];
    if (state !== 'bad') setTimeout(() => this.dismiss(notice.number), staysFor);
  }

  dismiss(number: number): void {
    this.#notices = this.#notices.filter((notice) => notice.number !== number);
  }
}

export const notices = new NoticesManager();
