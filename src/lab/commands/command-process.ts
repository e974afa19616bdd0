import { IoError } from '../faults/io-error.ts';
import { volumeOfSpecialFile } from '../gds/gds-model.ts';
import { complain, parseOptions } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import type { Process } from '../hosts/processes.ts';
import { signalOf } from '../hosts/shell-builtins.ts';

/** kill(1), ps(1) and fuser(1M). */

const terminate = 15;

interface KillRequest {
  readonly signal: number;
  readonly words: readonly string[];
}

/** `kill PID`, `kill -9 PID`, `kill -TERM PID`, `kill -s TERM PID`; `--` before a negative process id. */
function parseKill(words: readonly string[]): KillRequest | string {
  let [first = '', ...rest] = words;
  let signal: number | undefined = terminate;
  if (/^-./.test(first) && first !== '--') {
    const name = first === '-s' ? (rest.shift() ?? '') : first.slice(1);
    signal = signalOf(name);
    if (signal === undefined) return `${name}: bad signal`;
    [first = '', ...rest] = rest;
  }
  const pids = first === '--' ? rest : [first, ...rest];
  if (pids.length === 0 || first === '') return 'usage: kill [ -signal ] pid ...';
  return { signal, words: pids };
}

/** The processes that a word means: one, or with a minus before it those of a process group. */
function meant({ machine }: CommandCall, word: string): Process[] {
  const number = Number(word);
  if (number < 0) return machine.processes.all().filter(({ group }) => group === -number);
  const process = machine.processes.find(number);
  return process ? [process] : [];
}

export const kill: Command = async (call) => {
  const request = parseKill(call.argv.slice(1));
  if (typeof request === 'string') return complain(call, `kill: ${request}`, 2);
  let status = 0;
  for (const word of request.words) {
    if (!/^-?\d+$/.test(word)) {
      status = await complain(call, `kill: ${word}: arguments must be process ids`, 2);
      continue;
    }
    const processes = meant(call, word);
    for (const process of processes) process.signal(request.signal);
    if (processes.length === 0) status = await complain(call, `kill: ${word}: no such process`);
  }
  return status;
};

const columns: Readonly<Record<string, { head: string; value: (process: Process) => string }>> = {
  user: { head: '    USER', value: () => 'root' },
  pid: { head: '  PID', value: ({ pid }) => String(pid) },
  ppid: { head: ' PPID', value: ({ parentPid }) => String(parentPid) },
  pgid: { head: ' PGID', value: ({ group }) => String(group) },
  s: { head: 'S', value: () => 'S' },
  comm: { head: 'COMMAND', value: ({ args }) => args.split(' ')[0] ?? '' },
  args: { head: 'COMMAND', value: ({ args }) => args },
};

interface Column {
  readonly head: string;
  readonly value: (process: Process) => string;
}

/** The columns of `-o`: names with commas between them; `=` after a name leaves its head out. */
function columnsOf(format: string): Column[] | string {
  const chosen: Column[] = [];
  for (const entry of format.split(',')) {
    const [name = '', head] = entry.split('=');
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (!column) return `unknown output format: -o ${name}`;
    chosen.push({ ...column, head: head ?? column.head });
  }
  return chosen;
}

/** As ps prints a number: right-justified in five places. */
const cell = (text: string): string => (/^\d+$/.test(text) ? text.padStart(5) : text);

/** `ps -p PID,...` or `ps -e`, with `-o`: exit status 1 if none of the processes is running. */
export const ps: Command = async (call) => {
  const options = parseOptions(call.argv.slice(1), 'efp:o:');
  if (typeof options === 'string') return complain(call, `ps: ${options}`);
  const chosen = columnsOf(options.given.get('o') ?? 'pid,args');
  if (typeof chosen === 'string') return complain(call, `ps: ${chosen}`);
  const wanted = options.given.get('p')?.split(/[ ,]+/).map(Number);
  const all = call.machine.processes.all();
  const shown = wanted ? all.filter(({ pid }) => wanted.includes(pid)) : all;
  const heads = chosen.map(({ head }) => head);
  const rows = shown.map((process) => chosen.map(({ value }) => cell(value(process))));
  const lines = heads.some((head) => head !== '') ? [heads, ...rows] : rows;
  await call.output.write(lines.map((line) => `${line.join(' ')}\n`).join(''));
  return shown.length > 0 ? 0 : 1;
};

/** The processes that have the volume of a special file open, or a slice of a disk. @throws IoError if there is none */
function holdersOf({ machine }: CommandCall, path: string): Process[] {
  const { node, world, processes } = machine;
  const isDisk = /^\/dev\/r?dsk\//.test(path);
  const { owner, volume } = isDisk
    ? { owner: { name: 'disk' }, volume: { name: path } }
    : volumeOfSpecialFile(world.model, node, path);
  return processes
    .all()
    .filter(({ killed }) => world.openVolumes.isOpenBy(killed, node, owner.name, volume.name));
}

/** `fuser FILE...`: process ids on the standard output, everything else on the standard error (fuser(1M)). */
export const fuser: Command = async (call) => {
  const files = call.argv.slice(1);
  if (files.length === 0 || files.some((file) => file.startsWith('-')))
    return complain(call, 'fuser: not part of the lab', 2);
  for (const file of files) {
    try {
      const holders = holdersOf(call, file);
      await call.errors.write(`${file}: `);
      for (const { pid } of holders) {
        await call.output.write(` ${pid}`);
        await call.errors.write('o');
      }
      await call.errors.write('\n');
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      await complain(call, `${file}: No such file or directory`);
    }
  }
  await call.output.write('\n');
  return 0;
};
