import type { Process } from './processes.ts';

const firstVariables = [
  ['HOME', '/root'],
  ['PATH', '/usr/sbin:/usr/bin'],
  ['SHELL', '/bin/sh'],
] as const;

/** The state of a shell between two commands. */
export class ShellState {
  /** `$$`: the process of the shell itself; a subshell shows that of its parent shell. */
  readonly pid: number;
  directory: string;
  /** `$0`, `$1` ... */
  readonly name: string;
  parameters: readonly string[];
  readonly variables: Map<string, string>;
  readonly exported: Set<string>;
  /** `$?` */
  status = 0;
  /** `$!`: the job that was put into the background last. */
  lastJob: number | undefined;
  /** Its own background processes, ended ones too: wait asks for them. */
  readonly jobs = new Map<number, Process>();
  /** True after exit and exec. */
  isOver = false;

  private constructor(
    pid: number,
    directory: string,
    name: string,
    parameters: readonly string[],
    variables: ReadonlyMap<string, string>,
    exported: ReadonlySet<string>,
  ) {
    this.pid = pid;
    this.directory = directory;
    this.name = name;
    this.parameters = parameters;
    this.variables = new Map(variables);
    this.exported = new Set(exported);
  }

  /** The shell that begins to run a script. */
  static begin(start: {
    readonly pid: number;
    readonly directory: string;
    readonly environment: ReadonlyMap<string, string>;
    readonly name?: string;
    readonly parameters?: readonly string[];
  }): ShellState {
    const { pid, directory, environment, name = 'sh', parameters = [] } = start;
    return new ShellState(pid, directory, name, parameters, environment, new Set(environment.keys()));
  }

  static readonly firstEnvironment: ReadonlyMap<string, string> = new Map(firstVariables);

  /** The same for a subshell, which inherits everything and changes nothing here. */
  fork(): ShellState {
    const { pid, directory, name, parameters, variables, exported } = this;
    const state = new ShellState(pid, directory, name, parameters, variables, exported);
    state.status = this.status;
    state.lastJob = this.lastJob;
    return state;
  }

  /** The value of `$name`; '' if it is not set. */
  value(name: string): string {
    if (name === '?') return String(this.status);
    if (name === '$') return String(this.pid);
    if (name === '!') return this.lastJob === undefined ? '' : String(this.lastJob);
    if (name === '#') return String(this.parameters.length);
    if (name === '0') return this.name;
    if (/^\d+$/.test(name)) return this.parameters[Number(name) - 1] ?? '';
    return this.variables.get(name) ?? '';
  }

  /** @param text `NAME=value` */
  assign(text: string): void {
    const split = text.indexOf('=');
    this.variables.set(text.slice(0, split), text.slice(split + 1));
  }

  /** What a program gets. @param added `NAME=value` in front of it */
  environment(added: readonly string[]): Map<string, string> {
    const own = [...this.variables].filter(([name]) => this.exported.has(name));
    return withAssignments(new Map(own), added);
  }
}

/** An environment with some `NAME=value` more. */
export function withAssignments(
  environment: ReadonlyMap<string, string>,
  assignments: readonly string[],
): Map<string, string> {
  const result = new Map(environment);
  for (const text of assignments)
    result.set(text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1));
  return result;
}
