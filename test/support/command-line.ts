/** Runs the command line as a user does: a process of its own, its output and its exit status. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { builtCommandLine } from './built-program.ts';
import type { Scene } from './lab-run.ts';

export interface CommandEnd {
  readonly exitStatus: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly end: Promise<CommandEnd>;
}

/**
 * A command of a test ends before optimized compilation pays off. Without it, and with room for short-lived objects,
 * `status` takes three quarters of the processor time, and a run 95 %.
 */
const shortLived = [
  '--no-turbofan',
  '--no-maglev',
  '--liftoff-only',
  '--single-threaded-gc',
  '--min-semi-space-size=16',
  '--max-semi-space-size=32',
];

/**
 * The command line as a program of the operating system: Node, and its first arguments. The built program if it exists,
 * which starts in half the time; otherwise its sources.
 */
export const shadowtape: readonly string[] = [
  process.execPath,
  ...shortLived,
  builtCommandLine() ?? join(process.cwd(), 'src', 'main', 'cli', 'shadowtape.ts'),
];

/** @param onOutput called with everything that is printed so far, each time there is more */
export function startCommand(
  args: readonly string[],
  onOutput: (text: string) => void = () => undefined,
  environment: Readonly<Record<string, string>> = {},
): RunningCommand {
  return startProgram([...shadowtape, ...args], onOutput, environment);
}

/**
 * Runs the command line below another program, such as nohup or a shell.
 * @param words the program and its arguments
 */
export function startProgram(
  [program = '', ...args]: readonly string[],
  onOutput: (text: string) => void = () => undefined,
  environment: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let stdout = '';
  let stderr = '';
  const hear = () => onOutput(stdout + stderr);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    hear();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    hear();
  });
  const end = new Promise<CommandEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitStatus) => resolve({ exitStatus, stdout, stderr }));
  });
  return { process: child, end };
}

/** The global options that name the scene's site and state. */
export async function sceneArguments(scene: Scene): Promise<string[]> {
  return ['--site', await scene.writeSite(), '--state', scene.state.path];
}
