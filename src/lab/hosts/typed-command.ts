import { emptyFile, Descriptors, OpenFile } from './open-file.ts';
import type { Machine } from './machine.ts';
import { runAsProcess, runShell } from './shell.ts';
import { ShellState } from './shell-state.ts';

/** How a typed command ended. */
export interface Typed {
  readonly status: number;
  /** Its output and its errors, as a screen shows them. */
  readonly printed: string;
}

/** Runs a command line on a machine as its own console does: without ssh, so it does not count as sent by the program. */
export async function typeCommand(machine: Machine, line: string): Promise<Typed> {
  const pieces: Buffer[] = [];
  const screen = (): OpenFile =>
    new OpenFile({
      write(bytes) {
        // the writer may use its bytes again
        pieces.push(Buffer.from(bytes as Buffer));
        return Promise.resolve();
      },
    });
  const files = new Descriptors([
    [0, emptyFile()],
    [1, screen()],
    [2, screen()],
  ]);
  const process = machine.processes.start(`sh -c ${line}`, undefined, (self) => {
    const environment = ShellState.firstEnvironment;
    const place = { machine, process: self, directory: '/root', environment, files };
    return runAsProcess(place, () => runShell(place, ['-c', line]));
  });
  const status = await process.ended;
  return { status, printed: Buffer.concat(pieces).toString('utf8') };
}
