import { onTestFinished } from 'vitest';
import { openScene, type Scene, type SceneOptions } from './lab-run.ts';

/** A small lab for the running test, which is closed with it. */
export async function sceneOfTest(options: SceneOptions = {}): Promise<Scene> {
  const scene = await openScene({ blocks: 4096, ...options });
  onTestFinished(() => scene.close());
  return scene;
}
