import { join } from 'node:path';
import type { ByteReader, ByteWriter } from '../hosts/open-file.ts';
import { Cartridges } from './cartridges.ts';
import type { ChangerShape, WantedCartridge } from './cartridges.ts';
import type { Command, CommandCall } from '../hosts/command-call.ts';
import { Faults } from '../faults/faults.ts';
import type { TapeModel } from '../gds/lab-model.ts';
import { newModel } from '../gds/lab-volumes.ts';
import { TapeDrive } from './tape-drive.ts';

export const recordBytes = 32_768;

/** A record whose bytes tell its number. */
export const numbered = (number: number, length = recordBytes): Buffer =>
  Buffer.alloc(length, `record ${number}, `);

export interface BenchOptions {
  readonly folder: string;
  /** Records of 32,768 bytes up to the early warning; 10 by default. */
  readonly capacityRecords?: number;
  /** Bytes beyond that, for a capacity that is not a whole number of records. */
  readonly moreBytes?: number;
  readonly trailerBytes?: number;
  readonly slots?: number;
  readonly shape?: ChangerShape;
  readonly wanted?: readonly WantedCartridge[];
  readonly model?: TapeModel;
}

/** A tape drive for tests: cartridges and changer, without hosts and without ssh. */
export interface Bench {
  readonly faults: Faults;
  readonly drive: TapeDrive;
  readonly cartridges: Cartridges;
  readonly model: TapeModel;
  readonly tapeFile: string;
  /** Runs a command as a process of node3. @param argv [0] is its name */
  run(command: Command, argv: readonly string[], input?: Buffer | string | ByteReader): Promise<BenchRun>;
}

export interface BenchRun {
  readonly status: number;
  /** Latin-1, so that data can be compared too. */
  readonly output: string;
  readonly errors: string;
}

class Pieces implements ByteWriter {
  readonly #pieces: Buffer[] = [];

  write(bytes: Buffer | string): Promise<void> {
    this.#pieces.push(Buffer.from(bytes as string));
    return Promise.resolve();
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString('latin1');
  }
}

/** Yields bytes in given pieces; the rest of one comes with the next read. */
export function readerOf(pieces: readonly Buffer[]): ByteReader {
  const left = pieces.filter(({ length }) => length > 0);
  return {
    read(limit) {
      const first = left.shift() ?? Buffer.alloc(0);
      if (first.length > limit) left.unshift(first.subarray(limit));
      return Promise.resolve(first.subarray(0, limit));
    },
  };
}

export async function openBench(options: BenchOptions): Promise<Bench> {
  const { folder, capacityRecords = 10, moreBytes = 0, trailerBytes = 4 * recordBytes, slots = 4 } = options;
  const { model = newModel('seed', 16_384).tape, wanted = [], shape } = options;
  const faults = new Faults();
  const drive = new TapeDrive(model, faults);
  const size = { capacity: capacityRecords * recordBytes + moreBytes, trailerBytes };
  const cartridges = await Cartridges.open({ folder, model, drive, size, slots, shape, wanted });
  const world = { faults, drive, cartridges, save: () => Promise.resolve() };
  return {
    faults,
    drive,
    cartridges,
    model,
    tapeFile: join(folder, 'tape.tap'),
    async run(command, argv, input = '') {
      const [output, errors] = [new Pieces(), new Pieces()];
      const isBytes = typeof input === 'string' || Buffer.isBuffer(input);
      const call = {
        argv,
        machine: { node: 'node3', world },
        directory: '/root',
        input: isBytes ? readerOf([Buffer.from(input as string, 'latin1')]) : input,
        output,
        errors,
        killed: new AbortController().signal,
      } as unknown as CommandCall;
      const status = await command(call);
      return { status, output: output.text, errors: errors.text };
    },
  };
}
