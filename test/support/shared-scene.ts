/** One lab for many scenarios of a campaign: opening a lab takes longer than many of them. */
import { jobsOfKinds } from './kinds-of-run.ts';
import { openScene, type Scene } from './lab-run.ts';
import { standing, type Standing } from './standing.ts';

export interface OpenedScene {
  readonly scene: Scene;
  /** Everything as it was before the first scenario. */
  readonly before: Standing;
}

export class SharedScene {
  #opened: Promise<OpenedScene> | undefined;

  take(): Promise<OpenedScene> {
    return (this.#opened ??= this.#open());
  }

  async #open(): Promise<OpenedScene> {
    const scene = await openScene({ blocks: 4096, jobs: jobsOfKinds });
    return { scene, before: await standing(scene) };
  }

  /** The next scenario is given a lab of its own: after one that left something behind, and at the end. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await (await opened)?.scene.close();
  }
}
