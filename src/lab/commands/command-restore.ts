import { posix } from 'node:path';
import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { openSource } from '../hosts/data-files.ts';
import { readDump } from './dump-format.ts';
import type { DumpTool, ReadDump } from './dump-format.ts';
import { IoError } from '../faults/io-error.ts';

/**
 * ufsrestore(1M) and sfxrestore(1M), as far as it takes to see what a dump holds: list (t) and extract into the current directory
 * (x), with f and v. Links are passed over: the tree of a lab host has none.
 */

const largestRecordBytes = 1_048_576;

interface RestoreRequest {
  readonly operation: 't' | 'x';
  /** undefined: the standard input */
  readonly archive: string | undefined;
}

function parseRequest(words: readonly string[]): RestoreRequest | undefined {
  const [letters = '', archive, ...others] = words;
  const isKnown = /^[txvf]+$/.test(letters) && letters.includes('t') !== letters.includes('x');
  if (!isKnown || others.length > 0 || letters.includes('f') !== (archive !== undefined)) return undefined;
  const operation = letters.includes('t') ? 't' : 'x';
  return { operation, archive: archive === '-' ? undefined : (archive ?? '/dev/rmt/0') };
}

async function readAll(call: CommandCall, archive: string | undefined): Promise<Buffer> {
  const source = await openSource(call, archive);
  const pieces: Buffer[] = [];
  try {
    for (;;) {
      const piece = await source.read(largestRecordBytes, 1);
      if (piece.length === 0) return Buffer.concat(pieces);
      pieces.push(Buffer.from(piece));
    }
  } finally {
    await source.close();
  }
}

async function list(call: CommandCall, { entries }: ReadDump): Promise<void> {
  const lines = entries.map(({ path }, index) => `${String(index + 2).padStart(10)}\t./${path}\n`);
  await call.output.write(lines.join(''));
}

async function extract(call: CommandCall, { entries }: ReadDump): Promise<void> {
  const placed = (path: string): string => posix.join(call.directory, path);
  const directories = entries.filter(({ type }) => type === 'directory').map(({ path }) => placed(path));
  const files = entries.filter(({ type }) => type === 'file');
  await call.machine.files.writeTree(
    directories.map((path) => path.replace(/\/$/, '')),
    new Map(files.map(({ path, bytes }) => [placed(path), bytes])),
  );
}

async function restoreFrom(call: CommandCall, request: RestoreRequest, tool: DumpTool): Promise<number> {
  const dump = readDump(await readAll(call, request.archive), tool);
  if (!dump) return complain(call, 'Volume is not in dump format');
  await (request.operation === 't' ? list(call, dump) : extract(call, dump));
  return dump.isWhole ? 0 : complain(call, 'End-of-tape encountered before the end of the dump');
}

const restoreOf =
  (tool: DumpTool): Command =>
  async (call) => {
    const request = parseRequest(call.argv.slice(1));
    const name = call.argv[0] ?? '';
    if (!request) return complain(call, `Usage: ${name} tf|xf[v] file`);
    try {
      return await restoreFrom(call, request, tool);
    } catch (error) {
      if (!(error instanceof IoError) || error.code === 'EPIPE') throw error;
      return complain(call, `${name}: ${request.archive ?? 'standard input'}: ${error.message}`);
    }
  };

export const ufsrestore = restoreOf('ufsdump');
export const sfxrestore = restoreOf('sfxdump');
export const restore = restoreOf('dump');
