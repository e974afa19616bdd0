/** Fingerprint, verification of the shadow, and the operator's approval. */
import { failure } from '../../../../contract/errors.ts';
import { proxiesOf } from '../../model/assignment.ts';
import { listed } from '../../../../contract/words.ts';
import { phrase, phraseCount } from '../../../../contract/text/say.ts';
import {
  backupSource,
  primarySource,
  recordsOfVolume,
  sampleBytes,
  type Fingerprints,
  type SampledBlock,
  type VolumeFingerprint,
} from '../../model/samples/fingerprint.ts';
import { coverageOf, isWeak, type Coverage } from '../../model/samples/sample-choice.ts';
import type { Performer } from '../perform-commands.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { hashRecords, RecordReader } from './sample-records.ts';
import { whileWatched } from './shadow-watch.ts';
import { compareRecords } from './streamed-records.ts';
import type { Question } from '../../hosts/questions.ts';
import type { Step } from '../../model/step.ts';

/** For the operator: a weak fingerprint is no reason to refuse, because a new volume is empty. */
function warnOfWeakness({ journal }: RunContext, { id }: Step, volume: string, coverage: Coverage): void {
  if (!isWeak(coverage)) return;
  const { distinct, sampled } = coverage;
  const text = phrase(
    'Weak fingerprint of {volume}: only {distinct} of {sampled} sampled records are distinct. A shadow of another volume may show the same records.',
    { volume, distinct, sampled },
  );
  journal.append({ type: 'warning', step: id, text });
}

/** Hashes the records of each volume while the cluster can still read it. */
export const performFingerprint: Performer = async (context, step) => {
  const { assignment, journal } = context;
  const taken = new Map<string, VolumeFingerprint>();
  const reader = new RecordReader(context, step.id, step.commands.length);
  for (const volume of assignment.volumes) {
    const source = primarySource(assignment, volume);
    const fingerprint = await hashRecords(context, reader, volume, source);
    taken.set(volume.proxy, fingerprint);
    const { first, second } = fingerprint;
    const coverage = coverageOf(recordsOfVolume(volume.blocks), [...first, ...second]);
    journal.append({
      type: 'fingerprint',
      step: step.id,
      volume: volume.proxy,
      side: 'primary',
      host: source.host,
      seed: assignment.fingerprintSeed,
      recordBytes: sampleBytes,
      blocks: [...first],
      second: [...second],
      coverage: { ...coverage },
    });
    warnOfWeakness(context, step, volume.proxy, coverage);
  }
  context.fingerprints = taken;
};

/** Reads the first set of each volume through its shadow. */
async function sampleShadows(context: RunContext, step: Step, primary: Fingerprints) {
  const { assignment, journal } = context;
  const taken = new Map<string, readonly SampledBlock[]>();
  const total = [...primary.values()].reduce((sum, { first }) => sum + first.length, 0);
  const reader = new RecordReader(context, step.id, total);
  for (const volume of assignment.volumes) {
    const source = backupSource(assignment, volume);
    const blocks: SampledBlock[] = [];
    for (const { record } of primary.get(volume.proxy)?.first ?? []) {
      const { sha256 } = await reader.read(source, volume, record);
      blocks.push({ record, sha256 });
    }
    taken.set(volume.proxy, blocks);
    journal.append({
      type: 'fingerprint',
      step: step.id,
      volume: volume.proxy,
      side: 'backup',
      host: source.host,
      seed: assignment.fingerprintSeed,
      recordBytes: sampleBytes,
      blocks,
    });
  }
  return taken;
}

/** @throws FINGERPRINT_DIFFERS */
function compareFingerprints(
  context: RunContext,
  step: Step,
  proxy: string,
  primary: readonly SampledBlock[],
  shadow: readonly SampledBlock[],
): void {
  const rule = {
    step: step.id,
    rule: 'fingerprint',
    title: phrase('Content fingerprint'),
    why: phrase('sdxinfo shows names and numbers, not data: the data is read on both sides'),
  };
  const difference = compareRecords(context, proxy, rule, primary, shadow);
  if (difference) throw failure('FINGERPRINT_DIFFERS', difference);
}

async function approve(context: RunContext, step: Step): Promise<void> {
  const { job, volumes, tapeDevice, tapeHost } = context.assignment;
  const shown = volumes.map(({ proxy, shadow }) =>
    phrase('{class}/{volume} matches {proxy}', { class: shadow.class, volume: shadow.volume, proxy }),
  );
  // A restore asks with its own question, for the name of the volume that is overwritten.
  if (job.approve === 'when-verified' || context.assignment.restore) return;
  const text = phraseCount(
    volumes.length,
    'Every rule holds and every sampled record matches: {shown}. Dump it to {device} on {host}?',
    'Every rule holds and every sampled record matches: {shown}. Dump them to {device} on {host}?',
    { shown: listed(shown), device: tapeDevice, host: tapeHost },
  );
  const statement = context.options.statementOf?.(text);
  const question: Question = {
    id: 'approve-shadow',
    step: step.id,
    text,
    choices: [
      { id: 'approve', label: phrase('Approve and start the dump') },
      ...(statement === undefined ? [{ id: 'stop', label: phrase('Remove the shadow and rejoin') }] : []),
    ],
    statement,
  };
  const answer = await whileWatched(context, step, (abort) => context.ask(question, abort));
  if (answer.choice !== 'approve') throw failure('OPERATOR_DECLINED', { step: step.id, by: answer.by });
}

/** The rules were checked before the step; here the bytes are compared, and the operator is asked. */
export const performVerification: Performer = async (context, step) => {
  const primary = context.fingerprints;
  if (!primary) throw new Error('the fingerprint is taken before the shadow is verified');
  const shadow = await sampleShadows(context, step, primary);
  for (const proxy of proxiesOf(context.assignment))
    compareFingerprints(context, step, proxy, primary.get(proxy)?.first ?? [], shadow.get(proxy) ?? []);
  await approve(context, step);
};
