/** Fingerprint, verification of the shadow, and the operator's approval. */
import { createHash } from 'node:crypto';
import { failure } from '../../contract/errors.ts';
import {
  differingRecords,
  sampleBytes,
  sampledRecords,
  sampleLength,
  type SampledBlock,
} from './fingerprint.ts';
import type { Performer } from './perform-commands.ts';
import type { RunContext } from './run-context.ts';
import type { Step } from './step.ts';

async function sample(context: RunContext, step: Step, side: 'primary' | 'backup'): Promise<SampledBlock[]> {
  const { blocks, job, fingerprintSeed: seed, proxy } = context.assignment;
  const records = sampledRecords(blocks, job.verify.fingerprint, seed);
  const sampled: SampledBlock[] = [];
  for (const [index, record] of records.entries()) {
    const command = step.commands[index];
    if (!command) throw new Error('a step has a command for each sampled record');
    const { stdout } = await context.runner.send(step.id, command, { binary: true });
    const expected = sampleLength(blocks, record);
    if (stdout.length !== expected) {
      const device = command.argv[1]?.replace(/^if=/, '') ?? '';
      throw failure('FINGERPRINT_SHORT', {
        host: command.host,
        actual: stdout.length,
        record,
        device,
        expected,
      });
    }
    sampled.push({ record, sha256: createHash('sha256').update(stdout).digest('hex') });
    context.progress({
      step: step.id,
      what: 'fingerprint',
      bytes: sampled.length * sampleBytes,
      total: records.length * sampleBytes,
      records: sampled.length,
    });
  }
  const host = step.commands[0]?.host ?? '';
  context.journal.append({
    type: 'fingerprint',
    step: step.id,
    volume: proxy,
    side,
    host,
    seed,
    recordBytes: sampleBytes,
    blocks: sampled,
  });
  return sampled;
}

export const performFingerprint: Performer = async (context, step) => {
  context.fingerprint = await sample(context, step, 'primary');
};

function compareFingerprints(
  context: RunContext,
  step: Step,
  primary: readonly SampledBlock[],
  shadow: readonly SampledBlock[],
): void {
  const differing = differingRecords(primary, shadow);
  const total = primary.length;
  context.journal.append({
    type: 'check',
    step: step.id,
    rule: 'fingerprint',
    title: 'Content fingerprint',
    expected: `${total} sampled records equal`,
    actual: `${total - differing.length} equal`,
    verdict: differing.length === 0 ? 'equal' : 'differs',
    source: 'Shadowtape',
  });
  const [first] = differing;
  if (first === undefined) return;
  throw failure('FINGERPRINT_DIFFERS', {
    proxy: context.assignment.proxy,
    count: differing.length,
    total,
    first,
  });
}

async function approve(context: RunContext, step: Step): Promise<void> {
  const { job, proxy, shadow, tapeDevice, tapeHost } = context.assignment;
  if (job.approve === 'when-verified') return;
  const answer = await context.ask({
    id: 'approve-shadow',
    step: step.id,
    text: `Every rule holds and every sampled record is equal: ${shadow.class}/${shadow.volume} is ${proxy}. Dump it to ${tapeDevice} on ${tapeHost}?`,
    choices: [
      { id: 'approve', label: 'Approve and start the dump' },
      { id: 'stop', label: 'Remove the shadow and rejoin' },
    ],
  });
  if (answer.choice !== 'approve') throw failure('OPERATOR_DECLINED', { step: step.id, by: answer.by });
}

/** The rules were judged before the step; here the bytes are compared, and the operator asked. */
export const performVerification: Performer = async (context, step) => {
  if (!context.fingerprint) throw new Error('the fingerprint is taken before the shadow is verified');
  const shadow = await sample(context, step, 'backup');
  compareFingerprints(context, step, context.fingerprint, shadow);
  await approve(context, step);
};
