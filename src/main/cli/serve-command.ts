import { serve, type ServeOptions } from '../serve/serve.ts';
import { portOf, type CommandLine } from './command-line.ts';
import { stopOnSignals } from './stop-signals.ts';
import { printable } from './text.ts';

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
async function serveCommand(options: ServeOptions, print: (line: string) => void): Promise<number> {
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

export function registerServe(line: CommandLine): void {
  line.program
    .command('serve')
    .description('show the console in a browser of this machine, until Ctrl-C')
    .option('--port <port>', 'where it listens on 127.0.0.1; 0: any port that is free', portOf, 0)
    .action(async ({ port }: { port: number }) => {
      const { state, siteFile } = line;
      line.exitStatus = await serveCommand({ state, siteFile, port }, (shown) =>
        process.stdout.write(`${printable(shown)}\n`),
      );
    });
}
