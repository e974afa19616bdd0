import type { CheckLine } from '../../contract/plan.ts';
import type { ShadowtapeConsole } from '../console.ts';
import { stopOnSignals } from './stop-signals.ts';

/** A line of `check`, with its hint below where there is one. */
export function checkLineText({ host, what, good, said, hint }: CheckLine): string {
  const line = `${good ? '✓' : '✗'} ${host.padEnd(8)} ${what}: ${said}`;
  return hint === undefined ? line : `${line}\n    hint: ${hint}`;
}

/** Measures the rates; Ctrl-C ends it. */
export async function measureRates(
  console: ShadowtapeConsole,
  show: (line: CheckLine) => void,
): Promise<void> {
  const stop = stopOnSignals(() => undefined);
  try {
    await console.measureRates(show, stop.cancel);
  } finally {
    stop.release();
  }
}
