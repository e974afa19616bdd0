/** Fingerprint, verification of the shadow, and the operator's approval. */
import { createHash } from 'node:crypto';
import { failure } from '../../../contract/errors.ts';
import { listed, proxiesOf, type VolumeAssignment } from '../model/assignment.ts';
import {
  differingRecords,
  recordsCompared,
  sampleBytes,
  sampleLength,
  type Fingerprints,
  type SampledBlock,
} from '../model/fingerprint.ts';
import type { Performer } from './perform-commands.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Step, StepCommand } from '../model/step.ts';

/** The commands of a step's fingerprint, those of each volume apart: they stand one after the other. */
function commandsOfVolumes({ assignment }: RunContext, step: Step) {
  let from = 0;
  return assignment.volumes.map((volume) => {
    const records = recordsCompared(assignment, volume);
    const commands = step.commands.slice(from, from + records.length);
    from += records.length;
    return { volume, records, commands };
  });
}

/** Reads one record. @throws FINGERPRINT_SHORT */
async function sampleRecord(
  context: RunContext,
  step: string,
  command: StepCommand | undefined,
  { blocks }: VolumeAssignment,
  record: number,
): Promise<SampledBlock> {
  if (!command) throw new Error('a step has a command for each sampled record');
  const { stdout } = await context.runner.send(step, command, { binary: true });
  const expected = sampleLength(blocks, record);
  if (stdout.length !== expected) {
    const device = command.argv[1]?.replace(/^if=/, '') ?? '';
    const { host } = command;
    throw failure('FINGERPRINT_SHORT', { host, actual: stdout.length, record, device, expected });
  }
  return { record, sha256: createHash('sha256').update(stdout).digest('hex') };
}

/** Samples each volume, and writes what was found into the journal. */
async function sample(context: RunContext, step: Step, side: 'primary' | 'backup'): Promise<Fingerprints> {
  const taken = new Map<string, readonly SampledBlock[]>();
  const total = step.commands.length;
  let done = 0;
  for (const { volume, records, commands } of commandsOfVolumes(context, step)) {
    const sampled: SampledBlock[] = [];
    for (const [index, record] of records.entries()) {
      sampled.push(await sampleRecord(context, step.id, commands[index], volume, record));
      done += 1;
      context.progress({
        step: step.id,
        what: 'fingerprint',
        bytes: done * sampleBytes,
        total: total * sampleBytes,
        records: done,
      });
    }
    taken.set(volume.proxy, sampled);
    context.journal.append({
      type: 'fingerprint',
      step: step.id,
      volume: volume.proxy,
      side,
      host: commands[0]?.host ?? '',
      seed: context.assignment.fingerprintSeed,
      recordBytes: sampleBytes,
      blocks: sampled,
    });
  }
  return taken;
}

export const performFingerprint: Performer = async (context, step) => {
  context.fingerprints = await sample(context, step, 'primary');
};

/** @throws FINGERPRINT_DIFFERS */
function compareFingerprints(
  context: RunContext,
  step: Step,
  proxy: string,
  primary: readonly SampledBlock[],
  shadow: readonly SampledBlock[],
): void {
  const differing = differingRecords(primary, shadow);
  const total = primary.length;
  const several = context.assignment.volumes.length > 1;
  context.journal.append({
    type: 'check',
    step: step.id,
    rule: 'fingerprint',
    title: several ? `Content fingerprint (${proxy})` : 'Content fingerprint',
    ...(several ? { volume: proxy } : {}),
    expected: `${total} sampled records equal`,
    actual: `${total - differing.length} equal`,
    verdict: differing.length === 0 ? 'equal' : 'differs',
    why: 'sdxinfo shows names and numbers, not bytes: these are read on both sides',
    source: 'Shadowtape',
  });
  const [first] = differing;
  if (first === undefined) return;
  throw failure('FINGERPRINT_DIFFERS', { proxy, count: differing.length, total, first });
}

async function approve(context: RunContext, step: Step): Promise<void> {
  const { job, volumes, tapeDevice, tapeHost } = context.assignment;
  const shown = volumes.map(({ proxy, shadow }) => `${shadow.class}/${shadow.volume} is ${proxy}`);
  const them = volumes.length === 1 ? 'it' : 'them';
  if (job.approve === 'when-verified') return;
  const answer = await context.ask({
    id: 'approve-shadow',
    step: step.id,
    text: `Every rule holds and every sampled record is equal: ${listed(shown)}. Dump ${them} to ${tapeDevice} on ${tapeHost}?`,
    choices: [
      { id: 'approve', label: 'Approve and start the dump' },
      { id: 'stop', label: 'Remove the shadow and rejoin' },
    ],
  });
  if (answer.choice !== 'approve') throw failure('OPERATOR_DECLINED', { step: step.id, by: answer.by });
}

/** The rules were judged before the step; here the bytes are compared, and the operator asked. */
export const performVerification: Performer = async (context, step) => {
  const primary = context.fingerprints;
  if (!primary) throw new Error('the fingerprint is taken before the shadow is verified');
  const shadow = await sample(context, step, 'backup');
  for (const proxy of proxiesOf(context.assignment))
    compareFingerprints(context, step, proxy, primary.get(proxy) ?? [], shadow.get(proxy) ?? []);
  await approve(context, step);
};
