/**
 * The content fingerprint: hashes of sampled records of the parted proxy, taken on the cluster, and of the same records read
 * through the shadow. A shadow that maps other blocks shows other bytes, whatever sdxinfo says.
 */
import { createHash } from 'node:crypto';
import { sampleArguments } from '../../../streams/raw-device.ts';
import type { Platform } from '../../site/site-schema.ts';
import { blockBytes, type Assignment, type VolumeAssignment } from './assignment.ts';
import type { StepCommand } from './step.ts';

/** Size of a sampled record in bytes: that of the guide's dd (6a). */
export const sampleBytes = 32_768;

export interface FingerprintSource {
  readonly host: string;
  readonly device: string;
  readonly platform: Platform;
  /** Records to read, ascending. */
  readonly records: readonly number[];
}

/** Number of records of `sampleBytes` that a volume has; the last may be short. */
export function recordsOfVolume(blocks: number): number {
  return Math.ceil((blocks * blockBytes) / sampleBytes);
}

/** Length in bytes of one record of a volume. */
export function sampleLength(blocks: number, record: number): number {
  return Math.min(sampleBytes, blocks * blockBytes - record * sampleBytes);
}

/** A number from 0 to 1 (exclusive) that depends on seed and position alone. */
function fraction(seed: string, position: number): number {
  const hash = createHash('sha256').update(`${seed}:${position}`).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48;
}

/**
 * Which records are sampled: the first, the last, and seeded random ones in between; ascending, none twice.
 * @param count how many; all of them where the volume has no more
 */
export function sampledRecords(blocks: number, count: number, seed: string): number[] {
  const all = recordsOfVolume(blocks);
  if (count >= all) return Array.from({ length: all }, (_, record) => record);
  const chosen = new Set([0, all - 1]);
  for (let position = 0; chosen.size < count; position += 1)
    chosen.add(Math.floor(fraction(seed, position) * all));
  return [...chosen].sort((a, b) => a - b);
}

/** The records of a volume that the run compares. */
export function recordsCompared(
  { job, fingerprintSeed }: Pick<Assignment, 'job' | 'fingerprintSeed'>,
  { blocks }: Pick<VolumeAssignment, 'blocks'>,
): number[] {
  return sampledRecords(blocks, job.verify.fingerprint, fingerprintSeed);
}

export function fingerprintSource(
  assignment: Assignment,
  volume: VolumeAssignment,
  host: string,
  device: string,
): FingerprintSource {
  return { host, device, platform: assignment.platform, records: recordsCompared(assignment, volume) };
}

/** One dd a record: it needs nothing on the host but dd, and the bytes are hashed here. */
export function fingerprintCommands(source: FingerprintSource): StepCommand[] {
  return source.records.map((record) => ({
    host: source.host,
    argv: sampleArguments(source.device, record, {
      recordBytes: sampleBytes,
      seekWith: source.platform === 'solaris' ? 'iseek' : 'skip',
    }),
    guide: false,
    changes: false,
  }));
}

export interface SampledBlock {
  readonly record: number;
  readonly sha256: string;
}

/** Proxy volume -> its sampled records. */
export type Fingerprints = ReadonlyMap<string, readonly SampledBlock[]>;

/** Records whose hashes differ, or that only one side has. */
export function differingRecords(
  primary: readonly SampledBlock[],
  shadow: readonly SampledBlock[],
): number[] {
  const seen = new Map(shadow.map((block) => [block.record, block.sha256]));
  return primary.filter((block) => seen.get(block.record) !== block.sha256).map((block) => block.record);
}
