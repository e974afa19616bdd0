/** One lab for many scenarios of a campaign: opening a lab takes longer than many of them. */
import { jobsOfKinds } from './kinds-of-run.ts';
import { openScene, type Scene } from './lab-run.ts';
import { standing, type Standing } from './standing.ts';

export interface OpenedScene {
  readonly scene: Scene;
  /** Everything as it was before the first scenario. */
  readonly before: Standing;
}

/** The limit of scenarios per lab. Each leaves a journal, and all journals are read whenever a run begins. */
const mostScenarios = 100;

export class SharedScene {
  #opened: Promise<OpenedScene> | undefined;
  #taken = 0;

  async take(): Promise<OpenedScene> {
    if (this.#taken === mostScenarios) await this.close();
    this.#taken += 1;
    return (this.#opened ??= this.#open());
  }

  async #open(): Promise<OpenedScene> {
    const scene = await openScene({ blocks: 4096, jobs: jobsOfKinds });
    return { scene, before: await standing(scene) };
  }

  /** The next scenario gets a new lab: after one that left something, and at the end. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    this.#taken = 0;
    await (await opened)?.scene.close();
  }
}
