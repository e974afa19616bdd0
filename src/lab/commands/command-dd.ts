import { complain } from '../hosts/command-call.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { openSource, openTarget } from '../hosts/data-files.ts';
import type { RecordSource, RecordTarget } from '../hosts/data-files.ts';
import { parseDdOperands } from './dd-operands.ts';
import type { DdOperands } from './dd-operands.ts';
import { IoError } from '../faults/io-error.ts';
import { platformOf } from '../gds/lab-model.ts';

/**
 * dd(1M): its messages and exit status 2 are those of the illumos source (cmd/dd/dd.c); on Linux those of GNU dd, which
 * exits 1 and counts its bytes in a third line.
 */

const isLinux = ({ machine }: CommandCall): boolean => platformOf(machine.world.model) === 'linux';

const failedStatus = (call: CommandCall): number => (isLinux(call) ? 1 : 2);

/** The records that dd counts in its two closing lines. */
class Counter {
  full = 0;
  partial = 0;

  /** Counts a piece that is whole records, the last of which may be short. */
  add(bytes: number, recordBytes: number): void {
    this.full += Math.floor(bytes / recordBytes);
    if (bytes % recordBytes > 0) this.partial += 1;
  }

  get records(): number {
    return this.full + this.partial;
  }

  toString(): string {
    return `${this.full}+${this.partial} records`;
  }
}

/** An error while reading or writing, with the word that perror() puts before it. */
class TransferError extends Error {
  readonly act: 'read' | 'write';
  readonly reason: string;

  constructor(act: 'read' | 'write', cause: IoError) {
    super(`${act}: ${cause.message}`);
    this.act = act;
    this.reason = cause.message;
  }
}

async function attempt<Result>(act: 'read' | 'write', work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof IoError && error.code !== 'EPIPE') throw new TransferError(act, error);
    throw error;
  }
}

class Transfer {
  readonly input = new Counter();
  readonly output = new Counter();
  bytesWritten = 0;
  readonly #operands: DdOperands;
  readonly #source: RecordSource;
  readonly #target: RecordTarget;
  /** Bytes that do not fill an output record yet. */
  readonly #rest: Buffer;
  #restLength = 0;

  constructor(operands: DdOperands, source: RecordSource, target: RecordTarget) {
    this.#operands = operands;
    this.#source = source;
    this.#target = target;
    this.#rest = Buffer.allocUnsafe(operands.repacks ? operands.outputBytes : 0);
  }

