import { posix } from 'node:path';
import { kernelDevice, solarisLink } from '../tape/tape-links.ts';
import type { ByteReader } from '../hosts/open-file.ts';
import { complain, parseOptions } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { openSource, pathTarget } from '../hosts/data-files.ts';
import type { RecordTarget } from '../hosts/data-files.ts';
import { IoError } from '../faults/io-error.ts';

/** Commands on files and directories: ls, cat, mkdir, mkfifo, rmdir, rm, mv, tee, test. */

/** How much cat and tee read at once, in bytes. */
const pieceBytes = 1_048_576;

/** Does something for each path; a path that fails is reported, and the others continue. */
async function forEach(
  call: CommandCall,
  paths: readonly string[],
  act: (path: string, word: string) => Promise<void>,
  told: (word: string, reason: string) => string,
  failed = 2,
): Promise<number> {
  let status = 0;
  for (const word of paths) {
    try {
      await act(call.machine.files.resolve(call.directory, word), word);
    } catch (error) {
      if (!(error instanceof IoError) || error.code === 'EPIPE') throw error;
      status = await complain(call, told(word, error.message), failed);
    }
  }
  return status;
}

async function makeWithParents(call: CommandCall, path: string): Promise<void> {
  const parent = posix.dirname(path);
  if (parent !== path && (await call.machine.files.kindOf(parent)) === undefined)
    await makeWithParents(call, parent);
  await call.machine.files.makeDirectory(path).catch((error: unknown) => {
    if (!(error instanceof IoError && error.code === 'EEXIST')) throw error;
  });
}

export const mkdir: Command = async (call) => {
  const options = parseOptions(call.argv.slice(1), 'pm:');
  if (typeof options === 'string') return complain(call, `mkdir: ${options}`, 2);
  const make = options.given.has('p')
    ? (path: string) => makeWithParents(call, path)
    : async (path: string) => call.machine.files.makeDirectory(path);
  return forEach(
    call,
    options.operands,
    make,
    (word, reason) => `mkdir: Failed to make directory "${word}"; ${reason}`,
  );
};

export const rmdir: Command = (call) =>
  forEach(
    call,
    call.argv.slice(1),
    (path) => call.machine.files.removeDirectory(path),
    (word, reason) =>
      `rmdir: directory "${word}": ${reason === 'File exists' ? 'Directory not empty' : reason}`,
  );

async function removeTree(call: CommandCall, path: string): Promise<void> {
  const { files } = call.machine;
  if ((await files.kindOf(path)) !== 'directory') return files.removeFile(path);
  for (const name of await files.list(path)) await removeTree(call, posix.join(path, name));
  return files.removeDirectory(path);
}

export const rm: Command = async (call) => {
  const options = parseOptions(call.argv.slice(1), 'rRf');
  if (typeof options === 'string') return complain(call, `rm: ${options}`, 2);
  const isForced = options.given.has('f');
  const isDeep = options.given.has('r') || options.given.has('R');
  const remove = async (path: string): Promise<void> => {
    try {
      await (isDeep ? removeTree(call, path) : call.machine.files.removeFile(path));
    } catch (error) {
      if (!(isForced && error instanceof IoError && error.code === 'ENOENT')) throw error;
    }
  };
  return forEach(call, options.operands, remove, (word, reason) => `${word}: ${reason}`);
};

async function copyAll(from: ByteReader, write: (bytes: Buffer) => Promise<void>): Promise<void> {
  for (let bytes = await from.read(pieceBytes); bytes.length > 0; bytes = await from.read(pieceBytes))
    await write(bytes);
}

export const cat: Command = async (call) => {
  const words = call.argv.slice(1);
  return forEach(
    call,
    words.length > 0 ? words : ['-'],
    async (_path, word) => {
      const source = await openSource(call, word === '-' ? undefined : word);
      const reader = { read: (limit: number) => source.read(limit, 1) };
      await copyAll(reader, (bytes) => call.output.write(bytes)).finally(() => source.close());
    },
    (word, reason) => `cat: cannot open ${word}: ${reason}`,
  );
};

/** Copies its input to its output and to files, each piece as it comes: `tee [-a] FILE...`. */
export const tee: Command = async (call) => {
  const options = parseOptions(call.argv.slice(1), 'ai');
  if (typeof options === 'string') return complain(call, `tee: ${options}`, 2);
  const targets: { word: string; target: RecordTarget }[] = [];
  const open = async (path: string, word: string): Promise<void> => {
    targets.push({ word, target: await pathTarget(call, path, options.given.has('a')) });
  };
  const told = (word: string, reason: string): string => `tee: ${word}: ${reason}`;
  let status = await forEach(call, options.operands, open, told, 1);
  const write = async (bytes: Buffer): Promise<void> => {
    await call.output.write(bytes);
    for (const { word, target } of targets) {
      status = Math.max(status, await forEach(call, [word], () => target.write(bytes), told, 1));
    }
  };
  try {
    await copyAll(call.input, write);
  } finally {
    for (const { target } of targets) await target.close();
  }
  return status;
};

export const mkfifo: Command = async (call) => {
  const options = parseOptions(call.argv.slice(1), 'm:');
  if (typeof options === 'string') return complain(call, `mkfifo: ${options}`, 2);
  return forEach(
    call,
    options.operands,
    async (path) => call.machine.files.makeFifo(path),
    (word, reason) => `mkfifo: ${word}: ${reason}`,
    1,
  );
};

