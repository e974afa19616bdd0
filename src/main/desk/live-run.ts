/** A run that this process performs: what a screen is shown of it while it continues. */
import type { RunEvent } from '../../contract/events.ts';
import type { Plan } from '../../contract/plan.ts';
import type { ActiveRun, ProgressView } from '../../contract/screens.ts';
import { RunPulseFold } from '../../folds/run/run-pulse.ts';

const measured = new Set<ProgressView['what']>(['dump', 'read-back']);

/** 0 to 1; undefined if it is not known. */
function doneOf({ what, bytes, total }: ProgressView): number | undefined {
  return measured.has(what) && total !== undefined && total > 0 ? Math.min(1, bytes / total) : undefined;
}

export class LiveRun {
  readonly run: string;
  readonly #events: RunEvent[];
  readonly #cancel: AbortController;
  readonly #halt: AbortController;
  /** What it is going to do. */
  readonly plan: Plan | undefined;
  progress: ProgressView | undefined;
  readonly #pulse = new RunPulseFold();
  #step: Extract<RunEvent, { type: 'step-started' }> | undefined;
  #start: Extract<RunEvent, { type: 'run-started' }> | undefined;

  constructor(
    run: string,
    { cancel, halt, plan }: { cancel: AbortController; halt: AbortController; plan: Plan | undefined },
    before: readonly RunEvent[],
  ) {
    this.run = run;
    this.#cancel = cancel;
    this.#halt = halt;
    this.plan = plan;
    this.#events = [];
    for (const event of before) this.hear(event);
  }

  /** All of them, those before the run was resumed included. */
  get events(): readonly RunEvent[] {
    return this.#events;
  }

  hear(event: RunEvent): void {
    this.#events.push(event);
    this.#pulse.add(event);
    if (event.type === 'run-started') this.#start = event;
    if (event.type === 'step-started') this.#step = event;
    if (event.type === 'step-finished') this.progress = undefined;
  }

  /** Rolls the run back. @param reason why, if no person asked for it */
  cancel(reason?: Error): void {
    this.#cancel.abort(reason);
  }

  /** Ends everything at once, as it is. */
  halt(): void {
    this.#cancel.abort();
    this.#halt.abort();
  }

  /** @param asking whether it waits for an answer */
  activity(asking: boolean): ActiveRun {
    return {
      run: this.run,
      job: this.#start?.job ?? '',
      volumes: this.#start?.volumes.map(({ proxy }) => proxy) ?? [],
      events: this.#events.at(-1)?.seq ?? 0,
      phase: this.#step?.phase,
      step: this.#step?.step,
      title: this.#step?.title,
      unwinding: this.#step?.unwinding ?? false,
      asking,
      done: this.progress && doneOf(this.progress),
      progress: this.progress,
      pulse: this.#pulse.view(),
    };
  }
}
