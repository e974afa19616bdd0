import { Parser } from 'tar';
import type { ByteWriter } from '../hosts/open-file.ts';
import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { openSource, openTarget } from '../hosts/data-files.ts';
import type { RecordTarget } from '../hosts/data-files.ts';
import { IoError } from '../faults/io-error.ts';
import { platformOf } from '../gds/lab-model.ts';
import { Blocker } from './record-blocker.ts';
import type { FileSystemEntry } from '../gds/lab-file-system.ts';
import { ownTree } from './own-tree.ts';
import { ExtractedTree, placeEntries } from './extracted-tree.ts';
import { archiveBytes } from './tar-archive.ts';
import type { ArchiveEntry } from './tar-archive.ts';

/** tar(1) of Solaris, and on Linux of GNU, as far as a backup and its restore need it: create (c), list (t) and extract (x), with v, f, b, p and -C. */

const isLinux = ({ machine }: CommandCall): boolean => platformOf(machine.world.model) === 'linux';

const blockBytes = 512;

interface TarRequest {
  readonly operation: 'c' | 't' | 'x';
  readonly isVerbose: boolean;
  /** undefined: the standard output or input */
  readonly archive: string | undefined;
  /** Records of this many bytes; 20 blocks where b is not given. */
  readonly recordBytes: number;
  /** What is archived, and the directory from which it is named. */
  readonly members: readonly { directory: string; path: string }[];
}

/** Names of what is archived; -C changes the directory for those after it. */
function membersOf(call: CommandCall, words: readonly string[]): TarRequest['members'] {
  const members: { directory: string; path: string }[] = [];
  let { directory } = call;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '-C') {
      index += 1;
      directory = call.machine.files.resolve(call.directory, words[index] ?? '.');
    } else members.push({ directory, path: word });
  }
  return members;
}

function parseRequest(call: CommandCall): TarRequest | string {
  const [key = '', ...words] = call.argv.slice(1);
  const letters = key.replace(/^-/, '');
  const [operation, ...others] = (['c', 't', 'x'] as const).filter((each) => letters.includes(each));
  if (!/^[ctxvfbp]+$/.test(letters) || operation === undefined || others.length > 0)
    return 'usage: tar {c|t|x}[bfpv] ...';
  // the arguments of b and f follow in the order of the letters
  let [archive, blocking]: [string | undefined, string | undefined] = [undefined, '20'];
  for (const letter of letters.replace(/[^bf]/g, '')) {
    if (letter === 'f') archive = words.shift();
    else blocking = words.shift();
  }
  const factor = Number(blocking);
  if (!Number.isInteger(factor) || factor < 1 || factor > 4096) return `invalid blocksize ${blocking ?? ''}`;
  const name = letters.includes('f') ? archive : isLinux(call) ? '-' : '/dev/rmt/0';
  return {
    operation,
    isVerbose: letters.includes('v'),
    archive: name === '-' ? undefined : name,
    recordBytes: factor * blockBytes,
    members: membersOf(call, words),
  };
}

/** A tree, and the place in it that is archived. */
interface NamedTree {
  readonly inner: string;
  readonly system: { readonly entries: readonly FileSystemEntry[] };
}

