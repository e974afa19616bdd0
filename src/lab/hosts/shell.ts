import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CommandCall } from './command-call.ts';
import { IoError } from '../faults/io-error.ts';
import type { Machine } from './machine.ts';
import { type ByteReader, type Descriptors, emptyFile, orKilled } from './open-file.ts';
import { Pipe } from './pipe.ts';
import { signalNumbers } from './processes.ts';
import type { Process } from './processes.ts';
import { builtins } from './shell-builtins.ts';
import { ShellSyntaxError } from './shell-lexer.ts';
import { parseScript } from './shell-parser.ts';
import type { AndOr, ForLoop, List, Loop, Redirection, ShellCommand, SimpleCommand } from './shell-parser.ts';
import { callOf, runCommand, runProgram } from './shell-programs.ts';
import type { ProgramPlace } from './shell-programs.ts';
import { redirect, RedirectionError } from './shell-redirections.ts';
import { ShellState } from './shell-state.ts';
import { expandText, expandWords } from './shell-words.ts';
import type { WordScope } from './shell-words.ts';

/**
 * The shell that runs the command line of an ssh channel and the scripts that it is given: lists, pipes, background jobs,
 * redirections, if, while, for, subshells, `*` in names. No substitution of commands, no here documents, no functions.
 */
class Shell {
  readonly #machine: Machine;
  readonly #process: Process;
  readonly #state: ShellState;
  /** Its open files; while one of its own commands is redirected, that command's. */
  #files: Descriptors;

  /** @param files released by the creator of the shell */
  constructor(machine: Machine, process: Process, files: Descriptors, state: ShellState) {
    this.#machine = machine;
    this.#process = process;
    this.#files = files;
    this.#state = state;
  }

  /** Runs a script. @returns the exit status of its last command */
  async run(script: string): Promise<number> {
    try {
      return await this.#runList(parseScript(script));
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      return this.#complain(error.message, 2);
    }
  }

  async #runList(list: List): Promise<number> {
    for (const entry of list) {
      this.#process.killed.throwIfAborted();
      if (entry.isBackground) await this.#runInBackground(entry);
      else await this.#runAndOr(entry);
      if (this.#state.isOver) break;
    }
    return this.#state.status;
  }

  async #runAndOr({ pipelines }: AndOr): Promise<number> {
    for (const { when, commands } of pipelines) {
      const isWanted = when === ';' || (when === '&&') === (this.#state.status === 0);
      if (isWanted) this.#state.status = await this.#runPipeline(commands);
      if (this.#state.isOver) break;
    }
    return this.#state.status;
  }

  /** A job without a terminal reads nothing, and takes no notice of signals from a keyboard (sh(1)). */
  async #runInBackground(entry: AndOr): Promise<void> {
    const [first, ...others] = entry.pipelines;
    const [command, ...next] = first?.commands ?? [];
    const isOne = command !== undefined && others.length === 0 && next.length === 0;
    const files = this.#files.copy();
    await files.put(0, emptyFile());
    const job = this.#fork(files, (shell) => (isOne ? shell.#runHere(command) : shell.#runAndOr(entry)));
    for (const name of ['INT', 'QUIT']) job.ignore(signalNumbers[name] ?? 0);
    this.#state.jobs.set(job.pid, job);
    this.#state.lastJob = job.pid;
    this.#state.status = 0;
  }

  async #runPipeline(commands: readonly ShellCommand[]): Promise<number> {
    const [only, ...others] = commands;
    if (only && others.length === 0) return this.#runCommand(only);
    const pipes = commands.slice(1).map(() => Pipe.ends());
    const stages: Process[] = [];
    for (const [index, command] of commands.entries()) {
      const files = this.#files.copy();
      const [before, after] = [pipes[index - 1], pipes[index]];
      // each end belongs to one stage alone: when that ends, its neighbor sees the end of the file, or a broken pipe
      if (before) await files.put(0, before.reader);
      if (after) await files.put(1, after.writer);
      stages.push(this.#fork(files, (shell) => shell.#runHere(command)));
    }
    const statuses = await this.#whileLiving(Promise.all(stages.map((stage) => stage.ended)));
    return statuses.at(-1) ?? 0;
  }

