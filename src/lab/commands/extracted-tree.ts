import { Parser, type ReadEntry } from 'tar';
import type { CommandCall } from '../hosts/command-call.ts';
import { once } from 'node:events';
import type { PayrollEntry } from '../gds/payroll-files.ts';

/** What tar, ufsrestore and sfxrestore extract: first all of it, then into a mounted volume or the tree of the host. */

const types: Readonly<Record<string, PayrollEntry['type']>> = {
  File: 'file',
  OldFile: 'file',
  Link: 'file',
  Directory: 'directory',
  SymbolicLink: 'symlink',
};

/** Below the folder it is extracted into; '' for that folder itself. */
const pathBelow = (name: string): string =>
  name
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

/** Collects the entries of an archive. */
export class ExtractedTree {
  readonly #entries: PayrollEntry[] = [];
  #isBroken = false;
  readonly #parser = new Parser({
    strict: true,
    onReadEntry: (entry) => this.#take(entry),
  });

  constructor() {
    this.#parser.on('error', () => (this.#isBroken = true));
  }

  add(bytes: Buffer): void {
    if (!this.#isBroken) this.#parser.write(bytes);
  }

  /** @returns undefined if it was not an archive */
  async end(): Promise<readonly PayrollEntry[] | undefined> {
    if (this.#isBroken) return undefined;
    const ended = once(this.#parser, 'end').catch(() => undefined);
    this.#parser.end();
    await ended;
    return this.#isBroken ? undefined : this.#entries;
  }

  /** A hard link has the buffer of the file that it links to. */
  #contentOf({ type, linkpath = '' }: ReadEntry, pieces: readonly Buffer[]): Buffer {
    const target = pathBelow(linkpath ?? '');
    const linked = this.#entries.findLast(({ path }) => type === 'Link' && path === target);
    return linked?.content ?? Buffer.concat(pieces);
  }

  #take(entry: ReadEntry): void {
    const pieces: Buffer[] = [];
    entry.on('data', (piece: Buffer) => pieces.push(Buffer.from(piece)));
    entry.on('end', () => {
      const type = types[entry.type];
      if (type === undefined) return;
      this.#entries.push({
        path: pathBelow(entry.path),
        type,
        mode: entry.mode ?? 0o644,
        modified: Math.floor((entry.mtime?.getTime() ?? 0) / 1000),
        ...(type === 'file' ? { content: this.#contentOf(entry, pieces) } : {}),
        ...(type === 'symlink' ? { target: entry.linkpath ?? '' } : {}),
      });
    });
  }
}

/** The effect of the fault on the last file that is not empty. */
function withFault({ machine }: CommandCall, entries: readonly PayrollEntry[]): readonly PayrollEntry[] {
  const last = entries.findLast(({ content }) => content !== undefined && content.length > 0);
  if (!machine.world.faults.has('extract-alters') || !last?.content) return entries;
  const content = Buffer.from(last.content);
  content.writeUInt8(content.readUInt8(0) ^ 1, 0);
  return entries.map((entry) => (entry === last ? { ...entry, content } : entry));
}

/** Puts entries below a directory. @throws IoError */
export async function placeEntries(
  call: CommandCall,
  directory: string,
  extracted: readonly PayrollEntry[],
): Promise<void> {
  const { files } = call.machine;
  const entries = withFault(call, extracted);
  return files.mountOf(directory)
    ? files.writeMounted(directory, entries)
    : files.writeTree(directory, entries);
}
