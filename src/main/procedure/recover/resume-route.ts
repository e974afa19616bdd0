/** How the steps that an interrupted run still has to perform are put together. */
import type { Performance, Phase, Step } from '../model/step.ts';

/** Puts together the list of the steps to perform. */
export class ResumeRoute {
  readonly todo: Step[] = [];
  readonly reasons: string[] = [];
  /** The interrupted dump may be continued on its tape. */
  mayContinue = false;
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  find(performance: Performance): Step | undefined {
    return this.#steps.find((step) => step.performance === performance);
  }

  add(...ids: (string | undefined)[]): void {
    this.todo.push(...this.#steps.filter(({ id }) => ids.includes(id)));
  }

  addPhase(phase: Phase): void {
    this.todo.push(...this.#steps.filter((step) => step.phase === phase));
  }

  /** Every step from one on. */
  addFrom(id: string): void {
    this.todo.push(...this.#steps.slice(this.#steps.findIndex((step) => step.id === id)));
  }

  /** The steps that unmount, where a method mounts. */
  get unmounts(): Step[] {
    return this.#steps.filter(
      ({ phase, unwinds, performance: kind }) => phase === 'dump' && unwinds && kind === 'commands',
    );
  }

  /** The steps that copy the data, one per volume. */
  get dumps(): Step[] {
    return this.#steps.filter(({ performance: kind }) => kind === 'dump');
  }

  /** The steps that end what is left of a dump by route `server`, one per volume. */
  get dumpsEnded(): Step[] {
    return this.#steps.filter(({ performance: kind }) => kind === 'dump-ended');
  }

  /** The steps that rejoin and watch, in their order. */
  get rejoining(): Step[] {
    return this.#steps.filter(({ phase }) => phase === 'rejoin');
  }

  /** The steps that prepare, copy and verify the data. */
  get dumpSteps(): Step[] {
    return this.#steps.filter(({ phase }) => phase === 'dump');
  }
}
