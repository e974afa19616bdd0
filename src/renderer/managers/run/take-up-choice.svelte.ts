/** Which of resume and rollback an interrupted run allows: judged by the console as it would judge the act itself. */
import type { Bridge } from '../../../contract/channels.ts';
import { bridge } from '../../bridge.ts';
import { Asked } from '../asked.svelte.ts';

export class TakeUpChoice {
  readonly #asked: Asked<'takeUpRefusals'>;

  constructor(to: Bridge = bridge) {
    this.#asked = new Asked(to, 'takeUpRefusals');
  }

  /** Asks again: what was judged of another run, or before an act, counts no more. */
  async judge(run: string): Promise<void> {
    this.#asked.clear();
    await this.#asked.ask({ run });
  }

  /** Gives up what is asked. */
  stop(): void {
    this.#asked.stop();
  }

  /** Why the act would be refused; undefined if it would not, or where that is not known: the act itself then tells. */
  refusalOf(mode: 'resume' | 'unwind'): string | undefined {
    return this.#asked.value?.[mode];
  }
}
