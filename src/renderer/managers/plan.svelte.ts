/** The plan of a job, by another method or route where that is wanted, and the start of its run. */
import type { Bridge, RequestOf } from '../../contract/channels.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';

export type PlanChoice = RequestOf<'plan'>;

export class PlanManager {
  /** Of the choice; the former one stays while the next is asked for. */
  readonly planned: Asked<'plan'>;
  /** Busy between the press and the run's name. */
  readonly started: Asked<'start'>;
  #choice = $state.raw<PlanChoice>();

  constructor(to: Bridge) {
    this.planned = new Asked(to, 'plan');
    this.started = new Asked(to, 'start');
  }

  get choice(): PlanChoice | undefined {
    return this.#choice;
  }

  /** Forgets why the last start was refused: the reason is gone. */
  forgetStart(): void {
    this.started.clear();
  }

  /** Forgets the plan: another site, or another text of it, is open. */
  forget(): void {
    this.#choice = undefined;
    this.planned.clear();
    this.started.clear();
  }

  /** Asks for the plan of a choice; the hosts are looked at. */
  async choose(choice: PlanChoice): Promise<void> {
    const isOtherJob = choice.job !== this.#choice?.job;
    this.#choice = choice;
    this.started.clear();
    if (isOtherJob) this.planned.clear();
    await this.planned.ask(choice);
  }

  /** Looks at the hosts again. */
  async again(): Promise<void> {
    if (this.#choice) await this.planned.ask(this.#choice);
  }

  /** Begins the run that the plan shows. @returns its name */
  async start(): Promise<string | undefined> {
    if (!this.#choice) return undefined;
    const started = await this.started.ask(this.#choice);
    return started?.run;
  }
}

export const plans = new PlanManager(bridge);
