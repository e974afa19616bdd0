/**
 * Lost connections within a step. A wait for a host may take up to half an hour: earlier checks are made again before
 * the next command is sent, and before the command without an answer is sent again.
 */
import type { Command } from './command-runner.ts';
import type { Hosts } from './hosts.ts';

/** Makes the checks again on which the next command of a step relies. @throws if one fails */
export type Rejudge = () => Promise<void>;

export class Steadiness {
  readonly #hosts: Hosts;
  readonly #names: readonly string[];
  #retries = 0;
  #judgedAt = 0;
  #isJudging = false;
  #rejudge: { readonly judge: Rejudge; readonly until: 'first-change' | 'end' } | undefined;

  /** @param names of all hosts of the run */
  constructor(hosts: Hosts, names: readonly string[]) {
    this.#hosts = hosts;
    this.#names = [...new Set(names)];
  }

  /** The checks must be made again before the next command: a host did not answer and is queried again, or time has passed. */
  disturb(): void {
    this.#retries += 1;
  }

  /** Counts up with each lost connection and each command that got no answer. */
  get disturbances(): number {
    const reconnects = this.#names.map((name) =>
      Math.max(0, (this.#hosts.session(name).connections ?? 0) - 1),
    );
    return reconnects.reduce((sum, count) => sum + count, this.#retries);
  }

  /** False if a connection was lost since the last checks. */
  get isSteady(): boolean {
    return this.#judgedAt === this.disturbances;
  }

  /**
   * Queries the hosts until no connection is lost meanwhile.
   * @param ask its argument says whether earlier observations must be queried again
   */
  async steadily<Seen>(ask: (isAnew: boolean) => Promise<Seen>): Promise<Seen> {
    return this.apart(async () => {
      for (;;) {
        const isAnew = !this.isSteady;
        this.#judgedAt = this.disturbances;
        const seen = await ask(isAnew);
        if (this.isSteady) return seen;
      }
    });
  }

  /** Does some work that is not the step's own: its commands do not rely on the step's checks. */
  async apart<Value>(work: () => Promise<Value>): Promise<Value> {
    const wasJudging = this.#isJudging;
    this.#isJudging = true;
    try {
      return await work();
    } finally {
      this.#isJudging = wasJudging;
    }
  }

  /**
   * Does some work whose commands rely on the checks.
   * @param until `first-change`: the checks are valid only until the work itself changes something
   */
  async relying<Value>(
    judge: Rejudge,
    until: 'first-change' | 'end',
    work: () => Promise<Value>,
  ): Promise<Value> {
    const outer = this.#rejudge;
    this.#rejudge = { judge, until };
    try {
      return await work();
    } finally {
      this.#rejudge = outer;
    }
  }

  /**
   * To be called right before a command is sent.
   * @throws what the checks throw, and errors of connecting
   */
  async ensure({ changes }: Command, connect: () => Promise<void>): Promise<void> {
    const rejudge = this.#rejudge;
    if (!rejudge || this.#isJudging) return;
    // The connection for a command may take long: earlier checks are then outdated.
    await connect();
    if (!this.isSteady) await rejudge.judge();
    if (changes && rejudge.until === 'first-change') this.#rejudge = undefined;
  }
}
