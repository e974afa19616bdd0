import type { CommandCall } from './command-call.ts';
import { orKilled } from './open-file.ts';
import type { Process } from './processes.ts';
import { signalNumbers } from './processes.ts';
import type { ShellState } from './shell-state.ts';

/** A command that the shell itself carries out, in its own process. @returns the exit status */
type Builtin = (call: CommandCall, state: ShellState, process: Process) => Promise<number> | number;

async function complain(call: CommandCall, text: string, status = 1): Promise<number> {
  await call.errors.write(`sh: ${text}\n`);
  return status;
}

const cd: Builtin = async (call, state) => {
  const target = call.argv[1] ?? '/root';
  const { files } = call.machine;
  const path = files.resolve(state.directory, target);
  if ((await files.kindOf(path).catch(() => undefined)) !== 'directory')
    return complain(call, `${target}: does not exist`);
  state.directory = path;
  return 0;
};

const exit: Builtin = ({ argv }, state) => {
  state.isOver = true;
  return argv[1] === undefined ? state.status : Number(argv[1]) & 255;
};

const exportNames: Builtin = ({ argv }, state) => {
  for (const word of argv.slice(1)) {
    if (word.includes('=')) state.assign(word);
    state.exported.add(word.replace(/=.*/s, ''));
  }
  return 0;
};

/** Files of the lab belong to root alone: a mask is checked, and has no effect. */
const umask: Builtin = async (call) => {
  const [, mask] = call.argv;
  if (mask === undefined) await call.output.write('0022\n');
  return mask === undefined || /^[0-7]{1,4}$/.test(mask) ? 0 : complain(call, `${mask}: bad number`);
};

/** `set -- WORD...` replaces the parameters; options are not part of the lab. */
const set: Builtin = async (call, state) => {
  if (call.argv[1] !== '--') return complain(call, 'set: options are not part of the lab');
  state.parameters = call.argv.slice(2);
  return 0;
};

const shift: Builtin = async (call, state) => {
  const count = Number(call.argv[1] ?? 1);
  if (state.parameters.length < count) return complain(call, 'cannot shift');
  state.parameters = state.parameters.slice(count);
  return 0;
};

/** The number of a signal: 15, TERM or SIGTERM; 0 is not a signal. */
export function signalOf(word: string): number | undefined {
  const name = word.toUpperCase().replace(/^SIG/, '');
  if (Object.hasOwn(signalNumbers, name)) return signalNumbers[name];
  const number = /^\d{1,2}$/.test(word) ? Number(word) : -1;
  return number === 0 || Object.values(signalNumbers).includes(number) ? number : undefined;
}

/** `trap '' SIGNAL...` ignores, also in children; `trap - SIGNAL...` ends that. A trap with commands is not part of the lab. */
const trap: Builtin = async (call, _state, process) => {
  const [action, ...words] = call.argv.slice(1);
  if (action === undefined) return 0;
  if (action !== '' && action !== '-') return complain(call, 'trap: commands are not part of the lab');
  for (const word of words) {
    const signal = signalOf(word);
    if (signal === undefined) return complain(call, `${word}: bad trap`);
    if (action === '') process.ignore(signal);
    else process.heed(signal);
  }
  return 0;
};

/**
 * `wait` for all children in the background, or `wait PID...`: the status of the last; 127 for one that is not a child
 * of the shell.
 */
const wait: Builtin = async ({ argv, killed }, { jobs }) => {
  if (argv.length === 1) {
    await orKilled(killed, Promise.all([...jobs.values()].map((job) => job.ended)));
    jobs.clear();
    return 0;
  }
  let status = 0;
  for (const word of argv.slice(1)) {
    const job = jobs.get(Number(word));
    status = job ? await orKilled(killed, job.ended) : 127;
  }
  return status;
};

/** `read NAME`: one line of the standard input, without blanks around it; exit status 1 at end of file. */
const read: Builtin = async ({ argv, input }, state) => {
  const bytes: number[] = [];
  for (;;) {
    const [byte] = await input.read(1);
    if (byte !== undefined && byte !== 0x0a) bytes.push(byte);
    else {
      const text = Buffer.from(bytes).toString('utf8').trim();
      if (argv[1] !== undefined) state.assign(`${argv[1]}=${text}`);
      return byte === undefined ? 1 : 0;
    }
  }
};

/** exec is not among them: the shell itself hands its process over. */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({ ':': () => 0, cd, exit, export: exportNames, read, set, shift, trap, umask, wait }),
);
