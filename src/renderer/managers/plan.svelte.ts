/** The plan of a job, by another method or route where that is wanted, and the start of its run. */
import type { Bridge, RequestOf } from '../../contract/channels.ts';
import type { ErrorInfo } from '../../contract/errors.ts';
import type { Plan } from '../../contract/plan.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';

export type PlanChoice = RequestOf<'plan'>;

export class PlanManager {
  readonly #plan: Asked<'plan'>;
  readonly #start: Asked<'start'>;
  #choice = $state.raw<PlanChoice>();

  constructor(to: Bridge) {
    this.#plan = new Asked(to, 'plan');
    this.#start = new Asked(to, 'start');
  }

  get choice(): PlanChoice | undefined {
    return this.#choice;
  }

  /** Of the choice; the former one stays while the next is asked for. */
  get plan(): Plan | undefined {
    return this.#plan.value;
  }

  get error(): ErrorInfo | undefined {
    return this.#plan.error;
  }

  get busy(): boolean {
    return this.#plan.busy;
  }

  /** True between the press and the run's name. */
  get starting(): boolean {
    return this.#start.busy;
  }

  get startError(): ErrorInfo | undefined {
    return this.#start.error;
  }

  /** Forgets why the last start was refused: the reason is gone. */
  forgetStart(): void {
    this.#start.clear();
  }

  /** Asks for the plan of a choice; the hosts are looked at. */
  async choose(choice: PlanChoice): Promise<void> {
    const isOtherJob = choice.job !== this.#choice?.job;
    this.#choice = choice;
    this.#start.clear();
    if (isOtherJob) this.#plan.clear();
    await this.#plan.ask(choice);
  }

  /** Looks at the hosts once more. */
  async again(): Promise<void> {
    if (this.#choice) await this.#plan.ask(this.#choice);
  }

  /** Begins the run that the plan shows. @returns its name */
  async start(): Promise<string | undefined> {
    if (!this.#choice) return undefined;
    const started = await this.#start.ask(this.#choice);
    return started?.run;
  }
}

export const plans = new PlanManager(bridge);
