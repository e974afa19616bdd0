import { whenKilled } from './command-call.ts';
import type { CommandCall } from './command-call.ts';
import { commandsOn } from '../commands/commands.ts';
import { IoError } from '../faults/io-error.ts';
import { platformOf } from '../gds/lab-model.ts';
import { englishOfLinux, inLanguage, languageOf } from './languages.ts';
import type { Machine } from './machine.ts';
import type { Descriptors } from './open-file.ts';
import { signalled, signalNumbers } from './processes.ts';
import type { Process } from './processes.ts';
import { withAssignments } from './shell-state.ts';
import { sudoAllows, sudoOrder } from './sudo.ts';

/** The state that a program gets when it replaces a process. */
export interface ProgramPlace {
  readonly machine: Machine;
  readonly process: Process;
  readonly directory: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly files: Descriptors;
}

/** Runs `sh WORDS`. */
export type ShellProgram = (place: ProgramPlace, words: readonly string[]) => Promise<number>;

const isLinux = ({ world }: Machine): boolean => platformOf(world.model) === 'linux';

/** The process as a command sees it. */
export function callOf(place: ProgramPlace, argv: readonly string[]): CommandCall {
  const { machine, process, directory, environment, files } = place;
  const { killed } = process;
  const refused = (): Promise<never> => Promise.reject(new IoError('EBADF'));
  return {
    argv,
    machine,
    directory,
    killed,
    input: files.get(0)?.readerFor(killed) ?? { read: refused },
    output: files.get(1)?.writerFor(killed) ?? { write: refused },
    errors: inLanguage(
      files.get(2)?.writerFor(killed) ?? { write: refused },
      languageOf(environment) ?? (isLinux(machine) ? englishOfLinux : undefined),
    ),
  };
}

/** Programs that set something about their process and then become another program. */
const wrappers: Readonly<Record<string, (place: ProgramPlace) => void>> = {
  env: () => undefined,
  nohup: ({ process }) => process.ignore(signalNumbers['HUP'] ?? 1),
  // Every login of the lab has the profile.
  pfexec: () => undefined,
  setsid: ({ process }) => (process.group = process.pid),
};

/** A program's name without the directory in which it lies. */
const nameOf = (word: string): string => word.replace(/^\/usr\/s?bin\/|^\/s?bin\//, '');

/**
 * Runs a program in a process of its own, unless a fault says that it is missing, hangs or fails.
 * @returns its exit status
 */
export async function runProgram(
  place: ProgramPlace,
  argv: readonly string[],
  shell: ShellProgram,
): Promise<number> {
  const [word = '', ...words] = argv;
  const name = nameOf(word);
  place.process.args = argv.join(' ');
  const call = callOf(place, argv);
  const command = commandsOn(platformOf(place.machine.world.model)).get(name);
  const wrap = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  const status = await faultStatus(place, call, Boolean(command ?? wrap) || name === 'sh' || name === 'sudo');
  if (status !== undefined) return status;
  if (name === 'sh') return shell(place, words);
  if (name === 'sudo') return runSudo(place, words, shell);
  if (!wrap) return command ? runCommand(call, () => command(call)) : 127;
  wrap(place);
  const first = words.findIndex((entry) => name !== 'env' || !/^[A-Za-z_]\w*=/.test(entry));
  const split = first < 0 ? words.length : first;
  const environment = withAssignments(place.environment, words.slice(0, split));
  return split === words.length ? 0 : runProgram({ ...place, environment }, words.slice(split), shell);
}

/** The command gets the process of sudo, which elsewhere waits for it as its parent. */
async function runSudo(place: ProgramPlace, words: readonly string[], shell: ShellProgram): Promise<number> {
  const order = sudoOrder(words);
  if (!(await sudoAllows(callOf(place, ['sudo', ...words]), order))) return 1;
  return order.onlyLists ? 0 : runProgram(place, order.argv, shell);
}

/** The exit status that a fault, or an unknown name, gives a command; undefined: it runs. */
async function faultStatus(
  { process }: ProgramPlace,
  call: CommandCall,
  isKnown: boolean,
): Promise<number | undefined> {
  const { argv, machine, killed } = call;
  const { faults } = machine.world;
  const name = argv[0] ?? '';
  if (!isKnown || faults.forCommand(machine.node, argv, ['not-found'])) {
    await call.errors.write(`sh: ${name}: not found\n`);
    return 127;
  }
  if (faults.forCommand(machine.node, argv, ['hang'])) {
    process.hangs = true;
    await whenKilled(killed);
    throw killed.reason as Error;
  }
  if (faults.forCommand(machine.node, argv, ['ignore', 'ignore-once'])) return 0;
  const fault = faults.forCommand(machine.node, argv, ['fail', 'fail-once']);
  if (!fault) return undefined;
  const prefix = name.startsWith('sdx') ? `SDX:${name}: ERROR:` : `${name}:`;
  await call.errors.write(`${prefix} the lab was told to fail this command\n`);
  return fault.status;
}

/**
 * Runs what a process does. A write without a reader ends it with signal 13; errors of the lab itself are reported on
 * its standard error.
 * @throws the reason for which the process was killed
 */
export async function runCommand(call: CommandCall, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    call.killed.throwIfAborted();
    if (error instanceof IoError && error.code === 'EPIPE') return signalled(signalNumbers['PIPE'] ?? 13);
    const isForeseen = error instanceof IoError;
    const reason = error instanceof Error ? error.message : String(error);
    const line = isForeseen ? `${call.argv[0] ?? ''}: ${reason}\n` : `the lab failed: ${reason}\n`;
    await call.errors.write(line).catch(() => undefined);
    return isForeseen ? 1 : 70;
  }
}