/** The entries of one member, named as tar names them: `./`, `./bin/`, `./bin/payroll`. */
function entriesOf(files: NamedTree, member: string): ArchiveEntry[] {
  const { inner, system } = files;
  const below = inner === '' ? '' : `${inner}/`;
  return system.entries
    .filter((entry) => entry.path === inner || entry.path.startsWith(below))
    .map((entry) => {
      const rest = entry.path.slice(inner.length).replace(/^\//, '');
      const name = rest === '' ? member : `${member.replace(/\/$/, '')}/${rest}`;
      return { name: entry.type === 'directory' ? `${name.replace(/\/$/, '')}/` : name, entry };
    });
}

interface Faulty {
  readonly archived: readonly ArchiveEntry[];
  /** Names of files that come as zeros. */
  readonly blanked: ReadonlySet<string>;
  readonly words: readonly string[];
  /** The exit status of tar because of them. */
  readonly status: number;
}

/** The effect of the faults on the files. Solaris tar exits 0 after each of these messages, unless it has `e` (illumos tar.c). */
function withFaults(call: CommandCall, entries: readonly ArchiveEntry[]): Faulty {
  const { faults } = call.machine.world;
  // An empty file would not show why the output is missing.
  const names = entries.flatMap(({ name, entry }) => (entry.type === 'file' && entry.size > 0 ? [name] : []));
  const last = (count: number): string[] => (count === 0 ? [] : names.slice(-count));
  const sockets = last(faults.numberOf('tar-sockets') ?? 0);
  const links = names.slice(0, faults.numberOf('tar-long-links') ?? 0);
  const changed = last(faults.numberOf('tar-changed') ?? 0);
  const unread = faults.has('tar-unread') ? last(1) : [];
  const left = new Set([...sockets, ...links]);
  const words = isLinux(call)
    ? [
        ...sockets.map((name) => `tar: ${name}: socket ignored\n`),
        ...changed.map((name) => `tar: ${name}: File shrank by 1 byte; padding with zeros\n`),
        ...unread.map((name) => `tar: ${name}: Read error at byte 0, while reading 512 bytes: I/O error\n`),
      ]
    : wordsOfSolaris({ links, sockets, changed, unread });
  // GNU tar exits 1 if a file changed, or could not be read (tar(1), RETURN VALUE).
  const status = isLinux(call) && changed.length + unread.length > 0 ? 1 : 0;
  return {
    status,
    words,
    archived: entries.filter(({ name }) => !left.has(name)),
    blanked: new Set([...changed, ...unread]),
  };
}

/** Names of files by what happens to them. */
interface Affected {
  readonly links: readonly string[];
  readonly sockets: readonly string[];
  readonly changed: readonly string[];
  readonly unread: readonly string[];
}

const wordsOfSolaris = ({ links, sockets, changed, unread }: Affected): string[] => [
  ...links.map((name) => `tar: ${name}: symbolic link too long\n`),
  ...sockets.map((name) => `tar: ${name} is not a file. Not dumped\n`),
  ...changed.map((name) => `tar: ${name}: file changed size\n`),
  ...unread.map((name) => `tar: Read error on ${name}: I/O error\n`),
];

/** The line of v: `a NAME 12K` on Solaris, the name alone by GNU. */
function verboseLine(call: CommandCall, { name, entry }: ArchiveEntry): string {
  if (isLinux(call)) return `${name}\n`;
  if (entry.type === 'symlink') return `a ${name} symbolic link to ${entry.target ?? ''}\n`;
  return `a ${name} ${Math.ceil(entry.size / 1024)}K\n`;
}

async function archiveMember(
  call: CommandCall,
  request: TarRequest,
  member: { directory: string; path: string },
  blocker: Blocker,
): Promise<number> {
  const path = call.machine.files.resolve(member.directory, member.path);
  const files = (await call.machine.files.openMounted(path)) ?? (await ownTree(call.machine.files, path));
  const entries = files ? entriesOf(files, member.path) : [];
  try {
    if (!files || entries.length === 0) {
      await call.errors.write(`tar: ${member.path}: No such file or directory\n`);
      return isLinux(call) ? 2 : 1;
    }
    const listing: ByteWriter = request.archive === undefined ? call.errors : call.output;
    const told = async (entry: ArchiveEntry): Promise<void> => {
      if (request.isVerbose) await listing.write(verboseLine(call, entry));
    };
    const { archived, blanked, words, status } = withFaults(call, entries);
    for (const line of words) await call.errors.write(line);
    for await (const bytes of archiveBytes(archived, files.volume, told, blanked)) {
      call.killed.throwIfAborted();
      await blocker.write(bytes);
    }
    return status;
  } finally {
    files?.volume.close();
  }
}

async function create(call: CommandCall, request: TarRequest): Promise<number> {
  let target: RecordTarget;
  try {
    target = await openTarget(call, request.archive);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return complain(call, `tar: ${request.archive ?? ''}: ${error.message}`);
  }
  const blocker = new Blocker(target, request.recordBytes);
  try {
    const [member] = request.members;
    if (!member || request.members.length > 1)
      return await complain(call, 'tar: one directory or file must be named');
    const status = await archiveMember(call, request, member, blocker);
    await blocker.end(request.recordBytes);
    return status;
  } catch (error) {
    if (!(error instanceof IoError) || error.code === 'EPIPE') throw error;
    return await complain(call, `tar: write error: ${error.message}`, 2);
  } finally {
    await target.close();
  }
}

/** Everything is read before the tree changes: it is small in a lab. */
async function extract(call: CommandCall, request: TarRequest): Promise<number> {
  try {
    const source = await openSource(call, request.archive);
    const reading = new ExtractedTree();
    try {
      for (;;) {
        const bytes = await source.read(request.recordBytes, 1);
        if (bytes.length === 0) break;
        reading.add(Buffer.from(bytes));
      }
    } finally {
      await source.close();
    }
    const entries = await reading.end();
    if (!entries) return await complain(call, 'tar: directory checksum error', 2);
    await placeEntries(call, call.directory, entries);
    return 0;
  } catch (error) {
    if (!(error instanceof IoError) || error.code === 'EPIPE') throw error;
    return complain(call, `tar: ${error.message}`, 2);
  }
}

async function list(call: CommandCall, request: TarRequest): Promise<number> {
  try {
    const source = await openSource(call, request.archive);
    const names: string[] = [];
    const parser = new Parser({
      onReadEntry: (entry) => {
        names.push(entry.path);
        entry.resume();
      },
    });
    try {
      for (;;) {
        const bytes = await source.read(request.recordBytes, 1);
        if (bytes.length === 0) break;
        parser.write(Buffer.from(bytes));
        for (const name of names.splice(0)) await call.output.write(`${name}\n`);
      }
    } finally {
      await source.close();
    }
    parser.end();
    return 0;
  } catch (error) {
    if (!(error instanceof IoError) || error.code === 'EPIPE') throw error;
    return complain(call, `tar: read error: ${error.message}`, 2);
  }
}

export const tar: Command = async (call) => {
  const request = parseRequest(call);
  if (typeof request === 'string') return complain(call, `tar: ${request}`);
  const acts = { c: create, t: list, x: extract };
  return acts[request.operation](call, request);
};