  /** A command of the shell's own process; a program and a subshell become a child. */
  async #runCommand(command: ShellCommand): Promise<number> {
    if (command.kind === 'simple') return this.#runSimple(command);
    if (command.kind !== 'subshell')
      return this.#redirected(command.redirections, () => this.#runBody(command));
    const child = this.#fork(this.#files.copy(), (shell) => shell.#runHere(command));
    return this.#whileLiving(child.ended);
  }

  /** A command for which this process was created: a program replaces it. */
  async #runHere(command: ShellCommand): Promise<number> {
    if (command.kind !== 'simple')
      return this.#redirectedForGood(command.redirections, () => this.#runBody(command));
    const argv = await expandWords(command.words, this.#scope);
    if (argv.length === 0 || isShellsOwn(argv)) return this.#runSimple(command);
    return this.#becomeProgram(command, argv);
  }

  async #runSimple(command: SimpleCommand): Promise<number> {
    const argv = await expandWords(command.words, this.#scope);
    if (argv.length > 0 && !isShellsOwn(argv)) {
      const child = this.#fork(this.#files.copy(), (shell) => shell.#becomeProgram(command, argv));
      return this.#whileLiving(child.ended);
    }
    if (argv[0] === 'exec') return this.#exec(command, argv.slice(1));
    return this.#redirected(command.redirections, async () => {
      if (argv.length === 0) for (const word of command.assignments) this.#state.assign(this.#text(word));
      const builtin = builtins.get(argv[0] ?? ':');
      const call = callOf(this.#place(), argv);
      return builtin ? builtin(call, this.#state, this.#process) : 0;
    });
  }

  /** `exec WORDS` ends the shell; `exec` alone keeps its redirections. */
  async #exec(command: SimpleCommand, argv: readonly string[]): Promise<number> {
    if (argv.length === 0) return this.#redirectedForGood(command.redirections, () => Promise.resolve(0));
    this.#state.isOver = true;
    return this.#becomeProgram(command, argv);
  }

  /** The process is the program's from now on, with its redirections. */
  #becomeProgram(command: SimpleCommand, argv: readonly string[]): Promise<number> {
    const assignments = command.assignments.map((word) => this.#text(word));
    return this.#redirectedForGood(command.redirections, () =>
      runProgram(this.#place(assignments), argv, runShell),
    );
  }

  async #runBody(command: Exclude<ShellCommand, SimpleCommand>): Promise<number> {
    if (command.kind === 'for') return this.#runFor(command);
    if (command.kind === 'while' || command.kind === 'until') return this.#runLoop(command);
    if (command.kind !== 'if') return this.#runList(command.body);
    for (const { condition, body } of command.branches) {
      const isTrue = (await this.#runList(condition)) === 0;
      if (this.#state.isOver) return this.#state.status;
      if (isTrue) return this.#runList(body);
    }
    if (command.otherwise.length === 0) this.#state.status = 0;
    return this.#runList(command.otherwise);
  }

  async #runLoop({ kind, condition, body }: Loop): Promise<number> {
    for (let status = 0; ; status = await this.#runList(body)) {
      // a loop of commands without waits yields to the rest of the lab
      await nextTurn();
      if (this.#state.isOver) return status;
      const isTrue = (await this.#runList(condition)) === 0;
      if (this.#state.isOver) return this.#state.status;
      if (isTrue !== (kind === 'while')) return status;
    }
  }

  async #runFor({ variable, words, body }: ForLoop): Promise<number> {
    let status = 0;
    for (const value of await expandWords(words, this.#scope)) {
      this.#state.variables.set(variable, value);
      status = await this.#runList(body);
      if (this.#state.isOver) break;
    }
    return status;
  }

  /** Begins a child with a copy of everything. @param files taken over */
  #fork(files: Descriptors, work: (shell: Shell) => Promise<number>): Process {
    const state = this.#state.fork();
    return this.#machine.processes.start(this.#process.args, this.#process, (process) => {
      const shell = new Shell(this.#machine, process, files, state);
      return runAsProcess(shell.#place(), () => work(shell));
    });
  }

  /** Does something with other files, which are closed after it. */
  async #redirected(redirections: readonly Redirection[], work: () => Promise<number>): Promise<number> {
    const before = this.#files;
    this.#files = before.copy();
    try {
      return await this.#redirectedForGood(redirections, work);
    } finally {
      const files = this.#files;
      this.#files = before;
      await files.close();
    }
  }

  /** Puts other files in place of the process's own, so that it does not hold those any more. */
  async #redirectedForGood(
    redirections: readonly Redirection[],
    work: () => Promise<number>,
  ): Promise<number> {
    try {
      await this.#redirect(this.#files, redirections);
    } catch (error) {
      if (!(error instanceof RedirectionError)) throw error;
      return this.#complain(error.message, 1);
    }
    return work();
  }

  #redirect(files: Descriptors, redirections: readonly Redirection[]): Promise<void> {
    const expanded = redirections.map((entry) => ({ ...entry, target: this.#text(entry.target) }));
    return redirect(files, expanded, callOf(this.#place(), []));
  }

  #place(assignments: readonly string[] = []): ProgramPlace {
    return {
      machine: this.#machine,
      process: this.#process,
      directory: this.#state.directory,
      environment: this.#state.environment(assignments),
      files: this.#files,
    };
  }

  get #scope(): WordScope {
    const { files } = this.#machine;
    return {
      value: (name) => this.#state.value(name),
      parameters: this.#state.parameters,
      list: (path) => files.list(files.resolve(this.#state.directory, path)),
    };
  }

  #text(word: SimpleCommand['words'][number]): string {
    return expandText(word, this.#scope);
  }

  /** A signal ends the shell alone: the child that it waits for continues. */
  #whileLiving<Result>(work: Promise<Result>): Promise<Result> {
    return orKilled(this.#process.killed, work);
  }

  async #complain(text: string, status: number): Promise<number> {
    await callOf(this.#place(), []).errors.write(`sh: ${text}\n`);
    return status;
  }
}

const isShellsOwn = ([name = '']: readonly string[]): boolean => name === 'exec' || builtins.has(name);

/** Runs a newly started process until it ends: its files are then released. */
export async function runAsProcess(place: ProgramPlace, work: () => Promise<number>): Promise<number> {
  try {
    return await runCommand(callOf(place, ['sh']), work);
  } finally {
    await place.files.close();
  }
}

/**
 * `sh -c SCRIPT [NAME [ARGUMENT...]]`, `sh FILE [ARGUMENT...]`, and `sh` alone, which reads its script from the standard input.
 * @returns the exit status
 */
export async function runShell(place: ProgramPlace, words: readonly string[]): Promise<number> {
  const { machine, process, directory, environment, files } = place;
  const call = callOf(place, ['sh', ...words]);
  const started = await startOf(call, words);
  if (typeof started === 'string') {
    await call.errors.write(`sh: ${started}\n`);
    return 2;
  }
  const { script, name, parameters } = started;
  const state = ShellState.begin({ pid: process.pid, directory, environment, name, parameters });
  return new Shell(machine, process, files, state).run(script);
}

interface ShellStart {
  readonly script: string;
  readonly name: string;
  readonly parameters: readonly string[];
}

/** The request in the words after `sh`; a sentence if it is not supported. */
async function startOf(call: CommandCall, words: readonly string[]): Promise<ShellStart | string> {
  const [first, ...rest] = words;
  if (first === '-c') {
    const [script = '', name = 'sh', ...parameters] = rest;
    return { script, name, parameters };
  }
  if (first === undefined) return { script: await readWhole(call.input), name: 'sh', parameters: [] };
  if (first.startsWith('-')) return `${first}: not part of the lab`;
  try {
    const text = await call.machine.files.read(call.machine.files.resolve(call.directory, first));
    return { script: text.toString('utf8'), name: first, parameters: rest };
  } catch (error) {
    if (error instanceof IoError) return `${first}: cannot open`;
    throw error;
  }
}

/** Reads to the end of the input. */
export async function readWhole(input: ByteReader): Promise<string> {
  const pieces: Buffer[] = [];
  for (let bytes = await input.read(65_536); bytes.length > 0; bytes = await input.read(65_536))
    pieces.push(Buffer.from(bytes));
  return Buffer.concat(pieces).toString('utf8');
}
