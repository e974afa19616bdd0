/**
 * The first half of a dump, at the host that reads: gate -> meter -> digest ("device") -> [record sampler, tar catalog]
 * -> record cutter -> valve. Its output is whole records. It and the second half may run in different threads.
 */
import type { Duplex } from 'node:stream';
import { createDigest } from './digests/digest.ts';
import type { Checkpoints, Digest } from './digests/digest.ts';
import { createMeter } from './meter.ts';
import { createRecordCutter } from './record-cutter.ts';
import type { CutRecords, LastRecord } from './record-cutter.ts';
import { createRecordSampler } from './digests/record-sampler.ts';
import type { SampledRecords, StreamedRecord } from './digests/record-sampler.ts';
import { createSourceGate } from './source-gate.ts';
import type { ProcessEnd } from './stage.ts';
import { createValve } from './valve.ts';
import { createTarCatalogue } from './tar/tar-catalogue.ts';
import type { OnTarEntry } from './tar/tar-catalogue.ts';

/** What is computed from the bytes that are read, and how they are cut. Plain data, except the listener. */
export interface ReadHalfOptions {
  /** 512 to 1,048,576, a multiple of 512; default 32,768. */
  readonly recordBytes?: number | undefined;
  /** Default `short`; tar wants `zero-padded`. */
  readonly lastRecord?: LastRecord | undefined;
  /** Called for the entries of the tar archive that passes; absent if it is not an archive. */
  readonly onEntry?: OnTarEntry | undefined;
  /** Records of what is read that are hashed one by one. */
  readonly samples?: SampledRecords | undefined;
  /** The maximum rate in bytes per second; by default as fast as they arrive. */
  readonly limit?: number | undefined;
  /** After each this many bytes the digest so far is reported (`onCheckpoint`); by default never. */
  readonly checkpointBytes?: number | undefined;
}

export interface ReadHalfHooks {
  /** The end of the process that reads. */
  readonly ended: Promise<ProcessEnd>;
  /** Called when all bytes have passed and the process has ended; a throw fails the stream. */
  readonly judge: (end: ProcessEnd, bytes: number) => void | Promise<void>;
  /** Called while bytes pass, at most ten times a second. */
  readonly onTick: () => void;
  /** Called with the digest of what was read so far, see `checkpointBytes`. A throw fails the stream. */
  readonly onCheckpoint?: Checkpoints['onCheckpoint'] | undefined;
}

export interface ReadHalfResult {
  readonly device: Digest;
  /** The device's bytes and the padding of the last record: what a read-back must give. */
  readonly onTape: Digest;
  readonly records: CutRecords;
  readonly sampled: readonly StreamedRecord[];
}

export interface ReadHalf {
  readonly streams: readonly Duplex[];
  /** Bytes read so far. */
  bytes(): number;
  /** Stops the records, or lets them pass again. */
  hold(isHeld: boolean): void;
  /** Throws STAGE_NOT_FINISHED while bytes may still come. */
  result(): ReadHalfResult;
}

/** Makes the stages. Throws RECORD_SIZE_WRONG. */
export function createReadHalf(options: ReadHalfOptions, hooks: ReadHalfHooks): ReadHalf {
  const { recordBytes, lastRecord, checkpointBytes: every } = options;
  const { onCheckpoint } = hooks;
  const cutter = createRecordCutter({ recordBytes, lastRecord });
  const gate = createSourceGate(hooks.ended, hooks.judge);
  const meter = createMeter({ onSample: hooks.onTick });
  const device = createDigest(every && onCheckpoint ? { every, onCheckpoint } : undefined);
  const sampler = options.samples && createRecordSampler(options.samples);
  const catalogue = options.onEntry && createTarCatalogue(options.onEntry);
  const valve = createValve(options.limit);
  const stages = [
    gate,
    meter,
    device,
    ...(sampler ? [sampler] : []),
    ...(catalogue ? [catalogue] : []),
    cutter,
    valve,
  ];
  return {
    streams: stages.map((stage) => stage.stream),
    bytes: () => meter.bytes(),
    hold: (isHeld) => valve.hold(isHeld),
    result() {
      const records = cutter.result();
      return {
        device: device.result(),
        onTape: device.withZeros(records.paddingBytes),
        records,
        sampled: sampler?.result() ?? [],
      };
    },
  };
}
