/**
 * Binds what was written to tape to what the cluster held: records that were hashed on the cluster are compared with the same ones as
 * they passed. A shadow may be rebuilt during the dump, and put back before anybody looks.
 */
import { failure } from '../../../../contract/errors.ts';
import type { SampledRecords, StreamedRecord } from '../../../../streams/record-sampler.ts';
import type { VolumeAssignment } from '../../model/assignment.ts';
import { differingRecords, sampleBytes, type SampledBlock } from '../../model/fingerprint.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { Step } from '../../model/step.ts';

/** Only a raw device passes as it lies on the disks: an archive has its own order. */
function hashedOf(
  { fingerprints }: RunContext,
  { method, proxy }: VolumeAssignment,
): readonly SampledBlock[] {
  if (method !== '6a') return [];
  const { first = [], second = [] } = fingerprints?.get(proxy) ?? {};
  return [...first, ...second];
}

/** Which records of a volume's dump are hashed while they pass; undefined where none can be compared. */
export function samplesOf(context: RunContext, volume: VolumeAssignment): SampledRecords | undefined {
  const records = hashedOf(context, volume).map(({ record }) => record);
  return records.length === 0 ? undefined : { recordBytes: sampleBytes, records };
}

/**
 * Compares both sets with what was streamed, and writes the result into the journal.
 * @throws DUMP_DIFFERS
 */
export function requireOfCluster(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
  streamed: readonly StreamedRecord[],
): void {
  const hashed = hashedOf(context, volume);
  if (hashed.length === 0) return;
  const differing = differingRecords(hashed, streamed).sort((one, other) => one - other);
  const total = hashed.length;
  const { proxy } = volume;
  const several = context.assignment.volumes.length > 1;
  context.journal.append({
    type: 'check',
    step: step.id,
    rule: 'streamed-records',
    title: several ? `Records as written to tape (${proxy})` : 'Records as written to tape',
    ...(several ? { volume: proxy } : {}),
    expected: `${total} sampled records equal`,
    actual: `${total - differing.length} equal`,
    verdict: differing.length === 0 ? 'equal' : 'differs',
    why: 'a shadow that was rebuilt during the dump, and put back, passes every look before and after it',
    source: 'Shadowtape',
  });
  const [first] = differing;
  if (first === undefined) return;
  throw failure('DUMP_DIFFERS', { step: step.id, proxy, count: differing.length, total, first });
}
