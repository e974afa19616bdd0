/**
 * Binds what was written to tape to what the cluster held: records that were hashed on the cluster are compared with
 * the same ones as they passed. A shadow may be rebuilt during the dump, and put back before the next state check.
 */
import { failure } from '../../../../contract/errors.ts';
import { phrase } from '../../../../contract/text/say.ts';
import type { SampledRecords, StreamedRecord } from '../../../../streams/digests/record-sampler.ts';
import { volumeCheck, type VolumeAssignment } from '../../model/assignment.ts';
import { differingRecords, sampleBytes, type SampledBlock } from '../../model/samples/fingerprint.ts';
import { unreadableRecords } from '../../model/unreadable-records.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { Step } from '../../model/step.ts';

/**
 * Both sets, except what could not be read from the shadow. Only a raw device passes as it is on the disks: an archive
 * has its own order.
 */
export function hashedOf(
  { fingerprints, journal, assignment }: RunContext,
  { method, proxy }: VolumeAssignment,
): readonly SampledBlock[] {
  if (method !== '6a') return [];
  const { first = [], second = [] } = fingerprints?.get(proxy) ?? {};
  const { recordBytes } = assignment.job.media;
  const holes = unreadableRecords(journal.events, proxy);
  const isZeros = (record: number) => {
    const [from, to] = [record * sampleBytes, (record + 1) * sampleBytes];
    return holes.some((hole) => hole * recordBytes < to && (hole + 1) * recordBytes > from);
  };
  return [...first, ...second].filter(({ record }) => !isZeros(record));
}

/**
 * Which records of a volume's dump are hashed while they pass; undefined if none can be compared.
 * @param startsAt where the dump begins, in bytes
 */
export function samplesOf(
  context: RunContext,
  volume: VolumeAssignment,
  startsAt = 0,
): SampledRecords | undefined {
  const records = hashedOf(context, volume).map(({ record }) => record);
  return records.length === 0 ? undefined : { recordBytes: sampleBytes, records, startsAt };
}

/** The rule by which sampled records are compared; its texts are phrases. */
interface RecordRule {
  readonly step: string;
  readonly rule: string;
  readonly title: string;
  readonly why: string;
  /** By default, all of them match. */
  readonly expected?: string;
}

/**
 * Compares sampled records, and journals the result.
 * @returns how many of how many differ, and the first of them; undefined if none does
 */
export function compareRecords(
  { assignment, journal }: RunContext,
  proxy: string,
  { step, rule, title, why, expected }: RecordRule,
  wanted: readonly SampledBlock[],
  seen: readonly StreamedRecord[],
): { proxy: string; count: number; total: number; first: number } | undefined {
  const differing = differingRecords(wanted, seen).sort((one, other) => one - other);
  const [count, total] = [differing.length, wanted.length];
  journal.append({
    type: 'check',
    step,
    rule,
    ...volumeCheck(assignment, proxy, title),
    expected: expected ?? phrase('{total} sampled records match', { total }),
    actual: phrase('{total} match', { total: total - count }),
    verdict: count === 0 ? 'equal' : 'differs',
    why,
    source: 'Shadowtape',
  });
  const [first] = differing;
  return first === undefined ? undefined : { proxy, count, total, first };
}

/** Records that were seen on their way to the tape, or from it. */
interface SeenRecords {
  readonly step: string;
  readonly rule: string;
  readonly title: string;
  /** As the cluster held them. */
  readonly hashed: readonly SampledBlock[];
  readonly seen: readonly StreamedRecord[];
}

/**
 * Compares records with the cluster's, and journals the result.
 * @throws DUMP_DIFFERS
 */
export function requireAsHashed(
  context: RunContext,
  { proxy }: VolumeAssignment,
  { step, rule, title, hashed, seen }: SeenRecords,
): void {
  if (hashed.length === 0) return;
  const why = phrase(
    'a shadow that was rebuilt during the dump and put back passes every check before and after it',
  );
  const difference = compareRecords(context, proxy, { step, rule, title, why }, hashed, seen);
  if (difference) throw failure('DUMP_DIFFERS', { step, ...difference });
}

/**
 * Compares both sets with what was streamed, and journals the result. For a continued dump, records before its
 * beginning are compared when the tape is read back.
 * @param startsAt where the dump begins, in bytes
 * @throws DUMP_DIFFERS
 */
export function requireOfCluster(
  context: RunContext,
  { id: step }: Step,
  volume: VolumeAssignment,
  seen: readonly StreamedRecord[],
  startsAt = 0,
): void {
  const [rule, title] = ['streamed-records', phrase('Records as written to tape')];
  const hashed = hashedOf(context, volume).filter(({ record }) => record * sampleBytes >= startsAt);
  requireAsHashed(context, volume, { step, rule, title, hashed, seen });
}
