/** The plan of a job, optionally by another method or route, and the start of its run. */
import type { Bridge, RequestOf } from '../../contract/channels.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';

export type PlanChoice = RequestOf<'plan'>;

export class PlanManager {
  /** Of the choice; the previous one stays while the next is requested. */
  readonly planned: Asked<'plan'>;
  /** Busy between the click and the run's name. */
  readonly started: Asked<'start'>;
  /** Busy while the rates of the hosts are measured. */
  readonly measured: Asked<'measureRates'>;
  #choice = $state.raw<PlanChoice>();

  constructor(to: Bridge) {
    this.planned = new Asked(to, 'plan');
    this.started = new Asked(to, 'start');
    this.measured = new Asked(to, 'measureRates');
  }

  get choice(): PlanChoice | undefined {
    return this.#choice;
  }

  /** Clears the refusal of the last start: its reason is gone. */
  forgetStart(): void {
    this.started.clear();
  }

  /** Discards the plan: another site, or another text of it, is open. */
  forget(): void {
    this.#choice = undefined;
    this.planned.clear();
    this.started.clear();
  }

  /** Requests the plan of a choice; the hosts are queried. */
  async choose(choice: PlanChoice): Promise<void> {
    const isOtherJob = choice.job !== this.#choice?.job;
    this.#choice = choice;
    this.started.clear();
    if (isOtherJob) this.planned.clear();
    await this.planned.ask(choice);
  }

  /** Queries the hosts again. */
  async again(): Promise<void> {
    if (this.#choice) await this.planned.ask(this.#choice);
  }

  /** Measures the rates of the hosts, then plans with them. */
  async measure(): Promise<void> {
    if (await this.measured.ask({})) await this.again();
  }

  /** Starts the run that the plan shows. @returns its name */
  async start(): Promise<string | undefined> {
    if (!this.#choice) return undefined;
    const started = await this.started.ask(this.#choice);
    return started?.run;
  }
}

export const plans = new PlanManager(bridge);