/** `mv FILE NAME`, `mv FILE... DIRECTORY`. */
export const mv: Command = async (call) => {
  const words = call.argv.slice(1).filter((word) => word !== '-f');
  const target = words.pop();
  if (target === undefined || words.length === 0)
    return complain(call, 'mv: usage: mv [-f] file... target', 2);
  const { files } = call.machine;
  const to = files.resolve(call.directory, target);
  const isInto = (await files.kindOf(to)) === 'directory';
  if (words.length > 1 && !isInto) return complain(call, `mv: ${target} not found`, 2);
  return forEach(
    call,
    words,
    (path) => files.rename(path, isInto ? posix.join(to, posix.basename(path)) : to),
    (word, reason) => `mv: cannot rename ${word} to ${target}: ${reason}`,
  );
};

const kindLetters = { directory: 'd', file: '-', device: 'c', symlink: 'l', fifo: 'p' } as const;

async function lengthOf({ machine: { files } }: CommandCall, path: string): Promise<number> {
  return files.mountOf(path) ? (await files.read(path)).length : files.lengthOf(path);
}

async function longLine(call: CommandCall, path: string, name: string): Promise<string> {
  const { files } = call.machine;
  const kind = (await files.kindOf(path)) ?? 'file';
  const sizes = { directory: 512, device: 512, symlink: 512, fifo: 0 };
  const size = kind === 'file' ? await lengthOf(call, path) : sizes[kind];
  const target = solarisLink(path) ?? files.linkAt(path);
  if (target !== undefined)
    return `lrwxrwxrwx   1 root     root     ${String(target.length).padStart(8)} Jan  1 00:00 ${name} -> ${target}`;
  const rights = kind === 'directory' ? 'rwxr-xr-x' : 'rw-r--r--';
  return `${kindLetters[kind]}${rights} ${String(files.namesOf(path)).padStart(3)} root     other    ${String(size).padStart(8)} Jan  1 00:00 ${name}`;
}

/** `readlink -f FILE` of GNU coreutils: what a path resolves to. Only the names of the drive are links. */
export const readlink: Command = async (call) => {
  const [option, path] = call.argv.slice(1);
  if (option !== '-f' || path === undefined) return complain(call, 'readlink: missing operand', 1);
  if (!(await call.machine.files.kindOf(path))) return 1;
  await call.output.write(`${kernelDevice(path)}\n`);
  return 0;
};

export const ls: Command = async (call) => {
  const options = parseOptions(call.argv.slice(1), 'alAd1FR');
  if (typeof options === 'string') return complain(call, `ls: ${options}`, 2);
  const { files } = call.machine;
  const isLong = options.given.has('l');
  const show = async (path: string, word: string): Promise<void> => {
    const kind = await files.kindOf(path);
    if (!kind) throw new IoError('ENOENT');
    const isList = kind === 'directory' && !options.given.has('d');
    const names = isList ? await files.list(path) : [word];
    const lines = isLong
      ? await Promise.all(names.map((name) => longLine(call, isList ? posix.join(path, name) : path, name)))
      : names;
    const isTree = isList && options.given.has('R');
    await call.output.write([...(isTree ? [`${path}:`] : []), ...lines].map((line) => `${line}\n`).join(''));
    if (!isTree) return;
    for (const inner of names.map((name) => posix.join(path, name))) {
      if ((await files.kindOf(inner)) !== 'directory') continue;
      await call.output.write('\n');
      await show(inner, inner);
    }
  };
  const words = options.operands.length > 0 ? options.operands : ['.'];
  return forEach(call, words, show, (word, reason) => `${word}: ${reason}`);
};

async function holds(call: CommandCall, words: readonly string[]): Promise<boolean> {
  const [first = '', second, third] = words;
  if (first === '!') return !(await holds(call, words.slice(1)));
  if (words.length === 3 && third !== undefined) {
    if (second === '=') return first === third;
    if (second === '!=') return first !== third;
    const [left, right] = [Number(first), Number(third)];
    if (second === '-eq') return left === right;
    if (second === '-ne') return left !== right;
    throw new IoError('EINVAL');
  }
  if (second === undefined) return first !== '';
  if (first === '-n') return second !== '';
  if (first === '-z') return second === '';
  const path = call.machine.files.resolve(call.directory, second);
  const kind = await call.machine.files.kindOf(path);
  const wanted: Record<string, boolean> = {
    '-d': kind === 'directory',
    '-f': kind === 'file',
    '-e': kind !== undefined,
    '-r': kind !== undefined,
    '-w': kind !== undefined,
    '-b': kind === 'device' && path.includes('/dsk/'),
    '-c': kind === 'device' && !path.includes('/dsk/'),
    '-p': kind === 'fifo',
    '-h': kind === 'symlink',
    '-s': kind === 'file' && (await lengthOf(call, path)) > 0,
  };
  return wanted[first] ?? false;
}

export const test: Command = async (call) => {
  const words = call.argv.slice(1);
  if (call.argv[0] === '[' && words.pop() !== ']') return complain(call, 'sh: test: ] missing', 2);
  try {
    return words.length > 0 && (await holds(call, words)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return complain(call, 'sh: test: argument expected', 2);
  }
};
