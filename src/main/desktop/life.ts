/** What ends the window's process from outside: signals, a closed terminal, and errors that nothing catches. */
import { writeSync } from 'node:fs';
import type { Desk } from '../desk/desk.ts';
import type { Closing } from './closing.ts';
import { phrase } from '../../contract/text/say.ts';

/** The terminal that the window was started from may be gone: what is written there is dropped. */
export function dropLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

function complain(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    writeSync(2, `shadowtape: ${text}\n`);
  } catch {
    // Nobody reads it. A run has it in its journal.
  }
}

/**
 * SIGINT and SIGTERM roll back and quit. The window needs no terminal, so SIGHUP does nothing. Electron's own handlers would end the
 * process in the middle of a run when a signal arrives twice.
 * An uncaught error rolls the runs back; Electron's own dialog would hold up the process until somebody closes it.
 */
export function guardLife(desk: Desk, closing: Closing): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void closing.bringBackAndQuit());
  process.on('SIGHUP', () => undefined);
  process.on('uncaughtException', (error: unknown) => {
    complain(error);
    const sentence = error instanceof Error ? error.message : String(error);
    desk.runs.cancelAll(new Error(phrase('unexpected error: {sentence}', { sentence })));
  });
}
