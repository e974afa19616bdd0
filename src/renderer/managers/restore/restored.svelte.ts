/** A restore of files or a drill: its progress, or its record. */
import type { Bridge } from '../../../contract/channels.ts';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { ActiveRestore } from '../../../contract/screens.ts';
import { bridge } from '../../bridge.ts';
import { activity } from '../activity.svelte.ts';
import { Asked } from '../asked.svelte.ts';

export class RestoredManager {
  readonly #bridge: Bridge;
  readonly record: Asked<'restoreRecord'>;
  #name = $state<string>();
  #acting = $state<'stop' | 'answer'>();
  #actError = $state.raw<ErrorInfo>();

  constructor(to: Bridge) {
    this.#bridge = to;
    this.record = new Asked(to, 'restoreRecord');
  }

  get name(): string | undefined {
    return this.#name;
  }

  /** While this console performs it. */
  get active(): ActiveRestore | undefined {
    return activity.restores.find(({ name }) => name === this.#name);
  }

  /** The request to the console that is not answered yet. */
  get acting(): 'stop' | 'answer' | undefined {
    return this.#acting;
  }

  /** Why the last request was refused. */
  get actError(): ErrorInfo | undefined {
    return this.#actError;
  }

  show(name: string | undefined): void {
    this.#name = name;
    this.#actError = undefined;
    this.record.clear();
    this.refresh();
  }

  /** Reads the record again. */
  refresh(): void {
    if (this.#name !== undefined) void this.record.ask({ restore: this.#name });
  }

  async stop(): Promise<void> {
    await this.#act('stop', () => this.#bridge.request('stopRestore', { restore: this.#name ?? '' }));
  }

  /** Answers a question, such as for the next tape. */
  async answer(choice: string): Promise<void> {
    const { run = '', number = 0 } = this.active?.question ?? {};
    await this.#act('answer', () => this.#bridge.request('answer', { run, number, choice }));
  }

  async #act(act: 'stop' | 'answer', ask: () => Promise<object>): Promise<void> {
    this.#acting = act;
    const reply = (await ask()) as { readonly error?: ErrorInfo };
    this.#acting = undefined;
    this.#actError = reply.error;
  }
}

export const restored = new RestoredManager(bridge);
