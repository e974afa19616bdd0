import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { openSource } from '../hosts/data-files.ts';
import { readDump } from './dump-format.ts';
import type { DumpTool, ReadDump } from './dump-format.ts';
import { placeEntries } from './extracted-tree.ts';
import { IoError } from '../faults/io-error.ts';
import type { PayrollEntry } from '../gds/payroll-files.ts';

/**
 * ufsrestore(1M) and sfxrestore(1M), as far as needed to show the contents of a dump: list (t), extract into the
 * current directory (x) and restore a whole file system into it (r), with f and v. The latter leaves restoresymtable
 * (illumos ufsrestore(8)).
 */

const largestRecordBytes = 1_048_576;

interface RestoreRequest {
  readonly operation: 't' | 'x' | 'r';
  /** undefined: the standard input */
  readonly archive: string | undefined;
}

function parseRequest(words: readonly string[]): RestoreRequest | undefined {
  const [letters = '', archive, ...others] = words;
  const [operation, ...more] = (['t', 'x', 'r'] as const).filter((each) => letters.includes(each));
  if (!/^[txrvf]+$/.test(letters) || operation === undefined || more.length > 0) return undefined;
  if (others.length > 0 || letters.includes('f') !== (archive !== undefined)) return undefined;
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

/** What ufsrestore would need for dumps of higher levels. */
const symbolTable: PayrollEntry = {
  path: 'restoresymtable',
  type: 'file',
  mode: 0o600,
  modified: 0,
  content: Buffer.from('the lab has nothing to keep here\n'),
};

async function extract(call: CommandCall, { entries }: ReadDump, isWhole: boolean): Promise<void> {
  const found = entries.map(({ path, type, mode, modified, bytes, target }) => ({
    ...{ path, type, mode, modified },
    ...(type === 'file' ? { content: bytes } : {}),
    ...(target === undefined ? {} : { target }),
  }));
  await placeEntries(call, call.directory, isWhole ? [...found, symbolTable] : found);
}

async function restoreFrom(call: CommandCall, request: RestoreRequest, tool: DumpTool): Promise<number> {
  const dump = readDump(await readAll(call, request.archive), tool);
  if (!dump) return complain(call, 'Volume is not in dump format');
  await (request.operation === 't' ? list(call, dump) : extract(call, dump, request.operation === 'r'));
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
