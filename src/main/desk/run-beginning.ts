/** A run that was begun here, or resumed, and whose name is not known before its first event. */
import type { RunEvent } from '../../contract/events.ts';
import type { Plan } from '../../contract/plan.ts';
import { readRun, type StateFolder } from '../application/console.ts';
import { LiveRun } from './live-run.ts';

export class RunBeginning {
  readonly cancel = new AbortController();
  readonly halt = new AbortController();
  plan: Plan | undefined;
  /** Resolves once the run has its name, and all that was before is known; never, where it is refused. */
  readonly opened: Promise<LiveRun>;
  #live: LiveRun | undefined;
  #hasBegun = false;
  /** Events that came while the journal was read. */
  readonly #waiting: RunEvent[] = [];
  readonly #state: StateFolder;
  readonly #resolve: (live: LiveRun) => void;

  constructor(state: StateFolder, onOpen: (live: LiveRun) => void) {
    this.#state = state;
    let resolve: (live: LiveRun) => void = onOpen;
    this.opened = new Promise((settle) => {
      resolve = (live) => {
        onOpen(live);
        settle(live);
      };
    });
    this.#resolve = resolve;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** @returns the run, where it is open and has received the event */
  hear(event: RunEvent): LiveRun | undefined {
    if (this.#live) {
      this.#live.hear(event);
      return this.#live;
    }
    this.#waiting.push(event);
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      // A run that begins has nothing after it, and its events are sent without a pause.
      if (event.seq === 1) this.#open(event.run, []);
      else void this.#openAfterReading(event);
    }
    return undefined;
  }

  /** The run, once it is open. */
  get live(): LiveRun | undefined {
    return this.#live;
  }

  async #openAfterReading(first: RunEvent): Promise<void> {
    const before = await readRun(this.#state, first.run).then(
      ({ events }) => events,
      () => [],
    );
    this.#open(
      first.run,
      before.filter(({ seq }) => seq < first.seq),
    );
  }

  #open(run: string, before: readonly RunEvent[]): void {
    const live = new LiveRun(run, this, [...before, ...this.#waiting]);
    this.#live = live;
    this.#resolve(live);
  }
}
