/** A check whose lines are shown as they come: of the site, or of the drive. */
import type { Bridge, RequestOf } from '../../contract/channels.ts';
import type { ErrorInfo } from '../../contract/errors.ts';
import type { CheckLine } from '../../contract/plan.ts';
import { Asked } from './asked.svelte.ts';

export class LineCheck<Name extends 'check' | 'driveCheck'> {
  readonly #bridge: Bridge;
  readonly #what: Name;
  readonly #asked: Asked<Name>;
  #soFar = $state.raw<readonly CheckLine[]>([]);

  constructor(bridge: Bridge, what: Name) {
    this.#bridge = bridge;
    this.#what = what;
    this.#asked = new Asked(bridge, what);
  }

  /** So far, or of the last check. */
  get lines(): readonly CheckLine[] {
    return this.#asked.value ?? this.#soFar;
  }

  get busy(): boolean {
    return this.#asked.busy;
  }

  get error(): ErrorInfo | undefined {
    return this.#asked.error;
  }

  get answeredAt(): number | undefined {
    return this.#asked.answeredAt;
  }

  /** False before the first check, and after it was dismissed. */
  get shows(): boolean {
    return this.busy || this.error !== undefined || this.lines.length > 0 || this.answeredAt !== undefined;
  }

  get badLines(): number {
    return this.lines.filter(({ good }) => !good).length;
  }

  async run(request: RequestOf<Name>): Promise<void> {
    this.clear();
    const unfollow = this.#bridge.follow('activity', {}, (told) => {
      const checking = 'push' in told ? told.push.checking : undefined;
      if (this.busy && checking?.what === this.#what) this.#soFar = checking.lines;
    });
    try {
      await this.#asked.ask(request);
    } finally {
      unfollow();
    }
  }

  stop(): void {
    this.#asked.stop();
  }

  clear(): void {
    this.#asked.clear();
    this.#soFar = [];
  }
}
