/**
 * A command line in the process of the test: it prints and ends like a separate process, and starts in a tenth of the
 * time.
 *
 * For commands that are neither stopped by signals nor lose their output, and that ask nothing: those are started
 * (command-line.ts).
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { WriteBytes } from '../../src/main/cli/terminal/output.ts';
import { shadowtape, type CommandEnd } from './command-line.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The initial state of a process, which ends with it. @returns a function that restores everything */
function asProcess(args: readonly string[], environment: Environment, folder: string): () => void {
  const before = {
    argv: process.argv,
    exitCode: process.exitCode,
    folder: process.cwd(),
    environment: { ...process.env },
    hangUps: process.listeners('SIGHUP'),
  };
  process.argv = [process.execPath, shadowtape.at(-1) ?? '', ...args];
  process.exitCode = undefined;
  process.chdir(folder);
  Object.assign(process.env, environment);
  return () => {
    process.argv = before.argv;
    process.exitCode = before.exitCode;
    process.chdir(before.folder);
    for (const name of Object.keys(process.env)) if (!(name in before.environment)) delete process.env[name];
    Object.assign(process.env, before.environment);
    for (const listener of process.listeners('SIGHUP'))
      if (!before.hangUps.includes(listener)) process.off('SIGHUP', listener);
  };
}

/** Captures what is written to stdout and stderr. */
function takingOutput(): { readonly written: Record<1 | 2, Buffer[]>; readonly giveBack: () => void } {
  const written: Record<1 | 2, Buffer[]> = { 1: [], 2: [] };
  const { write } = fs;
  const take: WriteBytes = (handle, bytes, offset, length, position, done) => {
    if (handle !== 1 && handle !== 2) {
      write(handle, bytes, offset, length, position, done);
      return;
    }
    written[handle].push(Buffer.from(bytes.subarray(offset, offset + length)));
    setImmediate(done, null, length);
  };
  Object.assign(fs, { write: take });
  syncBuiltinESMExports();
  return {
    written,
    giveBack() {
      Object.assign(fs, { write });
      syncBuiltinESMExports();
    },
  };
}

async function performNow(
  args: readonly string[],
  environment: Environment,
  folder: string,
): Promise<CommandEnd> {
  const { CommandLine } = await import('../../src/main/cli/command-line.ts');
  const { perform } = await import('../../src/main/cli/perform.ts');
  const putBack = asProcess(args, environment, folder);
  const { written, giveBack } = takingOutput();
  try {
    const exitStatus = await perform(new CommandLine(), args);
    const [stdout, stderr] = [written[1], written[2]].map((parts) => Buffer.concat(parts).toString());
    return { exitStatus, stdout: stdout ?? '', stderr: stderr ?? '' };
  } finally {
    giveBack();
    putBack();
  }
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Performs a command line, after earlier ones.
 * @param environment variables in addition to those of the test
 * @param folder the current folder of the command
 */
export function performed(
  args: readonly string[],
  environment: Environment = {},
  folder = process.cwd(),
): Promise<CommandEnd> {
  const end = last.then(() => performNow(args, environment, folder));
  last = end.catch(() => undefined);
  return end;
}
