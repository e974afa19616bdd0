/**
 * Lost connections within a step. Whoever waits for a host to come back waits for up to half an hour: what was judged before that is
 * judged again before the next command is sent, and before the command that got no answer is sent again.
 */
import type { Command } from './command-runner.ts';
import type { Hosts } from './hosts.ts';

/** Judges again what the next command of a step relies on. @throws where it does not hold */
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

  /** What was judged is to be judged again before the next command: a host did not answer and is asked again, or time has passed. */
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

  /** False where a connection was lost since anything was judged. */
  get isSteady(): boolean {
    return this.#judgedAt === this.disturbances;
  }

  /**
   * Asks the hosts until no connection is lost meanwhile.
   * @param ask is told whether what was seen before must be asked for again
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

  /** Does some work that is not the step's own: its commands rely on nothing that was judged for the step. */
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
   * Does some work whose commands rely on what was judged.
   * @param until `first-change`: what was judged holds only as long as the work has changed nothing itself
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
   * @throws what judging again throws, and what connecting can end with
   */
  async ensure({ changes }: Command, connect: () => Promise<void>): Promise<void> {
    const rejudge = this.#rejudge;
    if (!rejudge || this.#isJudging) return;
    // The connection that is made for a command may come late: then it is not sent on what was true before.
    await connect();
    if (!this.isSteady) await rejudge.judge();
    if (changes && rejudge.until === 'first-change') this.#rejudge = undefined;
  }
}
