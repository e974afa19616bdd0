import { BytePipe, BytesReader, TextWriter } from './byte-channels.ts';
import type { ByteReader, ByteWriter } from './byte-channels.ts';
import { whenKilled } from './command-call.ts';
import type { Command, CommandCall } from './command-call.ts';
import { commands } from './commands.ts';
import { IoError } from './io-error.ts';
import type { Machine } from './machine.ts';
import { ShellSyntaxError } from './shell-lexer.ts';
import { parseLine } from './shell-parser.ts';
import type { Pipeline, Redirection, SimpleCommand } from './shell-parser.ts';

export interface ShellStreams {
  readonly input: ByteReader;
  readonly output: ByteWriter;
  readonly errors: ByteWriter;
}

/** The shell that runs the command line of an ssh channel: lists, pipes, redirections, cd. No globs, no substitution. */
export class Shell {
  readonly #machine: Machine;
  readonly #killed: AbortSignal;
  readonly #variables = new Map([
    ['HOME', '/root'],
    ['PATH', '/usr/sbin:/usr/bin'],
  ]);
  #directory = '/root';
  #status = 0;
  #isExiting = false;

  constructor(machine: Machine, killed: AbortSignal) {
    this.#machine = machine;
    this.#killed = killed;
  }

  /** Runs a line. @returns the exit status of its last command */
  async run(line: string, streams: ShellStreams): Promise<number> {
    let pipelines: Pipeline[];
    try {
      pipelines = parseLine(line, (name) => `\0${name}\0`);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      await streams.errors.write(`sh: ${error.message}\n`);
      return 2;
    }
    for (const pipeline of pipelines) {
      const wanted = pipeline.when === ';' || (pipeline.when === '&&') === (this.#status === 0);
      if (wanted) this.#status = await this.#runPipeline(pipeline.commands, streams);
      if (this.#isExiting) break;
    }
    return this.#status;
  }

  async #runPipeline(stages: readonly SimpleCommand[], streams: ShellStreams): Promise<number> {
    const pipes = stages.slice(1).map(() => new BytePipe());
    const statuses = await Promise.all(
      stages.map(async (stage, index) => {
        const [before, after] = [pipes[index - 1], pipes[index]];
        try {
          return await this.#runCommand(stage, {
            input: before ?? streams.input,
            output: after ?? streams.output,
            errors: streams.errors,
          });
        } finally {
          before?.closeReader();
          after?.closeWriter();
        }
      }),
    );
    return statuses.at(-1) ?? 0;
  }

  async #runCommand(command: SimpleCommand, streams: ShellStreams): Promise<number> {
    const redirections = command.redirections.map((entry) => ({
      ...entry,
      target: this.#expand(entry.target),
    }));
    const redirected = await this.#redirect(redirections, streams);
    if (typeof redirected === 'number') return redirected;
    if (command.argv.length === 0) this.#assign(command.assignments.map((text) => this.#expand(text)));
    const argv = command.argv.map((word) => this.#expand(word));
    const status = await this.#runWords(argv, redirected.streams);
    await redirected.finish();
    return status;
  }

  /** Puts values in place of variables, which stand between two NULs: no argument can hold one. */
  #expand(text: string): string {
    return text.replace(/\0([^\0]+)\0/g, (_, name: string) =>
      name === '?' ? String(this.#status) : (this.#variables.get(name) ?? ''),
    );
  }

  #assign(assignments: readonly string[]): void {
    for (const text of assignments) {
      const split = text.indexOf('=');
      this.#variables.set(text.slice(0, split), text.slice(split + 1));
    }
  }

  async #runWords(argv: readonly string[], streams: ShellStreams): Promise<number> {
    const [name, ...words] = argv;
    if (name === undefined || name === ':') return 0;
    if (name === 'cd') return this.#changeDirectory(words[0] ?? '/root', streams);
    if (name === 'exit') return this.#exit(words[0]);
    if (name === 'exec' || name === 'env') return this.#runWords(withoutAssignments(words), streams);
    if (name === 'sh' && words[0] === '-c') return this.#subshell(words[1] ?? '', streams);
    const call: CommandCall = {
      argv,
      machine: this.#machine,
      directory: this.#directory,
      killed: this.#killed,
      ...streams,
    };
    return runFaulted(call, commands.get(name.replace(/^\/usr\/s?bin\/|^\/sbin\//, '')));
  }

  #subshell(line: string, streams: ShellStreams): Promise<number> {
    const shell = new Shell(this.#machine, this.#killed);
    shell.#directory = this.#directory;
    return shell.run(line, streams);
  }

  #exit(status: string | undefined): number {
    this.#isExiting = true;
    return status === undefined ? this.#status : Number(status) & 255;
  }

  async #changeDirectory(target: string, streams: ShellStreams): Promise<number> {
    const path = this.#machine.files.resolve(this.#directory, target);
    if ((await this.#machine.files.kindOf(path).catch(() => undefined)) !== 'directory') {
      await streams.errors.write(`sh: ${target}: does not exist\n`);
      return 1;
    }
    this.#directory = path;
    return 0;
  }

  async #redirect(
    redirections: readonly Redirection[],
    streams: ShellStreams,
  ): Promise<{ streams: ShellStreams; finish: () => Promise<void> } | number> {
    const files: (() => Promise<void>)[] = [];
    let result = streams;
    for (const { descriptor, kind, target } of redirections) {
      const path = this.#machine.files.resolve(this.#directory, target);
      try {
        if (kind === '<')
          result = { ...result, input: new BytesReader(await this.#machine.files.read(path)) };
        else if (kind === '>&') {
          const writer = target === '1' ? result.output : result.errors;
          result = descriptor === 2 ? { ...result, errors: writer } : { ...result, output: writer };
        } else {
          const writer = new TextWriter();
          if (path !== '/dev/null') {
            // the file is there, empty, before the command runs, and takes its text when it has ended
            await this.#machine.files.write(path, '', kind === '>>');
            files.push(() => this.#machine.files.write(path, writer.text, true));
          }
          result = descriptor === 2 ? { ...result, errors: writer } : { ...result, output: writer };
        }
      } catch (error) {
        if (!(error instanceof IoError)) throw error;
        await streams.errors.write(`sh: ${target}: ${kind === '<' ? 'cannot open' : 'cannot create'}\n`);
        return 1;
      }
    }
    return {
      streams: result,
      async finish() {
        for (const write of files) await write();
      },
    };
  }
}

function withoutAssignments(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return first < 0 ? [] : words.slice(first);
}

/** The exit status of a process that a signal ended. */
const signalled = (signal: number): number => 128 + signal;

/** Runs a command, unless a fault says that it is missing, hangs or fails. */
async function runFaulted(call: CommandCall, command: Command | undefined): Promise<number> {
  const { argv, machine, killed } = call;
  const name = argv[0] ?? '';
  const { faults } = machine.world;
  const isMissing = faults.forCommand(machine.node, argv, ['not-found']) !== undefined;
  if (!command || isMissing) {
    await call.errors.write(`sh: ${name}: not found\n`);
    return 127;
  }
  if (faults.forCommand(machine.node, argv, ['hang'])) {
    await whenKilled(killed);
    return signalled(15);
  }
  if (faults.forCommand(machine.node, argv, ['ignore'])) return 0;
  const fault = faults.forCommand(machine.node, argv, ['fail', 'fail-once']);
  if (fault) {
    const prefix = name.startsWith('sdx') ? `SDX:${name}: ERROR:` : `${name}:`;
    await call.errors.write(`${prefix} the lab was told to fail this command\n`);
    return fault.status;
  }
  try {
    return await command(call);
  } catch (error) {
    if (killed.aborted) return signalled(15);
    if (error instanceof IoError && error.code === 'EPIPE') return signalled(13);
    throw error;
  }
}
