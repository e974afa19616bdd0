/**
 * Binds a dump to the cluster if its records cannot be compared while they pass. The shadow must show the sampled
 * records of the cluster until sfxadm or fsck changes blocks on purpose. From then on it must show what it showed right
 * after them. They are read before and after each of these commands, and before and after the dump. A proxy that is
 * rejoined, parted and stopped between two state checks is noticed that way.
 */
import { failure } from '../../../../contract/errors.ts';
import type { EventOf } from '../../../../contract/events.ts';
import { phrase } from '../../../../contract/text/say.ts';
import type { VolumeAssignment } from '../../model/assignment.ts';
import {
  backupSource,
  differingRecords,
  sampleBytes,
  type SampledBlock,
} from '../../model/samples/fingerprint.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { Step } from '../../model/step.ts';
import { RecordReader } from './sample-records.ts';
import { whileWatched } from './shadow-watch.ts';
import { compareRecords, samplesOf } from './streamed-records.ts';

async function readThroughShadow(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
  records: readonly number[],
): Promise<SampledBlock[]> {
  const reader = new RecordReader(context, step.id, undefined);
  const source = backupSource(context.assignment, volume);
  const blocks: SampledBlock[] = [];
  for (const record of records) {
    const { sha256 } = await reader.read(source, volume, record);
    blocks.push({ record, sha256 });
  }
  return blocks;
}

/** What the cluster held: the second set, which is not read when the shadow is verified. */
function ofCluster({ fingerprints }: RunContext, { proxy }: VolumeAssignment): readonly SampledBlock[] {
  const { first = [], second = [] } = fingerprints?.get(proxy) ?? {};
  return second.length > 0 ? second : first;
}

/** A dump that continues without a console is compared with the baseline that was taken before it. */
function earlierBaseline({ journal, underWay }: RunContext, step: Step, proxy: string) {
  if (underWay !== step.id) return undefined;
  return journal.events.findLast(
    (event): event is EventOf<'baseline'> => event.type === 'baseline' && event.volume === proxy,
  )?.blocks;
}

/** @throws SNAPSHOT_CHANGED */
function requireUnchanged(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
  blocks: readonly SampledBlock[],
): void {
  const { proxy } = volume;
  const expected = context.rewritten.get(proxy) ?? ofCluster(context, volume);
  const differing = differingRecords(expected, blocks);
  const [first] = differing;
  if (first === undefined) return;
  const count = differing.length;
  throw failure('SNAPSHOT_CHANGED', { step: step.id, proxy, count, total: expected.length, first });
}

/**
 * Runs a command that changes blocks through the shadow on purpose: only while the shadow still shows what was
 * verified, and under watch.
 * @throws SNAPSHOT_CHANGED, findings of the watch, and errors of the command
 */
export async function writeThrough(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
  write: () => Promise<void>,
): Promise<void> {
  const records = ofCluster(context, volume).map(({ record }) => record);
  requireUnchanged(context, step, volume, await readThroughShadow(context, step, volume, records));
  // The reads may have taken a while.
  await context.judgeAgain?.();
  await whileWatched(context, step, write);
  context.rewritten.set(volume.proxy, await readThroughShadow(context, step, volume, records));
}

/** @returns what the records must hold after the dump */
async function takeBaseline(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
): Promise<readonly SampledBlock[]> {
  const cluster = ofCluster(context, volume);
  const earlier = earlierBaseline(context, step, volume.proxy);
  if (earlier || cluster.length === 0) return earlier ?? [];
  const records = cluster.map(({ record }) => record);
  // Nothing was changed on a raw device: the baseline is what the cluster held.
  const blocks = volume.method === '6a' ? cluster : await readThroughShadow(context, step, volume, records);
  requireUnchanged(context, step, volume, blocks);
  context.journal.append({
    type: 'baseline',
    step: step.id,
    volume: volume.proxy,
    host: context.assignment.backupServer,
    recordBytes: sampleBytes,
    blocks: [...blocks],
    changed: differingRecords(cluster, blocks).length,
  });
  return blocks;
}

/** @throws BASELINE_DIFFERS */
async function requireBaseline(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
  baseline: readonly SampledBlock[],
): Promise<void> {
  if (baseline.length === 0) return;
  const records = baseline.map(({ record }) => record);
  const seen = await readThroughShadow(context, step, volume, records);
  const rule = {
    step: step.id,
    rule: 'baseline-records',
    title: phrase('Records after the dump'),
    expected: phrase('{total} sampled records unchanged by the dump', { total: baseline.length }),
    why: phrase('nobody may write to the shadow or replace it during the dump'),
  };
  const difference = compareRecords(context, volume.proxy, rule, baseline, seen);
  if (difference) throw failure('BASELINE_DIFFERS', { step: step.id, ...difference });
}

/**
 * To be called while the dump's reader has the shadow open, and cannot end: nobody can stop or remove it now. The
 * shadow that is checked here is the one that the reader reads, even if it could not be held open.
 * @throws CHECK_FAILED, SHADOW_CHANGED, SNAPSHOT_CHANGED, and errors of reading a record
 */
export async function judgeWhileOpen(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
): Promise<void> {
  await context.judgeAgain?.();
  await requireSnapshot(context, step, volume);
}

/**
 * Reads the second set through the shadow: it must be what was hashed on the cluster.
 * @throws SNAPSHOT_CHANGED, and errors of reading a record
 */
export async function requireSnapshot(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
): Promise<void> {
  const records = ofCluster(context, volume).map(({ record }) => record);
  requireUnchanged(context, step, volume, await readThroughShadow(context, step, volume, records));
}

/**
 * Dumps a volume, and compares sampled records before and after. A raw device that passes through this program is
 * compared as it passes, and needs none of this.
 * @throws BASELINE_DIFFERS, errors of reading a record, and what the dump throws
 */
export async function boundToBaseline(
  context: RunContext,
  step: Step,
  volume: VolumeAssignment,
  dump: () => Promise<void>,
): Promise<void> {
  if (context.assignment.route === 'console' && samplesOf(context, volume)) return dump();
  const baseline = await takeBaseline(context, step, volume);
  await dump();
  await requireBaseline(context, step, volume, baseline);
}
