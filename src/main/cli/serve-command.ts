import { say } from '../../contract/text/say.ts';
import type { StateFolder } from '../application/console.ts';
import type { MetricsToken } from '../application/protection/metrics-places.ts';
import type { ServeOptions } from '../serve/serve.ts';
import { portOf, type CommandLine } from './command-line.ts';
import { tellLostOutput } from './terminal/lost-output.ts';
import { print } from './terminal/output.ts';
import { stopOnSignals, unexpectedStatus } from './terminal/stop-signals.ts';

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

interface ServeCommandOptions extends ServeOptions {
  /** True if monitors may read `/metrics`. */
  readonly metrics: boolean;
}

/** @throws STATE_FOLDER_UNUSABLE, STATE_FILE_UNREADABLE, STATE_FILE_UNWRITABLE */
async function monitoredBy(state: StateFolder): Promise<MetricsToken> {
  const { metricsToken } = await import('../application/protection/metrics-places.ts');
  await state.prepare();
  return metricsToken(state);
}

/**
 * Serves the console until Ctrl-C. During a run the first one rolls back, and the second stops immediately. An address
 * works once: after its use, the next one is printed. A closed terminal ends it, too, but only after the runs: their
 * questions are answered in the browser.
 * @returns the exit status
 */
async function serveCommand({ metrics, ...options }: ServeCommandOptions): Promise<number> {
  // An operator without a tab, or with another browser, finds the next address on the terminal.
  const onEntered = () =>
    print(say('next address, for another browser or tab: {newAddress}', { newAddress: served.newAddress() }));
  // Loaded here, so that other commands start faster.
  const { serve } = await import('../serve/serve.ts');
  const monitored = metrics ? await monitoredBy(options.state) : undefined;
  const served = await serve({ ...options, onEntered, metricsToken: monitored?.token });
  const { runs } = served.desk;
  const stop = stopOnSignals({
    hangup: 'continues',
    say(line) {
      for (const { run } of served.desk.activity.runs) print(say('run {run}: {line}', { run, line }));
    },
  });
  print(say('the console is at {url}', { url: served.url }));
  if (monitored)
    print(
      say('metrics are at {href}; their token is in {file}', {
        href: new URL('/metrics', served.url).href,
        file: monitored.file,
      }),
    );
  void tellLostOutput();
  try {
    await Promise.race([aborted(stop.cancel), aborted(stop.terminalGone).then(() => runs.settled())]);
    runs.cancelAll(stop.cancel.reason as Error);
    void aborted(stop.halt).then(() => runs.haltAll());
    await runs.settled();
    return stop.hasFailed ? unexpectedStatus : 0;
  } finally {
    stop.release();
    await served.close();
  }
}

export function registerServe(line: CommandLine): void {
  line.program
    .command('serve')
    .description(
      say('serve the console to a browser on this machine until Ctrl-C; each printed address works once'),
    )
    .option('--port <port>', say('port on 127.0.0.1; 0: any free port'), portOf, 0)
    .option('--metrics', say('also serve /metrics to Prometheus, for a token that opens nothing else'), false)
    .action(async ({ port, metrics }: { port: number; metrics: boolean }) => {
      const { state, siteFile } = line;
      line.exitStatus = await serveCommand({ state, siteFile, port, metrics });
    });
}
