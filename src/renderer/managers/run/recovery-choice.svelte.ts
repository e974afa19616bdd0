/** Whether an interrupted run can be resumed or rolled back: checked by the console as for the action itself. */
import type { Bridge } from '../../../contract/channels.ts';
import { bridge } from '../../bridge.ts';
import { Asked } from '../asked.svelte.ts';

export class RecoveryChoice {
  readonly #asked: Asked<'recoveryRefusals'>;

  constructor(to: Bridge = bridge) {
    this.#asked = new Asked(to, 'recoveryRefusals');
  }

  /** Requests it again: the verdict for another run, or from before an action, is no longer valid. */
  async judge(run: string): Promise<void> {
    this.#asked.clear();
    await this.#asked.ask({ run });
  }

  /** Cancels the request. */
  stop(): void {
    this.#asked.stop();
  }

  /** Why the action would be refused; undefined if it would not, or if that is not known: the action itself then reports it. */
  refusalOf(mode: 'resume' | 'unwind'): string | undefined {
    return this.#asked.value?.[mode];
  }
}
