/** A run of the command line whose process is killed: a resume or a rollback must finish it. */
import { expect } from 'vitest';
import { startCommand } from './command-line.ts';
import type { Scene } from './lab-run.ts';

/**
 * SIGKILL as soon as a command line arrives at its host.
 * @param site the arguments that name site and state
 * @returns the run's name
 */
export async function killedAt(scene: Scene, site: readonly string[], line: string): Promise<string> {
  const command = startCommand([...site, '--trust', 'run', 'raw-dd']);
  const stop = scene.lab.onCommand((event) => {
    if (event.phase === 'started' && event.line.startsWith(line)) command.process.kill('SIGKILL');
  });
  expect((await command.end).exitStatus).toBe(null);
  stop();
  const [name = ''] = await scene.state.runs();
  return name;
}
