/** Hashes the whole proxy on a cluster node, and compares it with what was streamed to tape (`verify.fingerprint: all`). */
import { failure, isFailure } from '../../../../contract/errors.ts';
import type { EventOf } from '../../../../contract/events.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { blockBytes, type VolumeAssignment, volumeCheck } from '../../model/assignment.ts';
import { workHost, type WorkMark } from '../../model/run-marks.ts';
import type { Step } from '../../model/step.ts';
import { judgeHashWork } from '../../detached/detached-judge.ts';
import type { WorkLook } from '../../detached/detached-watch.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { hashWorkOf } from '../../plan/server-work.ts';
import { performCommands, type Performer } from '../perform-commands.ts';
import { asTableError } from '../run-end.ts';
import { clearAway, performWork, stopWorks, workOf } from './run-work.ts';

type Digest = EventOf<'digest'>;

/**
 * What the dump read through the shadow: counted by this program, or by the backup server (route `server`). A continued
 * dump is only read completely when it is read back.
 */
function streamedOf({ journal: { events }, assignment }: RunContext, proxy: string): Digest | undefined {
  const last = (hop: Digest['hop'], from = 0) =>
    events.findLast(
      (event): event is Digest =>
        event.type === 'digest' && event.hop === hop && event.volume === proxy && event.seq > from,
    );
  const handed = last('handed');
  if (assignment.route === 'server') return handed;
  return handed?.sections ? last('readback', handed.seq) : last('device');
}

type Hashed = ReturnType<typeof judgeHashWork>;

/** @throws PROXY_NOT_HASHED */
function judge(context: RunContext, step: Step, volume: VolumeAssignment, look: WorkLook): Hashed {
  const { assignment, journal } = context;
  const host = workHost(assignment, 'hash');
  const work = hashWorkOf(assignment, volume, journal.run);
  try {
    return judgeHashWork(host, work, look, volume.blocks * blockBytes);
  } catch (error) {
    const { message: reason, evidence } = asTableError(error);
    throw failure('PROXY_NOT_HASHED', { step: step.id, proxy: volume.proxy, host, reason }, evidence, error);
  }
}

/** @throws PROXY_DIFFERS, PROXY_NOT_HASHED if there is nothing to compare with */
function compare(context: RunContext, step: Step, { proxy }: VolumeAssignment, hashed: Hashed): void {
  const host = workHost(context.assignment, 'hash');
  const streamed = streamedOf(context, proxy);
  const what = hashed.sha256 !== undefined && streamed?.sha256 !== undefined ? 'SHA-256' : 'cksum';
  const expected = what === 'SHA-256' ? streamed?.sha256 : streamed?.cksum?.toString();
  const actual = what === 'SHA-256' ? hashed.sha256 : hashed.cksum.checksum.toString();
  if (expected === undefined || actual === undefined) {
    const reason = phrase('the journal has no digest of the dump');
    throw failure('PROXY_NOT_HASHED', { step: step.id, proxy, host, reason });
  }
  context.journal.append({
    type: 'check',
    step: step.id,
    rule: 'whole-proxy',
    ...volumeCheck(context.assignment, proxy, phrase('Whole proxy')),
    expected: phrase('{what} {expected}, as dumped', { what, expected }),
    actual: phrase('{what} {actual} on {host}', { what, actual, host }),
    verdict: expected === actual ? 'equal' : 'differs',
    why: phrase('sampled records prove nothing about the data between them'),
    source: 'Shadowtape',
  });
  if (expected !== actual)
    throw failure('PROXY_DIFFERS', { step: step.id, proxy, host, what, expected, actual });
}

async function hashVolume(context: RunContext, step: Step, volume: VolumeAssignment): Promise<void> {
  const { assignment, journal } = context;
  const total = volume.blocks * blockBytes;
  const work = hashWorkOf(assignment, volume, journal.run);
  const order = { step: step.id, volume: volume.proxy, purpose: 'hash', work, total } as const;
  const startedAt = performance.now();
  const look = await performWork(context, order, false);
  const milliseconds = Math.round(performance.now() - startedAt);
  const hashed = judge(context, step, volume, look);
  journal.append({
    type: 'proxy-hash',
    step: step.id,
    volume: volume.proxy,
    host: workHost(assignment, 'hash'),
    bytes: hashed.cksum.bytes,
    milliseconds,
    cksum: hashed.cksum.checksum,
    ...(hashed.sha256 === undefined ? {} : { sha256: hashed.sha256 }),
  });
  compare(context, step, volume, hashed);
}

/** @throws PROXY_DIFFERS, PROXY_NOT_HASHED, COPY_CANCELLED, and errors of starting and querying */
export const performWholeHash: Performer = async (context, step) => {
  for (const volume of context.assignment.volumes) await hashVolume(context, step, volume);
};

/**
 * The shell that runs the work writes its last file when the hash has ended: a removal that fails for that reason is
 * repeated.
 */
async function clear(context: RunContext, step: Step, mark: WorkMark): Promise<void> {
  const attempt = () => clearAway(context, step.id, workOf(context, mark), mark);
  try {
    await attempt().catch((error: unknown) => {
      if (!isFailure(error, 'COMMAND_FAILED')) throw error;
      return attempt();
    });
  } catch (error) {
    // A remaining folder harms neither the tape nor the cluster.
    context.journal.append({ type: 'warning', step: step.id, text: asTableError(error).message });
  }
}

/** A proxy that is still being read cannot be stopped: a running hash is ended first. Its folder is removed last. */
export const performStopHashed: Performer = async (context, step) => {
  const marks = context.marks.works.filter(({ purpose }) => purpose === 'hash');
  if (marks.length > 0) await stopWorks(context, step.id);
  await performCommands(context, step);
  for (const mark of marks) await clear(context, step, mark);
};
