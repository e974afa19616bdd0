/** The shelf and the faults of the embedded lab. */
import type { Bridge } from '../../contract/channels.ts';
import type { ErrorInfo } from '../../contract/errors.ts';
import type { LabAct, LabView } from '../../contract/lab.ts';
import { bridge } from '../bridge.ts';
import { infoOf } from './asked.svelte.ts';

class LabManager {
  readonly #bridge: Bridge;
  #view = $state.raw<LabView>();
  #error = $state.raw<ErrorInfo>();
  #acting = $state.raw<LabAct>();

  constructor(to: Bridge) {
    this.#bridge = to;
  }

  get view(): LabView | undefined {
    return this.#view;
  }

  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  get acting(): LabAct | undefined {
    return this.#acting;
  }

  async load(): Promise<void> {
    const reply = await this.#bridge.request('lab', {});
    if ('result' in reply) this.#view = reply.result;
    this.#error = 'error' in reply ? reply.error : undefined;
  }

  /** @returns true if it was done */
  async act(act: LabAct, name?: string): Promise<boolean> {
    this.#acting = act;
    this.#error = undefined;
    try {
      const reply = await this.#bridge.request('labAct', { act, ...(name === undefined ? {} : { name }) });
      if ('error' in reply) this.#error = reply.error;
      else this.#view = reply.result;
      return 'result' in reply;
    } catch (error) {
      this.#error = infoOf(error);
      return false;
    } finally {
      this.#acting = undefined;
    }
  }
}

export const lab = new LabManager(bridge);
