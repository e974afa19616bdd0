import { serve, type ServeOptions } from '../serve/serve.ts';
import { stopOnSignals } from './stop-signals.ts';

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/**
 * Serves the console until Ctrl-C. Where a run goes on then, the first brings the cluster back, and the second stops at once.
 * @param print writes a line to the terminal
 * @returns the exit status
 */
export async function serveCommand(options: ServeOptions, print: (line: string) => void): Promise<number> {
  const served = await serve(options);
  const { runs } = served.desk;
  const stop = stopOnSignals((line) => {
    for (const { run } of served.desk.activity.runs) print(`run ${run}: ${line}`);
  });
  print(`the console is at ${served.url}`);
  try {
    await aborted(stop.cancel);
    runs.cancelAll();
    void aborted(stop.halt).then(() => runs.haltAll());
    await runs.settled();
    return 0;
  } finally {
    stop.release();
    await served.close();
  }
}
