/** An interrupted run that keeps a job from being started: resumed, rolled back or discarded from where the start was refused. */
import type { Bridge } from '../../../contract/channels.ts';
import type { ErrorInfo } from '../../../contract/errors.ts';
import { bridge } from '../../bridge.ts';
import { infoOf } from '../asked.svelte.ts';

export type InterruptedAct = 'resume' | 'unwind' | 'discard';

export class InterruptedRunManager {
  readonly #bridge: Bridge;
  #acting = $state.raw<InterruptedAct>();
  #error = $state.raw<ErrorInfo>();

  constructor(to: Bridge) {
    this.#bridge = to;
  }

  /** The pending request. */
  get acting(): InterruptedAct | undefined {
    return this.#acting;
  }

  /** Why the last action was refused. */
  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  /** @returns true if the run is being resumed or rolled back, or is discarded */
  async act(act: InterruptedAct, run: string): Promise<boolean> {
    this.#acting = act;
    this.#error = undefined;
    try {
      const reply = await this.#bridge.request(act, { run });
      if ('error' in reply) this.#error = reply.error;
      return 'result' in reply;
    } catch (error) {
      this.#error = infoOf(error);
      return false;
    } finally {
      this.#acting = undefined;
    }
  }

  /** Clears the refusal of the last action. */
  clear(): void {
    this.#error = undefined;
  }
}

export const interruptedRun = new InterruptedRunManager(bridge);
