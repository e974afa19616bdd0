/** Who follows which run. A follower gets each event once and in order, wherever it was found: in the journal, or as it happened. */
import type { RunEvent } from '../../contract/events.ts';
import type { RunPush } from '../../contract/screens.ts';

export type Follow<Push> = (push: Push) => void;

/** A long run's events do not go in one piece: a message has to be written, sent and read as a whole. */
const eventsAtOnce = 2000;

class Follower {
  readonly #push: Follow<RunPush>;
  /** Number of the last event that it got. */
  #seen = 0;

  constructor(push: Follow<RunPush>) {
    this.#push = push;
  }

  events(events: readonly RunEvent[]): void {
    const fresh = events.filter(({ seq }) => seq > this.#seen);
    for (let start = 0; start < fresh.length; start += eventsAtOnce)
      this.#push({ kind: 'events', events: fresh.slice(start, start + eventsAtOnce) });
    this.#seen = fresh.at(-1)?.seq ?? this.#seen;
  }

  other(push: RunPush): void {
    this.#push(push);
  }
}

export class RunFollowers {
  readonly #ofRun = new Map<string, Set<Follower>>();

  /**
   * @param soFar what there is to tell of the run
   * @returns what ends the following
   */
  add(
    run: string,
    push: Follow<RunPush>,
    soFar: { readonly events: readonly RunEvent[]; readonly then: readonly RunPush[] },
  ): () => void {
    const follower = new Follower(push);
    const followers = this.#ofRun.get(run) ?? new Set();
    this.#ofRun.set(run, followers.add(follower));
    follower.events(soFar.events);
    for (const each of soFar.then) follower.other(each);
    return () => {
      followers.delete(follower);
      if (followers.size === 0 && this.#ofRun.get(run) === followers) this.#ofRun.delete(run);
    };
  }

  events(run: string, events: readonly RunEvent[]): void {
    for (const follower of this.#ofRun.get(run) ?? []) follower.events(events);
  }

  tell(run: string, push: RunPush): void {
    for (const follower of this.#ofRun.get(run) ?? []) follower.other(push);
  }
}
