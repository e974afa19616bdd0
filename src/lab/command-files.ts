import { posix } from 'node:path';
import { complain, parseOptions } from './command-call.ts';
import type { Command, CommandCall } from './command-call.ts';
import { IoError } from './io-error.ts';

/** Commands on files and directories: ls, cat, mkdir, rmdir, rm, tee, test. */

/** Does something for each path; a path that fails is told, and the others go on. */
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

export const cat: Command = async (call) => {
  const paths = call.argv.slice(1).filter((word) => word !== '-');
  if (paths.length > 0) {
    return forEach(
      call,
      paths,
      async (path) => call.output.write(await call.machine.files.read(path)),
      (word, reason) => `cat: cannot open ${word}: ${reason}`,
    );
  }
  for (let bytes = await call.input.read(65_536); bytes.length > 0; bytes = await call.input.read(65_536)) {
    await call.output.write(bytes);
  }
  return 0;
};

export const tee: Command = async (call) => {
  const pieces: Buffer[] = [];
  for (let bytes = await call.input.read(65_536); bytes.length > 0; bytes = await call.input.read(65_536)) {
    pieces.push(Buffer.from(bytes));
    await call.output.write(bytes);
  }
  const text = Buffer.concat(pieces).toString('utf8');
  return forEach(
    call,
    call.argv.slice(1),
    (path) => call.machine.files.write(path, text, false),
    (word, reason) => `tee: ${word}: ${reason}`,
    1,
  );
};

const kindLetters = { directory: 'd', file: '-', device: 'c', symlink: 'l' } as const;

async function longLine(call: CommandCall, path: string, name: string): Promise<string> {
  const { files } = call.machine;
  const kind = (await files.kindOf(path)) ?? 'file';
  const size = kind === 'file' ? (await files.read(path)).length : 512;
  const rights = kind === 'directory' ? 'rwxr-xr-x' : 'rw-r--r--';
  return `${kindLetters[kind]}${rights}   1 root     other    ${String(size).padStart(8)} Jan  1 00:00 ${name}`;
}

export const ls: Command = async (call) => {
  const options = parseOptions(call.argv.slice(1), 'alAd1F');
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
    await call.output.write(lines.map((line) => `${line}\n`).join(''));
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
    '-h': kind === 'symlink',
    '-s': kind === 'file' && (await call.machine.files.read(path)).length > 0,
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
