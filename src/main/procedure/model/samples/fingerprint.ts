/**
 * The content fingerprint: hashes of sampled records of the parted proxy, taken on the cluster, and of the same records read
 * through the shadow. A shadow that maps other blocks shows other bytes, whatever sdxinfo says.
 */
import type { EventOf, RunEvent } from '../../../../contract/events.ts';
import { sampleArguments } from '../../../../streams/raw-device.ts';
import type { Platform } from '../../../site/site-schema.ts';
import { samplesWanted } from '../../../site/whole-fingerprint.ts';
import { rawDevice } from '../../../gds/commands.ts';
import { blockBytes, onAnyNode, type Assignment, type VolumeAssignment } from '../assignment.ts';
import { sampleSlots, type SampleSlots, type Slot } from './sample-choice.ts';
import type { Step, StepCommand } from '../step.ts';

/** Size of a sampled record in bytes: that of the guide's dd (6a). */
export const sampleBytes = 32_768;

export interface FingerprintSource {
  readonly host: string;
  /** True for the cluster: any node can read the parted proxy. */
  readonly anyNode?: true;
  readonly device: string;
  readonly platform: Platform;
}

/** Number of records of `sampleBytes` that a volume has; the last may be short. */
export function recordsOfVolume(blocks: number): number {
  return Math.ceil((blocks * blockBytes) / sampleBytes);
}

/** Length in bytes of one record of a volume. */
export function sampleLength(blocks: number, record: number): number {
  return Math.min(sampleBytes, blocks * blockBytes - record * sampleBytes);
}

/** The places of the sampled records of a volume. */
export function slotsOf(
  { job, fingerprintSeed }: Pick<Assignment, 'job' | 'fingerprintSeed'>,
  { blocks }: Pick<VolumeAssignment, 'blocks'>,
): SampleSlots {
  return sampleSlots(recordsOfVolume(blocks), samplesWanted(job), fingerprintSeed);
}

const chosenFirst = (slots: readonly Slot[]): number[] =>
  slots.flatMap(([record]) => (record === undefined ? [] : [record]));

/** The records that are compared through the shadow, if each of them holds data: only a run shows that. */
export function recordsCompared(
  assignment: Pick<Assignment, 'job' | 'fingerprintSeed'>,
  volume: Pick<VolumeAssignment, 'blocks'>,
): number[] {
  return chosenFirst(slotsOf(assignment, volume).first);
}

/** The records that are hashed on the cluster, both sets, if each of them holds data. */
export function recordsHashed(assignment: Assignment, volume: VolumeAssignment): number[] {
  const { first, second } = slotsOf(assignment, volume);
  return [...chosenFirst(first), ...chosenFirst(second)];
}

/** The parted proxy, on the cluster. */
export function primarySource(assignment: Assignment, { proxy }: VolumeAssignment): FingerprintSource {
  const { platform } = assignment;
  return { ...onAnyNode(assignment), device: rawDevice(assignment.class, proxy), platform };
}

/** The same records through the shadow. */
export function backupSource(
  { backupServer: host, platform }: Assignment,
  { shadow }: VolumeAssignment,
): FingerprintSource {
  return { host, device: rawDevice(shadow.class, shadow.volume), platform };
}

/** One dd per record: the host needs only dd, and the bytes are hashed here. */
export function fingerprintCommands(source: FingerprintSource, records: readonly number[]): StepCommand[] {
  return records.map((record) => ({
    host: source.host,
    ...(source.anyNode ? { anyNode: true } : {}),
    argv: sampleArguments(source.device, record, {
      recordBytes: sampleBytes,
      seekWith: source.platform === 'solaris' ? 'iseek' : 'skip',
    }),
    guide: false,
    changes: false,
  }));
}

/**
 * The reads around a dump that cannot be compared while it is copied: the second set, before and after. A raw device
 * that passes through this program needs none. Assumes that each record holds data.
 */
export function recordsAround(assignment: Assignment, volume: VolumeAssignment): NonNullable<Step['around']> {
  const isRaw = volume.method === '6a';
  if (isRaw && assignment.route === 'console') return { before: [], after: [] };
  const { first, second } = slotsOf(assignment, volume);
  const records = chosenFirst(second.length > 0 ? second : first);
  const reads = fingerprintCommands(backupSource(assignment, volume), records);
  // The baseline of a raw device is what the cluster held.
  return { before: isRaw ? [] : reads, after: reads };
}

export interface SampledBlock {
  readonly record: number;
  readonly sha256: string;
}

/** What was hashed of a volume on the cluster. */
export interface VolumeFingerprint {
  /** Compared through the shadow before the dump. */
  readonly first: readonly SampledBlock[];
  /** Kept for what is written to tape; empty in a journal of an earlier release. */
  readonly second: readonly SampledBlock[];
}

/** Proxy volume -> its fingerprint. */
export type Fingerprints = ReadonlyMap<string, VolumeFingerprint>;

type FingerprintEvent = EventOf<'fingerprint'>;

const isOfCluster = (event: RunEvent): event is FingerprintEvent =>
  event.type === 'fingerprint' && event.side === 'primary';

/**
 * The seed of a run's sampling; undefined before its fingerprint. Earlier releases used the requested name of the run.
 */
export const fingerprintSeedOf = (events: readonly RunEvent[]): string | undefined =>
  events.findLast(isOfCluster)?.seed;

/**
 * The fingerprint of a volume as a journal has it.
 * @returns undefined if none was taken, or if it has fewer records than the job wants
 */
export function fingerprintIn(
  events: readonly RunEvent[],
  { job }: Pick<Assignment, 'job'>,
  { proxy, blocks }: Pick<VolumeAssignment, 'proxy' | 'blocks'>,
): VolumeFingerprint | undefined {
  const taken = events.findLast(
    (event): event is FingerprintEvent => isOfCluster(event) && event.volume === proxy,
  );
  if (!taken) return undefined;
  const wanted = Math.min(samplesWanted(job), recordsOfVolume(blocks));
  const second = taken.second ?? [];
  // For a small volume, both sets together are all of it.
  const isWhole =
    taken.blocks.length >= wanted || taken.blocks.length + second.length >= recordsOfVolume(blocks);
  return isWhole ? { first: taken.blocks, second } : undefined;
}

/** Records whose hashes differ, or that only one side has. */
export function differingRecords(
  primary: readonly SampledBlock[],
  shadow: readonly SampledBlock[],
): number[] {
  const seen = new Map(shadow.map((block) => [block.record, block.sha256]));
  return primary.filter((block) => seen.get(block.record) !== block.sha256).map((block) => block.record);
}
