/** Reads sampled records of a volume: those that hold data on the cluster, and the same ones through the shadow. */
import { createHash } from 'node:crypto';
import { failure } from '../../../../contract/errors.ts';
import type { VolumeAssignment } from '../../model/assignment.ts';
import {
  fingerprintCommands,
  sampleBytes,
  sampleLength,
  slotsOf,
  type FingerprintSource,
  type SampledBlock,
  type VolumeFingerprint,
} from '../../model/samples/fingerprint.ts';
import type { Slot } from '../../model/samples/sample-choice.ts';
import type { RunContext } from '../../hosts/run-context.ts';

interface ReadRecord extends SampledBlock {
  /** False if every byte is the same, as in blocks that were never written. */
  readonly holdsData: boolean;
}

/** Reads records of one volume and shows the progress. */
export class RecordReader {
  readonly #context: RunContext;
  readonly #step: string;
  /** Records to read in this step, of all volumes; undefined if a dump shows its own progress. */
  readonly #total: number | undefined;
  #done = 0;

  constructor(context: RunContext, step: string, total: number | undefined) {
    this.#context = context;
    this.#step = step;
    this.#total = total;
  }

  /** @throws FINGERPRINT_SHORT, and the errors of the command */
  async read(source: FingerprintSource, { blocks }: VolumeAssignment, record: number): Promise<ReadRecord> {
    const [command] = fingerprintCommands(source, [record]);
    if (!command) throw new Error('a record is read by one command');
    const { stdout } = await this.#context.runner.send(this.#step, command, { binary: true });
    const expected = sampleLength(blocks, record);
    const { host, device } = source;
    if (stdout.length !== expected)
      throw failure('FINGERPRINT_SHORT', { host, actual: stdout.length, record, device, expected });
    this.#done += 1;
    this.#show();
    const holdsData = stdout.some((byte) => byte !== stdout[0]);
    return { record, sha256: createHash('sha256').update(stdout).digest('hex'), holdsData };
  }

  #show(): void {
    if (this.#total === undefined) return;
    const total = Math.max(this.#total, this.#done);
    this.#context.progress({
      step: this.#step,
      what: 'fingerprint',
      bytes: this.#done * sampleBytes,
      total: total * sampleBytes,
      records: this.#done,
    });
  }
}

/** Chooses a record for each slot. Records that hold no data, or the same as one before, prove nothing. */
class RecordChoice {
  readonly #read: (record: number) => Promise<ReadRecord>;
  readonly #seen = new Set<string>();
  /** Remaining reads beyond one per slot. */
  #further: number;

  constructor(read: (record: number) => Promise<ReadRecord>, further: number) {
    this.#read = read;
    this.#further = further;
  }

  async #choose([first, ...others]: Slot): Promise<SampledBlock[]> {
    if (first === undefined) return [];
    const planned = await this.#read(first);
    let chosen = planned;
    for (const record of others) {
      if (this.#isGood(chosen) || this.#further === 0) break;
      this.#further -= 1;
      chosen = await this.#read(record);
    }
    const { record, sha256 } = this.#isGood(chosen) ? chosen : planned;
    this.#seen.add(sha256);
    return [{ record, sha256 }];
  }

  #isGood = ({ sha256, holdsData }: ReadRecord): boolean => holdsData && !this.#seen.has(sha256);

  async ofSlots(slots: readonly Slot[]): Promise<SampledBlock[]> {
    const chosen: SampledBlock[] = [];
    for (const slot of slots) chosen.push(...(await this.#choose(slot)));
    return chosen;
  }
}

/**
 * Hashes both sets of a volume's records. At most twice as many records are read as are kept.
 * @throws FINGERPRINT_SHORT, and the errors of the commands
 */
export async function hashRecords(
  context: RunContext,
  reader: RecordReader,
  volume: VolumeAssignment,
  source: FingerprintSource,
): Promise<VolumeFingerprint> {
  const slots = slotsOf(context.assignment, volume);
  const further = slots.first.length + slots.second.length;
  const choice = new RecordChoice((record) => reader.read(source, volume, record), further);
  return { first: await choice.ofSlots(slots.first), second: await choice.ofSlots(slots.second) };
}
