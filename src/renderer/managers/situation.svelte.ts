/** The situation of each class of the site, and the protection of its volumes: what every screen shows and enables. */
import type { Bridge } from '../../contract/channels.ts';
import type { ProtectionView } from '../../contract/protection.ts';
import type { Act, Situation, SituationFacts } from '../../folds/situation.ts';
import { situationsOf } from '../../folds/situation.ts';
import { bridge } from '../bridge.ts';
import { activity } from './activity.svelte.ts';
import { Asked } from './asked.svelte.ts';
import { cluster } from './cluster.svelte.ts';
import { connection } from './connection.svelte.ts';
import { site } from './site.svelte.ts';

/** A query is answered with what was seen up to this many milliseconds before. */
const lookMilliseconds = 1000;
/** A run of another process is not pushed: its end is polled at this interval. */
const askElsewhereMilliseconds = 15_000;
/** A copy ends, a lock is given back, and a host answers again without any event: refused jobs are queried at this interval. */
const lookMillisecondsRefused = 60_000;
/** Ages change without any event. */
const askMilliseconds = 120_000;

class SituationManager {
  readonly #asked: Asked<'protection'>;
  /** What was known of the history before a run ended is no longer valid. */
  #stale = $state(false);
  /** When a run was last seen to end, by `performance.now()`: earlier observations of the hosts are no longer valid. */
  #endedAt = $state(Number.NEGATIVE_INFINITY);
  readonly #situations = $derived.by(() => situationsOf(this.facts));

  constructor(to: Bridge) {
    this.#asked = new Asked(to, 'protection');
  }

  get facts(): SituationFacts {
    const counts = cluster.askedAt > this.#endedAt + lookMilliseconds;
    return {
      connection: connection.state,
      site: site.info,
      active: activity.runs,
      restores: activity.restores,
      logins: activity.logins,
      open: this.#stale ? undefined : this.#asked.value?.open,
      view: counts ? cluster.view : undefined,
      lookTrouble: cluster.error?.sentence,
      historyTrouble: this.#asked.error?.sentence,
    };
  }

  /** One for each class, the most serious first. */
  get all(): readonly Situation[] {
    return this.#situations;
  }

  /** The gravest of all classes. */
  get first(): Situation {
    // There is always one, see situationsOf.
    return this.#situations[0] as Situation;
  }

  /** Of a class; the most serious if the class is not known. */
  of(className: string | undefined): Situation {
    return this.#situations.find((each) => each.class === className) ?? this.first;
  }

  /** Why an action without a class is not possible now. */
  refusal(act: Act): string | undefined {
    return this.first.refusals[act];
  }

  get protection(): ProtectionView | undefined {
    return this.#asked.value;
  }

  get error() {
    return this.#asked.error;
  }

  /** Requests which volumes are protected, and which runs require action. */
  async ask(): Promise<void> {
    if ((await this.#asked.ask({})) !== undefined) this.#stale = false;
  }

  /** A run that this console performed is over: what is known of history and hosts is outdated. */
  endRun(): void {
    this.#stale = true;
    this.#endedAt = performance.now();
  }

  /** Another site has other volumes. */
  forget(): void {
    this.#asked.clear();
    this.#stale = false;
  }

  #lookAgain(): void {
    if (connection.state !== 'connected' || cluster.looking || activity.runs.length > 0) return;
    if (!cluster.view?.refusals?.length) return;
    if (performance.now() - cluster.askedAt >= lookMillisecondsRefused) void cluster.look();
  }

  /** Polls from time to time. @returns a function that ends it */
  follow(): () => void {
    let since = performance.now();
    const timer = setInterval(() => {
      this.#lookAgain();
      const hasElsewhere = this.#asked.value?.open.some(({ how }) => how === 'elsewhere') === true;
      const pause = hasElsewhere ? askElsewhereMilliseconds : askMilliseconds;
      if (connection.state !== 'connected' || performance.now() - since < pause) return;
      since = performance.now();
      void this.ask();
    }, 1000);
    return () => clearInterval(timer);
  }
}

export const situation = new SituationManager(bridge);
