/** The steps that a run which was broken off still has to perform, as they are put together. */
import type { Performance, Phase, Step } from '../model/step.ts';

/** Puts the list of the steps together that are performed. */
export class ResumeRoute {
  readonly todo: Step[] = [];
  readonly reasons: string[] = [];
  /** The dump that was broken off may be continued on its tape. */
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

  /** The steps that carry the data, one a volume. */
  get dumps(): Step[] {
    return this.#steps.filter(({ performance: kind }) => kind === 'dump');
  }

  /** The steps that end what is left of a dump by route `server`, one a volume. */
  get dumpsEnded(): Step[] {
    return this.#steps.filter(({ performance: kind }) => kind === 'dump-ended');
  }

  /** The steps that rejoin and watch, in their order. */
  get rejoining(): Step[] {
    return this.#steps.filter(({ phase }) => phase === 'rejoin');
  }

  /** The steps that prepare, carry and judge the data. */
  get dumpSteps(): Step[] {
    return this.#steps.filter(({ phase }) => phase === 'dump');
  }
}