  /** @returns false if the input ended within the skipped part */
  async skip(): Promise<boolean> {
    const { skip, inputBytes, inputSeek, outputSeek, outputBytes } = this.#operands;
    if (this.#source.seek) this.#source.seek(skip * inputBytes);
    else {
      for (let record = 0; record < skip; record += 1) {
        const bytes = await attempt('read', () => this.#source.read(inputBytes, 1));
        if (bytes.length === 0) return false;
      }
    }
    this.#source.seek?.(inputSeek * inputBytes);
    this.#target.seek?.(outputSeek * outputBytes);
    return true;
  }

  async run(): Promise<void> {
    const { inputBytes, count, pads } = this.#operands;
    for (;;) {
      const most = count === undefined ? Number.MAX_SAFE_INTEGER : count - this.input.records;
      if (most <= 0) break;
      const bytes = await attempt('read', () => this.#source.read(inputBytes, most));
      if (bytes.length === 0) break;
      this.input.add(bytes.length, inputBytes);
      await this.#put(pads ? paddedTo(bytes, inputBytes) : bytes);
    }
    await this.finish();
  }

  /** Writes the last record, which may be short. */
  async finish(): Promise<void> {
    if (this.#restLength > 0) await this.#writeRecords(this.#rest.subarray(0, this.#restLength));
    this.#restLength = 0;
  }

  async #put(bytes: Buffer): Promise<void> {
    if (!this.#operands.repacks) return this.#writeRecords(bytes);
    const { outputBytes } = this.#operands;
    let place = 0;
    if (this.#restLength > 0) {
      place = bytes.copy(this.#rest, this.#restLength);
      this.#restLength += place;
      if (this.#restLength < outputBytes) return;
      await this.#writeRecords(this.#rest);
    }
    const whole = place + Math.floor((bytes.length - place) / outputBytes) * outputBytes;
    if (whole > place) await this.#writeRecords(bytes.subarray(place, whole));
    this.#restLength = bytes.copy(this.#rest, 0, whole);
  }

  /** @param bytes whole output records, the last of which may be short */
  async #writeRecords(bytes: Buffer): Promise<void> {
    const { outputBytes } = this.#operands;
    const step = this.#target.keepsRecords ? outputBytes : bytes.length;
    for (let place = 0; place < bytes.length; place += step) {
      const piece = bytes.subarray(place, place + step);
      await attempt('write', () => this.#target.write(piece));
      this.output.add(piece.length, outputBytes);
      this.bytesWritten += piece.length;
    }
  }
}

function paddedTo(bytes: Buffer, recordBytes: number): Buffer {
  const missing = (recordBytes - (bytes.length % recordBytes)) % recordBytes;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}

async function openEnds(
  call: CommandCall,
  operands: DdOperands,
): Promise<{ source: RecordSource; target: RecordTarget } | number> {
  let source: RecordSource | undefined;
  try {
    source = await openSource(call, operands.input);
    return { source, target: await openTarget(call, operands.output) };
  } catch (error) {
    await source?.close();
    if (!(error instanceof IoError)) throw error;
    const name = (source ? operands.output : operands.input) ?? '';
    const line = isLinux(call)
      ? `dd: failed to open '${name}': ${error.message}`
      : `dd: ${name}: open: ${error.message}`;
    return complain(call, line, failedStatus(call));
  }
}

/** GNU dd names the file: `dd: error writing '/dev/nst0': No space left on device`. */
function errorLine(call: CommandCall, { input, output }: DdOperands, error: TransferError): string {
  if (!isLinux(call)) return error.message;
  const [doing, name] =
    error.act === 'read'
      ? (['reading', input ?? 'standard input'] as const)
      : (['writing', output ?? 'standard output'] as const);
  return `dd: error ${doing} '${name}': ${error.reason}`;
}

async function copy(call: CommandCall, operands: DdOperands, transfer: Transfer): Promise<number> {
  let status = 0;
  try {
    if (!(await transfer.skip())) return await complain(call, 'dd: cannot skip past end-of-file', 3);
    await transfer.run();
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    status = await complain(call, errorLine(call, operands, error), failedStatus(call));
    // what was read before a read error still goes out
    if (error.act === 'read') await transfer.finish().catch(() => undefined);
  }
  const bytes = isLinux(call)
    ? `${transfer.bytesWritten} bytes copied, 1 s, ${transfer.bytesWritten} B/s\n`
    : '';
  await call.errors.write(`${transfer.input} in\n${transfer.output} out\n${bytes}`);
  return status;
}

export const dd: Command = async (call) => {
  const words = call.argv.slice(1);
  // GNU dd has it since coreutils 9.1: a host of the lab's age does not have it.
  const foreign = isLinux(call) ? words.find((word) => /^[io]seek=/.test(word)) : undefined;
  if (foreign !== undefined) return complain(call, `dd: unrecognized operand '${foreign}'`);
  const operands = parseDdOperands(words);
  if (typeof operands === 'string') return complain(call, `dd: ${operands}`, failedStatus(call));
  const ends = await openEnds(call, operands);
  if (typeof ends === 'number') return ends;
  const transfer = new Transfer(operands, ends.source, ends.target);
  try {
    return await copy(call, operands, transfer);
  } finally {
    await ends.source.close();
    await ends.target.close();
  }
};
